// items-jsonl: open items, one JSON object a line.
//
//   stream  = [BOM] { line LF } [line]
//   line    = object | blank
//   object  = members of docs/records.md: item_id, customer_id, amount, currency are required;
//             unknown members are ignored and counted
//   amount  = string or number of digits [ "." digits ]; 0 or more; never an exponent
//   dates   = "YYYY-MM-DD"
//
// Null, "" and absence mean the same. An exact form of amounts is demanded because a number that a
// program has rounded or written with an exponent is not the amount that was invoiced.
// Source: this project's own interchange format; JSON is RFC 8259.

#include <array>
#include <cstring>
#include <memory>

#include "io/bytes/json_stream.h"
#include "io/bytes/json_text.h"
#include "io/bytes/record_stream.h"
#include "io/bytes/record_tally.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "items-jsonl";

enum Field : uint8_t {
  kItemId,
  kKind,
  kCustomerId,
  kCustomerName,
  kCustomerOrgNo,
  kCreditorAccount,
  kReferences,
  kAmount,
  kOpenAmount,
  kCurrency,
  kIssueDate,
  kDueDate,
  kDiscountAmount,
  kDiscountDate,
  kStatus,
  kFieldCount,
};

// Indexed by Field; also the order in which the writer puts them.
constexpr std::array<JsonField, kFieldCount> kSchema = {{
    {"item_id"},
    {"kind"},
    {"customer_id"},
    {"customer_name"},
    {"customer_org_no"},
    {"creditor_account"},
    {"references", JsonFieldType::kTexts},
    {"amount", JsonFieldType::kAmount},
    {"open_amount", JsonFieldType::kAmount},
    {"currency"},
    {"issue_date"},
    {"due_date"},
    {"discount_amount", JsonFieldType::kAmount},
    {"discount_date"},
    {"status"},
}};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

class ItemBuilder : public JsonRecordBuilder {
 public:
  explicit ItemBuilder(BlockSink* sink) : sink_(sink) {}

  JsonRefusal Add(const JsonRecord& record) override {
    OpenItem item;
    item.record = static_cast<uint32_t>(record.record);
    item.item_id = record.text(kItemId);
    item.customer_id = record.text(kCustomerId);
    item.customer_name = record.text(kCustomerName);
    item.customer_org_no = record.text(kCustomerOrgNo);
    item.creditor_account = record.text(kCreditorAccount);
    if (item.item_id.empty()) return {"an item_id", {}, kItemId};
    if (item.customer_id.empty()) return {"a customer_id", {}, kCustomerId};
    if (const JsonRefusal refusal = ReadWords(record, &item)) return refusal;
    if (const JsonRefusal refusal = ReadAmounts(record, &item)) return refusal;
    if (const JsonRefusal refusal = ReadDates(record, &item)) return refusal;
    for (const JsonElement& element : record.elements) {
      const std::string_view reference = Trim(record.slots[element.slot]);
      if (!reference.empty()) batch_.AddReference(&item, reference);
    }
    batch_.items.push_back(item);
    if (item.kind == ItemKind::kCreditNote) {
      tally_.AddDebit(item.currency, item.amount_minor);
    } else {
      tally_.AddCredit(item.currency, item.amount_minor);
    }
    tally_.AddDate(item.issue_date);
    tally_.AddAccount(item.creditor_account);
    return {};
  }

  void Flush() override {
    if (!batch_.items.empty()) sink_->Items(batch_);
    batch_.Clear();
  }

  const RecordTally& tally() const { return tally_; }

 private:
  static JsonRefusal ReadWords(const JsonRecord& record, OpenItem* item) {
    item->currency = Currency::FromCode(record.text(kCurrency));
    if (item->currency.is_none()) {
      return {"an ISO 4217 currency", record.text(kCurrency), kCurrency};
    }
    const std::string_view kind = record.text(kKind);
    if (!kind.empty() && kind != "invoice" && !FromName(kind, &item->kind)) {
      return {"invoice, credit_note, fee, interest or prepayment", kind, kKind};
    }
    const std::string_view status = record.text(kStatus);
    if (!status.empty() && status != "open" && !FromName(status, &item->status)) {
      return {"open, closed, blocked, disputed or collection", status, kStatus};
    }
    return {};
  }

  static JsonRefusal ReadAmount(const JsonRecord& record,
                                Field field,
                                int decimals,
                                int64_t* minor) {
    const std::string_view text = record.text(field);
    const AmountError error = ParseAmount(text, decimals, minor);
    if (error != AmountError::kOk) {
      const AmountRefusal refusal = RefuseAmount(error);
      return {refusal.expected, text, field, refusal.code};
    }
    if (*minor < 0) return {"an amount of 0 or more", text, field};
    return {};
  }

  static JsonRefusal ReadAmounts(const JsonRecord& record, OpenItem* item) {
    const int decimals = item->currency.decimals();
    if (const JsonRefusal bad = ReadAmount(record, kAmount, decimals, &item->amount_minor)) {
      return bad;
    }
    item->open_amount_minor = item->amount_minor;
    if (!record.text(kOpenAmount).empty()) {
      const JsonRefusal bad = ReadAmount(record, kOpenAmount, decimals, &item->open_amount_minor);
      if (bad) return bad;
    }
    if (!record.text(kDiscountAmount).empty()) {
      const JsonRefusal bad = ReadAmount(record, kDiscountAmount, decimals, &item->discount_minor);
      if (bad) return bad;
    }
    if (item->open_amount_minor > item->amount_minor) {
      return {"at most the amount", record.text(kOpenAmount), kOpenAmount};
    }
    if (item->discount_minor > item->amount_minor) {
      return {"at most the amount", record.text(kDiscountAmount), kDiscountAmount};
    }
    return {};
  }

  static JsonRefusal ReadDates(const JsonRecord& record, OpenItem* item) {
    const std::pair<Field, Date*> dates[] = {{kIssueDate, &item->issue_date},
                                             {kDueDate, &item->due_date},
                                             {kDiscountDate, &item->discount_date}};
    for (const auto& [field, date] : dates) {
      const std::string_view text = record.text(field);
      if (!text.empty() && !ParseDate(text, date))
        return {"a date YYYY-MM-DD from 1900 to 2199", text, field};
    }
    return {};
  }

  BlockSink* sink_;
  OpenItemBatch batch_;
  RecordTally tally_;
};

class ItemsJsonlReader : public FormatReader {
 public:
  explicit ItemsJsonlReader(const ReadOptions& options) : options_(options) {}

  bool parallel() const override { return true; }

  size_t record_bytes_max() const override { return kStreamLineBytesMax; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<RecordStreamSummary>();
    ItemBuilder builder(sink);
    JsonStream stream(kSchema, &builder, sink);
    ReadJsonBlock(&stream, block, summary.get());
    builder.tally().Store(&summary->tally);
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return FinishRecordStream(kName, FileKind::kItems, options_, summaries);
  }

 private:
  ReadOptions options_;
};

int Sniff(std::string_view head) {
  const std::string keys = JsonStreamKeys(head);
  // The other streams that name items are results of a run, not items.
  const bool is_result = HasJsonKey(keys, "payment_id") || HasJsonKey(keys, "exception_id");
  return HasJsonKey(keys, "item_id") && !is_result ? 90 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<ItemsJsonlReader>(options);
}

class ItemsJsonlWriter : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string*) override {
    columns_.assign(header.columns.begin(), header.columns.end());
    if (!columns_.empty()) return;
    for (const JsonField& field : kSchema) columns_.emplace_back(field.name);
  }

  void BeginSection(std::string_view, Currency, Date, std::string*) override {}

  void EndSection(std::string*) override {}

  void End(std::string*) override {}

  bool Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) override {
    JsonLineWriter line(out);
    for (const std::string& column : columns_) WriteField(batch, item, column, &line, out);
    line.End();
    return true;
  }

 private:
  static void WriteField(const OpenItemBatch& batch,
                         const OpenItem& item,
                         std::string_view column,
                         JsonLineWriter* line,
                         std::string* out) {
    size_t field = 0;
    while (field < kFieldCount && kSchema[field].name != column) ++field;
    const int decimals = item.currency.decimals();
    switch (field) {
      case kItemId:
        line->Text(column, item.item_id);
        return;
      case kKind:
        line->Text(column, Name(item.kind));
        return;
      case kCustomerId:
        line->Text(column, item.customer_id);
        return;
      case kCustomerName:
        line->OptionalText(column, item.customer_name);
        return;
      case kCustomerOrgNo:
        line->OptionalText(column, item.customer_org_no);
        return;
      case kCreditorAccount:
        line->OptionalText(column, item.creditor_account);
        return;
      case kReferences: {
        line->Key(column);
        out->push_back('[');
        for (uint32_t i = 0; i < item.reference_count; ++i) {
          if (i != 0) out->push_back(',');
          AppendJsonString(batch.references[item.reference_first + i], out);
        }
        out->push_back(']');
        return;
      }
      case kAmount:
        line->Amount(column, item.amount_minor, decimals);
        return;
      case kOpenAmount:
        line->Amount(column, item.open_amount_minor, decimals);
        return;
      case kCurrency:
        line->Text(column, item.currency.code());
        return;
      case kIssueDate:
        line->OptionalDate(column, item.issue_date);
        return;
      case kDueDate:
        line->OptionalDate(column, item.due_date);
        return;
      case kDiscountAmount:
        if (item.discount_minor != 0) line->Amount(column, item.discount_minor, decimals);
        return;
      case kDiscountDate:
        line->OptionalDate(column, item.discount_date);
        return;
      case kStatus:
        line->Text(column, Name(item.status));
        return;
      default:
        return;
    }
  }

  std::vector<std::string> columns_;
};

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<ItemsJsonlWriter>();
}

}  // namespace

extern const Format kItemsJsonl;
const Format kItemsJsonl = {kName, FileKind::kItems, "open items as JSON Lines",
                            Sniff, MakeReader,       MakeWriter};

}  // namespace kvitt
