#include "tests/oracle/matching_engine.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kvitt/reconcile.h"

namespace kvitt::oracle {
namespace {

void SetFile(uint32_t file, const std::string& name, Reconciliation* run) {
  FileFact fact;
  fact.file = file;
  fact.name = name;
  fact.digest = "digest of " + name;
  run->SetFile(std::move(fact));
}

void AddItems(const World& world, Reconciliation* run) {
  OpenItemBatch batch;
  for (const WorldItem& item : world.items) {
    OpenItem& to = batch.items.emplace_back();
    to.item_id = item.id;
    to.customer_id = item.customer;
    to.creditor_account = item.account;
    to.amount_minor = item.amount;
    to.open_amount_minor = item.open;
    to.discount_minor = item.discount;
    to.discount_date = item.discount_until;
    to.issue_date = item.issued;
    to.due_date = item.due;
    to.currency = Currency::FromCode(item.currency);
    to.kind = item.kind;
    to.status = item.status;
    to.record = static_cast<uint32_t>(batch.items.size() - 1);
    for (const std::string& reference : item.references) batch.AddReference(&to, reference);
  }
  run->OpenBlock(0, 0)->Items(batch);
  SetFile(0, "items", run);
}

void AddCustomers(const World& world, Reconciliation* run) {
  CustomerBatch batch;
  std::vector<std::string> pays_for(world.customers.size());
  for (size_t i = 0; i < world.customers.size(); ++i) {
    const WorldCustomer& customer = world.customers[i];
    Customer& to = batch.customers.emplace_back();
    for (const std::string& other : customer.pays_for) {
      pays_for[i] += pays_for[i].empty() ? other : ";" + other;
    }
    to.customer_id = customer.id;
    to.name = customer.name;
    to.org_no = customer.org;
    to.pays_for = pays_for[i];
    to.status = customer.status;
    to.record = static_cast<uint32_t>(i);
    for (const std::string& account : customer.accounts) batch.AddAccount(&to, account);
  }
  if (batch.customers.empty()) return;
  run->OpenBlock(1, 0)->Customers(batch);
  SetFile(1, "customers", run);
}

// The payments of one file, and where each stands in the world.
std::vector<size_t> AddPayments(const World& world, int file, PaymentBatch* batch) {
  std::vector<size_t> places;
  for (size_t p = 0; p < world.payments.size(); ++p) {
    const WorldPayment& payment = world.payments[p];
    if (payment.file != file) continue;
    places.push_back(p);
    Payment& to = batch->payments.emplace_back();
    to.payment_id = payment.Identity();
    to.creditor_account = payment.account;
    to.payer_name = payment.payer_name;
    to.payer_account = payment.payer_account;
    to.payer_org_no = payment.payer_org;
    to.customer_id = payment.customer;
    to.bank_reference = payment.bank_reference;
    to.reverses = payment.reverses;
    to.amount_minor = payment.amount;
    to.charges_minor = payment.charges;
    to.booking_date = payment.booked;
    to.currency = Currency::FromCode(payment.currency);
    to.kind = payment.kind;
    to.direction = payment.direction;
    to.statement = 1;
    to.record = static_cast<uint32_t>(batch->payments.size() - 1);
    for (const WorldQuote& quote : payment.quotes) {
      PaymentReference reference;
      reference.value = quote.value;
      reference.scheme = quote.scheme;
      batch->AddReference(&to, reference);
    }
    for (const std::string& line : payment.text) batch->AddText(&to, line);
  }
  return places;
}

constexpr int kFiles = 2;
constexpr uint32_t kFirstFile = 2;  // after items and customers

// By the file and the place in it.
using Places = std::map<std::pair<std::string, uint64_t>, size_t>;

Places AddFiles(const World& world, Reconciliation* run) {
  Places places;
  for (int file = 0; file < kFiles; ++file) {
    PaymentBatch batch;
    const std::vector<size_t> in_file = AddPayments(world, file, &batch);
    if (in_file.empty()) continue;
    const std::string name = std::to_string(file);
    for (size_t i = 0; i < in_file.size(); ++i) places[{name, i + 1}] = in_file[i];
    run->OpenBlock(kFirstFile + static_cast<uint32_t>(file), 0)->Payments(batch);
    SetFile(kFirstFile + static_cast<uint32_t>(file), name, run);
  }
  return places;
}

void ReadAnswer(const Reconciliation& run, const Places& places, EngineAnswer* answer) {
  WorldDecisions* decisions = &answer->decisions;
  PaymentPage payments;
  AllocationPage allocations;
  ExceptionPage exceptions;
  std::map<std::string, size_t> by_id;
  for (size_t page = 0; page < run.pages(); ++page) {
    run.ReadPayments(page, &payments);
    for (const PaymentRow& row : payments.rows) {
      const size_t p = places.at({std::string(row.file), row.record});
      (*decisions)[p].outcome = row.outcome;
      (*decisions)[p].rule = row.rule;
      if (row.rule >= Rule::kTextReference && row.rule <= Rule::kCombination) {
        (*decisions)[p].uniqueness = row.uniqueness;
      }
      // A second delivery has the id of the first, which is the one that posts.
      if (row.outcome != Outcome::kDuplicate) by_id[std::string(row.payment.payment_id)] = p;
    }
  }
  for (size_t page = 0; page < run.pages(); ++page) {
    run.ReadAllocations(page, &allocations);
    for (const AllocationRow& row : allocations.rows) {
      const bool is_kept = row.item_id.empty() && row.kind != AllocationKind::kWriteOff;
      (*decisions)[by_id.at(std::string(row.payment_id))].rows.push_back(
          {std::string(row.item_id), is_kept ? std::string(row.customer_id) : "", row.kind,
           row.amount_minor});
    }
    run.ReadExceptions(page, &exceptions);
    for (size_t i = 0; i < exceptions.count; ++i) {
      const ExceptionRow& row = exceptions.rows[i];
      if (row.payment_id.empty()) continue;
      const size_t p = places.at({row.file, row.record});
      (*decisions)[p].codes.insert(row.code);
      std::vector<Suggestion>& suggestions = answer->suggestions[p];
      suggestions.insert(suggestions.end(), row.suggestions.begin(), row.suggestions.end());
    }
  }
}

std::string WrongAllocations(const Suggestion& suggestion,
                             int64_t money,
                             const std::map<std::string, int64_t>& open) {
  std::map<std::string, int64_t> spent;
  for (const SuggestedAllocation& row : suggestion.allocations) {
    if (row.amount_minor <= 0) return "an amount that is not positive";
    const bool is_money = row.kind == AllocationKind::kPayment ||
                          row.kind == AllocationKind::kOnAccount || row.item_id.empty();
    if (is_money) money -= row.amount_minor;
    if (row.kind == AllocationKind::kCreditNote) money += row.amount_minor;
    if (row.item_id.empty()) continue;
    const auto item = open.find(row.item_id);
    spent[row.item_id] += row.amount_minor;
    if (item == open.end() || spent[row.item_id] > item->second) return "more than is open";
  }
  if (suggestion.allocations.empty()) return "nothing";
  return money < 0 ? "more than the money" : "";
}

}  // namespace

EngineAnswer AskEngine(const World& world) {
  ReconcileOptions options;
  options.threads = 1;
  // Chance is not weighed here: a unique set is an answer.
  options.policy.combination_chance_max = 1000;
  Reconciliation run(options);
  AddItems(world, &run);
  AddCustomers(world, &run);
  const Places places = AddFiles(world, &run);
  EngineAnswer answer;
  answer.decisions.resize(world.payments.size());
  answer.suggestions.resize(world.payments.size());
  if (!run.Run().ok()) {
    for (WorldDecision& decision : answer.decisions) decision.outcome = Outcome::kCount;
    return answer;
  }
  ReadAnswer(run, places, &answer);
  for (WorldDecision& decision : answer.decisions) {
    std::sort(decision.rows.begin(), decision.rows.end());
  }
  return answer;
}

WorldDecisions DecideByEngine(const World& world) {
  return AskEngine(world).decisions;
}

std::string WrongSuggestion(const World& world, const EngineAnswer& answer) {
  std::map<std::string, int64_t> open;
  for (const WorldItem& item : world.items) open[item.id] = item.open;
  for (const WorldDecision& decision : answer.decisions) {
    for (const WorldRow& row : decision.rows) open[row.item] -= row.amount;
  }
  for (size_t p = 0; p < world.payments.size(); ++p) {
    const std::vector<Suggestion>& suggestions = answer.suggestions[p];
    const Outcome outcome = answer.decisions[p].outcome;
    if (outcome == Outcome::kReversed) continue;
    if ((outcome == Outcome::kSuggested) != !suggestions.empty()) return "outcome";
    // Of another currency there is no telling how much it is.
    if (answer.decisions[p].codes.count(DeviationCode::kCurrencyMismatch) > 0) continue;
    for (size_t s = 0; s < suggestions.size(); ++s) {
      const std::string wrong = WrongAllocations(suggestions[s], world.payments[p].amount, open);
      if (!wrong.empty()) return wrong;
      if (s > 0 && suggestions[s].rule < suggestions[s - 1].rule) return "order of rules";
    }
  }
  return "";
}

}  // namespace kvitt::oracle
