// Settings from file, environment and flags, the stronger over the weaker.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/config/column_mappings.h"
#include "io/config/policy_tables.h"
#include "kvitt/config.h"

namespace kvitt {
namespace {

constexpr std::string_view kPrefix = "KVITT_";
constexpr std::string_view kMapping = "mapping";

std::vector<std::string_view> KnownNames() {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : ConfigKeys()) names.push_back(key.name);
  return names;
}

// What an unknown key of a table of the file may have meant; of no table, when it stands in another.
std::string HintOf(std::string_view name, std::string_view table) {
  if (const ConfigKey* const elsewhere = FindConfigKey(name)) {
    return elsewhere->table.empty() ? Concat("; it stands outside of any table")
                                    : Concat("; it stands in [", elsewhere->table, "]");
  }
  std::vector<std::string_view> names;
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.table == table) names.push_back(key.name);
  }
  if (table.empty()) {
    names.insert(names.end(), {kMapping, kPolicyTable});
  } else {
    names.insert(names.end(), {kPolicyAccounts, kPolicyGroups});
  }
  return NearestHint(name, names);
}

absl::Status Set(const ConfigKey& key,
                 std::string_view text,
                 std::string origin,
                 LoadedConfig* loaded) {
  if (absl::Status status = key.set(text, &loaded->config); !status.ok()) {
    return absl::InvalidArgumentError(Concat(origin, ": ", std::string(status.message())));
  }
  const auto row = static_cast<size_t>(&key - ConfigKeys().data());
  loaded->origins[row] = std::move(origin);
  return absl::OkStatus();
}

// One key of the file that is a row of the table of settings.
absl::Status LoadKey(const std::string& file,
                     std::string_view table,
                     const toml::key& name,
                     const toml::node& node,
                     LoadedConfig* loaded) {
  const ConfigKey* const known = FindConfigKey(name.str());
  if (known == nullptr || known->table != table) {
    return ConfigError(file, name.source(),
                       Concat("unknown key '", name.str(), "'", HintOf(name.str(), table)));
  }
  const PolicyKey* const term = FindPolicyKey(name.str());
  absl::StatusOr<std::string> text =
      term != nullptr ? PolicyText(file, *term, node) : SettingText(node);
  if (!text.ok()) {
    return term != nullptr
               ? text.status()
               : ConfigError(file, node.source(),
                             Concat(name.str(), ": ", std::string(text.status().message())));
  }
  const std::string place = Concat(file, ":", name.source().begin.line);
  if (absl::Status status = Set(*known, *text, place, loaded); !status.ok()) {
    return ConfigError(file, node.source(),
                       Concat(name.str(), std::string(status.message()).substr(place.size())));
  }
  return absl::OkStatus();
}

absl::Status LoadPolicy(const std::string& file, const toml::node& node, LoadedConfig* loaded) {
  if (!node.is_table()) {
    return ConfigError(file, node.source(), "policy: expected a table, written [policy]");
  }
  Policy& policy = loaded->config.policy;
  for (const auto& [key, value] : *node.as_table()) {
    absl::Status status = key.str() == kPolicyAccounts
                              ? ReadPolicyOverrides(file, key.str(), value, &policy.by_account)
                          : key.str() == kPolicyGroups
                              ? ReadPolicyOverrides(file, key.str(), value, &policy.by_group)
                              : LoadKey(file, kPolicyTable, key, value, loaded);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LoadTable(const std::string& file, const toml::table& table, LoadedConfig* loaded) {
  for (const auto& [key, node] : table) {
    absl::Status status = key.str() == kMapping
                              ? ReadColumnMappings(file, node, &loaded->config.formats)
                          : key.str() == kPolicyTable ? LoadPolicy(file, node, loaded)
                                                      : LoadKey(file, "", key, node, loaded);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LoadFile(const std::string& file, LoadedConfig* loaded) {
  // A folder cannot be read, and a pipe or a device may never end.
  std::error_code unused;
  const std::filesystem::file_status found = std::filesystem::status(file, unused);
  if (!std::filesystem::exists(found)) {
    return absl::NotFoundError(Concat("cannot open the configuration ", file));
  }
  if (!std::filesystem::is_regular_file(found)) {
    return absl::InvalidArgumentError(
        Concat("expected a regular file as the configuration, found ", file));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return absl::NotFoundError(Concat("cannot open the configuration ", file));
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  if (stream.bad()) return absl::UnavailableError(Concat("cannot read the configuration ", file));
  try {
    const toml::table table = toml::parse(text, file);
    return LoadTable(file, table, loaded);
  } catch (const toml::parse_error& error) {
    return ConfigError(file, error.source(), std::string(error.description()));
  }
}

absl::Status LoadEnvironment(absl::Span<const std::string> environment, LoadedConfig* loaded) {
  for (const std::string& entry : environment) {
    if (!entry.starts_with(kPrefix)) continue;
    const size_t equals = std::min(entry.find('='), entry.size());
    const std::string name = entry.substr(0, equals);
    if (name == "KVITT_CONFIG") continue;  // The path of the file itself.
    const ConfigKey* known = nullptr;
    std::vector<std::string> names;
    for (const ConfigKey& key : ConfigKeys()) {
      names.push_back(EnvironmentName(key.name));
      if (names.back() == name) known = &key;
    }
    if (known == nullptr) {
      const std::vector<std::string_view> views(names.begin(), names.end());
      return absl::InvalidArgumentError(
          Concat("environment: unknown setting '", name, "'", NearestHint(name, views)));
    }
    const std::string value = equals < entry.size() ? entry.substr(equals + 1) : std::string();
    if (absl::Status status = Set(*known, value, name, loaded); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

std::string EnvironmentName(std::string_view key) {
  std::string name(kPrefix);
  for (const char c : key) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string FlagName(std::string_view key) {
  std::string name = Concat("--", key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

absl::StatusOr<LoadedConfig> LoadConfig(const ConfigSources& sources) {
  LoadedConfig loaded;
  loaded.origins.assign(ConfigKeys().size(), "default");
  if (!sources.file.empty()) {
    if (absl::Status status = LoadFile(sources.file, &loaded); !status.ok()) return status;
  }
  if (absl::Status status = LoadEnvironment(sources.environment, &loaded); !status.ok())
    return status;
  for (const auto& [name, text] : sources.flags) {
    const ConfigKey* const known = FindConfigKey(name);
    if (known == nullptr) {
      return absl::InvalidArgumentError(
          Concat("unknown setting '", name, "'", NearestHint(name, KnownNames())));
    }
    if (absl::Status status = Set(*known, text, FlagName(name), &loaded); !status.ok())
      return status;
  }
  return loaded;
}

}  // namespace kvitt
