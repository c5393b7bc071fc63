// The figures of a run as its summary has them.

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "kvitt/diff.h"

namespace kvitt {

// `path` names the folder in what goes wrong.
absl::StatusOr<RunFigures> ReadFigures(const std::string& summary, const std::string& path);

}  // namespace kvitt
