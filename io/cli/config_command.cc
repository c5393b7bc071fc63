// `kvitt config show`: every setting as it would be written in kvitt.toml, and where its value is
// from.

#include "io/cli/config_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "io/cli/config_options.h"
#include "io/cli/exit_code.h"
#include "io/cli/standard_output.h"
#include "kvitt/config.h"

namespace kvitt {
namespace {

constexpr const char* kName = "config";

struct ShowArguments {
  bool origin = false;
  ConfigOptions config;
};

bool IsBare(std::string_view text) {
  return text == "true" || text == "false" ||
         (!text.empty() &&
          std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

std::string Setting(std::string_view name, const std::string& value) {
  return std::string(name) + " = " + (IsBare(value) ? value : '"' + value + '"');
}

// What the file says of single accounts and groups.
std::string Tables(std::string_view kind, const std::map<std::string, PolicyOverride>& overrides) {
  std::string text;
  for (const auto& [name, terms] : overrides) {
    text += "\n[policy." + std::string(kind) + ".\"" + ForTerminal(name) + "\"]\n";
    for (const PolicyKey& key : PolicyKeys()) {
      const std::string value = key.show(terms);
      if (!value.empty()) text += Setting(key.name, value) + '\n';
    }
  }
  return text;
}

int Run(const ShowArguments& arguments) {
  const absl::StatusOr<LoadedConfig> loaded = arguments.config.Load();
  if (!loaded.ok()) return Refuse(kName, loaded.status());
  StandardOutput out;
  absl::Status status;
  std::string_view table;
  for (size_t i = 0; i < ConfigKeys().size() && status.ok(); ++i) {
    const ConfigKey& key = ConfigKeys()[i];
    if (key.table != table) {
      table = key.table;
      status = out.Write("\n[" + std::string(table) + "]\n");
    }
    std::string line = Setting(key.name, key.show(loaded->config));
    if (arguments.origin) {
      if (line.size() < 40) line.resize(40, ' ');
      line += "  # " + loaded->origins[i];
    }
    if (status.ok()) status = out.Write(line + '\n');
  }
  const Policy& policy = loaded->config.policy;
  if (status.ok()) status = out.Write(Tables("account", policy.by_account));
  if (status.ok()) status = out.Write(Tables("group", policy.by_group));
  for (const FormatSettings::ColumnMapping& mapping : loaded->config.formats.mappings) {
    if (status.ok()) status = out.Write("# mapping \"" + ForTerminal(mapping.name) + "\"\n");
  }
  return out.Close(kName, kExitDone);
}

}  // namespace

void AddConfigCommand(CLI::App* app, int* exit_code) {
  CLI::App* config = app->add_subcommand(kName, "Show the settings and where they come from");
  config->require_subcommand(1);
  CLI::App* show = config->add_subcommand("show", "Print every setting as kvitt.toml would say it");
  const auto arguments = std::make_shared<ShowArguments>();
  show->add_flag("--origin", arguments->origin, "Say where each value is from");
  arguments->config.AddTo(show, {});
  show->callback([arguments, exit_code] { *exit_code = Run(*arguments); });
}

}  // namespace kvitt
