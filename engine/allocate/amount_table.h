// The table of differing amounts: what happens when a payment and the item that it names do not
// agree to the minor unit. Pure arithmetic; contract: docs/policy.md.

#pragma once

#include <cstdint>

#include "engine/store/payment_store.h"
#include "kvitt/date.h"

namespace kvitt {

struct AmountTerms {
  int64_t open_minor = 0;  // > 0
  int64_t tolerated_short_minor = 0;
  int64_t tolerated_over_minor = 0;
  int64_t discount_minor = 0;  // 0: none
  Date discount_date;
  int discount_grace_days = 0;
  int64_t charges_minor = 0;  // stated by the bank file; 0: none
  Date paid_on;               // booking date, else value date; unset: never in time
};

// One of kExact, kToleratedShort, kToleratedOver, kDiscount, kDiscountLate, kBankCharge, kShort,
// kOver. REQUIRES: paid_minor > 0, open_minor > 0.
PaymentCase DecideAmount(int64_t paid_minor, const AmountTerms& terms);

// What the case posts: on the item as money, on the item as the given kind, and without an item.
struct AmountSplit {
  int64_t payment_minor = 0;
  int64_t discount_minor = 0;
  int64_t write_off_minor = 0;  // on the item: a small difference given up
  int64_t kept_minor = 0;       // write-off without item: a small surplus kept
  int64_t on_account_minor = 0;

  // What the item loses.
  int64_t closed_minor() const { return payment_minor + discount_minor + write_off_minor; }
};

AmountSplit SplitAmount(PaymentCase decided, int64_t paid_minor, int64_t open_minor);

Outcome OutcomeOf(PaymentCase decided);

}  // namespace kvitt
