// What was decided of a payment: outcome, rule, confidence, and the rows that post it.
//
// Rows hold views into the result that gave them; they live until the next row page is read into
// the same object. Enumerators map to the words of the output files through Name().

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"
#include "kvitt/deviation.h"
#include "kvitt/record_batch.h"

namespace kvitt {

enum class Outcome : uint8_t {
  kSettled,                // every item that it pays is closed, to the minor unit
  kSettledWithDifference,  // closed with tolerance, discount or bank charge
  kPartial,                // an item keeps a residual
  kOverpaid,               // closed, and the surplus is on account
  kOnAccount,              // customer known, nothing to pay
  kSuggested,              // nothing posted, at least one suggestion
  kUnmatched,
  kDuplicate,  // the same bank transaction was delivered before
  kReversed,   // a later payment took this one back
  kReversal,   // the one that took it
  kIgnored,    // fees, interest, own transfers
  kCount,
};

// The rules in their order of precedence. kNone: no rule decided.
enum class Rule : uint8_t {
  kNone,
  kDuplicate,
  kReversal,
  kReferenceExact,
  kReferenceRepaired,
  kTextReference,
  kPayerAmount,
  kBalanceExact,
  kCombination,
  kPayerOldest,
  kAmountUnique,
  kPayerName,
  kCount,
};

// kHigh: the payer quoted it, well formed. kMedium: several facts agree. kLow: one fact.
enum class Confidence : uint8_t { kNone, kLow, kMedium, kHigh };

enum class AllocationKind : uint8_t {
  kPayment,
  kCreditNote,
  kDiscount,
  kWriteOff,
  kOnAccount,
  kReversal,
};

// What a rule found when it was tried on a payment that no earlier rule had decided.
enum class TrialResult : uint8_t {
  kNotApplicable,  // nothing to go by: no payer known, no text, ...
  kNothingFound,
  kAmountDiffers,
  kSeveralAnswers,
  kContradicted,  // would have decided, but other evidence speaks against it
  kReserved,      // disputed, in collection, blocked, or the customer insolvent
  kTaken,         // another payment had the better claim on the items
  kSuggestOnly,   // the rule suggests and never posts
  kSearchLimit,
  kSwitchedOff,
  kDecided,
};

// One rule tried on one payment. `count` is of items or of answers, whichever the result is about.
struct RuleTrial {
  Rule rule = Rule::kNone;
  TrialResult result = TrialResult::kNotApplicable;
  uint32_t count = 0;
};

// Whether a decision is the only one that its evidence allows.
enum class Uniqueness : uint8_t {
  kNone,  // not said: the payer named what is paid, or nothing was decided
  kUnique,
  kAlike,    // the alternatives differ only in which of several equal items they take
  kSeveral,  // how many stands beside it
};

std::string_view Name(Outcome outcome);
std::string_view Name(Rule rule);  // "" for kNone
std::string_view Name(Confidence confidence);
std::string_view Name(AllocationKind kind);
std::string_view Name(TrialResult result);
std::string_view Name(Uniqueness uniqueness);  // "" for kNone

// One row of `allocations`.
struct AllocationRow {
  std::string_view payment_id;
  std::string_view item_id;  // empty: on account, or a small surplus kept
  std::string_view customer_id;
  int64_t amount_minor = 0;  // negative in reversal rows only
  Currency currency;
  AllocationKind kind = AllocationKind::kPayment;
  Rule rule = Rule::kNone;
  Confidence confidence = Confidence::kNone;
  Date booking_date;
};

// One row of `payments`.
struct PaymentRow {
  Payment payment;  // normalised; payment_id is filled
  std::vector<PaymentReference> references;
  std::vector<std::string_view> text;
  std::string_view file;
  uint64_t record = 0;  // 1-based among the file's transactions
  Outcome outcome = Outcome::kUnmatched;
  Rule rule = Rule::kNone;
  Confidence confidence = Confidence::kNone;
  int64_t allocated_minor = 0;  // on items (of a reversal: taken back from items)
  int64_t on_account_minor = 0;
  int64_t unallocated_minor = 0;
  // Why: of payments that went beyond rules 1 to 3; empty for all others.
  Uniqueness uniqueness = Uniqueness::kNone;
  uint32_t alternatives = 0;           // of kSeveral
  std::string_view evidence;           // in words
  absl::Span<const RuleTrial> trials;  // in the order in which they were tried
};

struct SuggestedAllocation {
  std::string item_id;  // empty: on account
  int64_t amount_minor = 0;
  AllocationKind kind = AllocationKind::kPayment;
};

struct Suggestion {
  Rule rule = Rule::kNone;
  Confidence confidence = Confidence::kLow;
  std::vector<SuggestedAllocation> allocations;
  std::string explanation;
};

// One row of `exceptions`.
struct ExceptionRow {
  std::string exception_id;
  DeviationCode code = DeviationCode::kRecordMalformed;
  Severity severity = Severity::kReview;
  std::string payment_id;  // empty when it is not about a payment
  std::vector<std::string> item_ids;
  std::string customer_id;
  std::string file;
  uint64_t record = 0;  // 0: the file as a whole
  bool has_amount = false;
  int64_t amount_minor = 0;
  bool has_difference = false;
  int64_t difference_minor = 0;  // payment minus open amount
  Currency currency;
  std::string explanation;
  std::vector<Suggestion> suggestions;  // best first
};

// One row of `open_items`: the item as read, with what is open now.
struct OpenItemRow {
  OpenItem item;
  std::vector<std::string_view> references;
};

}  // namespace kvitt
