// Settings as options of a command: each has its flag, and what no flag says comes from the
// environment and kvitt.toml.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kvitt/config.h"

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Must live as long as the command that it adds to.
class ConfigOptions {
 public:
  // Adds --config and a flag for each of the settings `keys`, with its default in the help.
  void AddTo(CLI::App* command, absl::Span<const std::string_view> keys);

  // After parsing. Without --config and KVITT_CONFIG, kvitt.toml of the working folder is read if
  // it is there.
  absl::StatusOr<LoadedConfig> Load() const;

  // The keys that say how files are read.
  static absl::Span<const std::string_view> ReadingKeys();

 private:
  std::string file_;
  std::map<std::string, std::string> flags_;
};

}  // namespace kvitt
