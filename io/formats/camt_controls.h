// The controls of a camt message: what the statements declare, what their entries add up to.
//
// All figures are integers of 1/100000 of the currency's unit: camt allows five decimals, and
// totals come without a currency.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats/verdict.h"
#include "kvitt/amount.h"

namespace kvitt {

// `value` minor units in 1/100000.
Int128 CamtScaled(int64_t value, Currency currency);

// Digits with at most five decimals. False when it is anything else.
bool ParseCamtFigure(std::string_view text, Int128* figure);

// Entries of one statement in one currency.
struct CamtSums {
  Currency currency;
  uint64_t credits = 0;  // numbers of entries, whatever their status
  uint64_t debits = 0;
  uint64_t booked_credits = 0;
  uint64_t booked_debits = 0;
  Int128 credit_sum = 0;
  Int128 debit_sum = 0;
  Int128 booked_credit_sum = 0;
  Int128 booked_debit_sum = 0;
};

// TtlNtries, TtlCdtNtries, TtlDbtNtries.
struct CamtDeclared {
  bool has_count = false;
  bool has_sum = false;
  bool has_net = false;
  Int128 count = 0;
  Int128 sum = 0;
  Int128 net = 0;  // negative for a debit
};

struct CamtBalance {
  enum class Kind : uint8_t { kOther, kOpening, kPreviousClosing, kClosing };
  Kind kind = Kind::kOther;
  Currency currency;
  Int128 amount = 0;  // negative for a debit
};

// A statement, or the part of one that a block holds.
struct CamtStatement {
  bool goes_on = false;  // the statement was opened in an earlier block
  uint64_t byte_offset = 0;
  std::string account;
  std::string id;
  std::string sequence;
  Currency currency;
  int64_t page = 0;  // 0: not said
  bool is_last_page = true;
  // What the group header says of pages holds for statements that say nothing themselves.
  bool has_group = false;  // false: the group header stands in an earlier block
  int64_t group_page = 0;
  bool is_last_group_page = true;
  std::vector<CamtBalance> balances;
  std::vector<CamtSums> sums;
  CamtDeclared total;
  CamtDeclared credits;
  CamtDeclared debits;
};

// Checks totals and balances of the statements of a file, in file order, pages joined.
void CheckCamtStatements(const std::vector<CamtStatement>& statements, Verdict* verdict);

}  // namespace kvitt
