// Situations of deliveries: files and statements that come again or damaged, money taken back, and
// bookings that pay no item.

#include "engine/value/concat.h"
#include "io/generate/situation.h"

namespace kvitt::situation {
namespace {

using enum DeviationCode;
using Outcome::kIgnored;
using Outcome::kReversed;
using Outcome::kUnmatched;

// An item and the payment that settles it.
ScenePayment& PaidItem(SceneBuilder* scene, uint32_t day) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& item = scene->AddItem(customer);
  return scene->AddPaymentBy(customer, day, item.amount_minor)
      .Quotes(item.reference())
      .Pays(item, item.amount_minor);
}

// The money of `payment` goes back.
ScenePayment& TakeBack(SceneBuilder* scene, ScenePayment* payment, PaymentKind kind) {
  const ExpectedRow row = payment->truth.rows.front();
  ScenePayment& back = scene->AddPayment(1, payment->amount_minor);
  back.kind = kind;
  back.direction = Direction::kDebit;
  back.reverses = payment->bank_reference;
  back.payer_name = payment->payer_name;
  back.payer_account = payment->payer_account;
  back.Is(Outcome::kReversal, Rule::kReversal)
      .Posts(row.item_id, -row.amount_minor, AllocationKind::kReversal);
  payment->Is(kReversed, Rule::kReferenceExact);
  return back;
}

// A booking of the bank itself.
ScenePayment& Booking(SceneBuilder* scene, PaymentKind kind, Direction direction) {
  ScenePayment& payment = scene->AddPayment(0, scene->random().Between(500, 90'000));
  payment.kind = kind;
  payment.direction = direction;
  return payment.IsLeft(kIgnored);
}

}  // namespace

void Overlap(SceneBuilder* scene) {
  PaidItem(scene, 0).delivery = Delivery::kMainAndOverlap;
  PaidItem(scene, 1).delivery = Delivery::kOverlap;
}

void InRepeatedFile(SceneBuilder* scene) {
  PaidItem(scene, 0).delivery = Delivery::kRepeated;
}

void InTruncatedFile(SceneBuilder* scene) {
  ScenePayment& payment = PaidItem(scene, 0);
  payment.delivery = Delivery::kTruncated;
  payment.IsLeft(kUnmatched).truth.not_read = true;
}

void InMismatchedFile(SceneBuilder* scene) {
  ScenePayment& payment = PaidItem(scene, 0);
  payment.delivery = Delivery::kMismatched;
  payment.IsLeft(kUnmatched).truth.not_read = true;
}

void BadLine(SceneBuilder* scene) {
  scene->AddItem(scene->AddCustomer());
  scene->AddBadLine();
}

void BatchAndParts(SceneBuilder* scene) {
  for (int part = 0; part < 3; ++part) PaidItem(scene, 0).delivery = Delivery::kPart;
}

void Reversal(SceneBuilder* scene) {
  ScenePayment& payment = PaidItem(scene, 0);
  TakeBack(scene, &payment, PaymentKind::kReversal).MayReport({kPaymentReversed});
  payment.Reports({kPaymentReversed});
}

void DirectDebitReturned(SceneBuilder* scene) {
  ScenePayment& payment = PaidItem(scene, 0);
  payment.kind = PaymentKind::kDirectDebit;
  TakeBack(scene, &payment, PaymentKind::kDirectDebitReturn)
      .MayReport({DeviationCode::kDirectDebitReturned, kPaymentReversed});
  payment.ReportsOneOf({kPaymentReversed, DeviationCode::kDirectDebitReturned})
      .MayReport({kPaymentReversed, DeviationCode::kDirectDebitReturned});
}

void ReversalUnmatched(SceneBuilder* scene) {
  ScenePayment& payment = scene->AddPayment(0, scene->StrayAmount());
  payment.kind = PaymentKind::kReversal;
  payment.direction = Direction::kDebit;
  payment.reverses = Concat("9", payment.bank_reference);
  payment.IsLeft(kUnmatched).Reports({DeviationCode::kReversalUnmatched});
}

void Fee(SceneBuilder* scene) {
  Booking(scene, PaymentKind::kFee, Direction::kDebit);
}

void Interest(SceneBuilder* scene) {
  Booking(scene, PaymentKind::kInterest, Direction::kCredit);
}

void Transfer(SceneBuilder* scene) {
  Booking(scene, PaymentKind::kTransfer, Direction::kDebit);
}

}  // namespace kvitt::situation
