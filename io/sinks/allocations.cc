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
  // What stands behind the amount is mostly the same from row to row: it is made once and copied.
  std::string_view TailOf(const AllocationRow& row) {
    if (row.currency == tail_row_.currency && row.kind == tail_row_.kind &&
        row.rule == tail_row_.rule && row.confidence == tail_row_.confidence &&
        row.booking_date == tail_row_.booking_date && tail_.size() != 0) {
      return tail_.view();
    }
    tail_row_ = row;
    tail_.Clear();
    if (format_ == OutputFormat::kCsv) {
      MakeCsvTail(row);
    } else {
      MakeJsonTail(row);
    }
    return tail_.view();
  }

  void MakeCsvTail(const AllocationRow& row) {
    for (const std::string_view cell :
         {row.currency.code(), Name(row.kind), Name(row.rule), Name(row.confidence)}) {
      tail_.Char(',');
      tail_.Text(cell);
    }
    tail_.Char(',');
    tail_.Day(row.booking_date);
    tail_.Char('\n');
  }

  void MakeJsonTail(const AllocationRow& row) {
    tail_.Text("\",\"currency\":\"");
    tail_.Text(row.currency.code());
    tail_.Text("\",\"kind\":\"");
    tail_.Text(Name(row.kind));
    tail_.Text("\",\"rule\":\"");
    tail_.Text(Name(row.rule));
    tail_.Text("\",\"confidence\":\"");
    tail_.Text(Name(row.confidence));
    if (row.booking_date.has_value()) {
      tail_.Text("\",\"booking_date\":\"");
      tail_.Day(row.booking_date);
    }
    tail_.Text("\"}\n");
  }

  void WriteCsv(const AllocationRow& row, RowBuffer* out) {
    const std::string_view tail = TailOf(row);
    out->Cell(row.payment_id);
    out->Char(',');
    out->Cell(row.item_id);
    out->Char(',');
    out->Cell(row.customer_id);
    out->Char(',');
    out->Amount(row.amount_minor, row.currency.decimals());
    out->Text(tail);
  }

  void WriteJson(const AllocationRow& row, RowBuffer* out) {
    const std::string_view tail = TailOf(row);
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
    out->Text(tail);
  }

  OutputFormat format_;
  AllocationPage page_;
  AllocationRow tail_row_;
  RowBuffer tail_;
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
