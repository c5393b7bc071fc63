#include "io/cli/config_options.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "CLI/CLI.hpp"

namespace kvitt {
namespace {

constexpr const char* kUsualFile = "kvitt.toml";

std::string ShownDefault(const ConfigKey& key) {
  const std::string text = key.show(RunConfig());
  return text.empty() ? "none" : text;
}

}  // namespace

absl::Span<const std::string_view> ConfigOptions::ReadingKeys() {
  static constexpr std::array<std::string_view, 7> kKeys = {
      "threads",     "input_format", "decimal_mark", "reports_post",
      "allow_empty", "max_bytes",    "max_expansion"};
  return kKeys;
}

void ConfigOptions::AddTo(CLI::App* command, absl::Span<const std::string_view> keys) {
  command->add_option("--config", file_, "Configuration file [kvitt.toml, if there is one]")
      ->type_name("FILE");
  for (const std::string_view name : keys) {
    const ConfigKey* const key = FindConfigKey(name);
    const std::string key_name(name);
    const std::string flag = FlagName(name);
    if (key->is_switch) {
      const std::string both = flag + ",!--no-" + flag.substr(2);
      command->add_flag_function(
          both,
          [this, key_name](int64_t count) { flags_[key_name] = count > 0 ? "true" : "false"; },
          std::string(key->description) + " [" + ShownDefault(*key) + "]");
      continue;
    }
    command
        ->add_option_function<std::string>(
            flag, [this, key_name](const std::string& text) { flags_[key_name] = text; },
            std::string(key->description) + " [" + ShownDefault(*key) + "]")
        ->type_name(std::string(key->value));
  }
}

absl::StatusOr<LoadedConfig> ConfigOptions::Load() const {
  ConfigSources sources;
  sources.flags = flags_;
  sources.file = file_;
  if (sources.file.empty()) {
    const char* const named = std::getenv("KVITT_CONFIG");
    if (named != nullptr) sources.file = named;
  }
  if (sources.file.empty() && access(kUsualFile, F_OK) == 0) sources.file = kUsualFile;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    sources.environment.emplace_back(*entry);
  }
  return LoadConfig(sources);
}

}  // namespace kvitt
