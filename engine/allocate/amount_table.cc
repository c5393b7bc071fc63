#include "engine/allocate/amount_table.h"

#include "kvitt/check.h"

namespace kvitt {

PaymentCase DecideAmount(int64_t paid_minor, const AmountTerms& terms) {
  KVITT_CHECK(paid_minor > 0 && terms.open_minor > 0);
  const int64_t difference = paid_minor - terms.open_minor;
  if (difference == 0) return PaymentCase::kExact;
  if (difference > 0) {
    return difference <= terms.tolerated_over_minor ? PaymentCase::kToleratedOver
                                                    : PaymentCase::kOver;
  }
  const int64_t missing = -difference;
  if (missing <= terms.tolerated_short_minor) return PaymentCase::kToleratedShort;
  if (terms.discount_minor != 0 && missing == terms.discount_minor) {
    const bool in_time =
        terms.discount_date.has_value() && terms.paid_on.has_value() &&
        terms.paid_on.days() <= terms.discount_date.days() + terms.discount_grace_days;
    return in_time ? PaymentCase::kDiscount : PaymentCase::kDiscountLate;
  }
  if (terms.charges_minor != 0 && missing == terms.charges_minor) return PaymentCase::kBankCharge;
  return PaymentCase::kShort;
}

AmountSplit SplitAmount(PaymentCase decided, int64_t paid_minor, int64_t open_minor) {
  AmountSplit split;
  switch (decided) {
    case PaymentCase::kExact:
    case PaymentCase::kShort:
    case PaymentCase::kDiscountLate:
      split.payment_minor = paid_minor;
      break;
    case PaymentCase::kToleratedShort:
    case PaymentCase::kBankCharge:
      split.payment_minor = paid_minor;
      split.write_off_minor = open_minor - paid_minor;
      break;
    case PaymentCase::kDiscount:
      split.payment_minor = paid_minor;
      split.discount_minor = open_minor - paid_minor;
      break;
    case PaymentCase::kToleratedOver:
      split.payment_minor = open_minor;
      split.kept_minor = paid_minor - open_minor;
      break;
    case PaymentCase::kOver:
      split.payment_minor = open_minor;
      split.on_account_minor = paid_minor - open_minor;
      break;
    case PaymentCase::kAlreadySettled:
    case PaymentCase::kCreditNoteNamed:
      split.on_account_minor = paid_minor;
      break;
    case PaymentCase::kUndecided:
    case PaymentCase::kCurrencyMismatch:
    case PaymentCase::kItemBlocked:
    case PaymentCase::kHeld:
    case PaymentCase::kComposed:
    case PaymentCase::kDuplicate:
    case PaymentCase::kIgnored:
      break;
  }
  return split;
}

Outcome OutcomeOf(PaymentCase decided) {
  switch (decided) {
    case PaymentCase::kExact:
      return Outcome::kSettled;
    case PaymentCase::kToleratedShort:
    case PaymentCase::kToleratedOver:
    case PaymentCase::kDiscount:
    case PaymentCase::kBankCharge:
      return Outcome::kSettledWithDifference;
    case PaymentCase::kShort:
    case PaymentCase::kDiscountLate:
      return Outcome::kPartial;
    case PaymentCase::kOver:
      return Outcome::kOverpaid;
    case PaymentCase::kAlreadySettled:
    case PaymentCase::kCreditNoteNamed:
      return Outcome::kOnAccount;
    case PaymentCase::kCurrencyMismatch:
    case PaymentCase::kItemBlocked:
    case PaymentCase::kHeld:
      return Outcome::kSuggested;
    case PaymentCase::kDuplicate:
      return Outcome::kDuplicate;
    case PaymentCase::kIgnored:
      return Outcome::kIgnored;
    case PaymentCase::kUndecided:
    case PaymentCase::kComposed:
      break;
  }
  return Outcome::kUnmatched;
}

}  // namespace kvitt
