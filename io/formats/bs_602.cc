// bs602: Betalingsservice payment information, what a Danish creditor receives.
//
//   delivery = 002 section* 992                    type 0602; see bs_delivery.h for the envelope
//   section  = 012 ( 022 | 042 | 052 )* 092
//
// Section 0211, automatic payments. 042: 6-13 creditor, 14-17 code, 18-20 000, 21-25 debtor group,
// 26-40 customer number, 41-49 mandate, 50-55 due date, 56 sign, 57-69 amount due, 70-99 the
// creditor's reference, 104-109 payment date, 110-115 booking date, 116-128 amount paid. Codes:
// 0236 done, 0237 rejected, 0238 cancelled, 0239 returned.
//
// Section 0215, payment slips. 042: 26-29 zeros, 30-44 customer number, 45-46 card type, 47 fee
// sign, 48-52 fee, 53-58 due date, 59 sign, 60-72 amount due, 73-81 reference, 82-103 archive
// number, 104-128 as above. Codes: 0297 done, 0299 returned.
//
// Dates are DDMMYY, zeros are no date. Signs: 0 no amount, 1 money to the creditor, 2 money from
// the creditor. 092 counts all 042, the rejected ones too; its amount adds the amounts paid by
// their sign.
//
// Source: hafsjold/snvrepos (clsPbs602.cs) and pajzo/Betalingsservice, checked on their public
// deliveries; the Nets guide for 0602 of January 2012.
//
// What is not confirmed, and how it is read here:
// - The creditor's reference in 0211 has 9 characters in one public reader, 30 in the other: 30.
// - Whether totals add or subtract returned payments: both are accepted, with a warning. A return
// is
//   always money taken back.
// - The layout of 022 and 052 inside 0602: they are counted against the totals, and not read.
// - The fee (48-52): not part of the amount paid; warned of and not read.
// - The customer number of 0215 can be the id of the payment slip. Only where no reference is given
//   and it passes the check digit of its card it is also taken for a reference.
// - The character set: Windows-1252.
//
// A rejected or cancelled debit is no money: it becomes no payment but a `direct_debit_returned`
// deviation of its record. A line that names an amount paid for it contradicts itself, and the file
// is set aside.

#include <memory>
#include <utility>

#include "io/bytes/charset.h"
#include "io/bytes/date_memory.h"
#include "io/bytes/fixed_width.h"
#include "io/formats/bs_delivery.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

using bs::CodeWord;
using bs::RecordType;

constexpr std::string_view kFormat = "bs602";
constexpr std::string_view kType = "0602";
constexpr int kDecimals = 2;

// Where the fields of a transaction stand.
struct Layout {
  Field customer;
  Field key;  // debtor group to due date: names the debit, and its return names it again
  Field due_date;
  Field sign;
  Field due_amount;
  Field reference;
};

constexpr Layout kAutomatic{{26, 40}, {21, 55}, {50, 55}, {56, 56}, {57, 69}, {70, 99}};
constexpr Layout kSlip{{30, 44}, {21, 58}, {53, 58}, {59, 59}, {60, 72}, {73, 81}};

constexpr Field kCardType{45, 46};
constexpr Field kCardAndNumber{29, 44};
constexpr Field kSlipNumber{30, 44};
constexpr Field kGroupField{21, 25};
constexpr Field kMandate{41, 49};
constexpr Field kFee{48, 52};
constexpr Field kArchive{82, 103};
constexpr Field kPaymentDate{104, 109};
constexpr Field kBookingDate{110, 115};
constexpr Field kPaid{116, 128};
constexpr Field kCodeToDueDate{14, 55};

enum CodeBit : uint32_t {
  kDone = 1,
  kRejected = 2,
  kCancelled = 4,
  kReturned = 8,
  kSlipDone = 16,
  kSlipReturned = 32,
};

constexpr bs::SectionRule kSections[] = {
    {"0211", kDone | kRejected | kCancelled | kReturned},
    {"0215", kSlipDone | kSlipReturned},
};

class Bs602Block : public bs::BlockParser<Bs602Block> {
 public:
  using BlockParser::BlockParser;

  static bool IsOwnSection(uint32_t code) {
    return code == CodeWord("0211") || code == CodeWord("0215");
  }

  void TakeName(const FixedRecord& record) { NoteUnread(record); }

  void TakeText(const FixedRecord& record) { NoteUnread(record); }

  uint32_t TakeTransaction(const FixedRecord& record) {
    switch (bs::CodeOf(record.cells)) {
      case CodeWord("0236"):
        Money<kAutomatic>(record, kDone);
        return kDone;
      case CodeWord("0239"):
        Money<kAutomatic>(record, kReturned);
        return kReturned;
      case CodeWord("0297"):
        Money<kSlip>(record, kSlipDone);
        return kSlipDone;
      case CodeWord("0299"):
        Money<kSlip>(record, kSlipReturned);
        return kSlipReturned;
      case CodeWord("0237"):
        NoMoney(record, kRejected);
        return kRejected;
      case CodeWord("0238"):
        NoMoney(record, kCancelled);
        return kCancelled;
      default:
        return bs::kForeignCode;
    }
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

 private:
  static constexpr size_t kBatchMax = 256;

  struct Dates {
    Date payment;
    Date booking;
  };

  void NoteUnread(const FixedRecord& record) {
    summary_->warnings.Note("a name or text record was counted and not read", record.line);
  }

  void NoMoney(const FixedRecord& record, CodeBit code) {
    uint64_t paid = 0;
    if (!ReadDigits<kPaid>(record.cells, &paid) || paid != 0) {
      Malformed(record, ExpectedFound("amount paid of a rejected or cancelled debit", "zeros",
                                      Cells(record.cells, kPaid)));
      return;
    }
    uint64_t due = 0;
    if (!ReadDigits<kAutomatic.due_amount>(record.cells, &due)) {
      Malformed(record,
                ExpectedFound("amount due", "digits", Cells(record.cells, kAutomatic.due_amount)));
      return;
    }
    ++summary_->notices;
    RecordProblem notice;
    notice.code = DeviationCode::kDirectDebitReturned;
    notice.record = record.line;
    notice.byte_offset = OffsetOf(record);
    notice.text = Concat("a direct debit of ", FormatAmount(static_cast<int64_t>(due), kDecimals),
                         " DKK with the reference \"", Text(record, kAutomatic.reference),
                         "\" was ", code == kRejected ? "rejected" : "cancelled",
                         ": expected a payment, found none; nothing was posted");
    sink_->Problem(notice);
  }

  template <Layout kLayout>
  void Money(const FixedRecord& record, CodeBit code) {
    const char* cells = record.cells;
    uint64_t paid = 0;
    uint64_t due = 0;
    if (!ReadDigits<kPaid>(cells, &paid)) [[unlikely]] {
      return Malformed(record, ExpectedFound("amount paid", "digits", Cells(cells, kPaid)));
    }
    if (!ReadDigits<kLayout.due_amount>(cells, &due)) [[unlikely]] {
      return Malformed(record,
                       ExpectedFound("amount due", "digits", Cells(cells, kLayout.due_amount)));
    }
    const char sign = cells[kLayout.sign.offset()];
    if (sign < '0' || sign > '2' || (sign == '0' && paid != 0)) [[unlikely]] {
      return Malformed(record, ExpectedFound("sign of the amount", "1 or 2, or 0 for no amount",
                                             Cells(cells, kLayout.sign)));
    }
    Date due_date;
    Dates dates;
    if (!due_date_.Read(cells + kLayout.due_date.offset(), &due_date)) [[unlikely]] {
      return Malformed(record, ExpectedFound("due date", "DDMMYY", Cells(cells, kLayout.due_date)));
    }
    if (!ReadDates(record, paid != 0, &dates)) [[unlikely]]
      return;
    if (paid == 0) {
      summary_->warnings.Note("a payment without an amount was passed over", record.line);
      return;
    }
    Emit<kLayout>(record, code, sign == '1', static_cast<int64_t>(paid), dates);
  }

  bool ReadDates(const FixedRecord& record, bool is_paid, Dates* dates) {
    const char* cells = record.cells;
    if (!payment_date_.Read(cells + kPaymentDate.offset(), &dates->payment)) {
      Malformed(record, ExpectedFound("payment date", "DDMMYY", Cells(cells, kPaymentDate)));
      return false;
    }
    if (!booking_date_.Read(cells + kBookingDate.offset(), &dates->booking)) {
      Malformed(record, ExpectedFound("booking date", "DDMMYY", Cells(cells, kBookingDate)));
      return false;
    }
    if (is_paid && !dates->booking.has_value()) {
      Malformed(record,
                ExpectedFound("booking date of a payment", "a date", Cells(cells, kBookingDate)));
      return false;
    }
    return true;
  }

  template <Layout kLayout>
  void Emit(const FixedRecord& record,
            CodeBit code,
            bool is_to_creditor,
            int64_t paid,
            const Dates& dates) {
    const bool is_return = code == kReturned || code == kSlipReturned;
    const bool is_credit = is_to_creditor != is_return;
    Int128& counted = is_return ? summary_->tail.returned : summary_->tail.amount;
    counted += is_to_creditor ? paid : -paid;
    (is_credit ? credit_ : debit_) += paid;

    if (batch_.payments.size() == kBatchMax) Flush();
    Payment& payment = batch_.payments.emplace_back();
    payment.creditor_account = AccountOf(record);
    payment.amount_minor = paid;
    payment.currency = dkk_;
    payment.direction = is_credit ? Direction::kCredit : Direction::kDebit;
    payment.booking_date = dates.booking;
    payment.value_date = dates.payment;
    payment.statement = statement_;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
    payment.customer_id = bs::WithoutZeros(Text(record, kLayout.customer));
    if (dates.booking > summary_->tally.last_date) summary_->tally.last_date = dates.booking;
    Date& first_date = summary_->tally.first_date;
    if (!first_date.has_value() || dates.booking < first_date) first_date = dates.booking;
    if (code == kSlipDone || code == kSlipReturned) {
      NameSlip(record, is_return, &payment);
    } else {
      NameDebit(record, is_return, &payment);
    }
  }

  // Group, customer, mandate and due date name a debit; its return repeats them under another code.
  void NameDebit(const FixedRecord& record, bool is_return, Payment* payment) {
    const std::string_view key = Text(record, kAutomatic.key);
    payment->kind = is_return ? PaymentKind::kDirectDebitReturn : PaymentKind::kDirectDebit;
    payment->bank_reference = is_return ? Text(record, kCodeToDueDate) : key;
    if (is_return) payment->reverses = key;
    const std::string_view reference = Text(record, kAutomatic.reference);
    if (!reference.empty()) {
      batch_.AddReference(payment, {reference, ReferenceScheme::kUnknown, false, 0});
    }
  }

  void NameSlip(const FixedRecord& record, bool is_return, Payment* payment) {
    std::string_view key = Text(record, kArchive);
    if (key.empty()) key = Text(record, kSlip.key);
    payment->kind = is_return ? PaymentKind::kReversal : PaymentKind::kPayment;
    payment->bank_reference = is_return ? arena_.Join("0299 ", key) : key;
    if (is_return) payment->reverses = key;
    uint64_t fee = 0;
    if (!ReadDigits<kFee>(record.cells, &fee) || fee != 0) {
      summary_->warnings.Note("a fee of a payment slip was not read", record.line);
    }
    const std::string_view reference = Text(record, kSlip.reference);
    if (!reference.empty()) {
      batch_.AddReference(payment, {reference, ReferenceScheme::kUnknown, false, 0});
      return;
    }
    const std::string_view id = SlipId(record.cells);
    if (!id.empty()) batch_.AddReference(payment, {id, ReferenceScheme::kFik, false, 0});
  }

  // The id of the slip, where the customer number is one.
  static std::string_view SlipId(const char* cells) {
    const std::string_view card = Cells(cells, kCardType);
    const bool is_71 = card == "71";
    if (!is_71 && card != "75" && card != "04") return {};
    const std::string_view id = Cells(cells, is_71 ? kSlipNumber : kCardAndNumber);
    const NumberScheme scheme = is_71          ? NumberScheme::kFik71
                                : card == "75" ? NumberScheme::kFik75
                                               : NumberScheme::kFik04;
    return CheckNumber(scheme, id).ok ? id : std::string_view();
  }

  PaymentBatch batch_;
  DateMemory<ParseDateDDMMYY> due_date_;
  DateMemory<ParseDateDDMMYY> payment_date_;
  DateMemory<ParseDateDDMMYY> booking_date_;
};

class Bs602Reader : public FormatReader {
 public:
  explicit Bs602Reader(const ReadOptions& options) : allow_empty_(options.settings.allow_empty) {}

  bool parallel() const override { return true; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return Bs602Block(block, sink).Parse();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kFormat, "", FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    bs::JudgeDeliveries({kType, kSections, kGroupField}, summaries, &verdict);
    uint64_t notices = 0;
    for (const std::unique_ptr<BlockSummary>& summary : summaries) {
      notices += static_cast<const bs::Summary&>(*summary).notices;
    }
    verdict.Close(allow_empty_ || notices > 0);
    return result;
  }

 private:
  bool allow_empty_;
};

int Sniff(std::string_view head) {
  return bs::HoldsDelivery(head, kType) ? 95 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<Bs602Reader>(options);
}

// Writes direct debits in sections 0211 and everything else in sections 0215; within one call of
// BeginSection it opens as many as the order of the payments needs. Names of payers have no field
// and are left out.
class Bs602Writer : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string* out) override {
    created_ = header.created;
    delivery_ = bs::Written();
    bs::AppendDeliveryStart(kType, header, out);
  }

  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string*) override {
    creditor_ = std::string(bs::CreditorOf(creditor_account));
    currency_ = currency;
    booking_date_ = booking_date;
  }

  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override {
    RecordImage record = bs::RecordOfType("042");
    if (!CanSay(payment) || !Compose(batch, payment, &record)) return false;
    const std::string_view section = IsDebit(payment) ? "0211" : "0215";
    if (section != section_) {
      Close(out);
      Open(section, out);
    }
    bs::AppendRecord(record, out);
    ++written_.transactions;
    written_.amount += IsPlus(payment) ? payment.amount_minor : -payment.amount_minor;
    return true;
  }

  void EndSection(std::string* out) override { Close(out); }

  void End(std::string* out) override { bs::AppendDeliveryEnd(kType, delivery_, out); }

 private:
  static constexpr uint64_t kGroup = 1;

  static bool IsDebit(const Payment& payment) {
    return payment.kind == PaymentKind::kDirectDebit ||
           payment.kind == PaymentKind::kDirectDebitReturn;
  }

  static bool IsReturn(const Payment& payment) {
    return payment.kind == PaymentKind::kDirectDebitReturn ||
           payment.kind == PaymentKind::kReversal;
  }

  // Whether the totals count it as money to the creditor: returns are subtracted.
  static bool IsPlus(const Payment& payment) { return payment.direction == Direction::kCredit; }

  bool CanSay(const Payment& payment) const {
    return !creditor_.empty() && currency_.code() == "DKK" && payment.currency == currency_ &&
           booking_date_.has_value() && payment.booking_date == booking_date_ &&
           payment.text_count == 0 && payment.reference_count <= 1 && payment.amount_minor > 0 &&
           !payment.is_pending && !CodeFor(payment).empty();
  }

  // "" for kinds that the format does not have.
  static std::string_view CodeFor(const Payment& payment) {
    switch (payment.kind) {
      case PaymentKind::kDirectDebit:
        return "0236";
      case PaymentKind::kDirectDebitReturn:
        return "0239";
      case PaymentKind::kPayment:
        return "0297";
      case PaymentKind::kReversal:
        return "0299";
      case PaymentKind::kFee:
      case PaymentKind::kInterest:
      case PaymentKind::kTransfer:
        break;
    }
    return {};
  }

  bool Compose(const PaymentBatch& batch, const Payment& payment, RecordImage* record) const {
    const std::string_view reference = payment.reference_count == 0
                                           ? std::string_view()
                                           : batch.references[payment.reference_first].value;
    record->SetText(bs::kCreditor, creditor_);
    record->SetText(bs::kCode, CodeFor(payment));
    record->Fill({18, 20}, '0');
    record->SetDigits(kGroupField, kGroup);
    bs::SetDate(kPaymentDate, payment.value_date, record);
    bs::SetDate(kBookingDate, payment.booking_date, record);
    if (!record->SetDigits(kPaid, static_cast<uint64_t>(payment.amount_minor))) return false;
    return IsDebit(payment) ? ComposeDebit(payment, reference, record)
                            : ComposeSlip(payment, reference, record);
  }

  // What both sections have at different places: the payment in full of what was due.
  static bool SetDue(const Layout& layout, const Payment& payment, RecordImage* record) {
    bs::SetDate(layout.due_date, payment.value_date, record);
    // Which way the money went, or first went before it was returned.
    record->SetDigits(layout.sign, IsPlus(payment) != IsReturn(payment) ? 1 : 2);
    return record->SetDigits(layout.due_amount, static_cast<uint64_t>(payment.amount_minor));
  }

  static bool ComposeDebit(const Payment& payment,
                           std::string_view reference,
                           RecordImage* record) {
    record->SetDigits(kMandate, 1);
    return bs::SetZeroFilled(kAutomatic.customer, payment.customer_id, record) &&
           SetDue(kAutomatic, payment, record) && record->SetText(kAutomatic.reference, reference);
  }

  // A payment id of fifteen digits goes where it came from, into the customer number.
  static bool ComposeSlip(const Payment& payment, std::string_view reference, RecordImage* record) {
    std::string_view number = payment.customer_id;
    if (reference.size() > kSlip.reference.size() &&
        CheckNumber(NumberScheme::kFik71, reference).ok) {
      if (!number.empty() && NormalReference(number) != NormalReference(reference)) return false;
      number = reference;
      reference = {};
    }
    record->Fill({26, 29}, '0');
    record->SetText(kCardType, "71");
    record->Fill({47, 52}, '0');
    const std::string_view archive =
        IsReturn(payment) && !payment.reverses.empty() ? payment.reverses : payment.bank_reference;
    return bs::SetZeroFilled(kSlip.customer, number, record) && SetDue(kSlip, payment, record) &&
           record->SetText(kSlip.reference, reference) && record->SetText(kArchive, archive);
  }

  void Open(std::string_view section, std::string* out) {
    section_ = section;
    written_ = bs::Written();
    RecordImage record = bs::RecordOfType("012");
    record.SetText(bs::kCreditor, creditor_);
    record.SetText(bs::kCode, section);
    record.SetDigits(kGroupField, kGroup);
    bs::SetDate({50, 55}, created_, &record);
    bs::AppendRecord(record, out);
  }

  void Close(std::string* out) {
    if (section_.empty()) return;
    RecordImage record = bs::RecordOfType("092");
    record.SetText(bs::kCreditor, creditor_);
    record.SetText(bs::kCode, section_);
    record.Fill({18, 20}, '0');
    record.SetDigits(kGroupField, kGroup);
    bs::SetTotals(written_, &record);
    bs::AppendRecord(record, out);
    delivery_.Add(written_);
    section_ = {};
  }

  Date created_;
  Date booking_date_;
  Currency currency_;
  std::string creditor_;
  std::string_view section_;  // the open one; empty when none is
  bs::Written written_;       // in the open section
  bs::Written delivery_;
};

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<Bs602Writer>();
}

}  // namespace

extern const Format kBs602;
const Format kBs602 = {.name = kFormat,
                       .kind = FileKind::kPayments,
                       .description = "Betalingsservice payment information (Denmark)",
                       .sniff = Sniff,
                       .make_reader = MakeReader,
                       .make_writer = MakeWriter};

}  // namespace kvitt
