#include "engine/allocate/policy_book.h"

#include <algorithm>
#include <utility>

namespace kvitt {
namespace {

// Ten-thousandths of a major unit as minor units, rounded down.
int64_t MinorOfTenThousandths(int64_t value, int decimals) {
  constexpr int kDecimals = 4;
  for (int i = decimals; i < kDecimals; ++i) value /= 10;
  return value;
}

}  // namespace

int64_t ResolvedTerms::Tolerance(uint8_t currency, int64_t open_minor) const {
  const int64_t most = (*tolerance_minor)[currency];
  if (tolerance_basis_points == 0) return most;
  constexpr int kBasisPoints = 10'000;
  return static_cast<int64_t>(
      std::min<Int128>(most, Int128{open_minor} * tolerance_basis_points / kBasisPoints));
}

ResolvedTerms PolicyBook::Keep(const PolicyTerms& terms) {
  ResolvedTerms::ToleranceTable table;
  for (size_t i = 0; i < table.size(); ++i) {
    const Currency currency = Currency::FromIndex(static_cast<uint8_t>(i));
    const auto named = terms.tolerance_minor.find(std::string(currency.code()));
    table[i] = named != terms.tolerance_minor.end()
                   ? named->second
                   : MinorOfTenThousandths(terms.tolerance_other, currency.decimals());
  }
  ResolvedTerms resolved;
  resolved.tolerance_minor = &*tolerances_.insert(table).first;
  resolved.tolerance_basis_points = terms.tolerance_basis_points;
  resolved.write_off = terms.write_off;
  resolved.discount_grace_days = terms.discount_grace_days;
  resolved.overpayment = terms.overpayment;
  resolved.part_payment = terms.part_payment;
  resolved.pay_order = terms.pay_order;
  resolved.rules = terms.rules;
  exact_references_post_ &= resolved.ModeOf(Rule::kReferenceExact) == RuleMode::kPost;
  return resolved;
}

void PolicyBook::Resolve(const Policy& policy, const AccountBook& accounts) {
  terms_.clear();
  groups_.clear();
  tolerances_.clear();
  exact_references_post_ = true;
  has_overrides_ = !policy.by_account.empty() || !policy.by_group.empty();
  row_of_account_.assign(accounts.size(), 0);
  for (const auto& [name, terms] : policy.by_group) {
    groups_.emplace(name, static_cast<GroupNumber>(groups_.size() + 1));
  }
  columns_ = static_cast<uint32_t>(groups_.size() + 1);
  const auto add_row = [&](const PolicyTerms& row) {
    terms_.push_back(Keep(row));
    for (const auto& [name, group] : policy.by_group) {
      PolicyTerms terms = row;
      group.ApplyTo(&terms);
      terms_.push_back(Keep(terms));
    }
  };
  add_row(policy.terms);
  for (const auto& [name, account] : policy.by_account) {
    const AccountNumber number = accounts.Find(name);
    if (number == kAnyAccount) continue;
    row_of_account_[number] = static_cast<uint32_t>(terms_.size() / columns_);
    PolicyTerms terms = policy.terms;
    account.ApplyTo(&terms);
    add_row(terms);
  }
}

GroupNumber PolicyBook::GroupNumberOf(std::string_view group) const {
  const auto known = groups_.find(group);
  return known == groups_.end() ? kNoGroup : known->second;
}

int64_t PolicyBook::ToleranceMax(uint8_t currency) const {
  int64_t most = 0;
  for (const ResolvedTerms::ToleranceTable& table : tolerances_) {
    most = std::max(most, table[currency]);
  }
  return most;
}

}  // namespace kvitt
