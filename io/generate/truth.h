// What a reconciliation must make of each generated payment, and how that is written down.
//
// The truth is said in the words of the output files: outcome, rule, rows of money, deviation
// codes. Where the contract leaves room (which of two explanations is reported), the truth says
// which answers are as good.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kvitt/amount.h"
#include "kvitt/decision.h"
#include "kvitt/deviation.h"

namespace kvitt {

struct ExpectedRow {
  std::string item_id;  // empty: on account, or a small surplus kept
  int64_t amount_minor = 0;
  AllocationKind kind = AllocationKind::kPayment;
};

struct ExpectedDecision {
  Outcome outcome = Outcome::kSettled;
  Rule rule = Rule::kReferenceExact;
  std::vector<ExpectedRow> rows;         // what is posted, no more and no less
  std::vector<DeviationCode> codes;      // each must be reported
  std::vector<DeviationCode> codes_any;  // at least one of them must be reported
  std::vector<DeviationCode> codes_may;  // no fault when reported
  std::vector<Outcome> outcome_may;      // as good as `outcome`
  // The same when only rules 1 to 3 are tried: such a payment is honestly unmatched.
  bool needs_later_rule = false;
  // It stands in a file that must be set aside whole.
  bool not_read = false;
};

// One line of truth.jsonl.
struct TruthLine {
  std::string_view file;        // relative to the data set
  uint64_t record = 0;          // 1-based among the file's transactions
  std::string_view payment_id;  // empty where the format has none
  std::string_view situation;
  std::string_view delivery;  // not empty: the same on each delivery of one bank transaction
  int64_t amount_minor = 0;
  Currency currency;
  const ExpectedDecision* expected = nullptr;
};

// Appends the line, with its newline.
void AppendTruth(const TruthLine& line, std::string* out);

}  // namespace kvitt
