#include "io/config/policy_tables.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value/concat.h"
#include "io/config/column_mappings.h"
#include "kvitt/config.h"
#include "kvitt/date.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// Rules have names that can be mistyped; currencies are told by their own refusal.
absl::Status CheckName(const std::string& file, const PolicyKey& key, const toml::key& name) {
  if (key.name != "rules") return absl::OkStatus();
  std::vector<std::string_view> known;
  for (size_t rule = static_cast<size_t>(Rule::kReferenceExact); rule < kRuleCount; ++rule) {
    known.push_back(Name(static_cast<Rule>(rule)));
    if (known.back() == name.str()) return absl::OkStatus();
  }
  return ConfigError(file, name.source(),
                     Concat("unknown rule '", name.str(), "'", NearestHint(name.str(), known)));
}

absl::Status ReadTerms(const std::string& file,
                       std::string_view kind,
                       const toml::table& table,
                       PolicyOverride* terms) {
  for (const auto& [name, node] : table) {
    const PolicyKey* const key = FindPolicyKey(name.str());
    if (key == nullptr) {
      for (const PolicyNumber& number : PolicyNumbers()) {
        if (number.name != name.str()) continue;
        return ConfigError(
            file, name.source(),
            Concat("'", name.str(), "' concerns the run as a whole; it stands in [policy]"));
      }
      std::vector<std::string_view> known;
      for (const PolicyKey& row : PolicyKeys()) known.push_back(row.name);
      return ConfigError(file, name.source(),
                         Concat("unknown key '", name.str(), "' of the policy of one ", kind,
                                NearestHint(name.str(), known)));
    }
    const absl::StatusOr<std::string> text = PolicyText(file, *key, node);
    if (!text.ok()) return text.status();
    if (absl::Status status = key->set(*text, terms); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> SettingText(const toml::node& node) {
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

absl::StatusOr<std::string> PolicyText(const std::string& file,
                                       const PolicyKey& key,
                                       const toml::node& node) {
  const auto refuse = [&](const toml::node& place, std::string_view name,
                          const absl::Status& status) {
    return ConfigError(file, place.source(), Concat(name, ": ", std::string(status.message())));
  };
  PolicyOverride scratch;
  if (!node.is_table()) {
    absl::StatusOr<std::string> text = SettingText(node);
    if (!text.ok()) return refuse(node, key.name, text.status());
    if (absl::Status status = key.set(*text, &scratch); !status.ok()) {
      return refuse(node, key.name, status);
    }
    return text;
  }
  std::string joined;
  for (const auto& [name, value] : *node.as_table()) {
    const std::string full_name = Concat(key.name, ".", name.str());
    if (absl::Status status = CheckName(file, key, name); !status.ok()) return status;
    const absl::StatusOr<std::string> text = SettingText(value);
    if (!text.ok()) return refuse(value, full_name, text.status());
    const std::string pair = Concat(name.str(), "=", *text);
    if (absl::Status status = key.set(pair, &scratch); !status.ok()) {
      return refuse(value, full_name, status);
    }
    AppendParts(&joined, joined.empty() ? "" : ",", pair);
  }
  if (joined.empty())
    return ConfigError(file, node.source(), Concat(key.name, ": nothing is said"));
  return joined;
}

absl::Status ReadPolicyOverrides(const std::string& file,
                                 std::string_view kind,
                                 const toml::node& node,
                                 std::map<std::string, PolicyOverride>* overrides) {
  const std::string expected =
      Concat("policy.", kind, ": expected tables, written [policy.", kind, ".\"NAME\"]");
  if (!node.is_table()) return ConfigError(file, node.source(), expected);
  std::map<std::string, std::string> written;  // comparable form -> as it is written
  for (const auto& [name, terms] : *node.as_table()) {
    if (!terms.is_table() || name.str().empty()) return ConfigError(file, name.source(), expected);
    const std::string spelling(name.str());
    const std::string comparable =
        kind == kPolicyAccounts ? AccountAlias(NormalAccount(spelling)) : spelling;
    const auto [known, is_new] = written.emplace(comparable, spelling);
    if (!is_new) {
      return ConfigError(file, name.source(),
                         Concat("account '", spelling, "' is the same as '", known->second, "'"));
    }
    if (absl::Status status = ReadTerms(file, kind, *terms.as_table(), &(*overrides)[spelling]);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace kvitt
