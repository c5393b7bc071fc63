// Situations whose evidence must be searched for: rules 4 to 11. Where the answer must be left to a
// person, the payment is one that a careless rule would post.

#include <array>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/generate/situation.h"
#include "io/generate/slips.h"

namespace kvitt::situation {
namespace {

using enum DeviationCode;
using Outcome::kSettled;
using Outcome::kSuggested;
using Outcome::kUnmatched;

constexpr std::initializer_list<DeviationCode> kReferenceCodes = {
    DeviationCode::kReferenceUnknown, DeviationCode::kReferenceInvalid,
    DeviationCode::kReferenceMissing, DeviationCode::kReferenceAmbiguous};

using Slip = std::string (*)(std::string_view reference, CounterRandom* random);

void RepairedTo(const SceneItem& item, ScenePayment* payment) {
  payment->Is(kSettled, Rule::kReferenceRepaired)
      .Pays(item, item.amount_minor)
      .Reports({DeviationCode::kReferenceRepaired})
      .NeedsLaterRule();
}

// One item paid in full under a reference with one slip in it, by nobody that is known.
void Repaired(SceneBuilder* scene, Slip slip) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  RepairedTo(
      item,
      &scene->AddPayment(0, item.amount_minor).Quotes(slip(item.reference(), &scene->random())));
}

// Words around a reference, with numbers among them that are none.
std::string Prose(SceneBuilder* scene, std::string_view what) {
  static constexpr std::string_view kBefore[] = {"Betaling faktura ", "FAKT.NR: ", "Faktura ",
                                                 "Maksu lasku ", "Inbetalning avser "};
  static constexpr std::string_view kAfter[] = {"", " av 12.02.2026", " tlf 22 33 44 55",
                                                ", 0155 Oslo", " / mars 2026"};
  CounterRandom& random = scene->random();
  return Concat(kBefore[random.Below(std::size(kBefore))], what,
                kAfter[random.Below(std::size(kAfter))]);
}

// A payment by text alone that pays its items in full.
ScenePayment& SettledByText(SceneBuilder* scene, int64_t amount, std::string text) {
  return scene->AddPayment(0, amount)
      .Says(std::move(text))
      .Is(kSettled, Rule::kTextReference)
      .MayReport({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

// A payment whose customer is known and whose reference is none.
ScenePayment& ByPayer(SceneBuilder* scene,
                      const SceneCustomer& customer,
                      int64_t amount,
                      Rule rule) {
  return scene->AddPaymentBy(customer, 0, amount)
      .Is(kSettled, rule)
      .MayReport({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

// Left to a person, with something to choose from.
ScenePayment& Suggested(ScenePayment* payment, Rule rule) {
  return payment->IsLeft(kSuggested, rule)
      .ReportsOneOf(kReferenceCodes)
      .MayReport(kReferenceCodes)
      .NeedsLaterRule();
}

}  // namespace

void RepairedDigit(SceneBuilder* scene) {
  Repaired(scene, MistypeDigit);
}

void RepairedSwap(SceneBuilder* scene) {
  Repaired(scene, SwapNeighbours);
}

void RepairedLost(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  const std::string slipped = LoseEnd(item.reference(), &scene->random());
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor).Quotes(slipped);
  if (scene->Can(kZeroFilledReference) && slipped.front() == '0') {
    // The bank's file does not say that there was a zero: more than one character is gone, and only
    // the amount leads to the item.
    Suggested(&payment, Rule::kAmountUnique);
    return;
  }
  RepairedTo(item, &payment);
}

void RepairedAdded(SceneBuilder* scene) {
  Repaired(scene, AddEnd);
}

void RepairedLetter(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  // A reference without any of these digits gets another slip.
  std::string slipped = MisreadLetter(item.reference(), &scene->random());
  if (slipped == item.reference()) slipped = MistypeDigit(item.reference(), &scene->random());
  RepairedTo(item, &scene->AddPayment(0, item.amount_minor).Quotes(std::move(slipped)));
}

void RepairedRunTogether(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& first = scene->AddItem(customer);
  SceneItem& second = scene->AddItem(customer);
  scene->AddPayment(0, first.amount_minor + second.amount_minor)
      .Quotes(Concat(first.reference(), second.reference()))
      .Is(kSettled, Rule::kReferenceRepaired)
      .Pays(first, first.amount_minor)
      .Pays(second, second.amount_minor)
      .Reports({DeviationCode::kReferenceRepaired})
      .NeedsLaterRule();
}

void RepairedContinued(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  const size_t width = item.reference().size() - 4;
  scene->AddPayment(0, item.amount_minor)
      .Quotes(item.reference().substr(0, width))
      .Says(Concat(item.reference().substr(width), " takk"))
      .Is(kSettled, Rule::kReferenceRepaired)
      .Pays(item, item.amount_minor)
      .Reports({DeviationCode::kReferenceRepaired})
      .NeedsLaterRule();
}

void RepairOtherAmount(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  ScenePayment& payment = scene->AddPayment(0, scene->StrayAmount());
  payment.Quotes(MistypeDigit(item.reference(), &scene->random()));
  Suggested(&payment, Rule::kReferenceRepaired).MayBe({kUnmatched});
}

void RepairTwoAnswers(SceneBuilder* scene) {
  SceneItem& first = scene->AddItem(scene->AddCustomer());
  SceneItem& second = scene->AddItem(scene->AddCustomer(), first.amount_minor);
  // The quoted reference differs from one item's in its third digit, from the other's in its
  // fourth.
  std::string quoted = first.reference();
  const auto change = [](char digit, int by) {
    return static_cast<char>('0' + (digit - '0' + by) % 10);
  };
  const size_t at = quoted.size() - 5;
  second.references.front() = quoted;
  quoted[at] = change(quoted[at], 3);
  second.references.front()[at] = quoted[at];
  second.references.front()[at + 1] = change(quoted[at + 1], 4);
  ScenePayment& payment = scene->AddPayment(0, first.amount_minor);
  payment.Quotes(std::move(quoted));
  Suggested(&payment, Rule::kReferenceRepaired).MayBe({kUnmatched});
}

void TextOne(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  SettledByText(scene, item.amount_minor, Prose(scene, item.reference()))
      .Pays(item, item.amount_minor);
}

void TextItemId(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  SettledByText(scene, item.amount_minor, Prose(scene, item.item_id)).Pays(item, item.amount_minor);
}

void TextGrouped(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  SettledByText(scene, item.amount_minor,
                Concat("Faktura ", InGroups(item.reference(), 4), ", takk"))
      .Pays(item, item.amount_minor);
}

void TextSplit(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  const size_t half = item.reference().size() / 2;
  SettledByText(scene, item.amount_minor, Concat("Betaling ", item.reference().substr(0, half)))
      .Says(item.reference().substr(half))
      .Pays(item, item.amount_minor);
}

void TextPrinted(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  const std::string& reference = item.reference();
  std::string printed = InGroups(reference, 4);
  if (scene->country() == Country::kDenmark) printed = Concat("+71<", reference, "+12345674<");
  SettledByText(scene, item.amount_minor, std::move(printed)).Pays(item, item.amount_minor);
}

void TextSeveral(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  const std::array<SceneItem*, 3> items = {&scene->AddItem(customer), &scene->AddItem(customer),
                                           &scene->AddItem(customer)};
  int64_t sum = 0;
  std::string text = "Fakt. ";
  for (const SceneItem* item : items) {
    AppendParts(&text, text.size() > 6 ? ", " : "", item->item_id);
    sum += item->amount_minor;
  }
  ScenePayment& payment = SettledByText(scene, sum, std::move(text));
  for (const SceneItem* item : items) payment.Pays(*item, item->amount_minor);
}

void TextCreditNote(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& first = scene->AddItem(customer);
  SceneItem& second = scene->AddItem(customer);
  const int64_t credit = 101 * (1 + first.amount_minor / 505);
  SceneItem& note = scene->AddItem(customer, credit);
  note.kind = ItemKind::kCreditNote;
  const int64_t paid = first.amount_minor + second.amount_minor - credit;
  ScenePayment& payment = SettledByText(
      scene, paid, Concat(first.item_id, " ", second.item_id, " - kredit ", note.item_id));
  // Which invoice the credit note helped to pay is of no matter; the sums are.
  payment.Pays(first, first.amount_minor)
      .Pays(second, second.amount_minor)
      .Posts(note.item_id, credit, AllocationKind::kCreditNote);
}

void TextOtherAmount(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  ScenePayment& payment = scene->AddPayment(0, scene->StrayAmount());
  payment.Says(Prose(scene, item.item_id));
  Suggested(&payment, Rule::kTextReference).MayReport({kAmountShort, kAmountOver});
}

void TextInsideNumber(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  const std::string inner = Concat(scene->random().Between(1000, 9999));
  item.references.front() = inner;
  // The amount fits, but the number stands inside another: at most a suggestion by the amount.
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor);
  payment.Says(Concat("Ordre 18", inner, "7 hentet"));
  Suggested(&payment, Rule::kAmountUnique).MayBe({kUnmatched});
}

void TextDate(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  item.references.front() = "20260227";
  ScenePayment& payment = scene->AddPayment(0, scene->StrayAmount());
  payment.Says("Leie betalt 20260227");
  Suggested(&payment, Rule::kNone).MayBe({kUnmatched}).MayReport({kAmountShort, kAmountOver});
}

void PayerAmount(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  scene->AddItem(customer);
  SceneItem& paid = scene->AddItem(customer);
  scene->AddItem(customer);
  ByPayer(scene, customer, paid.amount_minor, Rule::kPayerAmount).Pays(paid, paid.amount_minor);
}

void PayerOrgNo(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& paid = scene->AddItem(customer);
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPayment(0, paid.amount_minor);
  payment.payer_org_no = customer.org_no;
  payment.Is(kSettled, Rule::kPayerAmount)
      .Pays(paid, paid.amount_minor)
      .MayReport({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void PayerCustomerNumber(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& paid = scene->AddItem(customer);
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPayment(0, paid.amount_minor);
  payment.customer_id = customer.customer_id;
  payment.Is(kSettled, Rule::kPayerAmount)
      .Pays(paid, paid.amount_minor)
      .MayReport({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void PayerLearned(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  customer.accounts.clear();
  const std::string account = scene->StrangerAccount();
  SceneItem& first = scene->AddItem(customer);
  SceneItem& second = scene->AddItem(customer);
  ScenePayment& quoted = scene->AddPayment(0, first.amount_minor);
  quoted.payer_account = account;
  quoted.Quotes(first.reference()).Pays(first, first.amount_minor);
  ScenePayment& bare = scene->AddPayment(1, second.amount_minor);
  bare.payer_account = account;
  bare.Is(kSettled, Rule::kPayerAmount)
      .Pays(second, second.amount_minor)
      .MayReport({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void PayerEqualItems(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& oldest = scene->AddItem(customer);
  scene->AddItem(customer, oldest.amount_minor);
  scene->AddItem(customer, oldest.amount_minor);
  ByPayer(scene, customer, oldest.amount_minor, Rule::kPayerAmount)
      .Pays(oldest, oldest.amount_minor);
}

void PayerShared(SceneBuilder* scene) {
  SceneCustomer& one = scene->AddCustomer();
  SceneCustomer& other = scene->AddCustomer();
  other.accounts = one.accounts;
  SceneItem& item = scene->AddItem(one);
  scene->AddItem(other, item.amount_minor);
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor);
  payment.payer_account = one.accounts.front();
  Suggested(&payment, Rule::kNone).MayBe({kUnmatched}).MayReport({kCombinationAmbiguous});
}

void PayerProvider(SceneBuilder* scene) {
  const std::string account = scene->StrangerAccount();
  for (int each = 0; each < 3; ++each) {
    SceneCustomer& customer = scene->AddCustomer();
    customer.accounts.clear();
    SceneItem& item = scene->AddItem(customer);
    ScenePayment& quoted = scene->AddPayment(0, item.amount_minor);
    quoted.payer_account = account;
    quoted.Quotes(item.reference()).Pays(item, item.amount_minor);
    if (each < 2) continue;
    // The last customer owes another amount, which now comes through the same account without a word.
    SceneItem& open = scene->AddItem(customer);
    ScenePayment& bare = scene->AddPayment(1, open.amount_minor);
    bare.payer_account = account;
    Suggested(&bare, Rule::kNone).MayBe({kUnmatched});
  }
}

void PayerParent(SceneBuilder* scene) {
  SceneCustomer& subsidiary = scene->AddCustomer();
  SceneCustomer& parent = scene->AddCustomer();
  parent.pays_for = subsidiary.customer_id;
  SceneItem& paid = scene->AddItem(subsidiary);
  scene->AddItem(subsidiary);
  ByPayer(scene, parent, paid.amount_minor, Rule::kPayerAmount).Pays(paid, paid.amount_minor);
}

void PayerContradicted(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& item = scene->AddItem(customer);
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, item.amount_minor);
  payment.Quotes(scene->UnknownReference());
  payment.IsLeft(kSuggested, Rule::kPayerAmount)
      .Reports({DeviationCode::kReferenceUnknown})
      .NeedsLaterRule();
}

void PayerDisputed(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& item = scene->AddItem(customer);
  scene->AddItem(customer);
  item.status = ItemStatus::kDisputed;
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, item.amount_minor);
  payment.IsLeft(kSuggested, Rule::kPayerAmount)
      .ReportsOneOf({kItemDisputed, DeviationCode::kReferenceMissing})
      .MayReport({kItemDisputed, DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void PayerInsolvent(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  customer.status = CustomerStatus::kInsolvent;
  SceneItem& item = scene->AddItem(customer);
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, item.amount_minor);
  payment.IsLeft(kSuggested, Rule::kPayerAmount)
      .ReportsOneOf({kCustomerInsolvent, DeviationCode::kReferenceMissing})
      .MayReport({kCustomerInsolvent, DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void FixedReference(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& first = scene->AddItem(customer);
  SceneItem& second = scene->AddItem(customer);
  SceneItem& third = scene->AddItem(customer);
  second.references = third.references = first.references;
  scene->AddPayment(0, second.amount_minor)
      .Quotes(first.reference())
      .Is(kSettled, Rule::kPayerAmount)
      .Pays(second, second.amount_minor)
      .MayReport({DeviationCode::kReferenceAmbiguous})
      .NeedsLaterRule();
}

void BalanceExact(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  const std::array<SceneItem*, 3> items = {&scene->AddItem(customer), &scene->AddItem(customer),
                                           &scene->AddItem(customer)};
  SceneItem& note = scene->AddItem(customer, 101 * (1 + items[0]->amount_minor / 505));
  note.kind = ItemKind::kCreditNote;
  int64_t balance = -note.amount_minor;
  for (SceneItem* item : items) {
    // All of it is due, so that the due balance and the open balance are the same.
    item->due_date = Date::FromDays(item->issue_date.days() + 14);
    balance += item->amount_minor;
  }
  note.due_date = note.issue_date;
  ScenePayment& payment = ByPayer(scene, customer, balance, Rule::kBalanceExact);
  for (const SceneItem* item : items) payment.Pays(*item, item->amount_minor);
  payment.Posts(note.item_id, note.amount_minor, AllocationKind::kCreditNote);
}

namespace {

// Whether exactly one set of the amounts makes the sum.
bool MakesOnce(const std::array<SceneItem*, 5>& items, int64_t sum) {
  int answers = 0;
  for (unsigned set = 1; set < 32; ++set) {
    int64_t total = 0;
    for (unsigned at = 0; at < 5; ++at) {
      if ((set >> at & 1U) != 0) total += items[at]->amount_minor;
    }
    if (total == sum) ++answers;
  }
  return answers == 1;
}

std::array<SceneItem*, 5> FiveItems(SceneBuilder* scene, const SceneCustomer& customer) {
  std::array<SceneItem*, 5> items{};
  for (SceneItem*& item : items) item = &scene->AddItem(customer);
  return items;
}

}  // namespace

void Combination(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  const std::array<SceneItem*, 5> items = FiveItems(scene, customer);
  const size_t first = scene->random().Below(4);
  const std::array<SceneItem*, 2> paid = {items[first], items[first + 1]};
  // Two sets of so few amounts make the same sum about never; then the later amount moves up.
  while (!MakesOnce(items, paid[0]->amount_minor + paid[1]->amount_minor)) {
    paid[1]->amount_minor += 101;
  }
  const int64_t sum = paid[0]->amount_minor + paid[1]->amount_minor;
  ScenePayment& payment = ByPayer(scene, customer, sum, Rule::kCombination);
  for (const SceneItem* item : paid) payment.Pays(*item, item->amount_minor);
}

void CombinationAlike(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& oldest = scene->AddItem(customer);
  std::vector<SceneItem*> items = {&oldest};
  while (items.size() < 13) items.push_back(&scene->AddItem(customer, oldest.amount_minor));
  ScenePayment& payment = ByPayer(scene, customer, 5 * oldest.amount_minor, Rule::kCombination);
  for (size_t at = 0; at < 5; ++at) payment.Pays(*items[at], items[at]->amount_minor);
}

void CombinationTwoAnswers(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  const std::array<SceneItem*, 5> items = FiveItems(scene, customer);
  // The first two make the same sum as the next two, and no item alone makes it. All are due, so that
  // the due balance is more than that.
  for (SceneItem* item : items) item->due_date = Date::FromDays(item->issue_date.days() + 14);
  const int64_t sum = items[0]->amount_minor + items[1]->amount_minor;
  items[2]->amount_minor = sum / 101 / 3 * 101;
  items[3]->amount_minor = sum - items[2]->amount_minor;
  if (items[4]->amount_minor == sum) items[4]->amount_minor += 101;
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, sum);
  payment.IsLeft(kSuggested, Rule::kCombination)
      .ReportsOneOf({kCombinationAmbiguous, DeviationCode::kReferenceMissing})
      .MayReport({kCombinationAmbiguous, DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

void PayerOldest(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  scene->AddItem(customer);
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPaymentBy(customer, 0, scene->StrayAmount());
  Suggested(&payment, Rule::kPayerOldest);
}

void AmountUnique(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor);
  Suggested(&payment, Rule::kAmountUnique);
}

void AmountOfTwo(SceneBuilder* scene) {
  SceneItem& item = scene->AddItem(scene->AddCustomer());
  scene->AddItem(scene->AddCustomer(), item.amount_minor);
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor);
  Suggested(&payment, Rule::kNone).MayBe({kUnmatched});
}

void PayerNameOnly(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  SceneItem& item = scene->AddItem(customer);
  ScenePayment& payment = scene->AddPayment(0, item.amount_minor);
  payment.payer_name = RespellName(customer.name, &scene->random());
  Suggested(&payment, Rule::kPayerName);
}

void CompanyFormOnly(SceneBuilder* scene) {
  SceneCustomer& customer = scene->AddCustomer();
  scene->AddItem(customer);
  ScenePayment& payment = scene->AddPayment(0, scene->StrayAmount());
  customer.name = Concat(customer.name, " ", CompanyForm(scene->country()));
  const std::string stranger =
      InventName(scene->country(), kCustomerIndexEnd + scene->place().scene);
  payment.payer_name =
      Concat(stranger.substr(0, stranger.find(' ')), " ", CompanyForm(scene->country()));
  payment.IsLeft(kUnmatched)
      .MayBe({kSuggested})
      .Reports({DeviationCode::kReferenceMissing})
      .NeedsLaterRule();
}

}  // namespace kvitt::situation
