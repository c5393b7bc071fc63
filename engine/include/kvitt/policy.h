// Policy: what may be closed without a person, and which rules may close it.
//
// Terms can be said three times: for every payment, for a creditor account, for a group of
// customers. The stronger voice wins key by key: group over account over the terms of all. What an
// account or a group does not say is left as it was, so a payment on account A by a customer of
// group G follows G where G speaks, else A, else the terms of all. Budgets and windows are of the
// run as a whole.
//
//   kvitt::Policy policy;
//   policy.terms.tolerance_minor["SEK"] = 100;       // 1.00 SEK; other currencies keep 0.50
//   policy.terms.discount_grace_days = 3;
//   policy.by_account["NO9386011117947"].part_payment = kvitt::PartPaymentUse::kSuggest;
//   policy.by_group["public-sector"].SetMode(kvitt::Rule::kPayerOldest, kvitt::RuleMode::kPost);
//   if (absl::Status s = kvitt::CheckPolicy(policy); !s.ok()) ...
//
// The same is text in kvitt.toml and on the command line: PolicyKeys() lists the terms,
// PolicyNumbers() the rest. What each means, with its default and an example: docs/policy.md.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "kvitt/decision.h"

namespace kvitt {

// What a rule may do with what it finds.
enum class RuleMode : uint8_t {
  kPost,     // decide
  kSuggest,  // tell a person
  kOff,      // not be tried
};

// What becomes of a surplus. It is on account in both cases: kvitt never sends money back.
enum class SurplusUse : uint8_t {
  kOnAccount,
  kRefundProposal,  // ... and the deviation proposes to send it back
};

// What a payment does that is short otherwise than by tolerance, discount or charges.
enum class PartPaymentUse : uint8_t { kPost, kSuggest };

// Which differences within the tolerance are written off.
enum class WriteOffUse : uint8_t { kBoth, kShort, kOver, kNone };

// In which order a payment pays several items.
enum class PayOrder : uint8_t {
  kOldestFirst,
  kCostsFirst,  // fees, then interest, then the rest; the oldest first inside each
};

inline constexpr size_t kRuleCount = static_cast<size_t>(Rule::kCount);

// The modes by rule, as they are unless somebody says otherwise: what quotes or knows the payer may
// post, a mere likeness only suggests.
constexpr std::array<RuleMode, kRuleCount> DefaultRuleModes() {
  std::array<RuleMode, kRuleCount> modes{};  // kPost
  modes[static_cast<size_t>(Rule::kPayerOldest)] = RuleMode::kSuggest;
  modes[static_cast<size_t>(Rule::kAmountUnique)] = RuleMode::kSuggest;
  modes[static_cast<size_t>(Rule::kPayerName)] = RuleMode::kSuggest;
  return modes;
}

// The terms of all payments.
struct PolicyTerms {
  // Difference that closes an item, short or over, in minor units by currency code ...
  std::map<std::string, int64_t> tolerance_minor;
  // ... and in every currency that is not named there, in ten-thousandths of its major unit,
  // rounded down to minor units: 0.50 NOK, 0.500 KWD, nothing in JPY.
  int64_t tolerance_other = 5'000;
  // Largest difference in hundredths of a per cent of what is open; 0: no such limit. Where both
  // limits speak the smaller one counts.
  int tolerance_basis_points = 0;
  WriteOffUse write_off = WriteOffUse::kBoth;
  // Days after discount_date on which a discount still counts as paid in time.
  int discount_grace_days = 0;
  SurplusUse overpayment = SurplusUse::kOnAccount;
  PartPaymentUse part_payment = PartPaymentUse::kPost;
  PayOrder pay_order = PayOrder::kOldestFirst;
  std::array<RuleMode, kRuleCount> rules = DefaultRuleModes();

  friend bool operator==(const PolicyTerms&, const PolicyTerms&) = default;
};

// Terms of an account or a group: only what it says.
struct PolicyOverride {
  // Where tolerance_other speaks, it speaks of every currency that is not named here.
  std::map<std::string, int64_t> tolerance_minor;
  std::optional<int64_t> tolerance_other;
  std::optional<int> tolerance_basis_points;
  std::optional<WriteOffUse> write_off;
  std::optional<int> discount_grace_days;
  std::optional<SurplusUse> overpayment;
  std::optional<PartPaymentUse> part_payment;
  std::optional<PayOrder> pay_order;
  std::array<std::optional<RuleMode>, kRuleCount> rules{};

  void SetMode(Rule rule, RuleMode mode) { rules[static_cast<size_t>(rule)] = mode; }

  // Writes what this says over `terms`.
  void ApplyTo(PolicyTerms* terms) const;

  friend bool operator==(const PolicyOverride&, const PolicyOverride&) = default;
};

struct Policy {
  PolicyTerms terms = {};
  std::map<std::string, PolicyOverride> by_account = {};  // creditor account, in any spelling
  std::map<std::string, PolicyOverride> by_group = {};    // `group` of the customer record

  // --- Of the run as a whole.
  // Steps that one search for a set of items may take. Spending them is a deviation, never a guess,
  // and the same on every machine.
  int64_t search_steps = int64_t{1} << 18;
  // Items of one payer that are searched for sets.
  uint32_t combination_items_max = 1'000;
  // How many of a thousand amounts of that size may meet some set by mere chance, for the one set that
  // was found to be posted; 1000: any number.
  int combination_chance_max = 10;
  // Payments of one payer, amount and text within so many days are possible double payments; 0: off.
  int double_payment_days = 30;
  // Payments that compete for the same items and are decided together.
  uint32_t group_payments_max = 12;
  // Suggestions of one payment by one rule.
  uint32_t suggestions_max = 3;

  static constexpr int kDaysMax = 366;  // of every span in days

  friend bool operator==(const Policy&, const Policy&) = default;
};

// Whether the mode may be said of the rule. Delivered twice and taken back are facts: their rules
// always act. An exact reference is the payer's own word: it may be held back, not ignored. An
// amount or a name alone never posts.
bool MayHaveMode(Rule rule, RuleMode mode);

// kInvalidArgument when a number is out of its range, a currency unknown, a mode not for its rule,
// or two spellings of one account are named. Reconciliation::Run refuses such a policy.
absl::Status CheckPolicy(const Policy& policy);

// One key of the terms as text.
struct PolicyKey {
  std::string_view name;         // "discount_grace_days"
  std::string_view value;        // what a value looks like: "N"
  std::string_view description;  // one sentence
  // The value as `set` takes it; "" when the terms do not say it.
  std::string (*show)(const PolicyOverride& terms) = nullptr;
  // The message of a refusal is "expected ..., found ...". What `text` says is added to `terms`.
  absl::Status (*set)(std::string_view text, PolicyOverride* terms) = nullptr;
};

// tolerance, tolerance_percent, write_off, discount_grace_days, overpayment, part_payment,
// pay_order, rules.
absl::Span<const PolicyKey> PolicyKeys();
// Null when there is no such key.
const PolicyKey* FindPolicyKey(std::string_view name);

// One number of the run as a whole.
struct PolicyNumber {
  std::string_view name;         // "double_payment_days"
  std::string_view description;  // one sentence
  int64_t least = 0;
  int64_t most = 0;
  int64_t (*get)(const Policy& policy) = nullptr;
  // REQUIRES: least <= value <= most.
  void (*set)(int64_t value, Policy* policy) = nullptr;
};

// search_steps, combination_items_max, combination_chance_max, double_payment_days, group_payments_max, suggestions_max.
absl::Span<const PolicyNumber> PolicyNumbers();

// The terms with every key said.
PolicyOverride AllOf(const PolicyTerms& terms);

std::string_view Name(RuleMode mode);
std::string_view Name(SurplusUse use);
std::string_view Name(PartPaymentUse use);
std::string_view Name(WriteOffUse use);
std::string_view Name(PayOrder order);

}  // namespace kvitt
