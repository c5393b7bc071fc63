// customers-jsonl: customers, one JSON object a line.
//
//   stream = [BOM] { line LF } [line]
//   line   = object | blank
//   object = members of docs/records.md: customer_id is required; currency too where a credit_limit
//            stands; pays_for is an array of ids, or a string with `;` between them; unknown
//            members are ignored and counted
//
// Null, "" and absence mean the same.
// Source: this project's own interchange format; JSON is RFC 8259.

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <string>

#include "engine/value/concat.h"
#include "io/bytes/json_stream.h"
#include "io/bytes/json_text.h"
#include "io/bytes/record_stream.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "customers-jsonl";

enum Field : uint8_t {
  kCustomerId,
  kCustomerName,
  kOrgNo,
  kCountry,
  kAccounts,
  kCreditLimit,
  kCurrency,
  kStatus,
  kEmail,
  kDunning,
  kPaysFor,
  kGroup,
  kFieldCount,
};

// Indexed by Field; also the order in which the writer puts them.
constexpr std::array<JsonField, kFieldCount> kSchema = {{
    {"customer_id"},
    {"name"},
    {"org_no"},
    {"country"},
    {"accounts", JsonFieldType::kTexts},
    {"credit_limit", JsonFieldType::kAmount},
    {"currency"},
    {"status"},
    {"email"},
    {"dunning"},
    {"pays_for", JsonFieldType::kTextOrTexts},
    {"group"},
}};

class CustomerBuilder : public JsonRecordBuilder {
 public:
  explicit CustomerBuilder(BlockSink* sink) : sink_(sink) {}

  JsonRefusal Add(const JsonRecord& record) override {
    Customer customer;
    customer.record = static_cast<uint32_t>(record.record);
    customer.customer_id = record.text(kCustomerId);
    customer.name = record.text(kCustomerName);
    customer.org_no = record.text(kOrgNo);
    customer.country = record.text(kCountry);
    customer.email = record.text(kEmail);
    customer.group = record.text(kGroup);
    if (customer.customer_id.empty()) return {"a customer_id", {}, kCustomerId};
    if (const JsonRefusal refusal = ReadWords(record, &customer)) return refusal;
    if (const JsonRefusal refusal = ReadLimit(record, &customer)) return refusal;
    for (const JsonElement& element : record.elements) {
      const std::string_view value = record.slots[element.slot];
      if (value.empty()) continue;
      if (element.field == kPaysFor) {
        AddPaysFor(value, &customer);
      } else {
        batch_.AddAccount(&customer, value);
      }
    }
    batch_.customers.push_back(customer);
    return {};
  }

  void Flush() override {
    if (!batch_.customers.empty()) sink_->Customers(batch_);
    batch_.Clear();
    joined_.clear();
  }

 private:
  // An array becomes one text with `;` between the ids; a string is such a text already.
  void AddPaysFor(std::string_view value, Customer* customer) {
    if (customer->pays_for.empty()) {
      customer->pays_for = value;
      return;
    }
    if (joined_.empty() || joined_.back().data() != customer->pays_for.data()) {
      joined_.emplace_back(customer->pays_for);
    }
    AppendParts(&joined_.back(), ";", value);
    customer->pays_for = joined_.back();
  }

  static JsonRefusal ReadWords(const JsonRecord& record, Customer* customer) {
    const std::string_view currency = record.text(kCurrency);
    customer->currency = Currency::FromCode(currency);
    if (!currency.empty() && customer->currency.is_none()) {
      return {"an ISO 4217 currency", currency, kCurrency};
    }
    const std::string_view status = record.text(kStatus);
    if (!status.empty() && !FromName(status, &customer->status)) {
      return {"active, insolvent or closed", status, kStatus};
    }
    const std::string_view dunning = record.text(kDunning);
    if (!dunning.empty() && !FromName(dunning, &customer->dunning)) {
      return {"invoice or customer", dunning, kDunning};
    }
    return {};
  }

  static JsonRefusal ReadLimit(const JsonRecord& record, Customer* customer) {
    const std::string_view text = record.text(kCreditLimit);
    if (text.empty()) return {};
    if (customer->currency.is_none()) return {"a currency beside credit_limit", {}, kCurrency};
    int64_t minor = 0;
    const AmountError error = ParseAmount(text, customer->currency.decimals(), &minor);
    if (error != AmountError::kOk) {
      const AmountRefusal refusal = RefuseAmount(error);
      return {refusal.expected, text, kCreditLimit, refusal.code};
    }
    if (minor < 0) return {"an amount of 0 or more", text, kCreditLimit};
    customer->credit_limit_minor = minor;
    return {};
  }

  BlockSink* sink_;
  CustomerBatch batch_;
  std::deque<std::string> joined_;  // texts of pays_for, until Flush
};

class CustomersJsonlReader : public FormatReader {
 public:
  explicit CustomersJsonlReader(const ReadOptions& options) : options_(options) {}

  bool parallel() const override { return true; }

  size_t record_bytes_max() const override { return kStreamLineBytesMax; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<RecordStreamSummary>();
    CustomerBuilder builder(sink);
    JsonStream stream(kSchema, &builder, sink);
    ReadJsonBlock(&stream, block, summary.get());
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return FinishRecordStream(kName, FileKind::kCustomers, options_, summaries);
  }

 private:
  ReadOptions options_;
};

int Sniff(std::string_view head) {
  const std::string keys = JsonStreamKeys(head);
  if (!HasJsonKey(keys, "customer_id") || HasJsonKey(keys, "item_id")) return 0;
  // What stands in items and payments alone; a customer may be no more than an id.
  for (const std::string_view key : {"amount", "open_amount", "payment_id", "creditor_account"}) {
    if (HasJsonKey(keys, key)) return 0;
  }
  return 85;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<CustomersJsonlReader>(options);
}

class CustomersJsonlWriter : public FormatWriter {
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

  bool Write(const CustomerBatch& batch, const Customer& customer, std::string* out) override {
    JsonLineWriter line(out);
    for (const std::string& column : columns_) WriteField(batch, customer, column, &line, out);
    line.End();
    return true;
  }

 private:
  static void WriteField(const CustomerBatch& batch,
                         const Customer& customer,
                         std::string_view column,
                         JsonLineWriter* line,
                         std::string* out) {
    size_t field = 0;
    while (field < kFieldCount && kSchema[field].name != column) ++field;
    switch (field) {
      case kCustomerId:
        line->Text(column, customer.customer_id);
        return;
      case kCustomerName:
        line->OptionalText(column, customer.name);
        return;
      case kOrgNo:
        line->OptionalText(column, customer.org_no);
        return;
      case kCountry:
        line->OptionalText(column, customer.country);
        return;
      case kAccounts:
        WriteAccounts(batch, customer, line, out);
        return;
      case kCreditLimit:
        if (customer.credit_limit_minor < 0) return;
        line->Amount(column, customer.credit_limit_minor, customer.currency.decimals());
        return;
      case kCurrency:
        line->OptionalText(column, customer.currency.code());
        return;
      case kStatus:
        line->Text(column, Name(customer.status));
        return;
      case kEmail:
        line->OptionalText(column, customer.email);
        return;
      case kDunning:
        line->Text(column, Name(customer.dunning));
        return;
      case kPaysFor:
        line->OptionalText(column, customer.pays_for);
        return;
      case kGroup:
        line->OptionalText(column, customer.group);
        return;
      default:
        return;
    }
  }

  static void WriteAccounts(const CustomerBatch& batch,
                            const Customer& customer,
                            JsonLineWriter* line,
                            std::string* out) {
    if (customer.account_count == 0) return;
    line->Key("accounts");
    out->push_back('[');
    for (uint32_t i = 0; i < customer.account_count; ++i) {
      if (i != 0) out->push_back(',');
      AppendJsonString(batch.accounts[customer.account_first + i], out);
    }
    out->push_back(']');
  }

  std::vector<std::string> columns_;
};

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<CustomersJsonlWriter>();
}

}  // namespace

extern const Format kCustomersJsonl;
const Format kCustomersJsonl = {kName, FileKind::kCustomers, "customers as JSON Lines",
                                Sniff, MakeReader,           MakeWriter};

}  // namespace kvitt
