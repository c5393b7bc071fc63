// bg-ocr: the older Bankgiro file of OCR payments, still met in archives.
//
// Records of 80 characters, a two-digit code first.
//
//   file     = 00 account* 90
//   account  = 20 section+
//   section  = 30 item* 50               one day on one bankgiro
//
//   00 start      the word BANKGIROT somewhere in the record
//   20 account    3-10 bankgiro, right-aligned
//   30 opening    3-10 bankgiro, 11-16 date YYMMDD
//   40 item       3-27 reference, right-aligned, 28-40 amount, 42-43 LB for supplier payments,
//                 49-58 serial number
//   50 end        3-10 bankgiro, 11-16 date, 17-23 number of items, 24-38 sum
//   90 end        3-8 date, 9-15 number of items, 16-30 sum
//
// Negative amounts, of supplier payments alone, carry their sign in the last digit as EBCDIC does: `-` is
// 0 and J to R are 1 to 9, so 000000012345N is -123455.
//
// Source: jage/rbankgiro (lib/rbankgiro.rb), whose two public files agree with both totals when negative
// items are subtracted. UNCONFIRMED: the places of the fields in 20, 30, 50 and 90, of which only the
// order and the widths are public; the totals prove them in each file, and a file whose totals do not
// stand there is set aside.
//
// Controls: bankgiro, date, number and sum of 50; number and sum of 90.
//
// A section may belong to a plusgiro, and nothing says so: numbers of less than seven digits are
// `plusgiro:`, for no bankgiro is that short; all others are `bankgiro:`.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "bg-ocr";
constexpr size_t kWidth = 80;
constexpr size_t kBatchPayments = 256;

constexpr Field kBankgiro{3, 10};
constexpr Field kDate{11, 16};
constexpr Field kReference{3, 27};
constexpr Field kAmount{28, 40};
constexpr Field kMethod{42, 43};
constexpr Field kSerial{49, 58};
constexpr Field kSectionCount{17, 23};
constexpr Field kSectionSum{24, 38};
constexpr Field kFileCount{9, 15};
constexpr Field kFileSum{16, 30};

// The digit that an overpunched character holds, or -1.
int OverpunchedDigit(char c) {
  if (c == '-') return 0;
  return c >= 'J' && c <= 'R' ? c - 'J' + 1 : -1;
}

// An amount or sum whose last character may carry a minus.
bool ReadSigned(std::string_view cells, int64_t* minor) {
  std::string digits(cells);
  const int last = OverpunchedDigit(digits.back());
  if (last >= 0) digits.back() = static_cast<char>('0' + last);
  uint64_t value = 0;
  if (!ReadDigits(digits, &value)) return false;
  *minor = last >= 0 ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  return true;
}

class FileParser {
 public:
  FileParser(const Block& block, Framing framing, BlockSink* sink)
      : block_(block), framing_(framing), sink_(sink) {}

  std::unique_ptr<BlockSummary> Run() {
    FixedWidthLines<kWidth> lines(block_.bytes, framing_, &arena_);
    FixedRecord record;
    while (lines.Next(&record)) Read(record);
    if (place_ != Place::kOutside || files_ == 0) {
      AddProblem(summary_.get(),
                 files_ == 0 ? DeviationCode::kRecordMalformed : DeviationCode::kFileTruncated,
                 lines.lines(), block_.offset + block_.bytes.size(),
                 Concat("end of the file: expected ", Expected(), ", found none"));
    }
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    BlockTally& tally = summary_->tally;
    tally.lines = lines.lines();
    tally.entries = tally.transactions;
    tally.statements_opened = files_;
    if (credit_minor_ != 0) tally.credit_minor[currency_] = credit_minor_;
    if (debit_minor_ != 0) tally.debit_minor[currency_] = debit_minor_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    return std::move(summary_);
  }

 private:
  enum class Place : uint8_t { kOutside, kFile, kAccount, kSection };

  struct Sum {
    uint64_t count = 0;
    Int128 minor = 0;
  };

  void Read(const FixedRecord& record);
  void ReadOpening(const FixedRecord& record);
  void ReadItem(const FixedRecord& record);
  void ReadSectionEnd(const FixedRecord& record);
  void ReadFileEnd(const FixedRecord& record);
  bool ReadAccount(const FixedRecord& record, uint64_t* number);
  void Emit(const FixedRecord& record, int64_t minor);
  void CheckSum(const FixedRecord& record,
                std::string_view what,
                Field count,
                Field sum,
                const Sum& computed);

  std::string_view Expected() const {
    switch (place_) {
      case Place::kOutside:
        return "a start record (00)";
      case Place::kFile:
        return "an account (20) or an end record (90)";
      case Place::kAccount:
        return "an opening record (30), an account (20) or an end record (90)";
      case Place::kSection:
        return "an item (40) or the end of the section (50)";
    }
    return "";
  }

  bool Expect(const FixedRecord& record, bool holds) {
    if (!holds) {
      Malformed(record, ExpectedFound("order of records", Expected(), Cells(record.cells, {1, 2})));
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
  std::unique_ptr<WholeFileSummary> summary_ = std::make_unique<WholeFileSummary>();
  PaymentBatch batch_;
  const Currency currency_ = Currency::FromCode("SEK");
  Place place_ = Place::kOutside;
  uint32_t files_ = 0;
  uint64_t account_number_ = 0;  // of record 20
  std::string_view account_;
  Date date_;
  Sum section_;
  Sum file_;
  Int128 credit_minor_ = 0;
  Int128 debit_minor_ = 0;
};

void FileParser::Read(const FixedRecord& record) {
  if (record.flaw != LineFlaw::kNone) {
    return Malformed(record,
                     ExpectedFound("record", "80 characters of text", Describe(record.flaw)));
  }
  const std::string_view code = Cells(record.cells, {1, 2});
  if (code == "00") {
    Expect(record, place_ == Place::kOutside);
    if (Cells(record.cells, {1, 80}).find("BANKGIROT") == std::string_view::npos) {
      Malformed(record, ExpectedFound("start record (00)", "the word BANKGIROT",
                                      Cells(record.cells, {3, 42})));
    }
    ++files_;
    file_ = Sum();
    place_ = Place::kFile;
  } else if (code == "20") {
    if (!Expect(record, place_ == Place::kFile || place_ == Place::kAccount)) return;
    ReadAccount(record, &account_number_);
    place_ = Place::kAccount;
  } else if (code == "30") {
    ReadOpening(record);
  } else if (code == "40") {
    ReadItem(record);
  } else if (code == "50") {
    ReadSectionEnd(record);
  } else if (code == "90") {
    ReadFileEnd(record);
  } else {
    Malformed(record, ExpectedFound("record (1-2)", "00, 20, 30, 40, 50 or 90", code));
  }
}

bool FileParser::ReadAccount(const FixedRecord& record, uint64_t* number) {
  const std::string_view cells = Cells(record.cells, kBankgiro);
  if (ReadDigits(TrimBlanks(cells), number) && *number > 0) return true;
  *number = 0;
  Malformed(record, ExpectedFound("bankgiro (3-10)", "a number", cells));
  return false;
}

void FileParser::ReadOpening(const FixedRecord& record) {
  if (!Expect(record, place_ == Place::kAccount)) return;
  place_ = Place::kSection;
  section_ = Sum();
  account_ = {};
  date_ = Date();
  uint64_t number = 0;
  if (!ReadAccount(record, &number)) return;
  if (number != account_number_) {
    return Malformed(record,
                     ExpectedFound("bankgiro (3-10)",
                                   Concat("that of the account, ", std::to_string(account_number_)),
                                   Cells(record.cells, kBankgiro)));
  }
  if (!ParseDateYYMMDD(Cells(record.cells, kDate), &date_) || !date_.has_value()) {
    return Malformed(record, ExpectedFound("date (11-16)", "YYMMDD", Cells(record.cells, kDate)));
  }
  constexpr uint64_t kShortestBankgiro = 1000000;
  account_ = arena_.Copy(
      Concat(number < kShortestBankgiro ? "plusgiro:" : "bankgiro:", std::to_string(number)));
  AddAccount(account_, &summary_->tally);
  AddDate(date_, &summary_->tally);
}

void FileParser::ReadItem(const FixedRecord& record) {
  if (!Expect(record, place_ == Place::kSection)) return;
  int64_t minor = 0;
  ++section_.count;
  const std::string_view cells = Cells(record.cells, kAmount);
  if (!ReadSigned(cells, &minor)) {
    return Malformed(record, ExpectedFound("amount (28-40)", "13 digits", cells));
  }
  const bool signed_last = OverpunchedDigit(cells.back()) >= 0;
  if (signed_last && Cells(record.cells, kMethod) != "LB") {
    return Malformed(record, ExpectedFound("sign of the amount (40)",
                                           "a digit, for only LB has negative amounts", cells));
  }
  section_.minor += minor;
  if (minor == 0) {
    return summary_->warnings.Note("a payment of zero, which moves no money, passed over",
                                   record.line);
  }
  Emit(record, minor);
}

void FileParser::Emit(const FixedRecord& record, int64_t minor) {
  if (batch_.payments.size() >= kBatchPayments) {
    sink_->Payments(batch_);
    batch_.Clear();
  }
  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  payment.amount_minor = minor < 0 ? -minor : minor;
  payment.direction = minor < 0 ? Direction::kDebit : Direction::kCredit;
  payment.currency = currency_;
  payment.booking_date = date_;
  payment.statement = files_;
  payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
  const std::string_view serial = TextField(record, kSerial, Charset::kWindows1252, &arena_);
  if (!AllCells(serial, '0')) payment.bank_reference = serial;
  PaymentReference reference;
  reference.value = TextField(record, kReference, Charset::kWindows1252, &arena_);
  reference.scheme = ReferenceScheme::kOcr;
  if (!reference.value.empty()) batch_.AddReference(&payment, reference);
  (minor < 0 ? debit_minor_ : credit_minor_) += payment.amount_minor;
}

void FileParser::CheckSum(
    const FixedRecord& record, std::string_view what, Field count, Field sum, const Sum& computed) {
  uint64_t declared = 0;
  int64_t minor = 0;
  if (!ReadDigits(Cells(record.cells, count), &declared) ||
      !ReadSigned(Cells(record.cells, sum), &minor)) {
    return Malformed(record, ExpectedFound(Concat("number and sum of the ", what), "digits",
                                           Cells(record.cells, {count.first, sum.last})));
  }
  const uint64_t offset = block_.offset + record.offset;
  CheckControl(summary_.get(), Concat("number of items of the ", what), declared, computed.count, 0,
               record.line, offset);
  CheckControl(summary_.get(), Concat("sum of the ", what), minor, computed.minor,
               currency_.decimals(), record.line, offset);
}

void FileParser::ReadSectionEnd(const FixedRecord& record) {
  if (!Expect(record, place_ == Place::kSection)) return;
  place_ = Place::kAccount;
  file_.count += section_.count;
  file_.minor += section_.minor;
  uint64_t number = 0;
  Date date;
  if (!ReadAccount(record, &number)) return;
  if (!ParseDateYYMMDD(Cells(record.cells, kDate), &date)) {
    return Malformed(record, ExpectedFound("date (11-16)", "YYMMDD", Cells(record.cells, kDate)));
  }
  const uint64_t offset = block_.offset + record.offset;
  CheckControl(summary_.get(), "bankgiro of the section (50, 3-10)", number, account_number_, 0,
               record.line, offset);
  if (date != date_) {
    AddProblem(summary_.get(), DeviationCode::kControlTotalMismatch, record.line, offset,
               Concat("date of the section (50, 11-16): expected ", FormatDate(date),
                      " as declared, found ", FormatDate(date_)));
  }
  CheckSum(record, "section (50, 17-38)", kSectionCount, kSectionSum, section_);
}

void FileParser::ReadFileEnd(const FixedRecord& record) {
  if (!Expect(record, place_ == Place::kFile || place_ == Place::kAccount)) return;
  place_ = Place::kOutside;
  CheckSum(record, "file (90, 9-30)", kFileCount, kFileSum, file_);
}

class BgOcrReader : public FormatReader {
 public:
  BgOcrReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty), framing_(DetectFraming(head, kWidth)) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return FileParser(block, framing_, sink).Run();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return FinishWholeFile(kName, "", FileKind::kPayments, summaries, allow_empty_);
  }

 private:
  bool allow_empty_;
  Framing framing_;
};

int Sniff(std::string_view head) {
  const size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos || head.substr(first, 2) != "00") return 0;
  return head.substr(first, kWidth).find("BANKGIROT") != std::string_view::npos ? 90 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<BgOcrReader>(options, head);
}

}  // namespace

extern const Format kBgOcr;
const Format kBgOcr = {kName, FileKind::kPayments, "Swedish Bankgiro OCR payments, the older file",
                       Sniff, MakeReader,          nullptr};

}  // namespace kvitt
