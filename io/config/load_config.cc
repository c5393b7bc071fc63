// Settings from file, environment and flags, the stronger over the weaker.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/config/column_mappings.h"
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

// A TOML value as the text that the same setting has on the command line. Numbers with a point are
// refused: an amount is written as a string, so that no floating point touches it.
absl::StatusOr<std::string> AsText(const toml::node& node) {
  if (node.is_string()) return node.as_string()->get();
  if (node.is_integer()) return std::to_string(node.as_integer()->get());
  if (node.is_boolean()) return std::string(node.as_boolean()->get() ? "true" : "false");
  if (node.is_date()) {
    const toml::date date = node.as_date()->get();
    return IsCivil(date.year, date.month, date.day)
               ? FormatDate(Date::FromCivil(date.year, date.month, date.day))
               : std::string("a date of no business");
  }
  if (node.is_array()) {
    std::string joined;
    for (const toml::node& element : *node.as_array()) {
      if (!element.is_string()) return absl::InvalidArgumentError("expected an array of strings");
      joined += (joined.empty() ? "" : ",") + element.as_string()->get();
    }
    return joined;
  }
  return absl::InvalidArgumentError("expected a string, a whole number, true or false");
}

absl::Status LoadTable(const std::string& file, const toml::table& table, LoadedConfig* loaded) {
  for (const auto& [key, node] : table) {
    if (key.str() == kMapping) {
      if (absl::Status status = ReadColumnMappings(file, node, &loaded->config.formats);
          !status.ok()) {
        return status;
      }
      continue;
    }
    const ConfigKey* const known = FindConfigKey(key.str());
    if (known == nullptr) {
      std::vector<std::string_view> names = KnownNames();
      names.push_back(kMapping);
      return ConfigError(file, key.source(),
                         Concat("unknown key '", key.str(), "'", NearestHint(key.str(), names)));
    }
    absl::StatusOr<std::string> text = AsText(node);
    if (!text.ok()) {
      return ConfigError(file, node.source(),
                         Concat(key.str(), ": ", std::string(text.status().message())));
    }
    const std::string place = Concat(file, ":", key.source().begin.line);
    if (absl::Status status = Set(*known, *text, place, loaded); !status.ok()) {
      return ConfigError(file, node.source(),
                         Concat(key.str(), std::string(status.message()).substr(place.size())));
    }
  }
  return absl::OkStatus();
}

absl::Status LoadFile(const std::string& file, LoadedConfig* loaded) {
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
