// The [[mapping]] tables of kvitt.toml: how the columns of a CSV export are called.

#pragma once

#include <string>

#include <toml++/toml.h>

#include "absl/status/status.h"
#include "kvitt/io.h"

namespace kvitt {

// "kvitt.toml:12:3: text", the way compilers say it.
absl::Status ConfigError(const std::string& file,
                         const toml::source_region& place,
                         const std::string& text);

// Reads every table of the array `node`.
absl::Status ReadColumnMappings(const std::string& file,
                                const toml::node& node,
                                FormatSettings* settings);

}  // namespace kvitt
