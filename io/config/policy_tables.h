// The [policy] tables of kvitt.toml: [policy] itself, [policy.account."NO93..."], [policy.group.NAME].

#pragma once

#include <string>

#include <toml++/toml.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kvitt/policy.h"

namespace kvitt {

inline constexpr std::string_view kPolicyTable = "policy";
inline constexpr std::string_view kPolicyAccounts = "account";
inline constexpr std::string_view kPolicyGroups = "group";

// A TOML value as the text that the same setting has on the command line. Numbers with a point are
// refused: an amount is written as a string, so that no floating point touches it.
absl::StatusOr<std::string> SettingText(const toml::node& node);

// The value of a term, which may be a table of its own: rules.payer_oldest = "post". Refuses one that
// the key does not take, where it stands.
absl::StatusOr<std::string> PolicyText(const std::string& file,
                                       const PolicyKey& key,
                                       const toml::node& node);

// Reads the tables below [policy.account] or [policy.group] into `overrides`.
absl::Status ReadPolicyOverrides(const std::string& file,
                                 std::string_view kind,
                                 const toml::node& node,
                                 std::map<std::string, PolicyOverride>* overrides);

}  // namespace kvitt
