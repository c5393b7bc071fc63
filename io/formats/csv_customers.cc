// Customers as CSV: `customers-csv`.
//
//   file   = header *row
//   header = names of fields, in any order, with `,` `;` or tab between them
//   row    = as many cells, RFC 4180; LF or CRLF; a byte order mark is ignored
//
// Fields: customer_id, name, org_no, country, accounts, credit_limit, currency, status, email,
// dunning, pays_for, group. Accounts and pays_for are arrays, joined by `;` (in a file separated by `;`
// the cell is quoted, or they are joined by `|`), or JSON. A credit limit needs no currency column:
// without one it is read with two decimals. Source: RFC 4180; docs/records.md.

#include "io/formats/csv_stream.h"
#include "io/formats/csv_writer.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

using CustomerRun = csv::Run<CustomerBatch, Customer>;

void AccountsPass(const CustomerRun& run, uint32_t column) {
  csv::ForEachElement<&Customer::account_count>(
      run, column, [&run](Customer* customer, const csv::Element& element) {
        run.batch->AddAccount(customer, element.value);
        return true;
      });
}

// Kept as one text with `;` between the ids, however the cell said it.
void PaysForPass(const CustomerRun& run, uint32_t column) {
  std::vector<csv::Element> elements;
  const auto none = [](Customer* customer) { customer->pays_for = {}; };
  csv::ForEachCell<false>(run, column, none, [&](Customer* customer, std::string_view text) {
    if (!csv::SplitArray(text, run.dialect.separator, run.arena, &elements)) return false;
    std::string joined;
    for (const csv::Element& element : elements) {
      if (!joined.empty()) joined.push_back(';');
      joined.append(element.value);
    }
    customer->pays_for = joined == text ? text : run.arena->Store(joined);
    return true;
  });
}

using csv::CellKind;
template <auto kMember, bool kRequired = false>
constexpr auto kTextPass = csv::TextPass<kMember, kRequired, CustomerRun>;

constexpr csv::Field<CustomerRun> kFields[] = {
    {"customer_id", CellKind::kText, true, 0, "", kTextPass<&Customer::customer_id, true>},
    {"name", CellKind::kText, false, 0, "", kTextPass<&Customer::name>},
    {"org_no", CellKind::kText, false, 0, "", kTextPass<&Customer::org_no>},
    {"country", CellKind::kText, false, 0, "", kTextPass<&Customer::country>},
    {"accounts", CellKind::kArray, false, 0, "", AccountsPass},
    {"credit_limit", CellKind::kAmount, false, 0, "",
     csv::AmountPass<&Customer::credit_limit_minor, 0, false, CustomerRun>},
    {"currency", CellKind::kCurrency, false, 0, "",
     csv::CurrencyPass<&Customer::currency, false, CustomerRun>},
    {"status", CellKind::kWord, false, 0, "active, insolvent, closed",
     csv::WordPass<&Customer::status, CustomerRun>},
    {"email", CellKind::kText, false, 0, "", kTextPass<&Customer::email>},
    {"dunning", CellKind::kWord, false, 0, "invoice, customer",
     csv::WordPass<&Customer::dunning, CustomerRun>},
    {"pays_for", CellKind::kArray, false, 0, "", PaysForPass},
    {"group", CellKind::kText, false, 0, "", kTextPass<&Customer::group>},
};

struct CustomerTraits {
  using Record = Customer;
  using Batch = CustomerBatch;
  static constexpr std::string_view kName = "customers-csv";
  static constexpr FileKind kKind = FileKind::kCustomers;

  static absl::Span<const csv::Field<CustomerRun>> Fields() { return kFields; }

  static std::vector<Customer>& Records(CustomerBatch& batch) { return batch.customers; }

  static void ClearArrays(CustomerBatch* batch) { batch->accounts.clear(); }

  static Customer Blank() { return {}; }

  static void Prepare(Customer*) {}

  static void Complete(Customer*) {}

  static void Count(const Customer&, RecordTally*) {}

  static void Hand(const CustomerBatch& batch, BlockSink* sink) { sink->Customers(batch); }
};

}  // namespace

extern const Format kCustomersCsv;
const Format kCustomersCsv = {CustomerTraits::kName,
                              CustomerTraits::kKind,
                              "customers as CSV",
                              csv::SniffStream<CustomerTraits>,
                              csv::MakeStreamReader<CustomerTraits>,
                              csv::MakeCustomerWriter};

}  // namespace kvitt
