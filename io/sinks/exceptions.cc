// `exceptions`: every deviation, those of files and records first, then those of payments in their order.
//
//   exception_id, code, severity, payment_id, item_ids, customer_id, file, record, amount, difference,
//   currency, explanation, suggestions

#include <string>

#include "io/sinks/sink.h"

namespace kvitt {

extern const Sink kExceptionsSink;

namespace {

void WriteSuggestion(const Suggestion& suggestion, int decimals, RowBuffer* out) {
  out->Text("{\"rule\":\"");
  out->Text(Name(suggestion.rule));
  out->Text("\",\"confidence\":\"");
  out->Text(Name(suggestion.confidence));
  out->Text("\",\"allocations\":[");
  for (size_t i = 0; i < suggestion.allocations.size(); ++i) {
    const SuggestedAllocation& allocation = suggestion.allocations[i];
    out->Text(i == 0 ? "{" : ",{");
    if (!allocation.item_id.empty()) {
      out->Text("\"item_id\":");
      out->JsonString(allocation.item_id);
      out->Char(',');
    }
    out->Text("\"amount\":\"");
    out->Amount(allocation.amount_minor, decimals);
    out->Text("\",\"kind\":\"");
    out->Text(Name(allocation.kind));
    out->Text("\"}");
  }
  out->Text("],\"explanation\":");
  out->JsonString(suggestion.explanation);
  out->Char('}');
}

void WriteSuggestions(const ExceptionRow& row, RowBuffer* out) {
  out->Char('[');
  for (size_t i = 0; i < row.suggestions.size(); ++i) {
    if (i > 0) out->Char(',');
    WriteSuggestion(row.suggestions[i], row.currency.decimals(), out);
  }
  out->Char(']');
}

void WriteItemIds(const ExceptionRow& row, RowBuffer* out) {
  out->Char('[');
  for (size_t i = 0; i < row.item_ids.size(); ++i) {
    if (i > 0) out->Char(',');
    out->JsonString(row.item_ids[i]);
  }
  out->Char(']');
}

void OptionalMember(std::string_view key, std::string_view value, RowBuffer* out) {
  if (value.empty()) return;
  out->Text(key);
  out->JsonString(value);
}

void WriteJson(const ExceptionRow& row, RowBuffer* out) {
  out->Text("{\"exception_id\":\"");
  out->Text(row.exception_id);
  out->Text("\",\"code\":\"");
  out->Text(Name(row.code));
  out->Text("\",\"severity\":\"");
  out->Text(Name(row.severity));
  out->Char('"');
  OptionalMember(",\"payment_id\":", row.payment_id, out);
  out->Text(",\"item_ids\":");
  WriteItemIds(row, out);
  OptionalMember(",\"customer_id\":", row.customer_id, out);
  OptionalMember(",\"file\":", row.file, out);
  if (row.record != 0) {
    out->Text(",\"record\":");
    out->Number(row.record);
  }
  if (row.has_amount) {
    out->Text(",\"amount\":\"");
    out->Amount(row.amount_minor, row.currency.decimals());
    out->Char('"');
  }
  if (row.has_difference) {
    out->Text(",\"difference\":\"");
    out->Amount(row.difference_minor, row.currency.decimals());
    out->Char('"');
  }
  OptionalMember(",\"currency\":", row.currency.code(), out);
  out->Text(",\"explanation\":");
  out->JsonString(row.explanation);
  out->Text(",\"suggestions\":");
  WriteSuggestions(row, out);
  out->Text("}\n");
}

// Arrays are JSON text in one cell.
class CsvRow {
 public:
  void Write(const ExceptionRow& row, RowBuffer* out) {
    out->Text(row.exception_id);
    out->Char(',');
    out->Text(Name(row.code));
    out->Char(',');
    out->Text(Name(row.severity));
    out->Char(',');
    out->Cell(row.payment_id);
    out->Char(',');
    cell_.Clear();
    WriteItemIds(row, &cell_);
    out->Cell(cell_.view());
    out->Char(',');
    out->Cell(row.customer_id);
    out->Char(',');
    FileCell(row.file, out);
    out->Char(',');
    if (row.record != 0) out->Number(row.record);
    out->Char(',');
    if (row.has_amount) out->Amount(row.amount_minor, row.currency.decimals());
    out->Char(',');
    if (row.has_difference) out->Amount(row.difference_minor, row.currency.decimals());
    out->Char(',');
    out->Text(row.currency.code());
    out->Char(',');
    out->Cell(row.explanation);
    out->Char(',');
    if (row.suggestions.empty()) {
      out->Text("[]\n");
      return;
    }
    cell_.Clear();
    WriteSuggestions(row, &cell_);
    out->Cell(cell_.view());
    out->Char('\n');
  }

 private:
  // The rows of a page come from one file.
  void FileCell(std::string_view file, RowBuffer* out) {
    if (file != last_file_ || last_file_cell_.size() == 0) {
      last_file_ = file;
      last_file_cell_.Clear();
      last_file_cell_.Cell(file);
    }
    out->Text(last_file_cell_.view());
  }

  RowBuffer cell_;
  std::string last_file_;
  RowBuffer last_file_cell_;
};

class ExceptionWriter : public PageWriter {
 public:
  explicit ExceptionWriter(OutputFormat format) : format_(format) {}

  void Write(const Reconciliation& run, size_t page, RowBuffer* out) override {
    run.ReadExceptions(page, &page_);
    for (size_t i = 0; i < page_.count; ++i) {
      if (format_ == OutputFormat::kCsv) {
        csv_.Write(page_.rows[i], out);
      } else {
        WriteJson(page_.rows[i], out);
      }
    }
  }

 private:
  OutputFormat format_;
  ExceptionPage page_;
  CsvRow csv_;
};

}  // namespace

const Sink kExceptionsSink = {
    .name = "exceptions",
    .pages = [](const Reconciliation& run) { return run.pages(); },
    .begin =
        [](const Reconciliation& run, OutputFormat format, RowBuffer* out) {
          if (format == OutputFormat::kCsv) {
            out->Text(
                "exception_id,code,severity,payment_id,item_ids,customer_id,file,record,amount,"
                "difference,currency,explanation,suggestions\n");
          }
          CsvRow csv;
          for (const ExceptionRow& row : run.FileExceptions()) {
            if (format == OutputFormat::kCsv) {
              csv.Write(row, out);
            } else {
              WriteJson(row, out);
            }
          }
        },
    .make_writer = [](OutputFormat format) -> std::unique_ptr<PageWriter> {
      return std::make_unique<ExceptionWriter>(format);
    },
};

}  // namespace kvitt
