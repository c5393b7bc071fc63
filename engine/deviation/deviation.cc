// THE TABLE of deviation codes. A new code is one row here, one enumerator in kvitt/deviation.h,
// one section in docs/deviations.md and a case; tests/house checks that none is forgotten.

#include "kvitt/deviation.h"

#include "kvitt/check.h"

namespace kvitt {
namespace {

struct Row {
  DeviationCode code;
  std::string_view name;
  Severity severity;
  std::string_view sentence;
};

using C = DeviationCode;
using S = Severity;

constexpr Row kTable[] = {
    {C::kAmountTolerated, "amount_tolerated", S::kInfo,
     "The payment differs from the item by no more than the tolerance; the item is closed and the "
     "difference written off."},
    {C::kDiscountTaken, "discount_taken", S::kInfo,
     "The payment is short by the cash discount and came in time; the item is closed."},
    {C::kDiscountUnearned, "discount_unearned", S::kReview,
     "The payment is short by the cash discount but came too late; the item stays open by the "
     "discount."},
    {C::kBankCharge, "bank_charge", S::kInfo,
     "The payment is short by the charges that the bank stated; the item is closed."},
    {C::kAmountShort, "amount_short", S::kReview,
     "The payment is less than the item; the item keeps a residual."},
    {C::kAmountOver, "amount_over", S::kReview,
     "The payment is more than the item; the surplus is kept on account."},
    {C::kCurrencyMismatch, "currency_mismatch", S::kReview,
     "The payment and the item have different currencies; nothing was posted."},
    {C::kItemAlreadySettled, "item_already_settled", S::kReview,
     "The item that the reference names is closed already; the money is kept on account."},
    {C::kItemDisputed, "item_disputed", S::kReview, "The item is disputed by the customer."},
    {C::kItemInCollection, "item_in_collection", S::kReview,
     "The item has been handed to debt collection."},
    {C::kCustomerInsolvent, "customer_insolvent", S::kReview,
     "The customer is insolvent; a payment may have to be paid back."},
    {C::kItemBlocked, "item_blocked", S::kReview,
     "The item is blocked for payment; nothing was posted."},
    {C::kHeldByPolicy, "held_by_policy", S::kReview,
     "The payment could be posted, but the policy lets the rule only suggest here; nothing was "
     "posted."},
    {C::kReferenceUnknown, "reference_unknown", S::kReview,
     "No open item carries the quoted reference."},
    {C::kReferenceInvalid, "reference_invalid", S::kReview,
     "The quoted reference is not well formed, and no open item carries it."},
    {C::kReferenceMissing, "reference_missing", S::kReview, "The payment quotes no reference."},
    {C::kReferenceAmbiguous, "reference_ambiguous", S::kReview,
     "The quoted references lead to several answers."},
    {C::kReferenceRepaired, "reference_repaired", S::kInfo,
     "The quoted reference was wrong by one small slip; the only item that it can mean was "
     "settled."},
    {C::kCombinationAmbiguous, "combination_ambiguous", S::kReview,
     "More than one set of the customer's items makes the amount."},
    {C::kAccountMismatch, "account_mismatch", S::kReview,
     "The reference exists, but on another creditor account."},
    {C::kDuplicateDelivery, "duplicate_delivery", S::kInfo,
     "The same bank transaction was delivered before; it was not posted again."},
    {C::kPossibleDoublePayment, "possible_double_payment", S::kReview,
     "The payer seems to have paid the same thing twice."},
    {C::kPaymentReversed, "payment_reversed", S::kReview,
     "A later transaction took this payment back; what it had settled is open again."},
    {C::kDirectDebitReturned, "direct_debit_returned", S::kReview,
     "A direct debit came back unpaid."},
    {C::kReversalUnmatched, "reversal_unmatched", S::kReview,
     "Money was taken back, and it cannot be told which payment this undoes."},
    {C::kDetailsMissing, "details_missing", S::kReview,
     "The bank booked a batch without delivering its single transactions."},
    {C::kNotBooked, "not_booked", S::kReview,
     "The transaction is announced but not booked, or is a copy of one; it was not posted."},
    {C::kSearchLimit, "search_limit", S::kReview,
     "The search for a match was stopped at its declared limit; no guess was made."},
    {C::kPrecisionLost, "precision_lost", S::kReview,
     "An amount has more decimals than its currency; it was refused, not rounded."},
    {C::kRecordMalformed, "record_malformed", S::kReview, "A record could not be read."},
    {C::kFileTruncated, "file_truncated", S::kBlock, "The file ends too early."},
    {C::kFileDuplicate, "file_duplicate", S::kInfo,
     "The same file was given twice; it was read once."},
    {C::kFileEmpty, "file_empty", S::kReview, "The file holds no records."},
    {C::kFileUnknown, "file_unknown", S::kBlock, "The file is in no format that kvitt reads."},
    {C::kControlTotalMismatch, "control_total_mismatch", S::kBlock,
     "A control total of the file does not agree with its records."},
    {C::kBalanceMismatch, "balance_mismatch", S::kBlock,
     "Opening balance and entries do not make the closing balance."},
    {C::kSequenceGap, "sequence_gap", S::kReview,
     "A statement or record is missing from its numbered sequence."},
    {C::kItemDuplicate, "item_duplicate", S::kReview,
     "Two open items carry the same id; the first one counts."},
    {C::kCreditLimitExceeded, "credit_limit_exceeded", S::kReview,
     "The customer owes more than the credit limit."},
    {C::kOrgNoInvalid, "org_no_invalid", S::kInfo,
     "The organisation number fails its check digit."},
    {C::kCustomerDuplicate, "customer_duplicate", S::kReview,
     "Two customers share an id, an account or an organisation number."},
    {C::kBatchAnomaly, "batch_anomaly", S::kBlock,
     "The batch of invoices differs strangely from what is usual."},
};
static_assert(sizeof(kTable) / sizeof(kTable[0]) == static_cast<size_t>(C::kCount),
              "each code has exactly one row");

constexpr bool InOrder() {
  for (size_t i = 0; i < static_cast<size_t>(C::kCount); ++i) {
    if (static_cast<size_t>(kTable[i].code) != i) return false;
  }
  return true;
}

static_assert(InOrder(), "rows stand in the order of the enum");

const Row& Find(DeviationCode code) {
  KVITT_CHECK(code < DeviationCode::kCount);
  return kTable[static_cast<size_t>(code)];
}

}  // namespace

std::string_view Name(DeviationCode code) {
  return Find(code).name;
}

Severity DefaultSeverity(DeviationCode code) {
  return Find(code).severity;
}

std::string_view Sentence(DeviationCode code) {
  return Find(code).sentence;
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kReview:
      return "review";
    case Severity::kBlock:
      return "block";
  }
  return "review";
}

}  // namespace kvitt
