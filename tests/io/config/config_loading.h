// A kvitt.toml of given text, loaded: the fixture of tests of the configuration.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "kvitt/config.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {

class ConfigLoading : public ::testing::Test {
 protected:
  absl::StatusOr<LoadedConfig> Load(std::string_view toml) {
    ConfigSources sources;
    sources.file = folder.Write("kvitt.toml", toml);
    return LoadConfig(sources);
  }

  // What is wrong, without the folder.
  std::string Refusal(std::string_view toml) {
    const absl::StatusOr<LoadedConfig> loaded = Load(toml);
    EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument) << toml;
    const std::string text(loaded.status().message());
    return text.starts_with(folder.path() + "/") ? text.substr(folder.path().size() + 1) : text;
  }

  ScratchFolder folder;
};

}  // namespace kvitt
