// autogiro: Bankgirot Autogiro, Swedish direct debit: what a creditor asks to be drawn, and what became of it.
//
// Records of 80 characters, a two-digit code first, ISO-8859-1. Which file it is says the text of record
// 01:
//
//   request       01 date(3-10) AUTOGIRO(11-22), blanks        (82 | 32 | 23..29)*       no end record
//   new layout    01 AUTOGIRO(3-14) BET. SPEC & STOPP TK(45-64) ((15 82*) | (16 32*) | (17 77*))* 09
//   old layout    01 date(3-10) AUTOGIRO9900(11-22)            (82 | 32)* 09
//   rejected      01 ... AVVISADE BET UPPDR, or FELLISTA REG.KONTRL   (82 | 32)* 09
//
//   82, 32  3-10 date or GENAST, 11 period, 12-14 repetitions, 16-31 payer number, 32-43 amount,
//           44-53 bankgiro, 54-69 reference, 80 status (in specifications). 82 is money in, 32 out.
//           Rejected: 15-30 payer number, 31-42 amount, 43-58 reference, 59-60 reason
//   77      3-10 date of the debit, 16-69 as above, 70-77 date of the refund, 78-79 reason
//   15-17   3-37 bank account, 38-45 date, 46-50 serial, 51-68 amount, 69-71 currency or blank,
//           72-79 number of items
//   23-29   cancellations and changes of requests
//   09 new  3-10 date, 11-14 9900, 15-20 sections 15, 21-32 items 82, 33-38 sections 16,
//           39-50 items 32, 51-56 sections 17, 57-68 items 77
//   09 old  11-18 9900, 29-40 sum of 32, 41-46 number of 32, 47-52 number of 82, 57-68 sum of 82
//   09 rej. 15-20 number of 32, 21-32 sum of 32, 33-38 number of 82, 39-50 sum of 82
//   seal    first line 00YYMMDDHMAC, last line 99 YYMMDD and two codes of 32 hexadecimal digits
//
// Source: byrokrat/autogiro (its grammar), trailers verified on the samples of Hoglandets-IT/go-bankgiro.
//
// Status: new layout 0 paid, 1 no cover, 2 account closed or other, 9 no cover, tried again; old layout
// blank is paid. Only what is paid is money; a debit that failed is told as a deviation and never posted.
// A status that the layout does not have condemns the file. Sections and 09 of the new layout count what
// was paid alone, 09 of the old layout and of rejected requests counts every item.
//
// A request is read as open items (32: credit notes). It has no end record: nothing proves that one is
// whole, unless it is sealed. A seal's code needs a key and is not checked here, its frame is; the text
// that it is made over is io/bytes/seal_text.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/bytes/fixed_width.h"
#include "io/bytes/record_image.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "autogiro";
constexpr size_t kWidth = 80;
constexpr size_t kBatchRecords = 256;
constexpr Charset kCharset = Charset::kWindows1252;

constexpr Field kDate{3, 10};
constexpr Field kPayerNumber{16, 31};
constexpr Field kAmount{32, 43};
constexpr Field kBankgiro{44, 53};
constexpr Field kReference{54, 69};
constexpr Field kStatus{80, 80};
constexpr Field kRefundReason{78, 79};
constexpr Field kRejectedPayer{15, 30};
constexpr Field kRejectedAmount{31, 42};
constexpr Field kRejectedReason{59, 60};
constexpr Field kSectionDate{38, 45};
constexpr Field kSectionAmount{51, 68};
constexpr Field kSectionCurrency{69, 71};
constexpr Field kSectionCount{72, 79};
constexpr Field kRequestCustomer{63, 68};
constexpr Field kRequestBankgiro{69, 78};

enum class FileLayout : uint8_t { kNone, kRequest, kNew, kOld, kRejected };

// What the file is, by its record 01.
FileLayout LayoutOf(std::string_view cells) {
  if (cells.substr(0, 2) != "01") return FileLayout::kNone;
  const bool named = cells.substr(2, 8) == "AUTOGIRO" || cells.substr(10, 8) == "AUTOGIRO";
  if (!named) return FileLayout::kNone;
  if (cells.find("AVVISADE BET UPPDR") != std::string_view::npos ||
      cells.find("FELLISTA REG.KONTRL") != std::string_view::npos) {
    return FileLayout::kRejected;
  }
  if (cells.substr(44, 20) == "BET. SPEC & STOPP TK") return FileLayout::kNew;
  const std::string_view between = cells.substr(22, 40);
  if (!AllCells(between, ' ')) return FileLayout::kNone;
  if (cells.substr(10, 12) == "AUTOGIRO9900") return FileLayout::kOld;
  return cells.substr(10, 12) == "AUTOGIRO    " ? FileLayout::kRequest : FileLayout::kNone;
}

// The three kinds of items: 82, 32, 77.
enum Kind : size_t { kIn, kOut, kRefund, kKinds };

constexpr std::array<std::string_view, kKinds> kItemCodes = {"82", "32", "77"};
constexpr std::array<std::string_view, kKinds> kSectionCodes = {"15", "16", "17"};

struct Sum {
  uint64_t count = 0;
  Int128 minor = 0;
};

struct Summary : WholeFileSummary {
  bool is_request = false;
  bool has_items = false;
  uint64_t notices = 0;  // items that are no money
};

class FileParser {
 public:
  FileParser(const Block& block, Framing framing, BlockSink* sink)
      : block_(block), framing_(framing), sink_(sink) {}

  std::unique_ptr<BlockSummary> Run();

 private:
  void Read(const FixedRecord& record);
  void ReadSeal(const FixedRecord& record, bool begins);
  void ReadStart(const FixedRecord& record);
  void ReadSection(const FixedRecord& record, Kind kind);
  void ReadItem(const FixedRecord& record, Kind kind);
  void ReadSpecified(const FixedRecord& record, Kind kind);
  void ReadRejected(const FixedRecord& record, Kind kind);
  void ReadRequested(const FixedRecord& record, Kind kind);
  void ReadEnd(const FixedRecord& record);
  void CheckNewEnd(const FixedRecord& record);
  void CloseSection();
  bool IsPaid(const FixedRecord& record, Kind kind, bool* paid);
  void TellFailed(const FixedRecord& record, uint64_t amount, std::string_view why);
  bool TakeAmount(const FixedRecord& record, Field field, uint64_t* amount);
  void EmitPayment(const FixedRecord& record, Kind kind, uint64_t amount, Date date);
  void Check(
      const FixedRecord& record, std::string_view what, Field field, Int128 computed, int decimals);
  std::string_view PayerNumber(const FixedRecord& record, Field field);
  std::string_view Account(const FixedRecord& record, Field field);

  bool Expect(const FixedRecord& record, bool holds, std::string_view expected) {
    if (!holds) {
      Malformed(record, ExpectedFound("order of records", expected, Cells(record.cells, {1, 2})));
    }
    return holds;
  }

  void Malformed(const FixedRecord& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line,
               block_.offset + record.offset, std::move(text));
  }

  const Block& block_;
  Framing framing_;
  BlockSink* sink_;
  TextArena arena_;
  std::unique_ptr<Summary> summary_ = std::make_unique<Summary>();
  PaymentBatch payments_;
  OpenItemBatch items_;
  const Currency currency_ = Currency::FromCode("SEK");
  FileLayout layout_ = FileLayout::kNone;  // of the part at hand; none outside
  uint32_t parts_ = 0;
  bool sealed_ = false;
  bool seal_closed_ = false;
  size_t section_ = kKinds;  // the kind of the open section; kKinds: none
  FixedRecord section_record_;
  Sum declared_;
  Sum in_section_;
  Date section_date_;
  std::array<uint64_t, kKinds> sections_{};
  std::array<Sum, kKinds> all_{};   // every item of the part
  std::array<Sum, kKinds> paid_{};  // those that are money
  Int128 credit_minor_ = 0;
  Int128 debit_minor_ = 0;
};

std::unique_ptr<BlockSummary> FileParser::Run() {
  FixedWidthLines<kWidth> lines(block_.bytes, framing_, &arena_);
  FixedRecord record;
  while (lines.Next(&record)) Read(record);
  const bool open = layout_ != FileLayout::kNone && layout_ != FileLayout::kRequest;
  if (parts_ == 0 || open || (sealed_ && !seal_closed_)) {
    AddProblem(summary_.get(),
               parts_ == 0 ? DeviationCode::kRecordMalformed : DeviationCode::kFileTruncated,
               lines.lines(), block_.offset + block_.bytes.size(),
               Concat("end of the file: expected ",
                      parts_ == 0 ? "a start record (01)"
                      : open      ? "an end record (09)"
                                  : "the seal (99)",
                      ", found none"));
  }
  if (!payments_.payments.empty()) sink_->Payments(payments_);
  if (!items_.items.empty()) sink_->Items(items_);
  BlockTally& tally = summary_->tally;
  tally.lines = lines.lines();
  tally.entries = tally.transactions;
  tally.statements_opened = parts_;
  if (credit_minor_ != 0) tally.credit_minor[currency_] = credit_minor_;
  if (debit_minor_ != 0) tally.debit_minor[currency_] = debit_minor_;
  NoteRepairs(lines.repairs(), &summary_->warnings);
  return std::move(summary_);
}

void FileParser::Read(const FixedRecord& record) {
  if (record.flaw != LineFlaw::kNone) {
    return Malformed(record,
                     ExpectedFound("record", "80 characters of text", Describe(record.flaw)));
  }
  const std::string_view code = Cells(record.cells, {1, 2});
  if (seal_closed_) {
    Expect(record, false, "nothing behind the seal (99)");
  } else if (code == "00" || code == "99") {
    ReadSeal(record, code == "00");
  } else if (code == "01") {
    ReadStart(record);
  } else if (code == "09") {
    ReadEnd(record);
  } else if (const auto* item = std::find(kItemCodes.begin(), kItemCodes.end(), code);
             item != kItemCodes.end()) {
    ReadItem(record, static_cast<Kind>(item - kItemCodes.begin()));
  } else if (const auto* section = std::find(kSectionCodes.begin(), kSectionCodes.end(), code);
             section != kSectionCodes.end()) {
    ReadSection(record, static_cast<Kind>(section - kSectionCodes.begin()));
  } else if (code >= "23" && code <= "29" && layout_ == FileLayout::kRequest) {
    summary_->has_items = true;
    summary_->warnings.Note(Concat("a cancellation or change of requests (", code, ") passed over"),
                            record.line);
  } else {
    Malformed(record, ExpectedFound("record (1-2)", "a code of this kind of Autogiro file", code));
  }
}

void FileParser::ReadSeal(const FixedRecord& record, bool begins) {
  const std::string_view cells = Cells(record.cells, {1, 80});
  if (begins) {
    if (!Expect(record, parts_ == 0 && !sealed_, "a seal (00) in the first line alone")) return;
    sealed_ = true;
    Date date;
    if (!ParseDateYYMMDD(cells.substr(2, 6), &date) || cells.substr(8, 4) != "HMAC") {
      Malformed(record, ExpectedFound("seal (00)", "YYMMDDHMAC", cells.substr(2, 10)));
    }
    return;
  }
  if (!Expect(record, sealed_, "a seal in the first line (00)")) return;
  seal_closed_ = true;
  const std::string_view codes = cells.substr(8, 64);
  const bool hexadecimal =
      codes.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
  if (!hexadecimal) {
    Malformed(record, ExpectedFound("seal (99)", "64 hexadecimal digits", codes));
  }
  summary_->warnings.Note("a seal whose code was not checked, which needs its key", record.line);
}

void FileParser::ReadStart(const FixedRecord& record) {
  CloseSection();
  Expect(record, layout_ == FileLayout::kNone || layout_ == FileLayout::kRequest,
         "an end record (09)");
  ++parts_;
  sections_ = {};
  all_ = {};
  paid_ = {};
  layout_ = LayoutOf(Cells(record.cells, {1, 80}));
  if (layout_ == FileLayout::kNone) {
    return Malformed(record,
                     ExpectedFound("kind of the file (01)",
                                   "a request, BET. SPEC & STOPP TK, AUTOGIRO9900, AVVISADE BET "
                                   "UPPDR or FELLISTA REG.KONTRL",
                                   TrimBlanks(Cells(record.cells, {3, 64}))));
  }
  if (layout_ != FileLayout::kRequest) return;
  summary_->is_request = true;
  if (!sealed_) {
    summary_->warnings.Note("a request without totals: nothing proves that it is whole",
                            record.line);
  }
}

// --- sections of the new layout ---

void FileParser::ReadSection(const FixedRecord& record, Kind kind) {
  if (!Expect(record, layout_ == FileLayout::kNew, "a section in the new layout alone")) return;
  CloseSection();
  section_ = kind;
  section_record_ = record;
  in_section_ = Sum();
  ++sections_[kind];
  uint64_t amount = 0;
  section_date_ = Date();
  const char* cells = record.cells;
  const std::string_view currency = Cells(cells, kSectionCurrency);
  if (!ParseDateYYYYMMDD(Cells(cells, kSectionDate), &section_date_) ||
      !section_date_.has_value()) {
    Malformed(record, ExpectedFound("date (38-45)", "YYYYMMDD", Cells(cells, kSectionDate)));
  }
  if (!ReadDigits<kSectionAmount>(cells, &amount) ||
      !ReadDigits<kSectionCount>(cells, &declared_.count)) {
    Malformed(record, ExpectedFound("amount and number of items (51-79)", "digits",
                                    Cells(cells, {51, 79})));
  }
  if (currency != "SEK" && currency != "   ") {
    Malformed(record, ExpectedFound("currency (69-71)", "SEK or blanks", currency));
  }
  declared_.minor = static_cast<Int128>(amount);
  AddDate(section_date_, &summary_->tally);
}

void FileParser::CloseSection() {
  if (section_ == kKinds) return;
  const std::string what = Concat("the section (", kSectionCodes[section_], ")");
  const uint64_t offset = block_.offset + section_record_.offset;
  CheckControl(summary_.get(), Concat("amount of ", what), declared_.minor, in_section_.minor,
               currency_.decimals(), section_record_.line, offset);
  CheckControl(summary_.get(), Concat("number of items of ", what), declared_.count,
               in_section_.count, 0, section_record_.line, offset);
  section_ = kKinds;
}

// --- items ---

void FileParser::ReadItem(const FixedRecord& record, Kind kind) {
  summary_->has_items = true;
  switch (layout_) {
    case FileLayout::kNone:
      Expect(record, false, "a start record (01)");
      return;
    case FileLayout::kRequest:
      if (kind == kRefund) break;
      return ReadRequested(record, kind);
    case FileLayout::kNew:
      if (Expect(record, section_ == kind,
                 Concat("a section (", kSectionCodes[kind], ") in front of it"))) {
        ReadSpecified(record, kind);
      }
      return;
    case FileLayout::kOld:
      if (kind == kRefund) break;
      return ReadSpecified(record, kind);
    case FileLayout::kRejected:
      if (kind == kRefund) break;
      return ReadRejected(record, kind);
  }
  Expect(record, false, "82 or 32 in this kind of file");
}

bool FileParser::TakeAmount(const FixedRecord& record, Field field, uint64_t* amount) {
  if (ReadDigits(Cells(record.cells, field), amount)) return true;
  Malformed(record, ExpectedFound("amount", "12 digits", Cells(record.cells, field)));
  return false;
}

// The creditor's own number of the payer, without filling zeros.
std::string_view FileParser::PayerNumber(const FixedRecord& record, Field field) {
  std::string_view number = TextField(record, field, kCharset, &arena_);
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

std::string_view FileParser::Account(const FixedRecord& record, Field field) {
  uint64_t number = 0;
  if (!ReadDigits(Cells(record.cells, field), &number) || number == 0) {
    Malformed(record, ExpectedFound("bankgiro", "10 digits", Cells(record.cells, field)));
    return {};
  }
  return arena_.Copy(Concat("bankgiro:", std::to_string(number)));
}

// Sets *paid. False when the status is none of the layout.
bool FileParser::IsPaid(const FixedRecord& record, Kind kind, bool* paid) {
  *paid = true;
  if (kind == kRefund) return true;
  const char status = record.cells[kStatus.offset()];
  const std::string_view known = layout_ == FileLayout::kNew ? "0129" : " 129";
  *paid = status == known[0];
  if (known.find(status) != std::string_view::npos) return true;
  Malformed(record,
            ExpectedFound("status (80)",
                          layout_ == FileLayout::kNew ? "0, 1, 2 or 9" : "a blank, 1, 2 or 9",
                          Cells(record.cells, kStatus)));
  return false;
}

std::string_view StatusText(char status) {
  if (status == '1') return "no cover";
  return status == '9' ? "no cover, will be tried again" : "account closed, or another reason";
}

std::string_view RefundText(std::string_view reason) {
  if (reason == "01") return "Refund: no mandate";
  if (reason == "02") return "Refund: mandate revoked";
  return reason == "03" ? "Refund: amount unreasonable" : "Refund";
}

void FileParser::TellFailed(const FixedRecord& record, uint64_t amount, std::string_view why) {
  RecordProblem notice;
  notice.code = DeviationCode::kDirectDebitReturned;
  notice.record = record.line;
  notice.byte_offset = block_.offset + record.offset;
  notice.text =
      Concat("a direct debit of ", FormatAmount(static_cast<int64_t>(amount), currency_.decimals()),
             " was not paid: ", why);
  ++summary_->notices;
  sink_->Problem(notice);
}

void FileParser::ReadSpecified(const FixedRecord& record, Kind kind) {
  uint64_t amount = 0;
  bool paid = false;
  Date date;
  if (!TakeAmount(record, kAmount, &amount) || !IsPaid(record, kind, &paid)) return;
  if (!ParseDateYYYYMMDD(Cells(record.cells, kDate), &date) || !date.has_value()) {
    return Malformed(record, ExpectedFound("date (3-10)", "YYYYMMDD", Cells(record.cells, kDate)));
  }
  const auto minor = static_cast<Int128>(amount);
  ++all_[kind].count;
  all_[kind].minor += minor;
  if (!paid) return TellFailed(record, amount, StatusText(record.cells[kStatus.offset()]));
  ++paid_[kind].count;
  paid_[kind].minor += minor;
  ++in_section_.count;
  in_section_.minor += minor;
  if (amount == 0) {
    return summary_->warnings.Note("an item of zero, which moves no money, passed over",
                                   record.line);
  }
  EmitPayment(record, kind, amount, layout_ == FileLayout::kNew ? section_date_ : date);
}

void FileParser::EmitPayment(const FixedRecord& record, Kind kind, uint64_t amount, Date date) {
  if (payments_.payments.size() >= kBatchRecords) {
    sink_->Payments(payments_);
    payments_.Clear();
  }
  const std::string_view account = Account(record, kBankgiro);
  AddAccount(account, &summary_->tally);
  AddDate(date, &summary_->tally);
  Payment& payment = payments_.payments.emplace_back();
  payment.creditor_account = account;
  payment.customer_id = PayerNumber(record, kPayerNumber);
  payment.amount_minor = static_cast<int64_t>(amount);
  payment.currency = currency_;
  payment.booking_date = date;
  payment.kind = kind == kRefund ? PaymentKind::kDirectDebitReturn : PaymentKind::kDirectDebit;
  payment.direction = kind == kIn ? Direction::kCredit : Direction::kDebit;
  payment.statement = parts_;
  payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
  PaymentReference reference;
  reference.value = TextField(record, kReference, kCharset, &arena_);
  if (!reference.value.empty()) payments_.AddReference(&payment, reference);
  if (kind == kRefund) payments_.AddText(&payment, RefundText(Cells(record.cells, kRefundReason)));
  (kind == kIn ? credit_minor_ : debit_minor_) += payment.amount_minor;
}

void FileParser::ReadRejected(const FixedRecord& record, Kind kind) {
  uint64_t amount = 0;
  if (!TakeAmount(record, kRejectedAmount, &amount)) return;
  ++all_[kind].count;
  all_[kind].minor += static_cast<Int128>(amount);
  TellFailed(
      record, amount,
      Concat("the request was rejected, reason ", Shown(Cells(record.cells, kRejectedReason)),
             ", payer number ", PayerNumber(record, kRejectedPayer)));
}

void FileParser::ReadRequested(const FixedRecord& record, Kind kind) {
  uint64_t amount = 0;
  Date due;
  if (!TakeAmount(record, kAmount, &amount)) return;
  const std::string_view date = Cells(record.cells, kDate);
  if (date != "GENAST  " && (!ParseDateYYYYMMDD(date, &due) || !due.has_value())) {
    return Malformed(record, ExpectedFound("date (3-10)", "YYYYMMDD or GENAST", date));
  }
  const std::string_view payer = PayerNumber(record, kPayerNumber);
  if (payer.empty() || amount == 0) {
    return Malformed(record, ExpectedFound("payer number and amount (16-43)", "both",
                                           Cells(record.cells, {16, 43})));
  }
  if (items_.items.size() >= kBatchRecords) {
    sink_->Items(items_);
    items_.Clear();
  }
  const std::string_view account = Account(record, kBankgiro);
  AddAccount(account, &summary_->tally);
  AddDate(due, &summary_->tally);
  const std::string_view reference = TextField(record, kReference, kCharset, &arena_);
  OpenItem& item = items_.items.emplace_back();
  item.item_id = arena_.Copy(Concat(payer, "-", due.has_value() ? FormatDate(due) : "GENAST",
                                    reference.empty() ? "" : "-", reference));
  item.customer_id = payer;
  item.creditor_account = account;
  item.amount_minor = item.open_amount_minor = static_cast<int64_t>(amount);
  item.currency = currency_;
  item.due_date = due;
  item.kind = kind == kIn ? ItemKind::kInvoice : ItemKind::kCreditNote;
  item.record = static_cast<uint32_t>(summary_->tally.transactions++);
  if (!reference.empty()) items_.AddReference(&item, reference);
  (kind == kIn ? credit_minor_ : debit_minor_) += item.amount_minor;
}

// --- the end record ---

void FileParser::Check(
    const FixedRecord& record, std::string_view what, Field field, Int128 computed, int decimals) {
  uint64_t declared = 0;
  if (!ReadDigits(Cells(record.cells, field), &declared)) {
    return Malformed(record, ExpectedFound(what, "digits", Cells(record.cells, field)));
  }
  CheckControl(summary_.get(), what, static_cast<Int128>(declared), computed, decimals, record.line,
               block_.offset + record.offset);
}

void FileParser::CheckNewEnd(const FixedRecord& record) {
  Check(record, "number of sections 15 (09, 15-20)", {15, 20}, sections_[kIn], 0);
  Check(record, "number of paid items 82 (09, 21-32)", {21, 32}, paid_[kIn].count, 0);
  Check(record, "number of sections 16 (09, 33-38)", {33, 38}, sections_[kOut], 0);
  Check(record, "number of paid items 32 (09, 39-50)", {39, 50}, paid_[kOut].count, 0);
  Check(record, "number of sections 17 (09, 51-56)", {51, 56}, sections_[kRefund], 0);
  Check(record, "number of items 77 (09, 57-68)", {57, 68}, paid_[kRefund].count, 0);
}

void FileParser::ReadEnd(const FixedRecord& record) {
  CloseSection();
  const bool ends = layout_ != FileLayout::kNone && layout_ != FileLayout::kRequest;
  if (!Expect(record, ends, "a start record (01) of a file that has an end record")) return;
  const int decimals = currency_.decimals();
  if (layout_ == FileLayout::kNew) {
    CheckNewEnd(record);
  } else if (layout_ == FileLayout::kOld) {
    Check(record, "sum of items 32 (09, 29-40)", {29, 40}, all_[kOut].minor, decimals);
    Check(record, "number of items 32 (09, 41-46)", {41, 46}, all_[kOut].count, 0);
    Check(record, "number of items 82 (09, 47-52)", {47, 52}, all_[kIn].count, 0);
    Check(record, "sum of items 82 (09, 57-68)", {57, 68}, all_[kIn].minor, decimals);
  } else {
    Check(record, "number of items 32 (09, 15-20)", {15, 20}, all_[kOut].count, 0);
    Check(record, "sum of items 32 (09, 21-32)", {21, 32}, all_[kOut].minor, decimals);
    Check(record, "number of items 82 (09, 33-38)", {33, 38}, all_[kIn].count, 0);
    Check(record, "sum of items 82 (09, 39-50)", {39, 50}, all_[kIn].minor, decimals);
  }
  layout_ = FileLayout::kNone;
}

class AutogiroReader : public FormatReader {
 public:
  AutogiroReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty), framing_(DetectFraming(head, kWidth)) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return FileParser(block, framing_, sink).Run();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    bool request = false;
    bool items = false;
    uint64_t notices = 0;
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto& summary = static_cast<const Summary&>(*each);
      request = request || summary.is_request;
      items = items || summary.has_items;
      notices += summary.notices;
    }
    // A file of failed debits alone holds no payments, but it holds something.
    FinishResult result =
        FinishWholeFile(kName, "", request ? FileKind::kClaims : FileKind::kPayments, summaries,
                        allow_empty_ || items);
    result.report.bad_records = notices;
    return result;
  }

 private:
  bool allow_empty_;
  Framing framing_;
};

int Sniff(std::string_view head) {
  size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos) return 0;
  head.remove_prefix(first);
  constexpr size_t kToldBy = 18;  // bytes of the record that are looked at
  if (head.size() < kToldBy) return 0;
  if (head.substr(0, 2) == "00" && head.substr(8, 4) == "HMAC") {
    first = head.find("\n01");
    if (first == std::string_view::npos) return 0;
    head.remove_prefix(first + 1);
  }
  if (head.size() < kToldBy || head.substr(0, 2) != "01") return 0;
  return head.substr(2, 8) == "AUTOGIRO" || head.substr(10, 8) == "AUTOGIRO" ? 95 : 0;
}

// --- writing ---

// Writes open items as payment requests: invoices as 82, credit notes as 32. One start record for each
// section, for a request belongs to one bankgiro; the format has no end record.
class AutogiroWriter : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string*) override {
    created_ = header.created;
    customer_ = header.message_number % 1000000;
  }

  // REQUIRES: the account is `bankgiro:` with at most ten digits and the currency SEK; otherwise every
  // Write of the section answers false.
  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date,
                    std::string* out) override {
    constexpr std::string_view kScheme = "bankgiro:";
    bankgiro_ = 0;
    valid_ = creditor_account.substr(0, kScheme.size()) == kScheme &&
             creditor_account.size() <= kScheme.size() + kBankgiro.size() &&
             ReadDigits(creditor_account.substr(kScheme.size()), &bankgiro_) && bankgiro_ > 0 &&
             currency.code() == "SEK";
    image_.Clear();
    image_.SetText({1, 2}, "01");
    image_.SetText(kDate, Digits(created_));
    image_.SetText({11, 22}, "AUTOGIRO");
    image_.SetDigits(kRequestCustomer, customer_);
    image_.SetDigits(kRequestBankgiro, bankgiro_);
    image_.AppendTo(out, "\r\n");
  }

  bool Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) override;

  void EndSection(std::string*) override {}

  void End(std::string*) override {}

 private:
  // "YYYYMMDD", GENAST (at once) for no date.
  static std::string Digits(Date date) {
    if (!date.has_value()) return "GENAST";
    std::string text = FormatDate(date);
    text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
    return text;
  }

  RecordImage image_{kWidth, Charset::kIso8859_1};
  Date created_;
  uint64_t customer_ = 0;
  bool valid_ = false;
  uint64_t bankgiro_ = 0;
};

bool AutogiroWriter::Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) {
  uint64_t payer = 0;
  if (!valid_ || item.currency.code() != "SEK" || item.open_amount_minor <= 0 ||
      item.customer_id.size() > kPayerNumber.size() || !ReadDigits(item.customer_id, &payer) ||
      payer == 0) {
    return false;
  }
  const std::string_view reference =
      item.reference_count > 0 ? batch.references[item.reference_first] : std::string_view();
  image_.Clear();
  image_.SetText({1, 2}, item.kind == ItemKind::kCreditNote ? "32" : "82");
  image_.SetText(kDate, Digits(item.due_date));
  image_.SetText({11, 11}, "0");
  image_.SetDigits(kPayerNumber, payer);
  image_.SetDigits(kBankgiro, bankgiro_);
  if (!image_.SetDigits(kAmount, static_cast<uint64_t>(item.open_amount_minor)) ||
      !image_.SetText(kReference, reference)) {
    return false;
  }
  image_.AppendTo(out, "\r\n");
  return true;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<AutogiroReader>(options, head);
}

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<AutogiroWriter>();
}

}  // namespace

extern const Format kAutogiro;
const Format kAutogiro = {
    kName, FileKind::kPayments, "Swedish Autogiro: specifications, rejected, requests",
    Sniff, MakeReader,          MakeWriter};

}  // namespace kvitt
