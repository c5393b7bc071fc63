// `mobilepay-csv`: the reports of MobilePay MyShop (older than the common portal of Vipps MobilePay).
//
//   header = Event;Currency;Amount;Date and time;Customer name;MP-number;Comment;TransactionID;
//            [TransferID;]Payment point;MyShop-Number;[Bank account;]Date;Time
//   row    = as many cells; decimal comma; the time of day has up to seven decimals
//
// MP-number is masked, so it tells no payer from another and is not read. The comment is what the payer wrote:
// text, not a reference. The transfer report names the transfer that
// paid a row out; its rows are known to leave a rest when fees are charged apart, so a transfer that they
// do not make is a warning and not a fault. Events that are not known are booked by their sign.
//
// Source (public): f-klubben/stregsystemet (header, marks and times of the two reports). The words of
// `Event` are unconfirmed beyond payments.

#include <memory>

#include "io/formats/csv_mapped_reader.h"
#include "io/formats/format.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "mobilepay-csv";

const csv::Mapping& MyShop() {
  static const csv::Mapping* mapping = [] {
    auto* made = new csv::Mapping();
    made->name = "mobilepay-csv";
    made->header = {"Event",         "Currency",      "Amount",
                    "Date and time", "TransactionID", "MyShop-Number"};
    made->columns = {{"type", "Event"},
                     {"currency", "Currency"},
                     {"amount", "Amount"},
                     {"booking_date", "Date and time"},
                     {"payer_name", "Customer name"},
                     {"text", "Comment"},
                     {"bank_reference", "TransactionID"},
                     {"settlement", "TransferID"},
                     {"creditor_account", "MyShop-Number"}};
    made->constants = {{"account_scheme", "mobilepay"}};
    made->kinds = {{"refund*", "reversal"}, {"*refund", "reversal"}, {"transfer*", "transfer"},
                   {"payout*", "transfer"}, {"*fee", "fee"},         {"fee*", "fee"},
                   {"-", "reversal"}};
    made->decimal_mark = ',';
    made->thousands_mark = '.';
    made->date_pattern = "YYYY-MM-DD|DD-MM-YYYY";
    return made;
  }();
  return *mapping;
}

// The settings may name its account, as those of any mapping.
FormatSettings WithMyShop(const FormatSettings& settings) {
  FormatSettings with;
  csv::Mapping mapping = MyShop();
  for (const csv::Mapping& each : settings.mappings) {
    if (each.name != mapping.name) continue;
    for (const auto& [field, value] : each.constants) mapping.constants[field] = value;
    for (const auto& [word, kind] : each.kinds) mapping.kinds[word] = kind;
  }
  with.mappings.push_back(std::move(mapping));
  return with;
}

std::optional<csv::Layout> Find(std::string_view head, const FormatSettings& settings) {
  std::optional<csv::Layout> layout = csv::FindLayoutOfHead(head, WithMyShop(settings));
  if (layout.has_value() && layout->mapping.name != kName) layout.reset();
  return layout;
}

int Sniff(std::string_view head) {
  return Find(head, {}).has_value() ? 98 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  std::optional<csv::Layout> layout = Find(head, options.settings);
  if (!layout.has_value()) {
    // The format was named by hand: every row is then held against the header that it should have.
    layout.emplace();
    layout->mapping = WithMyShop(options.settings).mappings[0];
    layout->separator = ';';
    layout->header = layout->mapping.header;
  }
  return csv::MakeMappedReader(kName, false, std::move(*layout), options);
}

}  // namespace

extern const Format kMobilepayCsv;
const Format kMobilepayCsv = {kName, FileKind::kPayments, "MobilePay MyShop reports",
                              Sniff, MakeReader,          nullptr};

}  // namespace kvitt
