// `open_items`: every item still open, in the shape in which items are read, with what is open now. The
// file can be the next run's --invoices.

#include <string>

#include "io/sinks/sink.h"

namespace kvitt {

extern const Sink kOpenItemsSink;

namespace {

void WriteJson(const OpenItemRow& row, RowBuffer* out) {
  const OpenItem& item = row.item;
  const int decimals = item.currency.decimals();
  const auto text = [out](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out->Text(key);
    out->JsonString(value);
  };
  const auto date = [out](std::string_view key, Date value) {
    if (!value.has_value()) return;
    out->Text(key);
    out->Char('"');
    out->Day(value);
    out->Char('"');
  };
  const auto amount = [out, decimals](std::string_view key, int64_t minor) {
    out->Text(key);
    out->Char('"');
    out->Amount(minor, decimals);
    out->Char('"');
  };
  out->Text("{\"item_id\":");
  out->JsonString(item.item_id);
  text(",\"kind\":", Name(item.kind));
  text(",\"customer_id\":", item.customer_id);
  text(",\"creditor_account\":", item.creditor_account);
  if (!row.references.empty()) {
    out->Text(",\"references\":[");
    for (uint32_t i = 0; i < item.reference_count; ++i) {
      if (i > 0) out->Char(',');
      out->JsonString(row.references[item.reference_first + i]);
    }
    out->Char(']');
  }
  amount(",\"amount\":", item.amount_minor);
  amount(",\"open_amount\":", item.open_amount_minor);
  text(",\"currency\":", item.currency.code());
  date(",\"issue_date\":", item.issue_date);
  date(",\"due_date\":", item.due_date);
  if (item.discount_minor != 0) amount(",\"discount_amount\":", item.discount_minor);
  date(",\"discount_date\":", item.discount_date);
  text(",\"status\":", Name(item.status));
  text(",\"customer_name\":", item.customer_name);
  text(",\"customer_org_no\":", item.customer_org_no);
  out->Text("}\n");
}

class OpenItemWriter : public PageWriter {
 public:
  explicit OpenItemWriter(OutputFormat format) : format_(format) {}

  void Write(const Reconciliation& run, size_t page, RowBuffer* out) override {
    run.ReadOpenItems(page, &page_);
    for (const OpenItemRow& row : page_.rows) {
      if (format_ == OutputFormat::kCsv) {
        WriteCsv(row, out);
      } else {
        WriteJson(row, out);
      }
    }
  }

 private:
  void WriteCsv(const OpenItemRow& row, RowBuffer* out) {
    const OpenItem& item = row.item;
    const int decimals = item.currency.decimals();
    const auto cell = [out](std::string_view text) {
      out->Cell(text);
      out->Char(',');
    };
    cell(item.item_id);
    cell(Name(item.kind));
    cell(item.customer_id);
    cell(item.creditor_account);
    joined_.clear();
    for (uint32_t i = 0; i < item.reference_count; ++i) {
      if (i > 0) joined_ += ';';
      joined_ += row.references[item.reference_first + i];
    }
    cell(joined_);
    out->Amount(item.amount_minor, decimals);
    out->Char(',');
    out->Amount(item.open_amount_minor, decimals);
    out->Char(',');
    cell(item.currency.code());
    out->Day(item.issue_date);
    out->Char(',');
    out->Day(item.due_date);
    out->Char(',');
    if (item.discount_minor != 0) out->Amount(item.discount_minor, decimals);
    out->Char(',');
    out->Day(item.discount_date);
    out->Char(',');
    cell(Name(item.status));
    cell(item.customer_name);
    out->Cell(item.customer_org_no);
    out->Char('\n');
  }

  OutputFormat format_;
  OpenItemPage page_;
  std::string joined_;
};

}  // namespace

const Sink kOpenItemsSink = {
    .name = "open_items",
    .pages = [](const Reconciliation& run) { return run.open_item_pages(); },
    .begin =
        [](const Reconciliation&, OutputFormat format, RowBuffer* out) {
          if (format != OutputFormat::kCsv) return;
          out->Text(
              "item_id,kind,customer_id,creditor_account,references,amount,open_amount,currency,"
              "issue_date,due_date,discount_amount,discount_date,status,customer_name,"
              "customer_org_no\n");
        },
    .make_writer = [](OutputFormat format) -> std::unique_ptr<PageWriter> {
      return std::make_unique<OpenItemWriter>(format);
    },
};

}  // namespace kvitt
