#include "engine/allocate/posting.h"

#include "kvitt/check.h"

namespace kvitt {

AmountTerms TermsFor(const Books& books,
                     const PaymentRecord& payment,
                     const ItemRecord& item,
                     int64_t open_minor) {
  const ResolvedTerms& policy = books.PolicyOf(payment, item);
  AmountTerms terms;
  terms.open_minor = open_minor;
  terms.tolerated_short_minor = policy.ToleratedShort(payment.currency, open_minor);
  terms.tolerated_over_minor = policy.ToleratedOver(payment.currency, open_minor);
  terms.discount_minor = books.items.Discount(item);
  if (terms.discount_minor != 0) terms.discount_date = books.items.DiscountDate(item);
  terms.discount_grace_days = policy.discount_grace_days;
  terms.charges_minor = ChargesOf(books, payment);
  terms.paid_on = PaidOn(books, payment);
  return terms;
}

Date PaidOn(const Books& books, const PaymentRecord& payment) {
  const Date booked = books.payments.BookingDate(payment);
  return booked.has_value() ? booked : books.payments.ValueDate(payment);
}

int64_t ChargesOf(const Books& books, const PaymentRecord& payment) {
  if (!payment.has(PaymentRecord::kHasCharges)) return 0;
  return books.payments.ColdAmount(payment, ColdTag::kCharges);
}

bool DiscountInTime(const Books& books, const PaymentRecord& payment, const ItemRecord& item) {
  if (!item.has(ItemRecord::kHasDiscount) || item.kind() == ItemKind::kCreditNote) return false;
  const int64_t discount = books.items.Discount(item);
  if (discount <= 0 || discount >= item.open_minor) return false;
  // The table itself says what is in time: a payment of one unit on an item that is short by just
  // the discount.
  return DecideAmount(1, {.open_minor = 1 + discount,
                          .discount_minor = discount,
                          .discount_date = books.items.DiscountDate(item),
                          .discount_grace_days = books.PolicyOf(payment, item).discount_grace_days,
                          .paid_on = PaidOn(books, payment)}) == PaymentCase::kDiscount;
}

PaymentCase JudgeItem(const Books& books,
                      const PaymentRecord& payment,
                      const ItemRecord& item,
                      int64_t open_minor) {
  if (item.currency != payment.currency) return PaymentCase::kCurrencyMismatch;
  if (item.status() == ItemStatus::kBlocked) return PaymentCase::kItemBlocked;
  if (open_minor == 0) return PaymentCase::kAlreadySettled;
  if (item.kind() == ItemKind::kCreditNote) return PaymentCase::kCreditNoteNamed;
  return DecideAmount(payment.amount_minor, TermsFor(books, payment, item, open_minor));
}

bool IsHeld(const ResolvedTerms& policy, Rule rule, Outcome outcome) {
  if (outcome == Outcome::kSuggested) return false;
  if (rule == Rule::kReferenceExact && policy.ModeOf(rule) != RuleMode::kPost) return true;
  return outcome == Outcome::kPartial && policy.part_payment == PartPaymentUse::kSuggest;
}

std::string_view RefundNote(const ResolvedTerms& policy) {
  return policy.overpayment == SurplusUse::kRefundProposal ? "A refund of the surplus is proposed."
                                                           : "";
}

void CloseOnItem(Books* books, ItemHandle item, int64_t closed_minor) {
  ItemRecord& record = books->items.At(item);
  KVITT_CHECK(closed_minor >= 0 && closed_minor <= record.open_minor);
  record.open_minor -= closed_minor;
}

void OpenAgain(Books* books, ItemHandle item, int64_t amount_minor) {
  ItemRecord& record = books->items.At(item);
  KVITT_CHECK(amount_minor >= 0 && amount_minor <= record.first_minor - record.open_minor);
  record.open_minor += amount_minor;
}

void DecideOnItem(
    Books* books, PaymentRecord* payment, ItemHandle handle, Rule rule, Confidence confidence) {
  KVITT_CHECK(payment->decided == PaymentCase::kUndecided);
  const ItemRecord& item = books->items.At(handle);
  if (item.status() != ItemStatus::kOpen || item.has(ItemRecord::kInsolvent)) {
    payment->set(PaymentRecord::kReserved);
  }
  payment->item = handle;
  payment->open_before = item.open_minor;
  payment->rule = rule;
  payment->confidence = confidence;
  payment->decided = JudgeItem(*books, *payment, item, item.open_minor);
  if (IsHeld(books->PolicyOf(*payment, item), rule, OutcomeOf(payment->decided))) {
    payment->decided = PaymentCase::kHeld;
    payment->held_rule = rule;
  }
  if (item.open_minor != 0) {
    CloseOnItem(
        books, handle,
        SplitAmount(payment->decided, payment->amount_minor, item.open_minor).closed_minor());
  }
  payment->outcome = OutcomeOf(payment->decided);
  // What only a suggestion names was decided by no rule.
  if (payment->outcome == Outcome::kSuggested) {
    payment->rule = Rule::kNone;
    payment->confidence = Confidence::kNone;
  }
}

void PostingsOf(const Books& books, PaymentHandle handle, std::vector<Posting>* out) {
  out->clear();
  const PaymentRecord& payment = books.payments.At(handle);
  if (payment.decided == PaymentCase::kComposed) {
    const ComposedDecision* composed = books.decisions.Find(handle);
    KVITT_CHECK(composed != nullptr);
    out->assign(composed->postings.begin(), composed->postings.end());
    return;
  }
  const AmountSplit split = SplitAmount(payment.decided, payment.amount_minor, payment.open_before);
  if (split.payment_minor != 0) {
    out->push_back({payment.item, {}, split.payment_minor, AllocationKind::kPayment});
  }
  if (split.discount_minor != 0) {
    out->push_back({payment.item, {}, split.discount_minor, AllocationKind::kDiscount});
  }
  if (split.write_off_minor != 0) {
    out->push_back({payment.item, {}, split.write_off_minor, AllocationKind::kWriteOff});
  }
  if (split.kept_minor == 0 && split.on_account_minor == 0) return;
  const PackedText customer = books.items.At(payment.item).customer_id;
  if (split.kept_minor != 0) {
    out->push_back({kNoItem, customer, split.kept_minor, AllocationKind::kWriteOff});
  }
  if (split.on_account_minor != 0) {
    out->push_back({kNoItem, customer, split.on_account_minor, AllocationKind::kOnAccount});
  }
}

PaymentSums SumsOf(const PaymentRecord& payment, const std::vector<Posting>& postings) {
  // The rows of a reversal are negative; the sums of the transaction that it is are positive.
  const int64_t sign = payment.outcome == Outcome::kReversal ? -1 : 1;
  PaymentSums sums;
  for (const Posting& posting : postings) {
    const int64_t amount = sign * posting.amount_minor;
    switch (posting.kind) {
      case AllocationKind::kPayment:
        sums.allocated_minor += amount;
        break;
      // What a credit note lends is spent on an item by a payment row, so it is no money of the
      // payment.
      case AllocationKind::kCreditNote:
        sums.allocated_minor -= amount;
        break;
      case AllocationKind::kDiscount:
        break;
      case AllocationKind::kWriteOff:
        if (posting.item != kNoItem) break;
        sums.kept_minor += amount;
        sums.allocated_minor += amount;
        break;
      case AllocationKind::kOnAccount:
        sums.on_account_minor += amount;
        break;
      case AllocationKind::kReversal:
        (posting.item != kNoItem ? sums.allocated_minor : sums.on_account_minor) += amount;
        break;
    }
  }
  sums.unallocated_minor = payment.amount_minor - sums.allocated_minor - sums.on_account_minor;
  return sums;
}

}  // namespace kvitt
