// A text case: records in, what must come of them. Its grammar is in README.md beside this file.
//
//   case a payment below the invoice, beyond tolerance, leaves a residual
//   invoice   INV-1001  customer C7  EUR 1000.00  due 2026-03-01
//   payment   P1        EUR 990.00   reference INV-1001  booked 2026-02-27
//   ---
//   outcome   P1 partial
//   allocate  P1 INV-1001 EUR 990.00 by reference_exact
//   residual  INV-1001 EUR 10.00
//   deviation P1 amount_short EUR 10.00

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kvitt/reconcile.h"

namespace kvitt::cases {

// The payments of one file. The views of the batch point into the text of the case.
struct PaymentFile {
  std::string name;
  std::string digest;
  PaymentBatch batch;
  std::vector<std::string> labels;  // what the case calls each payment: "P1"
};

enum class Subject : uint8_t { kOutcome, kAllocation, kOpen, kDeviation, kConcern, kSuggestion };

// One line below `---`, in the form that actual results are written in too.
struct Expectation {
  Subject subject = Subject::kOutcome;
  size_t line = 0;
  std::string text;  // canonical: "allocate P1 INV-1001 EUR 990.00 as payment by reference_exact"
  bool prefix = false;  // `text` need only be how the actual line begins (no amount was named)
};

struct Case {
  std::string title;
  std::string place;  // "amounts.case:12"
  ReconcileOptions options;
  OpenItemBatch items;
  CustomerBatch customers;
  std::vector<PaymentFile> files;
  std::vector<Expectation> expected;
};

struct ParsedCases {
  std::vector<Case> cases;
  std::string error;  // "amounts.case:12: ..."; empty when all could be read
};

// Reads a file of cases. REQUIRES: `text` outlives the result.
ParsedCases ParseCases(std::string_view name, std::string_view text);

// The lines that the tests of a case compare.
std::string OutcomeLine(std::string_view payment, std::string_view outcome);
std::string AllocationLine(std::string_view payment,
                           std::string_view item,
                           Amount amount,
                           std::string_view kind,
                           std::string_view rule);
std::string OpenLine(std::string_view item, Amount amount);
// `amount` is how far off it is, without a sign; null when the deviation has no difference.
std::string DeviationLine(std::string_view subject, std::string_view code, const Amount* amount);
// `customer` is empty when the row names none.
std::string ConcernLine(std::string_view subject,
                        std::string_view code,
                        const std::vector<std::string>& items,
                        std::string_view customer);
std::string SuggestionLine(std::string_view payment,
                           size_t rank,
                           std::string_view rule,
                           const std::vector<std::string>& items);

// Runs the engine on the case and returns what does not agree, one line each:
//   "missing: deviation P1 amount_short EUR 10.00 (amounts.case:19)"
//   "unexpected: deviation P1 amount_over EUR 10.00"
// Tries it with one and two threads, and with the files the other way round: all must agree.
std::vector<std::string> RunCase(const Case& test);

}  // namespace kvitt::cases
