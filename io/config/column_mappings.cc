#include "io/config/column_mappings.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/value/concat.h"
#include "kvitt/config.h"

namespace kvitt {
namespace {

using ColumnMapping = FormatSettings::ColumnMapping;

absl::Status ReadText(const toml::node& node, std::string* text) {
  if (!node.is_string()) return absl::InvalidArgumentError("expected a string");
  *text = node.as_string()->get();
  return absl::OkStatus();
}

absl::Status ReadMark(const toml::node& node, char* mark) {
  std::string text;
  if (absl::Status status = ReadText(node, &text); !status.ok()) return status;
  if (text.size() > 1) return absl::InvalidArgumentError("expected one character");
  *mark = text.empty() ? '\0' : text[0];
  return absl::OkStatus();
}

absl::Status ReadTexts(const toml::node& node, std::vector<std::string>* texts) {
  const absl::Status refusal = absl::InvalidArgumentError("expected an array of strings");
  if (!node.is_array()) return refusal;
  for (const toml::node& element : *node.as_array()) {
    if (!element.is_string()) return refusal;
    texts->push_back(element.as_string()->get());
  }
  return absl::OkStatus();
}

absl::Status ReadPairs(const toml::node& node, std::map<std::string, std::string>* pairs) {
  const absl::Status refusal = absl::InvalidArgumentError("expected a table of strings");
  if (!node.is_table()) return refusal;
  for (const auto& [key, value] : *node.as_table()) {
    if (!value.is_string()) return refusal;
    (*pairs)[std::string(key.str())] = value.as_string()->get();
  }
  return absl::OkStatus();
}

absl::Status ReadFlag(const toml::node& node, bool* flag) {
  if (!node.is_boolean()) return absl::InvalidArgumentError("expected true or false");
  *flag = node.as_boolean()->get();
  return absl::OkStatus();
}

struct MappingKey {
  std::string_view name;
  absl::Status (*read)(const toml::node& node, ColumnMapping* mapping);
};

constexpr std::array<MappingKey, 14> kMappingKeys = {{
    {"name",
     [](const toml::node& node, ColumnMapping* mapping) { return ReadText(node, &mapping->name); }},
    {"header", [](const toml::node& node,
                  ColumnMapping* mapping) { return ReadTexts(node, &mapping->header); }},
    {"columns", [](const toml::node& node,
                   ColumnMapping* mapping) { return ReadPairs(node, &mapping->columns); }},
    {"constants", [](const toml::node& node,
                     ColumnMapping* mapping) { return ReadPairs(node, &mapping->constants); }},
    {"decimal_mark", [](const toml::node& node,
                        ColumnMapping* mapping) { return ReadMark(node, &mapping->decimal_mark); }},
    {"thousands_mark",
     [](const toml::node& node, ColumnMapping* mapping) {
       return ReadMark(node, &mapping->thousands_mark);
     }},
    {"date_pattern", [](const toml::node& node,
                        ColumnMapping* mapping) { return ReadText(node, &mapping->date_pattern); }},
    {"header_rows_before",
     [](const toml::node& node, ColumnMapping* mapping) {
       const int64_t rows = node.is_integer() ? node.as_integer()->get() : -1;
       if (rows < 0 || rows > 100)
         return absl::InvalidArgumentError("expected a whole number from 0 to 100");
       mapping->header_rows_before = static_cast<int>(rows);
       return absl::OkStatus();
     }},
    {"newest_first", [](const toml::node& node,
                        ColumnMapping* mapping) { return ReadFlag(node, &mapping->newest_first); }},
    {"kinds", [](const toml::node& node,
                 ColumnMapping* mapping) { return ReadPairs(node, &mapping->kinds); }},
    {"booked", [](const toml::node& node,
                  ColumnMapping* mapping) { return ReadTexts(node, &mapping->booked); }},
    {"minor_units", [](const toml::node& node,
                       ColumnMapping* mapping) { return ReadFlag(node, &mapping->minor_units); }},
    {"row_mark", [](const toml::node& node,
                    ColumnMapping* mapping) { return ReadText(node, &mapping->row_mark); }},
    {"implied_payouts",
     [](const toml::node& node, ColumnMapping* mapping) {
       return ReadFlag(node, &mapping->implied_payouts);
     }},
}};

absl::Status ReadMapping(const std::string& file,
                         const toml::table& table,
                         ColumnMapping* mapping) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    const auto known = std::find_if(kMappingKeys.begin(), kMappingKeys.end(),
                                    [&](const MappingKey& row) { return row.name == name; });
    if (known == kMappingKeys.end()) {
      std::vector<std::string_view> names;
      for (const MappingKey& row : kMappingKeys) names.push_back(row.name);
      return ConfigError(
          file, key.source(),
          Concat("unknown key '", key.str(), "' of a mapping", NearestHint(key.str(), names)));
    }
    if (absl::Status status = known->read(node, mapping); !status.ok()) {
      return ConfigError(file, node.source(),
                         Concat(key.str(), ": ", std::string(status.message())));
    }
  }
  // One without a header changes the mapping of that name that kvitt brings along.
  if (mapping->name.empty() || (mapping->columns.empty() && mapping->constants.empty())) {
    return ConfigError(
        file, table.source(),
        "a mapping needs at least a name and columns, or constants for a shipped one");
  }
  return absl::OkStatus();
}

size_t EditDistance(std::string_view one, std::string_view other) {
  std::vector<size_t> row(other.size() + 1);
  for (size_t j = 0; j <= other.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= other.size(); ++j) {
      const size_t changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

absl::Status ConfigError(const std::string& file,
                         const toml::source_region& place,
                         const std::string& text) {
  return absl::InvalidArgumentError(
      Concat(file, ":", place.begin.line, ":", place.begin.column, ": ", text));
}

std::string NearestHint(std::string_view key, absl::Span<const std::string_view> known) {
  std::string_view nearest;
  size_t least = std::max<size_t>(3, key.size() / 2 + 1);
  for (const std::string_view name : known) {
    const size_t distance = EditDistance(key, name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest.empty() ? std::string() : Concat("; the nearest known one is '", nearest, "'");
}

absl::Status ReadColumnMappings(const std::string& file,
                                const toml::node& node,
                                FormatSettings* settings) {
  if (!node.is_array_of_tables()) {
    return ConfigError(file, node.source(), "mapping: expected tables, written [[mapping]]");
  }
  for (const toml::node& element : *node.as_array()) {
    ColumnMapping mapping;
    if (absl::Status status = ReadMapping(file, *element.as_table(), &mapping); !status.ok())
      return status;
    settings->mappings.push_back(std::move(mapping));
  }
  return absl::OkStatus();
}

}  // namespace kvitt
