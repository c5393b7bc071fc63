// The sums of a record stream while it is read: by currency, first and last date, accounts met.
//
// Adding is cheap enough for each of millions of records: sums are an array by currency index, and
// an account that was met a moment ago costs one comparison.

#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "io/formats/format.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"

namespace kvitt {

class RecordTally {
 public:
  RecordTally() : recent_(kRecent) {}

  void AddCredit(Currency currency, int64_t minor) { Add(&credits_, currency, minor); }

  void AddDebit(Currency currency, int64_t minor) { Add(&debits_, currency, minor); }

  void AddDate(Date date) {
    if (!date.has_value()) return;
    if (!first_.has_value() || date < first_) first_ = date;
    if (last_ < date) last_ = date;
  }

  void AddAccount(std::string_view account) {
    if (account.empty() || accounts_.size() >= kAccountsMax) return;
    std::string& recent = recent_[Place(account)];
    if (recent == account) return;
    recent.assign(account);
    if (seen_.insert(recent).second) accounts_.push_back(recent);
  }

  // Adds what was counted to the sums, dates and accounts of `tally`.
  void Store(BlockTally* tally) const {
    for (size_t i = 0; i < credits_.size(); ++i) {
      const Currency currency = Currency::FromIndex(static_cast<uint8_t>(i));
      if (credits_[i].used) tally->credit_minor[currency] += credits_[i].sum;
      if (debits_[i].used) tally->debit_minor[currency] += debits_[i].sum;
    }
    tally->first_date = first_;
    tally->last_date = last_;
    tally->accounts = accounts_;
  }

 private:
  struct Sum {
    Int128 sum = 0;
    bool used = false;
  };

  using Sums = std::array<Sum, kCurrencyIndexEnd>;

  static constexpr size_t kAccountsMax = 100;
  static constexpr size_t kRecent = 64;

  static void Add(Sums* sums, Currency currency, int64_t minor) {
    Sum& sum = (*sums)[currency.index()];
    sum.sum += minor;
    sum.used = true;
  }

  static size_t Place(std::string_view account) {
    const unsigned char last = static_cast<unsigned char>(account.back());
    const unsigned char before =
        account.size() > 1 ? static_cast<unsigned char>(account[account.size() - 2]) : 0;
    return (last + size_t{7} * before + account.size()) % kRecent;
  }

  Sums credits_{};
  Sums debits_{};
  Date first_;
  Date last_;
  std::vector<std::string> recent_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<std::string> accounts_;
};

}  // namespace kvitt
