// The terms of a policy: which voice wins, and what may be said at all. Public face:
// kvitt/policy.h.

#include "kvitt/policy.h"

#include <set>

#include "engine/value/concat.h"
#include "kvitt/amount.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// A policy is wrong in the same words whether an account, a group or nobody in particular says it.
absl::Status CheckTerms(const PolicyOverride& terms, std::string_view whose) {
  const auto wrong = [&](std::string_view key, std::string_view expected) {
    return absl::InvalidArgumentError(Concat("policy", whose, ": ", key, " must be ", expected));
  };
  for (const auto& [code, minor] : terms.tolerance_minor) {
    if (Currency::FromCode(code).is_none()) {
      return wrong("tolerance", Concat("by ISO 4217 currency, which '", code, "' is not"));
    }
    if (minor < 0) return wrong("tolerance", "0 or more");
  }
  if (terms.tolerance_other.value_or(0) < 0) return wrong("tolerance", "0 or more");
  const int basis_points = terms.tolerance_basis_points.value_or(0);
  if (basis_points < 0 || basis_points > 10'000) return wrong("tolerance_percent", "from 0 to 100");
  const int days = terms.discount_grace_days.value_or(0);
  if (days < 0 || days > Policy::kDaysMax) {
    return wrong("discount_grace_days", Concat("from 0 to ", Policy::kDaysMax));
  }
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    const std::optional<RuleMode> mode = terms.rules[rule];
    if (mode.has_value() && !MayHaveMode(static_cast<Rule>(rule), *mode)) {
      return wrong("rules", Concat("other than ", Name(static_cast<Rule>(rule)), "=", Name(*mode)));
    }
  }
  return absl::OkStatus();
}

}  // namespace

void PolicyOverride::ApplyTo(PolicyTerms* terms) const {
  if (tolerance_other.has_value()) {
    terms->tolerance_other = *tolerance_other;
    terms->tolerance_minor.clear();
  }
  for (const auto& [code, minor] : tolerance_minor) terms->tolerance_minor[code] = minor;
  terms->tolerance_basis_points = tolerance_basis_points.value_or(terms->tolerance_basis_points);
  terms->write_off = write_off.value_or(terms->write_off);
  terms->discount_grace_days = discount_grace_days.value_or(terms->discount_grace_days);
  terms->overpayment = overpayment.value_or(terms->overpayment);
  terms->part_payment = part_payment.value_or(terms->part_payment);
  terms->pay_order = pay_order.value_or(terms->pay_order);
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    terms->rules[rule] = rules[rule].value_or(terms->rules[rule]);
  }
}

PolicyOverride AllOf(const PolicyTerms& terms) {
  PolicyOverride all;
  all.tolerance_minor = terms.tolerance_minor;
  all.tolerance_other = terms.tolerance_other;
  all.tolerance_basis_points = terms.tolerance_basis_points;
  all.write_off = terms.write_off;
  all.discount_grace_days = terms.discount_grace_days;
  all.overpayment = terms.overpayment;
  all.part_payment = terms.part_payment;
  all.pay_order = terms.pay_order;
  for (size_t rule = 0; rule < kRuleCount; ++rule) all.rules[rule] = terms.rules[rule];
  return all;
}

bool MayHaveMode(Rule rule, RuleMode mode) {
  switch (rule) {
    case Rule::kNone:
    case Rule::kDuplicate:
    case Rule::kReversal:
    case Rule::kCount:
      return mode == RuleMode::kPost;
    case Rule::kReferenceExact:
      return mode != RuleMode::kOff;
    case Rule::kReferenceRepaired:
    case Rule::kTextReference:
    case Rule::kPayerAmount:
    case Rule::kBalanceExact:
    case Rule::kCombination:
    case Rule::kPayerOldest:
      return true;
    case Rule::kAmountUnique:
    case Rule::kPayerName:
      return mode != RuleMode::kPost;
  }
  return false;
}

absl::Status CheckPolicy(const Policy& policy) {
  for (const PolicyNumber& number : PolicyNumbers()) {
    const int64_t value = number.get(policy);
    if (value < number.least || value > number.most) {
      return absl::InvalidArgumentError(
          Concat("policy: ", number.name, " must be from ", number.least, " to ", number.most));
    }
  }
  if (absl::Status status = CheckTerms(AllOf(policy.terms), ""); !status.ok()) return status;
  std::set<std::string> accounts;
  for (const auto& [account, terms] : policy.by_account) {
    if (absl::Status status = CheckTerms(terms, Concat(" of account ", account)); !status.ok()) {
      return status;
    }
    if (!accounts.insert(AccountAlias(NormalAccount(account))).second) {
      return absl::InvalidArgumentError(
          Concat("policy: account ", account, " is named twice, in two spellings"));
    }
  }
  for (const auto& [group, terms] : policy.by_group) {
    if (absl::Status status = CheckTerms(terms, Concat(" of group ", group)); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace kvitt
