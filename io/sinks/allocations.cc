// `allocations`: every part of a payment applied to an item or kept on account.
//
//   payment_id, item_id, customer_id, amount, currency, kind, rule, confidence, booking_date

#include "io/sinks/sink.h"

namespace kvitt {

extern const Sink kAllocationsSink;

namespace {

class AllocationWriter : public PageWriter {
 public:
  explicit AllocationWriter(OutputFormat format) : format_(format) {}

  void Write(const Reconciliation& run, size_t page, RowBuffer* out) override {
    run.ReadAllocations(page, &page_);
    for (const AllocationRow& row : page_.rows) {
      if (format_ == OutputFormat::kCsv) {
        WriteCsv(row, out);
      } else {
        WriteJson(row, out);
      }
    }
  }

 private:
  static void WriteCsv(const AllocationRow& row, RowBuffer* out) {
    out->Cell(row.payment_id);
    out->Char(',');
    out->Cell(row.item_id);
    out->Char(',');
    out->Cell(row.customer_id);
    out->Char(',');
    out->Amount(row.amount_minor, row.currency.decimals());
    out->Char(',');
    out->Text(row.currency.code());
    out->Char(',');
    out->Text(Name(row.kind));
    out->Char(',');
    out->Text(Name(row.rule));
    out->Char(',');
    out->Text(Name(row.confidence));
    out->Char(',');
    out->Day(row.booking_date);
    out->Char('\n');
  }

  static void WriteJson(const AllocationRow& row, RowBuffer* out) {
    out->Text("{\"payment_id\":\"");
    out->JsonInside(row.payment_id);
    if (!row.item_id.empty()) {
      out->Text("\",\"item_id\":\"");
      out->JsonInside(row.item_id);
    }
    out->Text("\",\"customer_id\":\"");
    out->JsonInside(row.customer_id);
    out->Text("\",\"amount\":\"");
    out->Amount(row.amount_minor, row.currency.decimals());
    out->Text("\",\"currency\":\"");
    out->Text(row.currency.code());
    out->Text("\",\"kind\":\"");
    out->Text(Name(row.kind));
    out->Text("\",\"rule\":\"");
    out->Text(Name(row.rule));
    out->Text("\",\"confidence\":\"");
    out->Text(Name(row.confidence));
    if (row.booking_date.has_value()) {
      out->Text("\",\"booking_date\":\"");
      out->Day(row.booking_date);
    }
    out->Text("\"}\n");
  }

  OutputFormat format_;
  AllocationPage page_;
};

}  // namespace

const Sink kAllocationsSink = {
    .name = "allocations",
    .pages = [](const Reconciliation& run) { return run.pages(); },
    .begin =
        [](const Reconciliation&, OutputFormat format, RowBuffer* out) {
          if (format != OutputFormat::kCsv) return;
          out->Text(
              "payment_id,item_id,customer_id,amount,currency,kind,rule,confidence,booking_date\n");
        },
    .make_writer = [](OutputFormat format) -> std::unique_ptr<PageWriter> {
      return std::make_unique<AllocationWriter>(format);
    },
};

}  // namespace kvitt
