#include "tests/oracle/matching_engine.h"

#include <algorithm>
#include <map>
#include <string>

#include "kvitt/reconcile.h"

namespace kvitt::oracle {
namespace {

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
  run->Add(batch, "items");
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
  if (!batch.customers.empty()) run->Add(batch, "customers");
}

void AddPayments(const World& world, Reconciliation* run) {
  PaymentBatch batch;
  for (const WorldPayment& payment : world.payments) {
    Payment& to = batch.payments.emplace_back();
    to.payment_id = payment.id;
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
    to.record = static_cast<uint32_t>(batch.payments.size() - 1);
    for (const WorldQuote& quote : payment.quotes) {
      PaymentReference reference;
      reference.value = quote.value;
      reference.scheme = quote.scheme;
      batch.AddReference(&to, reference);
    }
    for (const std::string& line : payment.text) batch.AddText(&to, line);
  }
  run->Add(batch, "payments");
}

void ReadPage(const Reconciliation& run,
              size_t page,
              const std::map<std::string, size_t>& by_id,
              WorldDecisions* decisions) {
  PaymentPage payments;
  AllocationPage allocations;
  ExceptionPage exceptions;
  run.ReadPayments(page, &payments);
  for (const PaymentRow& row : payments.rows) {
    WorldDecision& decision = (*decisions)[by_id.at(std::string(row.payment.payment_id))];
    decision.outcome = row.outcome;
    decision.rule = row.rule;
  }
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
    if (!row.payment_id.empty()) (*decisions)[by_id.at(row.payment_id)].codes.insert(row.code);
  }
}

}  // namespace

WorldDecisions DecideByEngine(const World& world) {
  ReconcileOptions options;
  options.threads = 1;
  Reconciliation run(options);
  AddItems(world, &run);
  AddCustomers(world, &run);
  AddPayments(world, &run);
  WorldDecisions decisions(world.payments.size());
  if (!run.Run().ok()) {
    for (WorldDecision& decision : decisions) decision.outcome = Outcome::kCount;
    return decisions;
  }
  std::map<std::string, size_t> by_id;
  for (size_t p = 0; p < world.payments.size(); ++p) by_id[world.payments[p].id] = p;
  for (size_t page = 0; page < run.pages(); ++page) ReadPage(run, page, by_id, &decisions);
  for (WorldDecision& decision : decisions) std::sort(decision.rows.begin(), decision.rows.end());
  return decisions;
}

}  // namespace kvitt::oracle
