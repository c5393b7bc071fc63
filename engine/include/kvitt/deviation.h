// Deviations: everything that a person must know of, coded and explained.
//
// A deviation is data, never a failure of the program. The closed list of codes is the table in
// deviation/deviation.cc; each code has a severity, a sentence and a section in docs/deviations.md.
// A code is never reused for something else.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kvitt/amount.h"

namespace kvitt {

enum class Severity : uint8_t { kInfo, kReview, kBlock };

enum class DeviationCode : uint8_t {
  // Of a payment that was settled with a difference, or only in part.
  kAmountTolerated,
  kDiscountTaken,
  kDiscountUnearned,
  kBankCharge,
  kAmountShort,
  kAmountOver,
  kCurrencyMismatch,
  kItemAlreadySettled,
  kItemDisputed,
  kItemInCollection,
  kCustomerInsolvent,
  kItemBlocked,
  kHeldByPolicy,
  // Of a payment whose reference did not decide.
  kReferenceUnknown,
  kReferenceInvalid,
  kReferenceMissing,
  kReferenceAmbiguous,
  kReferenceRepaired,
  kCombinationAmbiguous,
  kAccountMismatch,
  // Of deliveries and reversals.
  kDuplicateDelivery,
  kPossibleDoublePayment,
  kPaymentReversed,
  kDirectDebitReturned,
  kReversalUnmatched,
  kDetailsMissing,
  kNotBooked,
  kSearchLimit,
  // Of files and records.
  kPrecisionLost,
  kRecordMalformed,
  kFileTruncated,
  kFileDuplicate,
  kFileEmpty,
  kFileUnknown,
  kControlTotalMismatch,
  kBalanceMismatch,
  kSequenceGap,
  // Of open items and customers.
  kItemDuplicate,
  kCreditLimitExceeded,
  kOrgNoInvalid,
  kCustomerDuplicate,
  kBatchAnomaly,
  kCount,  // not a code
};

// "amount_short"
std::string_view Name(DeviationCode code);
Severity DefaultSeverity(DeviationCode code);
// What the code means, in one sentence for a clerk.
std::string_view Sentence(DeviationCode code);
// "info", "review", "block"
std::string_view Name(Severity severity);

}  // namespace kvitt
