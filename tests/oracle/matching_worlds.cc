#include "tests/oracle/matching_worlds.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "kvitt/amount.h"
#include "kvitt/reference.h"

namespace kvitt::oracle {
namespace {

constexpr int64_t kAmounts[] = {10000, 10000, 10000, 5000, 20000, 15000, 10030, 9800, 30000};
const char* const kHome = "bankgiro:50501055";
const char* const kOther = "bankgiro:9912346";
// Of a customer, in two spellings of one account, and others.
const char* const kPayerAccounts[] = {"NO9386011117947", "bban-no:86011117947",
                                      "SE4550000000058398257466", "FI2112345600000785"};
const char* const kNames[] = {"Alfa Bakeri AS", "Bravo Motor AB", "Charlie Snekker Oy"};
// Twelve digits: neither a date nor a telephone number.
const char* const kNumbers[] = {"700000000011", "700000000029", "700000000102", "710000000009",
                                "799000000117"};

class Maker {
 public:
  Maker(uint64_t seed, WorldKind kind) : random_(seed * 0x9E3779B97F4A7C15U + 1), kind_(kind) {}

  World Make() {
    MakeCustomers();
    const uint64_t items = 1 + Below(Chance(30) ? 12 : 5);
    for (uint64_t i = 0; i < items; ++i) MakeItem();
    const uint64_t payments = 1 + Below(Chance(30) ? 6 : 3);
    for (uint64_t i = 0; i < payments; ++i) MakePayment();
    return std::move(world_);
  }

 private:
  // std::mt19937_64 is the same everywhere; the distributions of the library are not.
  uint64_t Below(uint64_t end) { return random_() % end; }

  bool Chance(uint64_t percent) { return Below(100) < percent; }

  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

  template <typename T, size_t n>
  const T& Pick(const T (&values)[n]) {
    return values[Below(n)];
  }

  Date Day(int from, int to) {
    const int span = to - from + 1;
    return Date::FromDays(Date::FromCivil(2026, 3, 1).days() + from +
                          static_cast<int>(Below(static_cast<uint64_t>(span))));
  }

  void MakeCustomers();
  void MakeItem();
  void MakePayment();
  std::vector<const WorldItem*> PickPaid();
  void SetAmount(const std::vector<const WorldItem*>& paid, WorldPayment* payment);
  void AddReferences(const std::vector<const WorldItem*>& paid, WorldPayment* payment);
  void AddText(const std::vector<const WorldItem*>& paid, WorldPayment* payment);
  void AddPayer(const std::vector<const WorldItem*>& paid, WorldPayment* payment);
  void AddTwin();
  void AddReversal();
  void AddDuplicate();
  std::string Slipped(std::string reference);
  std::string ReferenceOf(const WorldItem& item);

  std::string SomeCustomer() { return Pick(customers_); }

  std::mt19937_64 random_;
  const WorldKind kind_;
  World world_;
  std::vector<std::string> customers_;
};

void Maker::MakeCustomers() {
  const uint64_t count = 1 + Below(3);
  for (uint64_t i = 0; i < count; ++i) {
    customers_.push_back("K700" + std::to_string(i + 1));
    if (Chance(15)) continue;  // known by the items alone
    WorldCustomer customer;
    customer.id = customers_.back();
    customer.name = kNames[i];
    if (Chance(60)) {
      std::string reason;
      customer.org = MakeNumber(NumberScheme::kOrgNo, "8100010" + std::to_string(i), &reason);
    }
    if (Chance(60)) customer.accounts.emplace_back(Pick(kPayerAccounts));
    if (Chance(8)) customer.status = CustomerStatus::kInsolvent;
    // The first may pay for the second, and so on: nobody pays for each other.
    for (uint64_t other = i + 1; other < count; ++other) {
      if (Chance(15)) customer.pays_for.push_back("K700" + std::to_string(other + 1));
    }
    world_.customers.push_back(customer);
  }
}

void Maker::MakeItem() {
  WorldItem item;
  item.id = "INV-" + std::to_string(1001 + world_.items.size());
  item.customer = SomeCustomer();
  if (Chance(12)) item.kind = ItemKind::kCreditNote;
  if (Chance(4)) item.kind = ItemKind::kFee;
  item.amount = item.open = Pick(kAmounts);
  if (item.kind == ItemKind::kCreditNote) item.amount = item.open = Chance(50) ? 5000 : 3000;
  if (Chance(8)) item.amount += 5000;
  if (Chance(5)) item.currency = "NOK";
  if (Chance(25)) item.account = Chance(75) ? kHome : kOther;
  // What several items share is in one currency here.
  const bool may_share = item.currency == "EUR" && (kind_ != WorldKind::kExactReferences ||
                                                    item.kind != ItemKind::kCreditNote);
  if (Chance(40) && may_share) item.references.emplace_back(Pick(kNumbers));
  if (Chance(5) && may_share) item.references.emplace_back(Pick(kNumbers));
  if (Chance(70) || kind_ == WorldKind::kExactReferences) item.due = Day(-20, 20);
  if (Chance(30) && kind_ != WorldKind::kExactReferences) item.issued = Day(-40, -21);
  if (item.kind == ItemKind::kInvoice && Chance(25)) {
    item.discount = Chance(70) || kind_ == WorldKind::kAllRules ? 200 : 40;
    item.discount_until = Day(-5, 5);
  }
  if (Chance(15)) {
    item.status = Pick({ItemStatus::kClosed, ItemStatus::kBlocked, ItemStatus::kDisputed,
                        ItemStatus::kCollection});
  }
  world_.items.push_back(item);
}

std::string Maker::ReferenceOf(const WorldItem& item) {
  if (!item.references.empty() && Chance(60)) return Pick(item.references);
  return item.id;
}

std::string Maker::Slipped(std::string reference) {
  const size_t at = 4 + Below(reference.size() - 5);
  switch (Below(6)) {
    case 0:
      reference[at] = static_cast<char>('0' + Below(10));
      break;
    case 1:
      std::swap(reference[at], reference[at + 1]);
      break;
    case 2:
      reference.pop_back();
      break;
    case 3:
      reference += static_cast<char>('0' + Below(10));
      break;
    case 4:
      reference.insert(at, 1, reference[at]);
      break;
    default:
      std::replace(reference.begin() + 3, reference.end(), '0', 'O');
      break;
  }
  return reference;
}

void Maker::SetAmount(const std::vector<const WorldItem*>& paid, WorldPayment* payment) {
  int64_t amount = 0;
  int64_t discounts = 0;
  for (const WorldItem* item : paid) {
    amount += item->kind == ItemKind::kCreditNote ? -item->open : item->open;
    discounts += item->discount;
  }
  if (Chance(8)) payment->charges = 1500;
  if (Chance(50)) amount -= discounts;
  if (payment->charges > 0 && Chance(70)) amount -= payment->charges;
  if (Chance(6)) amount += static_cast<int64_t>(Below(3)) * 30 - 30;
  if (Chance(6)) amount += static_cast<int64_t>(Below(3)) * 5000 - 5000;
  if (amount <= 0 || Chance(5)) amount = Pick(kAmounts);
  payment->amount = amount;
}

void Maker::AddReferences(const std::vector<const WorldItem*>& paid, WorldPayment* payment) {
  const bool exact = kind_ == WorldKind::kExactReferences;
  for (const WorldItem* item : paid) {
    std::string reference = ReferenceOf(*item);
    if (Chance(exact ? 5 : 40)) reference = Slipped(reference);
    if (Chance(10)) reference = "00" + reference;
    payment->quotes.push_back({reference, ReferenceScheme::kUnknown});
    if (kind_ == WorldKind::kEverything && Chance(5)) {
      payment->quotes.back().scheme = ReferenceScheme::kText;
    }
  }
  if (!exact && paid.size() == 2 && Chance(20)) {
    payment->quotes = {{paid[0]->id + paid[1]->id, ReferenceScheme::kUnknown}};
  }
  if (Chance(exact ? 12 : 6)) {
    payment->quotes.push_back(
        {Pick({"79927398713", "INV-9999", "700000000017"}), ReferenceScheme::kUnknown});
  }
  if (Chance(3)) payment->quotes = {{"NOTPROVIDED", ReferenceScheme::kUnknown}};
  if (kind_ == WorldKind::kAllRules) payment->quotes.resize(1);
}

void Maker::AddText(const std::vector<const WorldItem*>& paid, WorldPayment* payment) {
  std::vector<std::string> words;
  if (Chance(30)) words.emplace_back("payment of");
  if (Chance(80)) {
    for (const WorldItem* item : paid) words.push_back(ReferenceOf(*item));
  }
  if (Chance(10)) words.push_back(ReferenceOf(Pick(world_.items)));
  if (Chance(8)) words.push_back(SomeCustomer());
  if (Chance(5)) words.emplace_back(Pick({"thanks", "2026-02-14", "20260214"}));
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += " ";
    line += word;
  }
  if (!line.empty()) payment->text.push_back(line);
}

void Maker::AddPayer(const std::vector<const WorldItem*>& paid, WorldPayment* payment) {
  std::string customer = paid[0]->customer;
  if (Chance(10)) customer = SomeCustomer();
  for (const WorldCustomer& known : world_.customers) {
    if (known.id != customer) continue;
    if (!known.accounts.empty() && Chance(60)) payment->payer_account = known.accounts[0];
    if (Chance(25)) payment->payer_org = known.org;
    if (Chance(40)) payment->payer_name = known.name;
  }
  if (payment->payer_account.empty() && Chance(20)) payment->payer_account = Pick(kPayerAccounts);
  if (Chance(35)) payment->customer = customer;
  if (Chance(4)) payment->customer = SomeCustomer();
}

// What is paid: one item, some, or all of a customer.
std::vector<const WorldItem*> Maker::PickPaid() {
  std::vector<const WorldItem*> paid = {&Pick(world_.items)};
  const bool all = Chance(12);
  for (const WorldItem& item : world_.items) {
    const bool fits = item.customer == paid[0]->customer && &item != paid[0];
    if (all ? fits : Chance(fits ? 25 : 2)) paid.push_back(&item);
  }
  return paid;
}

void Maker::MakePayment() {
  if (!world_.payments.empty() && Chance(15)) return AddTwin();
  if (!world_.payments.empty() && Chance(5)) return AddReversal();
  if (!world_.payments.empty() && Chance(4)) return AddDuplicate();
  WorldPayment payment;
  payment.id = "P" + std::to_string(world_.payments.size() + 1);
  payment.account = Chance(92) ? kHome : kOther;
  if (Chance(3)) payment.currency = "NOK";
  payment.booked = Day(-10, 10);
  payment.bank_reference = "B" + std::to_string(world_.payments.size() + 1);
  const std::vector<const WorldItem*> paid = PickPaid();
  SetAmount(paid, &payment);
  if (kind_ == WorldKind::kExactReferences) {
    AddReferences(paid, &payment);
  } else {
    // Most say one thing, some say more, and now and then not the same.
    const uint64_t says = Below(100);
    if (says < 30 || Chance(5)) AddReferences(paid, &payment);
    if ((says >= 30 && says < 50) || Chance(8)) AddText(paid, &payment);
    if (says >= 50 || Chance(50)) AddPayer(paid, &payment);
    if (Chance(10)) payment.kind = PaymentKind::kDirectDebit;
  }
  if (Chance(1)) payment.kind = PaymentKind::kFee;
  world_.payments.push_back(payment);
}

// The same again, a few days later.
void Maker::AddTwin() {
  WorldPayment twin = Pick(world_.payments);
  twin.id = "P" + std::to_string(world_.payments.size() + 1);
  twin.bank_reference = "B" + std::to_string(world_.payments.size() + 1);
  twin.given_id.clear();
  if (twin.kind == PaymentKind::kReversal) return;
  if (Chance(50)) twin.booked = Day(-10, 10);
  if (Chance(10)) twin.booked = Day(25, 40);
  if (Chance(20)) twin.payer_account = "";
  world_.payments.push_back(twin);
}

void Maker::AddReversal() {
  WorldPayment debit = Pick(world_.payments);
  if (debit.kind != PaymentKind::kPayment) return;
  debit.given_id.clear();
  debit.id = "P" + std::to_string(world_.payments.size() + 1);
  debit.reverses = debit.bank_reference;
  debit.bank_reference = "B" + std::to_string(world_.payments.size() + 1);
  debit.kind = PaymentKind::kReversal;
  debit.direction = Direction::kDebit;
  debit.booked = Day(11, 12);
  world_.payments.push_back(debit);
}

// The same payment, delivered again in another file.
void Maker::AddDuplicate() {
  WorldPayment again = Pick(world_.payments);
  again.given_id = again.Identity();
  again.id = "P" + std::to_string(world_.payments.size() + 1);
  again.file = 1;
  if (Chance(10)) again.booked = Day(-10, 10);
  world_.payments.push_back(again);
}

// --- Making worlds smaller.

using Change = std::function<bool(World*)>;  // false: there is nothing to change

template <typename T>
void AddRemovals(std::vector<T> World::*records, const World& world, std::vector<Change>* changes) {
  for (size_t i = 0; i < (world.*records).size(); ++i) {
    changes->push_back([records, i](World* other) {
      auto& from = other->*records;
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    });
  }
}

// Sets one field of one record back to what an empty record has.
template <typename T, typename Field>
void AddReset(std::vector<T> World::*records,
              Field T::*field,
              const World& world,
              std::vector<Change>* changes) {
  for (size_t i = 0; i < (world.*records).size(); ++i) {
    changes->push_back([records, field, i](World* other) {
      T& record = (other->*records)[i];
      if (record.*field == T().*field) return false;
      record.*field = T().*field;
      return true;
    });
  }
}

void AddListChanges(const World& world, std::vector<Change>* changes) {
  for (size_t i = 0; i < world.payments.size(); ++i) {
    for (size_t j = 0; j < world.payments[i].quotes.size(); ++j) {
      changes->push_back([i, j](World* other) {
        auto& quotes = other->payments[i].quotes;
        quotes.erase(quotes.begin() + static_cast<std::ptrdiff_t>(j));
        return true;
      });
    }
    for (size_t j = 0; j < world.payments[i].text.size(); ++j) {
      const std::string& line = world.payments[i].text[j];
      for (size_t at = line.find(' '); at != std::string::npos; at = line.find(' ', at + 1)) {
        changes->push_back([i, j, at](World* other) {
          other->payments[i].text[j].erase(at);
          return true;
        });
        changes->push_back([i, j, at](World* other) {
          other->payments[i].text[j].erase(0, at + 1);
          return true;
        });
      }
    }
  }
  for (size_t i = 0; i < world.items.size(); ++i) {
    changes->push_back([i](World* other) {
      WorldItem& item = other->items[i];
      if (item.amount == item.open) return false;
      item.amount = item.open;
      return true;
    });
  }
}

std::vector<Change> Changes(const World& world) {
  std::vector<Change> changes;
  AddRemovals(&World::payments, world, &changes);
  AddRemovals(&World::items, world, &changes);
  AddRemovals(&World::customers, world, &changes);
  AddReset(&World::payments, &WorldPayment::quotes, world, &changes);
  AddReset(&World::payments, &WorldPayment::text, world, &changes);
  AddReset(&World::payments, &WorldPayment::payer_name, world, &changes);
  AddReset(&World::payments, &WorldPayment::payer_account, world, &changes);
  AddReset(&World::payments, &WorldPayment::payer_org, world, &changes);
  AddReset(&World::payments, &WorldPayment::customer, world, &changes);
  AddReset(&World::payments, &WorldPayment::charges, world, &changes);
  AddReset(&World::payments, &WorldPayment::currency, world, &changes);
  AddReset(&World::payments, &WorldPayment::bank_reference, world, &changes);
  AddReset(&World::items, &WorldItem::references, world, &changes);
  AddReset(&World::items, &WorldItem::account, world, &changes);
  AddReset(&World::items, &WorldItem::currency, world, &changes);
  AddReset(&World::items, &WorldItem::discount, world, &changes);
  AddReset(&World::items, &WorldItem::issued, world, &changes);
  AddReset(&World::items, &WorldItem::kind, world, &changes);
  AddReset(&World::items, &WorldItem::status, world, &changes);
  AddReset(&World::customers, &WorldCustomer::name, world, &changes);
  AddReset(&World::customers, &WorldCustomer::org, world, &changes);
  AddReset(&World::customers, &WorldCustomer::accounts, world, &changes);
  AddReset(&World::customers, &WorldCustomer::pays_for, world, &changes);
  AddReset(&World::customers, &WorldCustomer::status, world, &changes);
  AddListChanges(world, &changes);
  return changes;
}

// --- Printing.

std::string Money(const std::string& currency, int64_t minor) {
  return currency + " " + FormatAmount(minor, Currency::FromCode(currency).decimals());
}

std::string Word(const std::string& text) {
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

void AddWord(const char* name, const std::string& value, std::string* line) {
  if (!value.empty()) *line += std::string("  ") + name + " " + Word(value);
}

void AddDate(const char* name, Date value, std::string* line) {
  if (value.has_value()) *line += std::string("  ") + name + " " + FormatDate(value);
}

std::string CustomerLine(const WorldCustomer& customer) {
  std::string line = "customer " + customer.id;
  AddWord("name", customer.name, &line);
  AddWord("org", customer.org, &line);
  for (const std::string& account : customer.accounts) AddWord("account", account, &line);
  std::string pays_for;
  for (const std::string& other : customer.pays_for) {
    pays_for += pays_for.empty() ? other : ";" + other;
  }
  AddWord("pays_for", pays_for, &line);
  if (customer.status != CustomerStatus::kActive) {
    AddWord("status", std::string(Name(customer.status)), &line);
  }
  return line + "\n";
}

std::string ItemLine(const WorldItem& item) {
  std::string line = std::string(Name(item.kind)) + " " + item.id + "  customer " + item.customer +
                     "  " + Money(item.currency, item.amount);
  const int decimals = Currency::FromCode(item.currency).decimals();
  if (item.open != item.amount) AddWord("open", FormatAmount(item.open, decimals), &line);
  for (const std::string& reference : item.references) AddWord("reference", reference, &line);
  AddWord("account", item.account, &line);
  AddDate("issued", item.issued, &line);
  AddDate("due", item.due, &line);
  if (item.discount > 0) {
    AddWord("discount", FormatAmount(item.discount, decimals), &line);
    AddDate("until", item.discount_until, &line);
  }
  if (item.status != ItemStatus::kOpen) AddWord("status", std::string(Name(item.status)), &line);
  return line + "\n";
}

std::string PaymentLine(const WorldPayment& payment) {
  std::string line = "payment " + payment.id + "  " + Money(payment.currency, payment.amount);
  if (payment.kind != PaymentKind::kPayment)
    AddWord("kind", std::string(Name(payment.kind)), &line);
  if (payment.direction == Direction::kDebit) line += "  debit";
  for (const WorldQuote& quote : payment.quotes) {
    AddWord("reference", quote.value, &line);
    if (quote.scheme != ReferenceScheme::kUnknown) {
      line += " scheme " + std::string(Name(quote.scheme));
    }
  }
  for (const std::string& text : payment.text) AddWord("text", text, &line);
  if (payment.account != kHome) AddWord("account", payment.account, &line);
  AddWord("payer", payment.payer_name, &line);
  AddWord("payer_account", payment.payer_account, &line);
  AddWord("payer_org", payment.payer_org, &line);
  AddWord("customer", payment.customer, &line);
  AddWord("bank_reference", payment.bank_reference, &line);
  AddWord("reverses", payment.reverses, &line);
  if (payment.charges > 0) AddWord("charges", FormatAmount(payment.charges, 2), &line);
  AddDate("booked", payment.booked, &line);
  return line + "\n";
}

}  // namespace

World MakeWorld(uint64_t seed, WorldKind kind) {
  return Maker(seed, kind).Make();
}

World Shrink(World world, const std::function<bool(const World&)>& disagrees) {
  bool is_smaller = true;
  while (is_smaller) {
    is_smaller = false;
    for (const Change& change : Changes(world)) {
      World other = world;
      if (!change(&other) || !disagrees(other)) continue;
      world = std::move(other);
      is_smaller = true;
      break;  // the changes are of the world as it was
    }
  }
  return world;
}

std::string PrintDecision(const WorldPayment& payment, const WorldDecision& decision) {
  std::string lines = "outcome " + payment.id + " " + std::string(Name(decision.outcome)) + "\n";
  for (const WorldRow& row : decision.rows) {
    lines += "allocate " + payment.id + " " + (row.item.empty() ? "-" : row.item) + " " +
             Money(payment.currency, row.amount) + " as " + std::string(Name(row.kind)) + " by " +
             std::string(Name(decision.rule)) + "\n";
  }
  for (const DeviationCode code : decision.codes) {
    lines += "deviation " + payment.id + " " + std::string(Name(code)) + "\n";
  }
  return lines;
}

std::string PrintCase(const World& world,
                      const WorldDecisions& expected,
                      const std::string& title) {
  std::string text = "case " + title + "\n";
  for (const WorldCustomer& customer : world.customers) text += CustomerLine(customer);
  for (const WorldItem& item : world.items) text += ItemLine(item);
  std::string again;
  for (const WorldPayment& payment : world.payments) {
    (payment.file == 0 ? text : again) += PaymentLine(payment);
  }
  if (!again.empty()) text += "file again\n" + again;
  text += "---\n";
  for (size_t p = 0; p < world.payments.size(); ++p) {
    text += PrintDecision(world.payments[p], expected[p]);
  }
  return text;
}

}  // namespace kvitt::oracle
