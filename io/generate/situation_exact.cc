// Situations that a quoted reference decides, and those where it does not: rules 1 to 3 and the
// table of differing amounts.

#include "io/generate/situation.h"
#include "io/generate/slips.h"

namespace kvitt::situation {
namespace {

using enum DeviationCode;
using Outcome::kOnAccount;
using Outcome::kOverpaid;
using Outcome::kPartial;
using Outcome::kSettledWithDifference;
using Outcome::kSuggested;
using Outcome::kUnmatched;

// The usual start: a customer, an item, and a payment that quotes it.
struct Quoted {
  SceneCustomer& customer;
  SceneItem& item;
};

Quoted OneItem(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  return {customer, scene->AddItem(customer)};
}

ScenePayment& Pay(SceneBuilder* scene, const Quoted& quoted, int64_t amount, uint32_t day = 0) {
  return scene->AddPaymentBy(quoted.customer, day, amount).Quotes(quoted.item.reference());
}

// Two to three per cent, rounded down to whole units of the currency and at least two of them, so
// that it is beyond the tolerance.
int64_t Discount(SceneBuilder* scene, int64_t amount) {
  const int64_t units = amount * scene->random().Between(2, 3) / 10'000;
  return 100 * (units < 2 ? 2 : units);
}

}  // namespace

void Exact(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  Pay(scene, quoted, quoted.item.amount_minor).Pays(quoted.item, quoted.item.amount_minor);
}

void Unpaid(SceneBuilder* scene) {
  OneItem(scene);
}

void SeveralReferences(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  int64_t sum = 0;
  SceneItem* items[3];
  for (SceneItem*& item : items) {
    item = &scene->AddItem(customer);
    sum += item->amount_minor;
  }
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, sum);
  for (const SceneItem* item : items) {
    payment.Quotes(item->reference()).Pays(*item, item->amount_minor);
  }
}

void SeveralWithCreditNote(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& first = scene->AddItem(customer);
  SceneItem& second = scene->AddItem(customer);
  SceneItem& note = scene->AddItem(customer, 101 * (1 + first.amount_minor / 505));
  note.kind = ItemKind::kCreditNote;
  scene->AddPaymentBy(customer, 0, first.amount_minor + second.amount_minor - note.amount_minor)
      .Quotes(first.reference())
      .Quotes(second.reference())
      .Quotes(note.reference())
      .Pays(first, first.amount_minor)
      .Pays(second, second.amount_minor)
      .Posts(note.item_id, note.amount_minor, AllocationKind::kCreditNote);
}

void LeadingZerosLost(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const std::string lost = quoted.item.reference();
  quoted.item.references.front().insert(0, "00");
  scene->AddPaymentBy(quoted.customer, 0, quoted.item.amount_minor)
      .Quotes(lost)
      .Pays(quoted.item, quoted.item.amount_minor);
}

void PartPayments(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t first = scene->PartOf(quoted.item.amount_minor);
  const int64_t rest = quoted.item.amount_minor - first;
  Pay(scene, quoted, first)
      .Is(kPartial, Rule::kReferenceExact)
      .Pays(quoted.item, first)
      .Reports({kAmountShort});
  Pay(scene, quoted, rest, 1).Pays(quoted.item, rest).MayReport({kPossibleDoublePayment});
}

void ToleratedShort(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t gap = scene->random().Between(1, 50);
  Pay(scene, quoted, quoted.item.amount_minor - gap)
      .Is(kSettledWithDifference, Rule::kReferenceExact)
      .Pays(quoted.item, quoted.item.amount_minor - gap)
      .Posts(quoted.item.item_id, gap, AllocationKind::kWriteOff)
      .Reports({kAmountTolerated});
}

void ToleratedOver(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t gap = scene->random().Between(1, 50);
  Pay(scene, quoted, quoted.item.amount_minor + gap)
      .Is(kSettledWithDifference, Rule::kReferenceExact)
      .Pays(quoted.item, quoted.item.amount_minor)
      .Posts("", gap, AllocationKind::kWriteOff)
      .Reports({kAmountTolerated});
}

void DiscountInTime(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t discount = Discount(scene, quoted.item.amount_minor);
  quoted.item.discount_minor = discount;
  ScenePayment& payment = Pay(scene, quoted, quoted.item.amount_minor - discount);
  quoted.item.discount_date =
      Date::FromDays(WorldDay(payment.day).days() + static_cast<int32_t>(scene->random().Below(8)));
  payment.Is(kSettledWithDifference, Rule::kReferenceExact)
      .Pays(quoted.item, quoted.item.amount_minor - discount)
      .Posts(quoted.item.item_id, discount, AllocationKind::kDiscount)
      .Reports({kDiscountTaken});
}

void DiscountLate(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t discount = Discount(scene, quoted.item.amount_minor);
  quoted.item.discount_minor = discount;
  const int64_t paid = quoted.item.amount_minor - discount;
  ScenePayment& payment = Pay(scene, quoted, paid);
  quoted.item.discount_date = Date::FromDays(WorldDay(payment.day).days() - 6);
  payment.Is(kPartial, Rule::kReferenceExact).Pays(quoted.item, paid).Reports({kDiscountUnearned});
}

void DiscountSeveral(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem* items[] = {&scene->AddItem(customer), &scene->AddItem(customer)};
  int64_t sum = 0;
  for (SceneItem* item : items) {
    item->discount_minor = Discount(scene, item->amount_minor);
    item->discount_date = Date::FromDays(WorldDay(kWorldDays - 1).days() + 3);
    sum += item->amount_minor - item->discount_minor;
  }
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, sum);
  payment.Is(kSettledWithDifference, Rule::kReferenceExact).Reports({kDiscountTaken});
  for (const SceneItem* item : items) {
    payment.Quotes(item->reference())
        .Pays(*item, item->amount_minor - item->discount_minor)
        .Posts(item->item_id, item->discount_minor, AllocationKind::kDiscount);
  }
}

void BankCharge(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t charge = 100 * scene->random().Between(2, 9);
  ScenePayment& payment = Pay(scene, quoted, quoted.item.amount_minor - charge);
  payment.charges_minor = charge;
  payment.Is(kSettledWithDifference, Rule::kReferenceExact)
      .Pays(quoted.item, quoted.item.amount_minor - charge)
      .Posts(quoted.item.item_id, charge, AllocationKind::kWriteOff)
      .Reports({kBankCharge});
}

void Short(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t part = scene->PartOf(quoted.item.amount_minor);
  Pay(scene, quoted, part)
      .Is(kPartial, Rule::kReferenceExact)
      .Pays(quoted.item, part)
      .Reports({kAmountShort});
}

void Over(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t surplus = 51 + scene->random().Between(1, quoted.item.amount_minor / 2);
  Pay(scene, quoted, quoted.item.amount_minor + surplus)
      .Is(kOverpaid, Rule::kReferenceExact)
      .Pays(quoted.item, quoted.item.amount_minor)
      .Posts("", surplus, AllocationKind::kOnAccount)
      .Reports({kAmountOver});
}

void CurrencyMismatch(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  ScenePayment& payment = Pay(scene, quoted, quoted.item.amount_minor);
  payment.currency = Currency::FromCode(scene->country() == Country::kFinland ? "SEK" : "EUR");
  payment.IsLeft(kSuggested).MayBe({kUnmatched}).Reports({DeviationCode::kCurrencyMismatch});
}

void AlreadySettled(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  const int64_t amount = quoted.item.amount_minor;
  Pay(scene, quoted, amount).Pays(quoted.item, amount);
  Pay(scene, quoted, amount, 1)
      .Is(kOnAccount, Rule::kReferenceExact)
      .Posts("", amount, AllocationKind::kOnAccount)
      .Reports({kItemAlreadySettled})
      .MayReport({kPossibleDoublePayment});
}

void AlreadyClosed(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.item.status = ItemStatus::kClosed;
  Pay(scene, quoted, quoted.item.amount_minor)
      .Is(kOnAccount, Rule::kReferenceExact)
      .Posts("", quoted.item.amount_minor, AllocationKind::kOnAccount)
      .Reports({kItemAlreadySettled});
}

void Disputed(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.item.status = ItemStatus::kDisputed;
  Pay(scene, quoted, quoted.item.amount_minor)
      .Pays(quoted.item, quoted.item.amount_minor)
      .Reports({kItemDisputed});
}

void Collection(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.item.status = ItemStatus::kCollection;
  Pay(scene, quoted, quoted.item.amount_minor)
      .Pays(quoted.item, quoted.item.amount_minor)
      .Reports({kItemInCollection});
}

void Blocked(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.item.status = ItemStatus::kBlocked;
  Pay(scene, quoted, quoted.item.amount_minor)
      .IsLeft(kSuggested)
      .MayBe({kUnmatched})
      .Reports({kItemBlocked});
}

void Insolvent(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.customer.status = CustomerStatus::kInsolvent;
  Pay(scene, quoted, quoted.item.amount_minor)
      .Pays(quoted.item, quoted.item.amount_minor)
      .Reports({kCustomerInsolvent});
}

void ReferenceUnknown(SceneBuilder* scene) {
  scene->AddPayment(0, scene->StrayAmount())
      .Quotes(scene->UnknownReference())
      .IsLeft(kUnmatched)
      .Reports({DeviationCode::kReferenceUnknown});
}

void ReferenceInvalid(SceneBuilder* scene) {
  scene->AddPayment(0, scene->StrayAmount())
      .Quotes(BreakCheckDigit(scene->UnknownReference(), &scene->random()))
      .IsLeft(kUnmatched)
      .Reports({DeviationCode::kReferenceInvalid});
}

void ReferenceMissing(SceneBuilder* scene) {
  scene->AddPayment(0, scene->StrayAmount())
      .IsLeft(kUnmatched)
      .Reports({DeviationCode::kReferenceMissing});
}

void ReferenceFiller(SceneBuilder* scene) {
  static constexpr std::string_view kFillers[] = {"NOTPROVIDED", "0", "000000000000", "-"};
  scene->AddPayment(0, scene->StrayAmount())
      .Quotes(std::string(kFillers[scene->random().Below(std::size(kFillers))]))
      .IsLeft(kUnmatched)
      .Reports({DeviationCode::kReferenceMissing});
}

void ReferenceAmbiguous(SceneBuilder* scene) {
  SceneItem& first = scene->AddItem(scene->AddCustomer());
  SceneItem& second = scene->AddItem(scene->AddCustomer());
  second.references = first.references;
  scene->AddPayment(0, scene->StrayAmount())
      .Quotes(first.reference())
      .IsLeft(kUnmatched)
      .MayBe({kSuggested})
      .Reports({DeviationCode::kReferenceAmbiguous});
}

void AccountMismatch(SceneBuilder* scene) {
  const Quoted quoted = OneItem(scene);
  quoted.item.creditor_account = scene->place().other_account;
  Pay(scene, quoted, quoted.item.amount_minor)
      .IsLeft(kUnmatched)
      .MayBe({kSuggested})
      .Reports({DeviationCode::kAccountMismatch});
}

}  // namespace kvitt::situation
