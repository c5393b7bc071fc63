// The policy as a run asks for it: which terms hold for a payment on this account by a customer of
// that group. Resolved once, when every account and customer is known.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/account_book.h"
#include "kvitt/amount.h"
#include "kvitt/policy.h"

namespace kvitt {

// A group of customers that the policy names; 0: none of them.
using GroupNumber = uint32_t;
inline constexpr GroupNumber kNoGroup = 0;

// The terms that hold, with every voice heard.
struct ResolvedTerms {
  using ToleranceTable = std::array<int64_t, kCurrencyIndexEnd>;  // minor units by currency index

  const ToleranceTable* tolerance_minor = nullptr;
  int tolerance_basis_points = 0;
  WriteOffUse write_off = WriteOffUse::kBoth;
  int discount_grace_days = 0;
  SurplusUse overpayment = SurplusUse::kOnAccount;
  PartPaymentUse part_payment = PartPaymentUse::kPost;
  PayOrder pay_order = PayOrder::kOldestFirst;
  std::array<RuleMode, kRuleCount> rules = DefaultRuleModes();

  RuleMode ModeOf(Rule rule) const { return rules[static_cast<size_t>(rule)]; }

  // Most that may be missing of `open_minor`, or be too much, and be written off.
  int64_t ToleratedShort(uint8_t currency, int64_t open_minor) const {
    const bool is_used = write_off == WriteOffUse::kBoth || write_off == WriteOffUse::kShort;
    return is_used ? Tolerance(currency, open_minor) : 0;
  }

  int64_t ToleratedOver(uint8_t currency, int64_t open_minor) const {
    const bool is_used = write_off == WriteOffUse::kBoth || write_off == WriteOffUse::kOver;
    return is_used ? Tolerance(currency, open_minor) : 0;
  }

 private:
  int64_t Tolerance(uint8_t currency, int64_t open_minor) const;
};

class PolicyBook {
 public:
  PolicyBook() { Resolve(Policy(), AccountBook()); }

  ~PolicyBook() = default;
  PolicyBook(const PolicyBook&) = delete;
  PolicyBook& operator=(const PolicyBook&) = delete;

  // Accounts that the policy names and `accounts` has not met concern nobody. Not thread-safe; what
  // follows is.
  void Resolve(const Policy& policy, const AccountBook& accounts);

  const ResolvedTerms& For(AccountNumber account, GroupNumber group) const {
    if (!has_overrides_) return terms_[0];
    const uint32_t row = account < row_of_account_.size() ? row_of_account_[account] : 0;
    return terms_[row * columns_ + group];
  }

  RuleMode ModeOf(Rule rule, AccountNumber account, GroupNumber group) const {
    return For(account, group).ModeOf(rule);
  }

  // No account or group tolerates a larger difference in the currency.
  int64_t ToleranceMax(uint8_t currency) const;

  // Whether the terms depend on groups at all; customers need not be looked up else.
  bool has_groups() const { return columns_ > 1; }

  // The number of the `group` of a customer record.
  GroupNumber GroupNumberOf(std::string_view group) const;

  // Whether exact references post, whoever pays wherever.
  bool exact_references_post() const { return exact_references_post_; }

 private:
  ResolvedTerms Keep(const PolicyTerms& terms);

  bool has_overrides_ = false;
  bool exact_references_post_ = true;
  uint32_t columns_ = 1;                  // groups, and none
  std::vector<ResolvedTerms> terms_;      // a row for each account, row 0 for others
  std::vector<uint32_t> row_of_account_;  // by account number
  std::map<std::string, GroupNumber, std::less<>> groups_;
  std::set<ResolvedTerms::ToleranceTable> tolerances_;  // each different table once
};

}  // namespace kvitt
