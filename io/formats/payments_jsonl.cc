// payments-jsonl: booked payments, one JSON object a line.
//
//   stream    = [BOM] { line LF } [line]
//   line      = object | blank
//   object    = members of docs/records.md: creditor_account, amount, currency are required;
//               unknown members are ignored and counted
//   amount    = string or number of digits [ "." digits ]; above 0; never an exponent
//   reference = string | object of value, scheme, amount (negative for a credit note)
//   text      = string | array of strings
//   dates     = "YYYY-MM-DD"
//   flag      = true | false
//
// Null, "" and absence mean the same. An amount of 0 moves no money and is refused: it would only
// hide a mistake of the sender. Source: this project's own interchange format; JSON is RFC 8259.

#include <array>
#include <cstring>
#include <memory>

#include "io/bytes/json_stream.h"
#include "io/bytes/json_text.h"
#include "io/bytes/record_stream.h"
#include "io/bytes/record_tally.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/origin_words.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "payments-jsonl";

constexpr std::string_view kBooked = "booked";
constexpr std::string_view kPending = "pending";

enum Field : uint8_t {
  kPaymentId,
  kKind,
  kDirection,
  kCreditorAccount,
  kAmount,
  kCurrency,
  kBookingDate,
  kValueDate,
  kReferences,
  kText,
  kPayerName,
  kPayerAccount,
  kPayerOrgNo,
  kCustomerId,
  kBankReference,
  kEndToEndId,
  kReverses,
  kStatementAccount,
  kEntryReference,
  kEntryAmount,
  kEntryTransactions,
  kCharges,
  kOrigin,
  kCopy,
  kStatus,
  kDetailsMissing,
  kStatement,
  kFieldCount,
};

// Indexed by Field; also the order in which the writer puts them.
constexpr std::array<JsonField, kFieldCount> kSchema = {{
    {"payment_id"},
    {"kind"},
    {"direction"},
    {"creditor_account"},
    {"amount", JsonFieldType::kAmount},
    {"currency"},
    {"booking_date"},
    {"value_date"},
    {"references", JsonFieldType::kReferences},
    {"text", JsonFieldType::kTextOrTexts},
    {"payer_name"},
    {"payer_account"},
    {"payer_org_no"},
    {"customer_id"},
    {"bank_reference"},
    {"end_to_end_id"},
    {"reverses"},
    {"statement_account"},
    {"entry_reference"},
    {"entry_amount", JsonFieldType::kAmount},
    {"entry_transactions", JsonFieldType::kAmount},
    {"charges", JsonFieldType::kAmount},
    {"origin"},
    {"copy", JsonFieldType::kFlag},
    {"status"},
    {"details_missing", JsonFieldType::kFlag},
    {"statement"},
}};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

class PaymentBuilder : public JsonRecordBuilder {
 public:
  explicit PaymentBuilder(BlockSink* sink) : sink_(sink) {}

  JsonRefusal Add(const JsonRecord& record) override {
    Payment payment;
    payment.record = static_cast<uint32_t>(record.record);
    payment.payment_id = record.text(kPaymentId);
    payment.creditor_account = record.text(kCreditorAccount);
    payment.payer_name = record.text(kPayerName);
    payment.payer_account = record.text(kPayerAccount);
    payment.payer_org_no = record.text(kPayerOrgNo);
    payment.customer_id = record.text(kCustomerId);
    payment.bank_reference = record.text(kBankReference);
    payment.end_to_end_id = record.text(kEndToEndId);
    payment.reverses = record.text(kReverses);
    payment.statement_account = record.text(kStatementAccount);
    payment.entry_reference = record.text(kEntryReference);
    payment.statement_id = record.text(kStatement);
    payment.is_copy = !record.text(kCopy).empty();
    payment.details_missing = !record.text(kDetailsMissing).empty();
    if (payment.creditor_account.empty()) return {"a creditor_account", {}, kCreditorAccount};
    if (const JsonRefusal refusal = ReadWords(record, &payment)) return refusal;
    if (const JsonRefusal refusal = ReadAmount(record, &payment)) return refusal;
    if (const JsonRefusal refusal = ReadEntry(record, &payment)) return refusal;
    if (const JsonRefusal refusal = ReadDates(record, &payment)) return refusal;
    const size_t references = batch_.references.size();
    const size_t texts = batch_.text.size();
    if (const JsonRefusal refusal = ReadElements(record, &payment)) {
      batch_.references.resize(references);
      batch_.text.resize(texts);
      return refusal;
    }
    batch_.payments.push_back(payment);
    if (payment.direction == Direction::kDebit) {
      tally_.AddDebit(payment.currency, payment.amount_minor);
    } else {
      tally_.AddCredit(payment.currency, payment.amount_minor);
    }
    tally_.AddDate(payment.booking_date);
    tally_.AddAccount(payment.creditor_account);
    return {};
  }

  void Flush() override {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const RecordTally& tally() const { return tally_; }

 private:
  static JsonRefusal ReadWords(const JsonRecord& record, Payment* payment) {
    payment->currency = Currency::FromCode(record.text(kCurrency));
    if (payment->currency.is_none()) {
      return {"an ISO 4217 currency", record.text(kCurrency), kCurrency};
    }
    const std::string_view kind = record.text(kKind);
    if (!kind.empty() && kind != "payment" && !FromName(kind, &payment->kind)) {
      return {"payment, direct_debit, reversal, direct_debit_return, fee, interest or transfer",
              kind, kKind};
    }
    const std::string_view direction = record.text(kDirection);
    if (!direction.empty() && direction != "credit" && !FromName(direction, &payment->direction)) {
      return {"credit or debit", direction, kDirection};
    }
    const std::string_view origin = record.text(kOrigin);
    if (!origin.empty() && !FromName(origin, &payment->origin)) {
      return {"native, statement, notification or report", origin, kOrigin};
    }
    const std::string_view status = record.text(kStatus);
    payment->is_pending = status == kPending;
    if (!status.empty() && status != kBooked && !payment->is_pending) {
      return {"booked or pending", status, kStatus};
    }
    return {};
  }

  static JsonRefusal ReadAmount(const JsonRecord& record, Payment* payment) {
    const std::string_view text = record.text(kAmount);
    const AmountError error =
        ParseAmount(text, payment->currency.decimals(), &payment->amount_minor);
    if (error != AmountError::kOk) {
      const AmountRefusal refusal = RefuseAmount(error);
      return {refusal.expected, text, kAmount, refusal.code};
    }
    if (payment->amount_minor <= 0) return {"an amount above 0", text, kAmount};
    return {};
  }

  // What the file of a bank says of the booked entry that the payment is a part of, and of charges.
  static JsonRefusal ReadEntry(const JsonRecord& record, Payment* payment) {
    const std::pair<Field, int64_t*> amounts[] = {{kCharges, &payment->charges_minor},
                                                  {kEntryAmount, &payment->entry_amount_minor}};
    for (const auto& [field, minor] : amounts) {
      const std::string_view text = record.text(field);
      if (text.empty()) continue;
      const AmountError error = ParseAmount(text, payment->currency.decimals(), minor);
      if (error != AmountError::kOk) {
        const AmountRefusal refusal = RefuseAmount(error);
        return {refusal.expected, text, field, refusal.code};
      }
      if (*minor < 0) return {"an amount that is not negative", text, field};
    }
    const std::string_view text = record.text(kEntryTransactions);
    int64_t count = 0;
    if (text.empty()) return {};
    if (ParseAmount(text, 0, &count) != AmountError::kOk || count < 0 || count > UINT32_MAX) {
      return {"a whole number below 4294967296", text, kEntryTransactions};
    }
    payment->entry_transactions = static_cast<uint32_t>(count);
    return {};
  }

  static JsonRefusal ReadDates(const JsonRecord& record, Payment* payment) {
    const std::pair<Field, Date*> dates[] = {{kBookingDate, &payment->booking_date},
                                             {kValueDate, &payment->value_date}};
    for (const auto& [field, date] : dates) {
      const std::string_view text = record.text(field);
      if (!text.empty() && !ParseDate(text, date))
        return {"a date YYYY-MM-DD from 1900 to 2199", text, field};
    }
    return {};
  }

  JsonRefusal ReadElements(const JsonRecord& record, Payment* payment) {
    constexpr uint32_t kNoGroup = UINT32_MAX;
    uint32_t group = kNoGroup;
    PaymentReference reference;
    for (const JsonElement& element : record.elements) {
      const std::string_view text = record.slots[element.slot];
      if (element.field == kText) {
        if (!text.empty()) batch_.AddText(payment, text);
        continue;
      }
      if (element.group != group) {
        if (group != kNoGroup) AddReference(reference, payment);
        reference = {};
        group = element.group;
      }
      if (const JsonRefusal refusal = ReadPart(element.part, text, *payment, &reference)) {
        return refusal;
      }
    }
    if (group != kNoGroup) AddReference(reference, payment);
    return {};
  }

  static JsonRefusal ReadPart(JsonElement::Part part,
                              std::string_view text,
                              const Payment& payment,
                              PaymentReference* reference) {
    switch (part) {
      case JsonElement::Part::kWhole:
      case JsonElement::Part::kValue:
        reference->value = Trim(text);
        return {};
      case JsonElement::Part::kScheme:
        if (text.empty() || FromName(text, &reference->scheme)) return {};
        return {"a reference scheme (kid, ocr, fik, viite, rf, qrr, ogm, invoice, text)", text,
                kReferences};
      case JsonElement::Part::kAmount: {
        if (text.empty()) return {};
        const AmountError error =
            ParseAmount(text, payment.currency.decimals(), &reference->amount_minor);
        reference->has_amount = error == AmountError::kOk;
        if (reference->has_amount) return {};
        const AmountRefusal refusal = RefuseAmount(error);
        return {refusal.expected, text, kReferences, refusal.code};
      }
    }
    return {};
  }

  void AddReference(const PaymentReference& reference, Payment* payment) {
    if (!reference.value.empty()) batch_.AddReference(payment, reference);
  }

  BlockSink* sink_;
  PaymentBatch batch_;
  RecordTally tally_;
};

class PaymentsJsonlReader : public FormatReader {
 public:
  explicit PaymentsJsonlReader(const ReadOptions& options) : options_(options) {}

  bool parallel() const override { return true; }

  size_t record_bytes_max() const override { return kStreamLineBytesMax; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<RecordStreamSummary>();
    PaymentBuilder builder(sink);
    JsonStream stream(kSchema, &builder, sink);
    ReadJsonBlock(&stream, block, summary.get());
    builder.tally().Store(&summary->tally);
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return FinishRecordStream(kName, FileKind::kPayments, options_, summaries);
  }

 private:
  ReadOptions options_;
};

int Sniff(std::string_view head) {
  const std::string keys = JsonStreamKeys(head);
  // Items have an item_id, and so have allocations and exceptions, which are results of a run.
  const bool is_other = HasJsonKey(keys, "item_id") || HasJsonKey(keys, "exception_id");
  if (is_other || !HasJsonKey(keys, "amount")) return 0;
  for (const std::string_view key : {"payment_id", "creditor_account", "booking_date", "value_date",
                                     "direction", "payer_name", "payer_account"}) {
    if (HasJsonKey(keys, key)) return 85;
  }
  return 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<PaymentsJsonlReader>(options);
}

class PaymentsJsonlWriter : public FormatWriter {
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

  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override {
    JsonLineWriter line(out);
    for (const std::string& column : columns_) WriteField(batch, payment, column, &line, out);
    line.End();
    return true;
  }

 private:
  static void WriteField(const PaymentBatch& batch,
                         const Payment& payment,
                         std::string_view column,
                         JsonLineWriter* line,
                         std::string* out) {
    size_t field = 0;
    while (field < kFieldCount && kSchema[field].name != column) ++field;
    switch (field) {
      case kPaymentId:
        line->OptionalText(column, payment.payment_id);
        return;
      case kKind:
        line->Text(column, Name(payment.kind));
        return;
      case kDirection:
        line->Text(column, Name(payment.direction));
        return;
      case kCreditorAccount:
        line->Text(column, payment.creditor_account);
        return;
      case kAmount:
        line->Amount(column, payment.amount_minor, payment.currency.decimals());
        return;
      case kCurrency:
        line->Text(column, payment.currency.code());
        return;
      case kBookingDate:
        line->OptionalDate(column, payment.booking_date);
        return;
      case kValueDate:
        line->OptionalDate(column, payment.value_date);
        return;
      case kReferences:
        WriteReferences(batch, payment, line, out);
        return;
      case kText:
        WriteText(batch, payment, line, out);
        return;
      case kPayerName:
        line->OptionalText(column, payment.payer_name);
        return;
      case kPayerAccount:
        line->OptionalText(column, payment.payer_account);
        return;
      case kPayerOrgNo:
        line->OptionalText(column, payment.payer_org_no);
        return;
      case kCustomerId:
        line->OptionalText(column, payment.customer_id);
        return;
      case kBankReference:
        line->OptionalText(column, payment.bank_reference);
        return;
      case kEndToEndId:
        line->OptionalText(column, payment.end_to_end_id);
        return;
      case kReverses:
        line->OptionalText(column, payment.reverses);
        return;
      default:
        WriteBankField(payment, field, line, out);
        return;
    }
  }

  // What only the files of banks say is left out where it is as usual.
  static void WriteBankField(const Payment& payment,
                             size_t field,
                             JsonLineWriter* line,
                             std::string* out) {
    const int decimals = payment.currency.decimals();
    const auto flag = [&](bool is_set) {
      if (!is_set) return;
      line->Key(kSchema[field].name);
      out->append("true");
    };
    const auto amount = [&](int64_t minor, int places) {
      if (minor != 0) line->Amount(kSchema[field].name, minor, places);
    };
    switch (field) {
      case kOrigin:
        if (payment.origin != Origin::kNative) line->Text("origin", Name(payment.origin));
        return;
      case kStatus:
        if (payment.is_pending) line->Text("status", kPending);
        return;
      case kCopy:
        flag(payment.is_copy);
        return;
      case kDetailsMissing:
        flag(payment.details_missing);
        return;
      case kCharges:
        amount(payment.charges_minor, decimals);
        return;
      case kStatement:
        line->OptionalText("statement", payment.statement_id);
        return;
      case kStatementAccount:
        line->OptionalText("statement_account", payment.statement_account);
        return;
      case kEntryReference:
        line->OptionalText("entry_reference", payment.entry_reference);
        return;
      case kEntryAmount:
        amount(payment.entry_amount_minor, decimals);
        return;
      case kEntryTransactions:
        amount(payment.entry_transactions, 0);
        return;
      default:
        return;
    }
  }

  // A plain string where nothing but the value is known, else an object.
  static void WriteReferences(const PaymentBatch& batch,
                              const Payment& payment,
                              JsonLineWriter* line,
                              std::string* out) {
    line->Key("references");
    out->push_back('[');
    for (uint32_t i = 0; i < payment.reference_count; ++i) {
      const PaymentReference& reference = batch.references[payment.reference_first + i];
      if (i != 0) out->push_back(',');
      if (reference.scheme == ReferenceScheme::kUnknown && !reference.has_amount) {
        AppendJsonString(reference.value, out);
        continue;
      }
      JsonLineWriter object(out);
      object.Text("value", reference.value);
      if (reference.scheme != ReferenceScheme::kUnknown) {
        object.Text("scheme", Name(reference.scheme));
      }
      if (reference.has_amount) {
        object.Amount("amount", reference.amount_minor, payment.currency.decimals());
      }
      out->push_back('}');
    }
    out->push_back(']');
  }

  static void WriteText(const PaymentBatch& batch,
                        const Payment& payment,
                        JsonLineWriter* line,
                        std::string* out) {
    if (payment.text_count == 0) return;
    line->Key("text");
    out->push_back('[');
    for (uint32_t i = 0; i < payment.text_count; ++i) {
      if (i != 0) out->push_back(',');
      AppendJsonString(batch.text[payment.text_first + i], out);
    }
    out->push_back(']');
  }

  std::vector<std::string> columns_;
};

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<PaymentsJsonlWriter>();
}

}  // namespace

extern const Format kPaymentsJsonl;
const Format kPaymentsJsonl = {kName, FileKind::kPayments, "payments as JSON Lines",
                               Sniff, MakeReader,          MakeWriter};

}  // namespace kvitt
