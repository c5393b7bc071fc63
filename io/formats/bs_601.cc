// bs601: Betalingsservice collections, what a Danish creditor sends to be collected.
//
//   delivery = 002 section* 992                    type 0601; see bs_delivery.h for the envelope
//   section  = 012 ( 022* 042 052* )* 092          0112 with long text, 0117 payment slips
//
// 012: 6-13 creditor, 14-17 section, 23-27 debtor group, 28-42 id at the supplier, 47-54 date,
//      55-58 registration number, 59-68 account, 69-128 heading
// 022: 14-17 0240, 18-22 line number, 23-27 group, 28-42 customer number, 43-51 mandate,
//      52-86 name or address; line 00009 holds the postcode and country
// 042: 14-17 0280 (in 0112) or 0285 (in 0117), 18-22 zeros, 23-27 group, 28-42 customer number,
//      43-51 mandate, 52-59 due date DDMMYYYY, 60 sign, 61-73 amount, 74-103 reference
// 052: 14-17 0241, 18-22 line number, 23-51 as 042, 53-90 text
//
// Signs: 0 no amount, 1 to be collected, 2 to be paid out. 092 and 992 count 042, 052 and 022 and add
// the amounts by their sign.
//
// Source: hafsjold/snvrepos (clsPbs601.cs), whose public deliveries with 320 claims agree.
//
// A claim is read as an open item: what is to be collected is what is open. It is named by customer,
// due date and reference together, because creditors write what they like into the reference (one
// text for all, too); a claim with sign 2 is a credit note. Sections 0100
// (short form) and 0118 (own payer id) have no public layout and set the file aside.

#include <memory>
#include <string>

#include "io/formats/bs_delivery.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

using bs::CodeWord;

constexpr std::string_view kName = "bs601";
constexpr std::string_view kType = "0601";

constexpr Field kGroup{23, 27};
constexpr Field kCustomer{28, 42};
constexpr Field kMandate{43, 51};
constexpr Field kLine{18, 22};
constexpr Field kPayerName{52, 86};
constexpr Field kDueDate{52, 59};
constexpr Field kSign{60, 60};
constexpr Field kAmount{61, 73};
constexpr Field kReference{74, 103};

enum CodeBit : uint32_t { kClaim = 1, kSlipClaim = 2 };

constexpr bs::SectionRule kSections[] = {{"0112", kClaim}, {"0117", kSlipClaim}};

// DDMMYYYY.
bool ParseDueDate(std::string_view cells, Date* date) {
  std::string turned(cells.substr(4, 4));
  turned.append(cells.substr(2, 2)).append(cells.substr(0, 2));
  return ParseDateYYYYMMDD(turned, date);
}

class Bs601Block : public bs::BlockParser<Bs601Block> {
 public:
  using BlockParser::BlockParser;

  static bool IsOwnSection(uint32_t code) {
    return code == CodeWord("0112") || code == CodeWord("0117");
  }

  void TakeName(const FixedRecord& record) {
    if (!HasCode(record, "0240")) return;
    if (Cells(record.cells, kLine) != "00001") return;
    named_customer_ = Text(record, kCustomer);
    customer_name_ = Text(record, kPayerName);
  }

  void TakeText(const FixedRecord& record) { HasCode(record, "0241"); }

  uint32_t TakeTransaction(const FixedRecord& record) {
    switch (bs::CodeOf(record.cells)) {
      case CodeWord("0280"):
        Claim(record);
        return kClaim;
      case CodeWord("0285"):
        Claim(record);
        return kSlipClaim;
      default:
        return bs::kForeignCode;
    }
  }

  void Flush() {
    if (!batch_.items.empty()) sink_->Items(batch_);
    batch_.Clear();
  }

 private:
  bool HasCode(const FixedRecord& record, std::string_view code) {
    if (Cells(record.cells, bs::kCode) == code) return true;
    Malformed(record, ExpectedFound("transaction code", code, Cells(record.cells, bs::kCode)));
    return false;
  }

  void Claim(const FixedRecord& record) {
    const char* cells = record.cells;
    uint64_t amount = 0;
    if (!ReadDigits<kAmount>(cells, &amount)) {
      return Malformed(record, ExpectedFound("amount", "digits", Cells(cells, kAmount)));
    }
    const char sign = cells[kSign.offset()];
    if (sign < '0' || sign > '2' || (sign == '0') != (amount == 0)) {
      return Malformed(record, ExpectedFound("sign of the amount", "1 or 2, or 0 for no amount",
                                             Cells(cells, kSign)));
    }
    Date due_date;
    if (!ParseDueDate(Cells(cells, kDueDate), &due_date) || !due_date.has_value()) {
      return Malformed(record, ExpectedFound("due date", "DDMMYYYY", Cells(cells, kDueDate)));
    }
    if (bs::WithoutZeros(Text(record, kCustomer)).empty()) {
      return Malformed(record,
                       ExpectedFound("customer number", "a number", Cells(cells, kCustomer)));
    }
    const auto minor = static_cast<int64_t>(amount);
    summary_->tail.amount += sign == '2' ? -minor : minor;
    if (amount == 0) {
      summary_->warnings.Note("a claim without an amount was passed over", record.line);
      return;
    }
    Emit(record, sign == '2', minor, due_date);
  }

  void Emit(const FixedRecord& record, bool is_credit_note, int64_t minor, Date due_date) {
    OpenItem& item = batch_.items.emplace_back();
    const std::string_view customer = Text(record, kCustomer);
    const std::string_view reference = Text(record, kReference);
    item.customer_id = bs::WithoutZeros(customer);
    item.item_id = arena_.Copy(Concat(item.customer_id, "-", FormatDate(due_date),
                                      reference.empty() ? "" : "-", reference));
    item.creditor_account = AccountOf(record);
    if (customer == named_customer_) item.customer_name = customer_name_;
    item.amount_minor = item.open_amount_minor = minor;
    item.currency = dkk_;
    item.due_date = due_date;
    item.kind = is_credit_note ? ItemKind::kCreditNote : ItemKind::kInvoice;
    item.record = static_cast<uint32_t>(summary_->tally.transactions++);
    if (!reference.empty()) batch_.AddReference(&item, reference);
    (is_credit_note ? debit_ : credit_) += minor;
    BlockTally& tally = summary_->tally;
    tally.last_date = std::max(tally.last_date, due_date);
    if (!tally.first_date.has_value() || due_date < tally.first_date) tally.first_date = due_date;
  }

  OpenItemBatch batch_;
  std::string_view named_customer_;
  std::string_view customer_name_;
};

class Bs601Reader : public FormatReader {
 public:
  explicit Bs601Reader(const ReadOptions& options) : allow_empty_(options.settings.allow_empty) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return Bs601Block(block, sink).Parse();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, "", FileKind::kClaims, summaries);
    Verdict verdict(&result.report);
    bs::JudgeDeliveries({kType, kSections, kGroup}, summaries, &verdict);
    verdict.Close(allow_empty_);
    return result;
  }

 private:
  bool allow_empty_;
};

int Sniff(std::string_view head) {
  return bs::HoldsDelivery(head, kType) ? 92 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<Bs601Reader>(options);
}

// Writes each item as a claim in a section 0112, its customer's name in front of it. Names longer
// than their line are cut.
class Bs601Writer : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string* out) override {
    recipient_ = std::string(header.recipient);
    delivery_ = bs::Written();
    bs::AppendDeliveryStart(kType, header, out);
  }

  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date,
                    std::string* out) override {
    creditor_ = std::string(bs::CreditorOf(creditor_account));
    currency_ = currency;
    section_ = bs::Written();
    if (creditor_.empty()) return;
    RecordImage record = SectionRecord("012", "0112");
    record.Fill({47, 68}, '0');
    record.SetText({69, 128}, recipient_);
    bs::AppendRecord(record, out);
  }

  bool Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) override {
    RecordImage claim = SectionRecord("042", "0280");
    if (!CanSay(item) || !Compose(batch, item, &claim)) return false;
    if (!item.customer_name.empty()) {
      RecordImage name = SectionRecord("022", "0240");
      name.SetText(kLine, "00001");
      bs::SetZeroFilled(kCustomer, item.customer_id, &name);
      name.Fill(kMandate, '0');
      name.SetText(kPayerName, item.customer_name);
      bs::AppendRecord(name, out);
      ++section_.names;
    }
    bs::AppendRecord(claim, out);
    ++section_.transactions;
    const bool is_credit = item.kind == ItemKind::kCreditNote;
    section_.amount += is_credit ? -item.open_amount_minor : item.open_amount_minor;
    return true;
  }

  void EndSection(std::string* out) override {
    if (creditor_.empty()) return;
    RecordImage record = SectionRecord("092", "0112");
    record.Fill(kLine, '0');
    bs::SetTotals(section_, &record);
    bs::AppendRecord(record, out);
    delivery_.Add(section_);
  }

  void End(std::string* out) override { bs::AppendDeliveryEnd(kType, delivery_, out); }

 private:
  RecordImage SectionRecord(std::string_view type, std::string_view code) const {
    RecordImage record = bs::RecordOfType(type);
    record.SetText(bs::kCreditor, creditor_);
    record.SetText(bs::kCode, code);
    record.SetText(kGroup, "00001");
    return record;
  }

  bool CanSay(const OpenItem& item) const {
    return !creditor_.empty() && currency_.code() == "DKK" && item.currency == currency_ &&
           item.open_amount_minor > 0 && item.due_date.has_value() &&
           item.status == ItemStatus::kOpen && item.kind != ItemKind::kPrepayment &&
           !bs::WithoutZeros(item.customer_id).empty();
  }

  static bool Compose(const OpenItemBatch& batch, const OpenItem& item, RecordImage* record) {
    const std::string_view reference =
        item.reference_count == 0 ? item.item_id : batch.references[item.reference_first];
    const CivilDate due = ToCivil(item.due_date);
    record->Fill(kLine, '0');
    record->Fill(kMandate, '0');
    record->SetDigits(kDueDate,
                      static_cast<uint64_t>(due.day * 1000000 + due.month * 10000 + due.year));
    record->SetText(kSign, item.kind == ItemKind::kCreditNote ? "2" : "1");
    record->SetText({104, 105}, "00");
    return bs::SetZeroFilled(kCustomer, item.customer_id, record) &&
           record->SetDigits(kAmount, static_cast<uint64_t>(item.open_amount_minor)) &&
           record->SetText(kReference, reference);
  }

  std::string recipient_;
  std::string creditor_;
  Currency currency_;
  bs::Written section_;
  bs::Written delivery_;
};

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<Bs601Writer>();
}

}  // namespace

extern const Format kBs601;
const Format kBs601 = {kName, FileKind::kClaims, "Betalingsservice collections (Denmark)",
                       Sniff, MakeReader,        MakeWriter};

}  // namespace kvitt
