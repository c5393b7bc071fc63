// The words of the output files.

#include "kvitt/decision.h"

namespace kvitt {

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSettled:
      return "settled";
    case Outcome::kSettledWithDifference:
      return "settled_with_difference";
    case Outcome::kPartial:
      return "partial";
    case Outcome::kOverpaid:
      return "overpaid";
    case Outcome::kOnAccount:
      return "on_account";
    case Outcome::kSuggested:
      return "suggested";
    case Outcome::kUnmatched:
      return "unmatched";
    case Outcome::kDuplicate:
      return "duplicate";
    case Outcome::kReversed:
      return "reversed";
    case Outcome::kReversal:
      return "reversal";
    case Outcome::kIgnored:
      return "ignored";
    case Outcome::kCount:
      break;
  }
  return "";
}

std::string_view Name(Rule rule) {
  switch (rule) {
    case Rule::kNone:
      return "";
    case Rule::kDuplicate:
      return "duplicate";
    case Rule::kReversal:
      return "reversal";
    case Rule::kReferenceExact:
      return "reference_exact";
    case Rule::kReferenceRepaired:
      return "reference_repaired";
    case Rule::kTextReference:
      return "text_reference";
    case Rule::kPayerAmount:
      return "payer_amount";
    case Rule::kBalanceExact:
      return "balance_exact";
    case Rule::kCombination:
      return "combination";
    case Rule::kPayerOldest:
      return "payer_oldest";
    case Rule::kAmountUnique:
      return "amount_unique";
    case Rule::kPayerName:
      return "payer_name";
    case Rule::kCount:
      break;
  }
  return "";
}

std::string_view Name(Confidence confidence) {
  switch (confidence) {
    case Confidence::kNone:
      return "";
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      return "high";
  }
  return "";
}

std::string_view Name(AllocationKind kind) {
  switch (kind) {
    case AllocationKind::kPayment:
      return "payment";
    case AllocationKind::kCreditNote:
      return "credit_note";
    case AllocationKind::kDiscount:
      return "discount";
    case AllocationKind::kWriteOff:
      return "write_off";
    case AllocationKind::kOnAccount:
      return "on_account";
    case AllocationKind::kReversal:
      return "reversal";
  }
  return "";
}

std::string_view Name(TrialResult result) {
  switch (result) {
    case TrialResult::kNotApplicable:
      return "not_applicable";
    case TrialResult::kNothingFound:
      return "nothing_found";
    case TrialResult::kAmountDiffers:
      return "amount_differs";
    case TrialResult::kSeveralAnswers:
      return "several_answers";
    case TrialResult::kContradicted:
      return "contradicted";
    case TrialResult::kReserved:
      return "reserved";
    case TrialResult::kTaken:
      return "taken";
    case TrialResult::kSuggestOnly:
      return "suggest_only";
    case TrialResult::kSearchLimit:
      return "search_limit";
    case TrialResult::kSwitchedOff:
      return "switched_off";
    case TrialResult::kDecided:
      return "decided";
  }
  return "";
}

std::string_view Name(Uniqueness uniqueness) {
  switch (uniqueness) {
    case Uniqueness::kNone:
      return "";
    case Uniqueness::kUnique:
      return "unique";
    case Uniqueness::kAlike:
      return "alike";
    case Uniqueness::kSeveral:
      return "several";
  }
  return "";
}

}  // namespace kvitt
