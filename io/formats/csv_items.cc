// Open items as CSV: `items-csv`.
//
//   file   = header *row
//   header = names of fields, in any order, with `,` `;` or tab between them
//   row    = as many cells, RFC 4180; LF or CRLF; a byte order mark is ignored
//
// Fields: item_id, kind, customer_id, creditor_account, references, amount, open_amount, currency,
// issue_date, due_date, discount_amount, discount_date, status, customer_name, customer_org_no.
// References are joined by `;` (in a file separated by `;` the cell is quoted, or they are joined
// by `|`), or are a JSON array. Source: RFC 4180; docs/records.md.

#include "engine/value/concat.h"
#include "io/formats/csv_stream.h"
#include "io/formats/csv_writer.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

using ItemRun = csv::Run<OpenItemBatch, OpenItem>;

void ReferencesPass(const ItemRun& run, uint32_t column) {
  csv::ForEachElement<&OpenItem::reference_count>(
      run, column, [&run](OpenItem* item, const csv::Element& element) {
        int64_t minor = 0;
        if (!element.amount.empty() &&
            ParseAmount(element.amount, item->currency.decimals(), &minor) != AmountError::kOk) {
          return false;
        }
        run.batch->AddReference(item, element.value);
        return true;
      });
}

using csv::CellKind;
constexpr csv::Field<ItemRun> kFields[] = {
    {"item_id", CellKind::kText, true, 0, "", csv::TextPass<&OpenItem::item_id, true, ItemRun>},
    {"kind", CellKind::kWord, false, 0, "invoice, credit_note, fee, interest, prepayment",
     csv::WordPass<&OpenItem::kind, ItemRun>},
    {"customer_id", CellKind::kText, true, 0, "",
     csv::TextPass<&OpenItem::customer_id, true, ItemRun>},
    {"creditor_account", CellKind::kText, false, 0, "",
     csv::TextPass<&OpenItem::creditor_account, false, ItemRun>},
    {"references", CellKind::kArray, false, 0, "", ReferencesPass},
    {"amount", CellKind::kAmount, true, 0, "",
     csv::AmountPass<&OpenItem::amount_minor, 0, true, ItemRun>},
    {"open_amount", CellKind::kAmount, false, 0, "",
     csv::AmountPass<&OpenItem::open_amount_minor, 0, false, ItemRun>},
    {"currency", CellKind::kCurrency, true, 0, "",
     csv::CurrencyPass<&OpenItem::currency, true, ItemRun>},
    {"issue_date", CellKind::kDate, false, 0, "", csv::DatePass<&OpenItem::issue_date, ItemRun>},
    {"due_date", CellKind::kDate, false, 0, "", csv::DatePass<&OpenItem::due_date, ItemRun>},
    {"discount_amount", CellKind::kAmount, false, 0, "",
     csv::AmountPass<&OpenItem::discount_minor, 0, false, ItemRun>},
    {"discount_date", CellKind::kDate, false, 0, "",
     csv::DatePass<&OpenItem::discount_date, ItemRun>},
    {"status", CellKind::kWord, false, 0, "open, closed, blocked, disputed, collection",
     csv::WordPass<&OpenItem::status, ItemRun>},
    {"customer_name", CellKind::kText, false, 0, "",
     csv::TextPass<&OpenItem::customer_name, false, ItemRun>},
    {"customer_org_no", CellKind::kText, false, 0, "",
     csv::TextPass<&OpenItem::customer_org_no, false, ItemRun>},
};

struct ItemTraits {
  using Record = OpenItem;
  using Batch = OpenItemBatch;
  static constexpr std::string_view kName = "items-csv";
  static constexpr FileKind kKind = FileKind::kItems;

  static absl::Span<const csv::Field<ItemRun>> Fields() { return kFields; }

  static std::vector<OpenItem>& Records(OpenItemBatch& batch) { return batch.items; }

  static void ClearArrays(OpenItemBatch* batch) { batch->references.clear(); }

  static OpenItem Blank() {
    OpenItem item;
    Prepare(&item);
    return item;
  }

  static void Prepare(OpenItem* item) { item->open_amount_minor = csv::kNoAmount; }

  static void Complete(OpenItem* item) {
    if (item->open_amount_minor == csv::kNoAmount) item->open_amount_minor = item->amount_minor;
  }

  static std::string Contradiction(const OpenItem& item) {
    const int decimals = item.currency.decimals();
    const auto above = [&](std::string_view field, int64_t minor) {
      return Concat("field ", field, ": expected at most the amount of ",
                    FormatAmount(item.amount_minor, decimals), ", found ",
                    FormatAmount(minor, decimals));
    };
    const bool has_open = item.open_amount_minor != csv::kNoAmount;
    if (has_open && item.open_amount_minor > item.amount_minor) {
      return above("open_amount", item.open_amount_minor);
    }
    if (item.discount_minor > item.amount_minor)
      return above("discount_amount", item.discount_minor);
    return {};
  }

  static void Count(const OpenItem& item, RecordTally* tally) {
    if (item.kind == ItemKind::kCreditNote) {
      tally->AddDebit(item.currency, item.amount_minor);
    } else {
      tally->AddCredit(item.currency, item.amount_minor);
    }
    tally->AddDate(item.issue_date);
    tally->AddAccount(item.creditor_account);
  }

  static void Hand(const OpenItemBatch& batch, BlockSink* sink) { sink->Items(batch); }
};

}  // namespace

extern const Format kItemsCsv;
const Format kItemsCsv = {ItemTraits::kName,
                          ItemTraits::kKind,
                          "open items as CSV",
                          csv::SniffStream<ItemTraits>,
                          csv::MakeStreamReader<ItemTraits>,
                          csv::MakeItemWriter};

}  // namespace kvitt
