// The example of docs/library.md: a program of somebody else's, on an installed kvitt, that settles
// records which it has in memory. It knows the public headers alone.
//
// What a reader should take from it: fill batches, add items before payments, run, read the pages. It
// ends with 0 when the results are what they must be, so that the test `consumer` can run it.

#include <kvitt/io.h>
#include <kvitt/kvitt.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using kvitt::Currency;
using kvitt::Date;

// Text in a batch is a view: it has to live until the batch has been added, and no longer.
void AddInvoice(kvitt::OpenItemBatch* batch,
                std::string_view id,
                int64_t minor,
                std::string_view reference) {
  kvitt::OpenItem& item = batch->items.emplace_back();
  item.item_id = id;
  item.customer_id = "C7";
  item.amount_minor = item.open_amount_minor = minor;
  item.currency = Currency::FromCode("SEK");
  item.due_date = Date::FromCivil(2026, 3, 1);
  item.record = static_cast<uint32_t>(batch->items.size() - 1);
  batch->AddReference(&item, reference);
}

void AddPayment(kvitt::PaymentBatch* batch,
                std::string_view id,
                int64_t minor,
                std::string_view reference) {
  kvitt::Payment& payment = batch->payments.emplace_back();
  payment.payment_id = id;
  payment.creditor_account = "bankgiro:50501055";
  payment.amount_minor = minor;
  payment.currency = Currency::FromCode("SEK");
  payment.booking_date = Date::FromCivil(2026, 2, 27);
  payment.record = static_cast<uint32_t>(batch->payments.size() - 1);
  batch->AddReference(&payment, {.value = reference});
}

std::string Text(int64_t minor, Currency currency) {
  return kvitt::FormatAmount({minor, currency}) + " " + std::string(currency.code());
}

// One line for each row of the results, as a caller might post or show them.
std::vector<std::string> ReadResults(kvitt::Reconciliation* run) {
  std::vector<std::string> lines;
  kvitt::AllocationPage allocations;
  kvitt::ExceptionPage exceptions;
  for (size_t page = 0; page < run->pages(); ++page) {
    run->ReadAllocations(page, &allocations);
    for (const kvitt::AllocationRow& row : allocations.rows) {
      lines.push_back("post " + Text(row.amount_minor, row.currency) + " of " +
                      std::string(row.payment_id) + " to " + std::string(row.item_id));
    }
    run->ReadExceptions(page, &exceptions);
    for (size_t i = 0; i < exceptions.count; ++i) {
      const kvitt::ExceptionRow& row = exceptions.rows[i];
      lines.push_back("see " + row.payment_id + ": " + std::string(Name(row.code)));
    }
  }
  kvitt::OpenItemPage open;
  run->PrepareOpenItems();
  for (size_t page = 0; page < run->open_item_pages(); ++page) {
    run->ReadOpenItems(page, &open);
    for (const kvitt::OpenItemRow& row : open.rows) {
      lines.push_back("open " + Text(row.item.open_amount_minor, row.item.currency) + " on " +
                      std::string(row.item.item_id));
    }
  }
  return lines;
}

}  // namespace

int main() {
  kvitt::OpenItemBatch items;
  AddInvoice(&items, "INV-1001", 100000, "20260011");
  AddInvoice(&items, "INV-1002", 25000, "20260024");
  kvitt::PaymentBatch payments;
  AddPayment(&payments, "P1", 99000, "20260011");
  AddPayment(&payments, "P2", 25000, "20260024");

  kvitt::Reconciliation run({.threads = 2, .as_of = Date::FromCivil(2026, 3, 1)});
  run.Add(items);
  run.Add(payments);
  if (const absl::Status status = run.Run(); !status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 1;
  }
  const std::vector<std::string> lines = ReadResults(&run);
  for (const std::string& line : lines) std::puts(line.c_str());

  const std::vector<std::string> expected = {"post 990.00 SEK of P1 to INV-1001",
                                             "post 250.00 SEK of P2 to INV-1002",
                                             "see P1: amount_short", "open 10.00 SEK on INV-1001"};
  // kvitt::io is linked too; a program that reads files goes on from here.
  const bool has_io = Name(kvitt::FileKind::kPayments) == "payments";
  return lines == expected && has_io ? 0 : 1;
}
