#include "io/generate/scene.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "engine/value/concat.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr uint64_t kSceneStream = 0x5ce7e;
constexpr uint64_t kAmountStream = 0xa30a7;

// Item amounts are multiples of this: what lies between belongs to parts and strays.
constexpr int64_t kAmountStep = 101;
constexpr int64_t kAmountStepsMin = 20;

// Creditor accounts stand above the customers' in the index space of InventIban; strangers below
// them.
constexpr uint64_t kStrangerAccountFirst = kCustomerIndexEnd;

}  // namespace

ScenePayment& ScenePayment::Quotes(std::string reference) {
  references.push_back(std::move(reference));
  return *this;
}

ScenePayment& ScenePayment::Says(std::string line) {
  text.push_back(std::move(line));
  return *this;
}

ScenePayment& ScenePayment::Is(Outcome outcome, Rule rule) {
  truth.outcome = outcome;
  truth.rule = rule;
  return *this;
}

ScenePayment& ScenePayment::Pays(const SceneItem& item, int64_t amount) {
  return Posts(item.item_id, amount, AllocationKind::kPayment);
}

ScenePayment& ScenePayment::Posts(std::string item_id, int64_t amount, AllocationKind row_kind) {
  truth.rows.push_back({std::move(item_id), amount, row_kind});
  return *this;
}

ScenePayment& ScenePayment::Reports(std::initializer_list<DeviationCode> codes) {
  truth.codes.insert(truth.codes.end(), codes);
  return *this;
}

ScenePayment& ScenePayment::ReportsOneOf(std::initializer_list<DeviationCode> codes) {
  truth.codes_any.insert(truth.codes_any.end(), codes);
  return *this;
}

ScenePayment& ScenePayment::MayReport(std::initializer_list<DeviationCode> codes) {
  truth.codes_may.insert(truth.codes_may.end(), codes);
  return *this;
}

ScenePayment& ScenePayment::MayBe(std::initializer_list<Outcome> outcomes) {
  truth.outcome_may.insert(truth.outcome_may.end(), outcomes);
  return *this;
}

ScenePayment& ScenePayment::IsLeft(Outcome outcome, Rule rule) {
  truth.rows.clear();
  return Is(outcome, rule);
}

ScenePayment& ScenePayment::NeedsLaterRule() {
  truth.needs_later_rule = true;
  return *this;
}

void Scene::Clear() {
  customers.clear();
  items.clear();
  payments.clear();
  bad_line = false;
  // References to elements stay good while a scene is built.
  customers.reserve(kSceneCustomersMax);
  items.reserve(kSceneItemsMax);
  payments.reserve(kScenePaymentsMax);
}

SceneBuilder::SceneBuilder(const Place& place, Scene* scene)
    : place_(place), scene_(scene), random_(place.seed, kSceneStream, place.scene) {
  scene_->Clear();
}

SceneCustomer& SceneBuilder::AddCustomer() {
  KVITT_CHECK(scene_->customers.size() < kSceneCustomersMax);
  const uint64_t index = place_.scene * kSceneCustomersMax + scene_->customers.size();
  SceneCustomer& customer = scene_->customers.emplace_back();
  customer.customer_id = absl::StrFormat("K%09u", index);
  customer.name = InventName(country(), index);
  customer.org_no = InventOrgNo(country(), index);
  customer.accounts.push_back(InventIban(country(), index));
  return customer;
}

SceneItem& SceneBuilder::AddItem(const SceneCustomer& customer) {
  return AddItem(customer, FreshAmount());
}

SceneItem& SceneBuilder::AddItem(const SceneCustomer& customer, int64_t amount) {
  KVITT_CHECK(scene_->items.size() < kSceneItemsMax);
  const uint64_t index = place_.scene * kSceneItemsMax + scene_->items.size();
  SceneItem& item = scene_->items.emplace_back();
  item.item_id = absl::StrFormat("F%010u", index);
  item.customer_id = customer.customer_id;
  item.creditor_account = place_.account;
  item.amount_minor = amount;
  item.references.push_back(FreshReference());
  // Each next item of a scene is due later, so that "the oldest due" is one item.
  const int32_t due = WorldDay(0).days() - 20 + static_cast<int32_t>(random_.Below(5)) +
                      6 * static_cast<int32_t>(scene_->items.size());
  item.due_date = Date::FromDays(due);
  item.issue_date = Date::FromDays(due - 30);
  return item;
}

ScenePayment& SceneBuilder::AddPayment(uint32_t day, int64_t amount) {
  KVITT_CHECK(scene_->payments.size() < kScenePaymentsMax && amount > 0);
  const uint64_t index = place_.scene * kScenePaymentsMax + scene_->payments.size();
  ScenePayment& payment = scene_->payments.emplace_back();
  payment.day = place_.first_day + day;
  KVITT_CHECK(payment.day < kWorldDays);
  payment.amount_minor = amount;
  payment.currency = Currency::FromCode(HomeCurrency(country()));
  payment.bank_reference = absl::StrFormat("%010u", index);
  if (Can(kSelfMade)) payment.payment_id = absl::StrFormat("P%010u", index);
  return payment;
}

ScenePayment& SceneBuilder::AddPaymentBy(const SceneCustomer& customer,
                                         uint32_t day,
                                         int64_t amount) {
  ScenePayment& payment = AddPayment(day, amount);
  if (Can(kPayerName)) payment.payer_name = customer.name;
  if (Can(kPayerAccount)) payment.payer_account = customer.accounts.front();
  return payment;
}

int64_t SceneBuilder::FreshAmount() {
  KVITT_CHECK(amounts_made_ < kSceneAmountsMax);
  const Permutation steps(place_.scene_count * kSceneAmountsMax,
                          MixBits(place_.seed, kAmountStream));
  const uint64_t step = steps.Apply(place_.scene * kSceneAmountsMax + amounts_made_++);
  return (kAmountStepsMin + static_cast<int64_t>(step)) * kAmountStep;
}

int64_t SceneBuilder::PartOf(int64_t amount) {
  // The residual is 25 above a multiple of the step, which is no item's amount.
  const int64_t steps = amount / kAmountStep;
  return amount - (random_.Between(steps / 5, steps / 2) * kAmountStep + 25);
}

std::string SceneBuilder::FreshReference() {
  const uint64_t number = place_.scene * kSceneItemsMax + references_made_++;
  return InventReference({country(), number, !Can(kLettersInReference)}, &random_);
}

std::string SceneBuilder::StrangerAccount() {
  return InventIban(country(), kStrangerAccountFirst + place_.scene * 2 + random_.Below(2));
}

Date WorldDay(uint32_t day) {
  // A Friday, a Monday and a Tuesday.
  static constexpr int32_t kOffsets[kWorldDays] = {0, 3, 4};
  return Date::FromDays(Date::FromCivil(2026, 2, 27).days() + kOffsets[day]);
}

}  // namespace kvitt
