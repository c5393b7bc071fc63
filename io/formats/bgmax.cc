// bgmax: BgMax, the Swedish Bankgiro's file of incoming payments.
//
// Records of 80 characters, a two-digit transaction code (TC) first, ISO-8859-1. Layout version 01.
//
//   file     = part+                          parts are files joined by whoever fetched them
//   part     = 01 section* 70
//   section  = 05 payment* 15                 one deposit on one bankgiro in one currency
//   payment  = (20 | 21) (22 | 23)* 25* 26? 27? 28? 29?
//
//   01 start      3-22 BGMAX, 23-24 version 01, 25-44 YYYYMMDDhhmmssuuuuuu,
//                 45 P(roduction) or T(est)
//   05 opening    3-12 creditor bankgiro, 13-22 plusgiro or blank, 23-25 SEK or EUR
//   20 payment    3-12 payer bankgiro, 13-37 reference, 38-55 amount, 56 reference code,
//                 57 channel, 58-69 BGC serial number, 70 image
//   21 deduction  as 20 with 71 deduction code; the amount is printed positive and is subtracted
//   22, 23        as 20: further references of the same payment; 23 is subtracted
//   25 text       3-52            26 name       3-37, 38-72
//   27, 28        address         29 org number 3-14 (00 and ten digits)
//   15 deposit    3-37 bank account, 38-45 YYYYMMDD, 46-50 serial, 51-68 amount, 69-71 currency,
//                 72-79 number of payments, 80 kind of deposit
//   70 end        3-10 number of 20, 11-18 of 21, 19-26 of 22 and 23, 27-34 of 15
//
// Sources: the position tables and readers of vertelab/odoo-l10n_se, jonpetterbergman/bgmax,
// richardolsson/pybgmax and notima/bankgiro-api, and the public technical information of
// bankgirot.se.
//
// Controls: 15 amount = 20 - 21, 15 number = 20 and 21, 15 currency = 05 currency; amounts of 22
// and 23, where any is given, add up to their payment; the four counts of 70.
//
// Where public readers disagree:
// - Reference codes 3, 4 and 5 mean "several", "one" and "wrong" or "not OCR" and "incorrect OCR".
//   All agree that code 2 is a checked OCR reference: it alone is delivered as one, the others as
//   text that nobody checked.
// - The deduction code (71) counts from 0 or from 1; it is not read.
// - Unknown transaction codes are skipped, as the rules of the format say, and warned of. What does
//   not begin with two digits is no record.
// Bytes that are not UTF-8 are read as Windows-1252, which is ISO-8859-1 wherever that has letters.
//
// A block of a file starts with a record that does not belong to the payment before it. The deposit
// record stands behind its payments; within a block it is found ahead of them, across blocks their
// dates follow as LateDates.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "io/bytes/fixed_width.h"
#include "io/bytes/record_image.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "bgmax";
constexpr std::string_view kVersion = "01";
constexpr size_t kWidth = 80;
constexpr size_t kBatchPayments = 256;  // about 100 KB of payments and references: stays in L2
constexpr Charset kCharset = Charset::kWindows1252;

// 01 start.
constexpr Field kLayoutName{3, 22};
constexpr Field kLayoutVersion{23, 24};
constexpr Field kTimestamp{25, 44};
constexpr Field kTestMark{45, 45};
// 05 opening.
constexpr Field kBankgiro{3, 12};
constexpr Field kPlusgiro{13, 22};
constexpr Field kOpeningCurrency{23, 25};
// 20 to 23.
constexpr Field kPayerBankgiro{3, 12};
constexpr Field kReference{13, 37};
constexpr Field kAmount{38, 55};
constexpr Field kReferenceCode{56, 56};
constexpr Field kChannel{57, 57};
constexpr Field kSerial{58, 69};
constexpr Field kImage{70, 70};
constexpr Field kDeductionCode{71, 71};
// 25 to 29.
constexpr Field kInformation{3, 52};
constexpr Field kPayerName{3, 37};
constexpr Field kPayerExtraName{38, 72};
constexpr Field kOrgNo{3, 14};
// 15 deposit.
constexpr Field kDepositAccount{3, 37};
constexpr Field kDepositDate{38, 45};
constexpr Field kDepositSerial{46, 50};
constexpr Field kDepositAmount{51, 68};
constexpr Field kDepositCurrency{69, 71};
constexpr Field kDepositCount{72, 79};
// 70 end.
constexpr Field kCount20{3, 10};
constexpr Field kCount21{11, 18};
constexpr Field kCount22{19, 26};
constexpr Field kCount15{27, 34};

constexpr uint16_t Code(char first, char second) {
  return static_cast<uint16_t>(static_cast<unsigned char>(first) << 8 |
                               static_cast<unsigned char>(second));
}

constexpr uint16_t kCodeStart = Code('0', '1');
constexpr uint16_t kCodeOpening = Code('0', '5');
constexpr uint16_t kCodeDeposit = Code('1', '5');
constexpr uint16_t kCodePayment = Code('2', '0');
constexpr uint16_t kCodeDeduction = Code('2', '1');
constexpr uint16_t kCodeExtraReference = Code('2', '2');
constexpr uint16_t kCodeExtraReferenceNegative = Code('2', '3');
constexpr uint16_t kCodeText = Code('2', '5');
constexpr uint16_t kCodeNameRecord = Code('2', '6');
constexpr uint16_t kCodeStreet = Code('2', '7');
constexpr uint16_t kCodeTown = Code('2', '8');
constexpr uint16_t kCodeOrgNoRecord = Code('2', '9');
constexpr uint16_t kCodeEnd = Code('7', '0');

// The code of a line as it lies in the file: a byte order mark and tabs are not part of it.
uint16_t CodeOfLine(std::string_view line) {
  line.remove_prefix(ByteOrderMarkSize(line));
  char code[2] = {' ', ' '};
  size_t found = 0;
  for (size_t i = 0; i < line.size() && found < 2; ++i) {
    if (line[i] != '\t') code[found++] = line[i];
  }
  return Code(code[0], code[1]);
}

bool IsStructure(uint16_t code) {
  return code == kCodeStart || code == kCodeOpening || code == kCodeDeposit || code == kCodeEnd;
}

// A record of the frame (01, 05, 15, 70) or the end of a block, and what stood in front of it since
// the one before.
struct Step {
  enum class Kind : uint8_t { kStart, kOpening, kDeposit, kEnd, kBlockEnd };
  Kind kind = Kind::kBlockEnd;
  bool readable = true;
  size_t line = 0;
  uint64_t offset = 0;

  uint64_t payments = 0;    // 20
  uint64_t deductions = 0;  // 21
  uint64_t extras = 0;      // 22 and 23
  Int128 paid_minor = 0;
  Int128 deducted_minor = 0;
  uint32_t first_ordinal = 0;  // of the payments handed over
  uint32_t last_ordinal = 0;

  Currency currency;                 // 05, 15
  int64_t amount_minor = 0;          // 15
  uint64_t count = 0;                // 15
  Date date;                         // 15
  std::array<uint64_t, 4> counts{};  // 70
};

struct Summary : BlockSummary {
  std::vector<Step> steps;
  Warnings warnings;
};

// The creditor account and currency of a section.
struct Section {
  std::string account;
  Currency currency;
};

// Reads an opening record. Empty when it is in order, else what is wrong.
std::string ReadOpening(const FixedRecord& record, Section* section) {
  uint64_t bankgiro = 0;
  uint64_t plusgiro = 0;
  const std::string_view bankgiro_cells = Cells(record.cells, kBankgiro);
  const std::string_view plusgiro_cells = Cells(record.cells, kPlusgiro);
  if (!ReadDigits<kBankgiro>(record.cells, &bankgiro) && !AllCells(bankgiro_cells, ' ')) {
    return ExpectedFound("creditor bankgiro (3-12)", "ten digits", bankgiro_cells);
  }
  if (!ReadDigits<kPlusgiro>(record.cells, &plusgiro) && !AllCells(plusgiro_cells, ' ')) {
    return ExpectedFound("creditor plusgiro (13-22)", "ten digits or blanks", plusgiro_cells);
  }
  if (AllCells(bankgiro_cells, ' ')) bankgiro = 0;
  if (AllCells(plusgiro_cells, ' ')) plusgiro = 0;
  if (bankgiro == 0 && plusgiro == 0) {
    return ExpectedFound("creditor account (3-22)", "a bankgiro or plusgiro number",
                         Cells(record.cells, {3, 22}));
  }
  const std::string_view code = Cells(record.cells, kOpeningCurrency);
  section->currency = Currency::FromCode(code);
  if (code != "SEK" && code != "EUR") {
    return ExpectedFound("currency (23-25)", "SEK or EUR", code);
  }
  section->account = bankgiro != 0 ? Concat("bankgiro:", std::to_string(bankgiro))
                                   : Concat("plusgiro:", std::to_string(plusgiro));
  return {};
}

// Parses one block.
class BlockParser {
 public:
  BlockParser(const Block& block, std::string_view context, Framing framing, BlockSink* sink)
      : block_(block), framing_(framing), sink_(sink) {
    batch_.payments.reserve(kBatchPayments);
    batch_.references.reserve(2 * kBatchPayments);
    EnterContext(context);
  }

  std::unique_ptr<BlockSummary> Run() {
    FixedWidthLines<kWidth> lines(block_.bytes, framing_, &arena_);
    FixedRecord record;
    FindDeposits(&lines);
    if (lines.is_even()) {
      lines.RewindEven();
      while (lines.NextEven(&record)) Read(record);
    } else {
      lines = FixedWidthLines<kWidth>(block_.bytes, framing_, &arena_);
      while (lines.Next(&record)) Read(record);
    }
    ClosePayment();
    Flush();
    AddStep(Step::Kind::kBlockEnd, block_.bytes.size(), lines.lines());
    summary_->tally.lines = lines.lines();
    NoteRepairs(lines.repairs(), &summary_->warnings);
    CloseTally();
    return std::move(summary_);
  }

 private:
  // What the last payment record left open for the records that belong to it.
  enum class Open : uint8_t {
    kNone,      // a record that needs a payment has none
    kPayment,   // the last of batch_.payments
    kPassedBy,  // the payment was unreadable or of zero: its records are passed over
  };

  void EnterContext(std::string_view context);
  std::string EnterSection(const FixedRecord& record);

  // A payment behind belongs to no section.
  void LeaveSection() {
    in_section_ = false;
    section_ = Section();
    account_ = {};
  }

  void PassFlawed(const FixedRecord& record);
  void FindDeposits(FixedWidthLines<kWidth>* lines);
  void Read(const FixedRecord& record);
  void ReadStart(const FixedRecord& record);
  void ReadOpeningRecord(const FixedRecord& record);
  void ReadDeposit(const FixedRecord& record);
  void ReadEnd(const FixedRecord& record);
  void ReadPayment(const FixedRecord& record, bool deduction);
  void ReadExtraReference(const FixedRecord& record, bool negative);
  void AddExtraReference(const FixedRecord& record, int64_t amount_minor);
  void ReadText(const FixedRecord& record);
  void ReadName(const FixedRecord& record);
  void ReadOrgNo(const FixedRecord& record);
  bool BelongsToPayment(const FixedRecord& record, int rank);

  void ClosePayment() {
    if (parts_given_ && open_ == Open::kPayment) [[unlikely]]
      CheckParts();
    parts_given_ = false;
    rank_ = 0;
  }

  void CheckParts();
  void Flush();
  Step& AddStep(Step::Kind kind, uint64_t offset, size_t line);
  void CloseTally();

  std::string_view ReferenceOf(const FixedRecord& record) {
    if (record.ascii) [[likely]]
      return TrimmedCells<kReference>(record.cells);
    return TextField(record, kReference, kCharset, &arena_);
  }

  std::string_view PayerAccount(const char* cells, size_t zeros);

  void Malformed(const FixedRecord& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line,
               block_.offset + record.offset, std::move(text));
  }

  void Note(const FixedRecord& record, std::string_view sentence) {
    summary_->warnings.Note(sentence, record.line);
  }

  const Block& block_;
  Framing framing_;
  BlockSink* sink_;
  TextArena arena_;
  std::unique_ptr<Summary> summary_ = std::make_unique<Summary>();
  PaymentBatch batch_;
  uint32_t handed_ = 0;     // payments begun, which is the ordinal of the next
  uint32_t statement_ = 0;  // of the payments, counted in this block
  bool in_section_ = false;
  Section section_;
  std::string_view account_;         // of section_, for payments: lives in the arena
  std::vector<Date> closing_dates_;  // by step: of the deposit, or none
  Date date_;                        // of the step ahead
  Step part_;                        // what is being added up for the next step
  // The payment at hand.
  Open open_ = Open::kNone;
  const char* open_cells_ = nullptr;
  size_t open_line_ = 0;
  uint64_t open_offset_ = 0;
  Int128 parts_minor_ = 0;    // 22 less 23
  bool parts_given_ = false;  // any of them not zero
  int rank_ = 0;              // of the last record that belongs to it
};

void BlockParser::EnterContext(std::string_view context) {
  if (context.empty()) return;
  std::string padded(context);
  padded.append(kCellPadding, ' ');
  FixedRecord record;
  record.cells = padded.data();
  // A faulty opening record was reported by the block that holds it.
  if (Code(record.cells[0], record.cells[1]) == kCodeOpening) EnterSection(record);
}

// Takes account and currency from an opening record; says what is wrong with it, or nothing.
std::string BlockParser::EnterSection(const FixedRecord& record) {
  section_ = Section();
  in_section_ = true;
  const std::string wrong = ReadOpening(record, &section_);
  account_ = arena_.Copy(section_.account);
  return wrong;
}

// The records of the frame, ahead of the payments in front of them: a deposit record dates them.
void BlockParser::FindDeposits(FixedWidthLines<kWidth>* lines) {
  FixedRecord record;
  while (lines->Next(&record)) {
    const uint16_t code = Code(record.cells[0], record.cells[1]);
    if (!IsStructure(code)) continue;
    Date date;
    // One that is not a date condemns the file when the record itself is read.
    if (record.flaw == LineFlaw::kNone && code == kCodeDeposit &&
        !ParseDateYYYYMMDD(Cells(record.cells, kDepositDate), &date)) {
      date = Date();
    }
    closing_dates_.push_back(date);
  }
  if (!closing_dates_.empty()) date_ = closing_dates_.front();
}

// A line that is no record still ends what a whole one would have ended, so that it makes no
// difference whether a block begins with it.
void BlockParser::PassFlawed(const FixedRecord& record) {
  const uint16_t code = Code(record.cells[0], record.cells[1]);
  Malformed(record, ExpectedFound("record", "80 characters of text", Describe(record.flaw)));
  if (code == kCodePayment || code == kCodeDeduction) {
    ClosePayment();
    open_ = Open::kPassedBy;
  }
  if (!IsStructure(code)) return;
  ClosePayment();
  const Step::Kind kind = code == kCodeStart     ? Step::Kind::kStart
                          : code == kCodeOpening ? Step::Kind::kOpening
                          : code == kCodeDeposit ? Step::Kind::kDeposit
                                                 : Step::Kind::kEnd;
  if (kind == Step::Kind::kStart) ++statement_;
  AddStep(kind, record.offset, record.line).readable = false;
  LeaveSection();
  in_section_ = kind == Step::Kind::kOpening;
}

void BlockParser::Read(const FixedRecord& record) {
  if (record.flaw != LineFlaw::kNone) [[unlikely]]
    return PassFlawed(record);
  const uint16_t code = Code(record.cells[0], record.cells[1]);
  switch (code) {
    case kCodePayment:
      return ReadPayment(record, false);
    case kCodeDeduction:
      return ReadPayment(record, true);
    case kCodeExtraReference:
      return ReadExtraReference(record, false);
    case kCodeExtraReferenceNegative:
      return ReadExtraReference(record, true);
    case kCodeText:
      return ReadText(record);
    case kCodeNameRecord:
      return ReadName(record);
    case kCodeStreet:
      BelongsToPayment(record, 4);
      return;
    case kCodeTown:
      BelongsToPayment(record, 5);
      return;
    case kCodeOrgNoRecord:
      return ReadOrgNo(record);
    case kCodeStart:
      return ReadStart(record);
    case kCodeOpening:
      return ReadOpeningRecord(record);
    case kCodeDeposit:
      return ReadDeposit(record);
    case kCodeEnd:
      return ReadEnd(record);
    default:
      if (record.cells[0] < '0' || record.cells[0] > '9' || record.cells[1] < '0' ||
          record.cells[1] > '9') {
        Malformed(record, ExpectedFound("record", "a code of two digits",
                                        std::string_view(record.cells, 2)));
        return;
      }
      Note(record, Concat("a record of the unknown code ", Shown(std::string_view(record.cells, 2)),
                          " skipped"));
  }
}

// --- the frame: 01, 05, 15, 70 ---

Step& BlockParser::AddStep(Step::Kind kind, uint64_t offset, size_t line) {
  part_.kind = kind;
  part_.offset = block_.offset + offset;
  part_.line = line;
  part_.last_ordinal = handed_;
  if (!section_.currency.is_none()) {
    if (part_.payments > 0) summary_->tally.credit_minor[section_.currency] += part_.paid_minor;
    if (part_.deductions > 0) {
      summary_->tally.debit_minor[section_.currency] += part_.deducted_minor;
    }
  }
  summary_->steps.push_back(part_);
  const size_t passed = summary_->steps.size();
  date_ = passed < closing_dates_.size() ? closing_dates_[passed] : Date();
  part_ = Step();
  part_.first_ordinal = handed_;
  open_ = Open::kNone;
  return summary_->steps.back();
}

void BlockParser::ReadStart(const FixedRecord& record) {
  ClosePayment();
  ++statement_;
  AddStep(Step::Kind::kStart, record.offset, record.line);
  LeaveSection();
  const std::string_view layout = TrimBlanks(Cells(record.cells, kLayoutName));
  const std::string_view version = Cells(record.cells, kLayoutVersion);
  if (layout != "BGMAX") Malformed(record, ExpectedFound("layout (3-22)", "BGMAX", layout));
  if (version != kVersion) Malformed(record, ExpectedFound("version (23-24)", "01", version));
  if (Cells(record.cells, kTestMark) == "T") Note(record, "the file is marked as a test (T)");
}

void BlockParser::ReadOpeningRecord(const FixedRecord& record) {
  ClosePayment();
  Step& step = AddStep(Step::Kind::kOpening, record.offset, record.line);
  const std::string wrong = EnterSection(record);
  if (!wrong.empty()) {
    step.readable = false;
    Malformed(record, wrong);
  }
  step.currency = section_.currency;
  AddAccount(section_.account, &summary_->tally);
}

void BlockParser::ReadDeposit(const FixedRecord& record) {
  ClosePayment();
  Step& step = AddStep(Step::Kind::kDeposit, record.offset, record.line);
  uint64_t amount = 0;
  const std::string_view date = Cells(record.cells, kDepositDate);
  const std::string_view currency = Cells(record.cells, kDepositCurrency);
  step.currency = Currency::FromCode(currency);
  std::string wrong;
  // Years beyond are mistakes, and more than what a payment's date can be set to afterwards.
  if (!ParseDateYYYYMMDD(date, &step.date) || !step.date.has_value() || date < "1980" ||
      date >= "21") {
    wrong = ExpectedFound("deposit date (38-45)", "YYYYMMDD of 1980 to 2099", date);
    step.date = Date();
  } else if (!ReadDigits<kDepositAmount>(record.cells, &amount)) {
    wrong =
        ExpectedFound("deposit amount (51-68)", "18 digits", Cells(record.cells, kDepositAmount));
  } else if (!ReadDigits<kDepositCount>(record.cells, &step.count)) {
    wrong =
        ExpectedFound("number of payments (72-79)", "8 digits", Cells(record.cells, kDepositCount));
  } else if (currency != "SEK" && currency != "EUR") {
    wrong = ExpectedFound("currency (69-71)", "SEK or EUR", currency);
  }
  step.amount_minor = static_cast<int64_t>(amount);
  if (!wrong.empty()) {
    step.readable = false;
    Malformed(record, wrong);
  }
  AddDate(step.date, &summary_->tally);
  LeaveSection();
}

void BlockParser::ReadEnd(const FixedRecord& record) {
  ClosePayment();
  Step& step = AddStep(Step::Kind::kEnd, record.offset, record.line);
  LeaveSection();
  const bool digits = ReadDigits<kCount20>(record.cells, &step.counts[0]) &&
                      ReadDigits<kCount21>(record.cells, &step.counts[1]) &&
                      ReadDigits<kCount22>(record.cells, &step.counts[2]) &&
                      ReadDigits<kCount15>(record.cells, &step.counts[3]);
  if (!digits) {
    step.readable = false;
    Malformed(record, ExpectedFound("counts of the end record (3-34)", "four counts of 8 digits",
                                    Cells(record.cells, {3, 34})));
  }
}

// --- payments: 20 to 29 ---

// The payer's bankgiro behind `zeros` of its ten digits.
std::string_view BlockParser::PayerAccount(const char* cells, size_t zeros) {
  constexpr std::string_view kScheme = "bankgiro:";
  char* text = arena_.Allocate(kScheme.size() + kPayerBankgiro.size());
  std::memcpy(text, kScheme.data(), kScheme.size());
  // A fixed number of bytes, for speed: what is behind the digits falls into the arena's padding.
  std::memcpy(text + kScheme.size(), cells + kPayerBankgiro.offset() + zeros, 16);
  return std::string_view(text, kScheme.size() + kPayerBankgiro.size() - zeros);
}

void BlockParser::ReadPayment(const FixedRecord& record, bool deduction) {
  ClosePayment();
  if (batch_.payments.size() >= kBatchPayments) Flush();
  const char* cells = record.cells;
  uint64_t amount = 0;
  ++(deduction ? part_.deductions : part_.payments);
  open_ = Open::kPassedBy;
  if (!in_section_) [[unlikely]] {
    Malformed(
        record,
        "order of records: expected an opening record (05) in front of a payment, found none");
  }
  if (!ReadDigits<kAmount>(cells, &amount)) [[unlikely]] {
    return Malformed(record, ExpectedFound("amount (38-55)", "18 digits", Cells(cells, kAmount)));
  }
  const int payer_zeros = LeadingZeros<kPayerBankgiro>(cells);
  if (payer_zeros < 0 && !AllCells(Cells(cells, kPayerBankgiro), ' ')) [[unlikely]] {
    return Malformed(
        record, ExpectedFound("payer bankgiro (3-12)", "10 digits", Cells(cells, kPayerBankgiro)));
  }
  std::string_view bank_reference = Cells(cells, kSerial);
  const int serial_zeros = LeadingZeros<kSerial>(cells);
  if (serial_zeros < 0) [[unlikely]] {
    uint64_t serial = 0;
    bank_reference = TrimBlanks(bank_reference);
    if (!bank_reference.empty() && !ReadDigits(bank_reference, &serial)) {
      return Malformed(
          record, ExpectedFound("BGC serial number (58-69)", "12 digits", Cells(cells, kSerial)));
    }
  } else if (serial_zeros == static_cast<int>(kSerial.size())) {
    bank_reference = {};
  }
  (deduction ? part_.deducted_minor : part_.paid_minor) += static_cast<Int128>(amount);
  if (amount == 0) [[unlikely]] {
    return Note(record, "a payment of zero, which moves no money, passed over");
  }

  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  if (payer_zeros >= 0 && payer_zeros < static_cast<int>(kPayerBankgiro.size())) {
    payment.payer_account = PayerAccount(cells, static_cast<size_t>(payer_zeros));
  }
  payment.bank_reference = bank_reference;
  payment.amount_minor = static_cast<int64_t>(amount);
  if (!account_.empty()) payment.booking_date = date_;
  payment.currency = section_.currency;
  const char code = cells[kReferenceCode.offset()];
  if (cells[kChannel.offset()] == '4') payment.kind = PaymentKind::kDirectDebit;
  if (deduction) payment.direction = Direction::kDebit;
  payment.statement = statement_;
  payment.record = handed_++;
  const std::string_view value = ReferenceOf(record);
  if (!value.empty()) {
    PaymentReference& reference = batch_.references.emplace_back();
    reference.value = value;
    reference.scheme = code == '2' ? ReferenceScheme::kOcr : ReferenceScheme::kText;
    payment.reference_first = static_cast<uint32_t>(batch_.references.size() - 1);
    payment.reference_count = 1;
  }
  if (code < '0' || code > '5') Note(record, "a reference code other than 0 to 5");
  open_ = Open::kPayment;
  open_cells_ = cells;
  open_line_ = record.line;
  open_offset_ = record.offset;
  parts_minor_ = 0;
  parts_given_ = false;
  rank_ = 0;
}

// Whether `record` has a payment to belong to. `rank` is its place among the records of a payment.
bool BlockParser::BelongsToPayment(const FixedRecord& record, int rank) {
  if (open_ == Open::kNone) {
    Malformed(record, ExpectedFound("record", "a payment record (20 or 21) in front of it",
                                    std::string_view(record.cells, 2)));
    return false;
  }
  if (rank < rank_ || (rank == rank_ && rank > 2)) {
    Note(record, "a record of a payment out of its usual order");
  }
  rank_ = std::max(rank_, rank);
  return open_ == Open::kPayment;
}

void BlockParser::ReadExtraReference(const FixedRecord& record, bool negative) {
  ++part_.extras;
  if (!BelongsToPayment(record, 1)) return;
  const char* cells = record.cells;
  uint64_t amount = 0;
  // Until it is read, nothing more can be said of the payment.
  open_ = Open::kPassedBy;
  if (!ReadDigits<kAmount>(cells, &amount)) {
    amount = 0;
    if (!AllCells(Cells(cells, kAmount), ' ')) {
      return Malformed(record, ExpectedFound("amount (38-55)", "18 digits", Cells(cells, kAmount)));
    }
  }
  if (Cells(cells, kSerial) != Cells(open_cells_, kSerial)) {
    return Malformed(
        record, ExpectedFound("BGC serial number (58-69)",
                              Concat("that of the payment, ", Shown(Cells(open_cells_, kSerial))),
                              Cells(cells, kSerial)));
  }
  if (Cells(cells, kPayerBankgiro) != Cells(open_cells_, kPayerBankgiro) ||
      Cells(cells, kChannel) != Cells(open_cells_, kChannel)) {
    Note(record, "an extra reference with another payer bankgiro or channel than its payment");
  }
  open_ = Open::kPayment;
  const int64_t signed_amount =
      negative ? -static_cast<int64_t>(amount) : static_cast<int64_t>(amount);
  parts_minor_ += signed_amount;
  parts_given_ = parts_given_ || amount != 0;
  AddExtraReference(record, signed_amount);
}

void BlockParser::AddExtraReference(const FixedRecord& record, int64_t amount_minor) {
  const std::string_view value = ReferenceOf(record);
  if (value.empty()) {
    if (amount_minor != 0) Note(record, "an amount without a reference in an extra reference");
    return;
  }
  Payment& payment = batch_.payments.back();
  PaymentReference reference;
  reference.value = value;
  reference.scheme =
      record.cells[kReferenceCode.offset()] == '2' ? ReferenceScheme::kOcr : ReferenceScheme::kText;
  reference.has_amount = amount_minor != 0;
  reference.amount_minor = amount_minor;
  // The payment record may itself name the first of the references that follow.
  if (payment.reference_count > 0) {
    PaymentReference& own = batch_.references[payment.reference_first];
    if (!own.has_amount && own.value == value) {
      own = reference;
      return;
    }
  }
  batch_.AddReference(&payment, reference);
}

void BlockParser::ReadText(const FixedRecord& record) {
  if (!BelongsToPayment(record, 2)) return;
  const std::string_view line = TextField(record, kInformation, kCharset, &arena_);
  if (line.empty()) return;
  Payment& payment = batch_.payments.back();
  // A reference that fills its field and was not checked may go on in the first line of text: what
  // was cut apart is given joined, and the rest as it came.
  const bool may_go_on =
      payment.text_count == 0 && payment.reference_count == 1 &&
      open_cells_[kReference.first - 1] != ' ' && open_cells_[kReference.last - 1] != ' ' &&
      batch_.references[payment.reference_first].scheme == ReferenceScheme::kText &&
      record.cells[kInformation.offset()] != ' ';
  if (may_go_on) {
    batch_.AddText(&payment, arena_.Join(batch_.references[payment.reference_first].value, line));
  }
  batch_.AddText(&payment, line);
}

void BlockParser::ReadName(const FixedRecord& record) {
  if (!BelongsToPayment(record, 3)) return;
  Payment& payment = batch_.payments.back();
  if (!payment.payer_name.empty()) return;
  const std::string_view name = TextField(record, kPayerName, kCharset, &arena_);
  const std::string_view extra = TextField(record, kPayerExtraName, kCharset, &arena_);
  if (name.empty() || extra.empty()) {
    payment.payer_name = name.empty() ? extra : name;
  } else {
    payment.payer_name = arena_.Join(arena_.Join(name, " "), extra);
  }
}

void BlockParser::ReadOrgNo(const FixedRecord& record) {
  if (!BelongsToPayment(record, 6)) return;
  std::string_view number = TrimmedCells<kOrgNo>(record.cells);
  // Ten digits behind a filler of zeros or the century of a legal person.
  if (number.size() == kOrgNo.size() &&
      (number.substr(0, 2) == "00" || number.substr(0, 2) == "16")) {
    number.remove_prefix(2);
  }
  if (AllCells(number, '0')) return;
  batch_.payments.back().payer_org_no =
      record.ascii ? number : TextField(record, kOrgNo, kCharset, &arena_);
}

// The amounts of the extra references against their payment.
void BlockParser::CheckParts() {
  Payment* payment = &batch_.payments.back();
  const Int128 amount = payment->amount_minor;
  PaymentReference* references = batch_.references.data() + payment->reference_first;
  if (parts_minor_ == amount) return;
  if (parts_minor_ == -amount && payment->direction == Direction::kDebit) {
    // Parts of a deduction printed from the other side.
    for (uint32_t i = 0; i < payment->reference_count; ++i) {
      references[i].amount_minor = -references[i].amount_minor;
    }
    return;
  }
  AddProblem(summary_.get(), DeviationCode::kControlTotalMismatch, open_line_,
             block_.offset + open_offset_,
             Concat("amounts of the extra references (22, 23): expected ",
                    FormatAmount(payment->amount_minor, 2), " as the payment has, found ",
                    FormatSum(parts_minor_, 2)));
  // Nobody knows what goes where: as text they can be read by people, and post nothing by
  // themselves.
  for (uint32_t i = 0; i < payment->reference_count; ++i) {
    batch_.AddText(payment, references[i].value);
  }
  batch_.references.resize(payment->reference_first);
  payment->reference_count = 0;
}

void BlockParser::Flush() {
  if (batch_.payments.empty()) return;
  sink_->Payments(batch_);
  batch_.Clear();
}

void BlockParser::CloseTally() {
  BlockTally& tally = summary_->tally;
  tally.entries = tally.transactions = handed_;
  tally.statements_opened = statement_;
}

// --- the controls ---

// Walks over the steps of all blocks in order.
class Judge {
 public:
  explicit Judge(FinishResult* result) : result_(result), verdict_(&result->report) {}

  void Block(uint32_t index, const Summary& summary) {
    block_ = index;
    verdict_.warnings().Join(summary.warnings, lines_);
    for (const Step& step : summary.steps) {
      Gather(step);
      Enter(step);
    }
    lines_ += summary.tally.lines;
    bytes_ = summary.steps.back().offset;
  }

  void Close(bool allow_empty) {
    if (place_ != Place::kOutside || parts_ == 0) {
      verdict_.Problem(
          parts_ == 0 ? DeviationCode::kRecordMalformed : DeviationCode::kFileTruncated, lines_,
          bytes_,
          Concat("end of the file: expected ",
                 parts_ == 0                   ? "a start record (01)"
                 : place_ == Place::kInSection ? "a deposit record (15)"
                                               : "an end record (70)",
                 ", found none"));
    }
    verdict_.Close(allow_empty);
  }

 private:
  enum class Place : uint8_t { kOutside, kBetween, kInSection };

  // Ordinals of payments of the open section that were handed over by a block.
  struct Pending {
    uint32_t block;
    uint32_t first;
    uint32_t last;
  };

  void Gather(const Step& step);
  void Enter(const Step& step);
  void EnterDeposit(const Step& step, uint64_t record);
  void EnterEnd(const Step& step, uint64_t record);

  void Expect(bool holds, std::string_view expected, const Step& step, std::string_view found) {
    if (holds) return;
    verdict_.Problem(DeviationCode::kRecordMalformed, lines_ + step.line + 1, step.offset,
                     Concat("order of records: expected ", expected, ", found ", found));
  }

  FinishResult* result_;
  Verdict verdict_;
  uint32_t block_ = 0;
  uint64_t lines_ = 0;  // of the blocks before
  uint64_t bytes_ = 0;
  uint64_t parts_ = 0;
  Place place_ = Place::kOutside;
  Currency currency_;
  // Of the section, and of the part.
  Step section_;
  Step part_;
  uint64_t deposits_ = 0;
  bool part_readable_ = true;
  bool opening_readable_ = false;
  std::vector<Pending> pending_;
};

void Judge::Gather(const Step& step) {
  for (Step* sum : {&section_, &part_}) {
    sum->payments += step.payments;
    sum->deductions += step.deductions;
    sum->extras += step.extras;
    sum->paid_minor += step.paid_minor;
    sum->deducted_minor += step.deducted_minor;
  }
  if (step.last_ordinal > step.first_ordinal) {
    pending_.push_back({block_, step.first_ordinal, step.last_ordinal});
  }
}

void Judge::Enter(const Step& step) {
  const uint64_t record = lines_ + step.line + 1;
  if (!step.readable) part_readable_ = false;
  switch (step.kind) {
    case Step::Kind::kBlockEnd:
      return;
    case Step::Kind::kStart:
      Expect(place_ == Place::kOutside, "an end record (70)", step, "a start record (01)");
      ++parts_;
      part_ = section_ = Step();
      deposits_ = 0;
      part_readable_ = true;
      pending_.clear();
      place_ = Place::kBetween;
      return;
    case Step::Kind::kOpening:
      Expect(place_ == Place::kBetween,
             place_ == Place::kInSection ? "a deposit record (15)" : "a start record (01)", step,
             "an opening record (05)");
      section_ = Step();
      pending_.clear();
      currency_ = step.currency;
      opening_readable_ = step.readable;
      place_ = Place::kInSection;
      return;
    case Step::Kind::kDeposit:
      return EnterDeposit(step, record);
    case Step::Kind::kEnd:
      return EnterEnd(step, record);
  }
}

void Judge::EnterDeposit(const Step& step, uint64_t record) {
  Expect(place_ == Place::kInSection, "an opening record (05)", step, "a deposit record (15)");
  ++deposits_;
  if (place_ == Place::kInSection && part_readable_) {
    verdict_.ControlText("currency of the deposit (15)", step.currency.code(), currency_.code(),
                         record, step.offset);
    verdict_.ControlAmount("amount of the deposit (15) against 20 less 21", step.amount_minor,
                           section_.paid_minor - section_.deducted_minor, 2, record, step.offset);
    verdict_.Control("number of payments of the deposit (15)", step.count,
                     section_.payments + section_.deductions, record, step.offset);
  }
  for (const Pending& pending : pending_) {
    // Those of its own block had their date from the start.
    if (pending.block == block_ || place_ != Place::kInSection || !opening_readable_) continue;
    LateDates late;
    late.block = pending.block;
    late.first = pending.first;
    late.last = pending.last;
    late.booking_date = step.date;
    result_->late_dates.push_back(late);
  }
  pending_.clear();
  section_ = Step();
  place_ = Place::kBetween;
}

void Judge::EnterEnd(const Step& step, uint64_t record) {
  Expect(place_ == Place::kBetween,
         place_ == Place::kInSection ? "a deposit record (15)" : "a start record (01)", step,
         "an end record (70)");
  place_ = Place::kOutside;
  if (!step.readable) return;
  verdict_.Control("number of payments (70, 3-10)", step.counts[0], part_.payments, record,
                   step.offset);
  verdict_.Control("number of deductions (70, 11-18)", step.counts[1], part_.deductions, record,
                   step.offset);
  verdict_.Control("number of extra references (70, 19-26)", step.counts[2], part_.extras, record,
                   step.offset);
  verdict_.Control("number of deposits (70, 27-34)", step.counts[3], deposits_, record,
                   step.offset);
}

class BgMaxReader : public FormatReader {
 public:
  BgMaxReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty), framing_(DetectFraming(head, kWidth)) {}

  bool parallel() const override { return true; }

  // In front of the last record that does not belong to the payment before it.
  size_t CutBlock(std::string_view bytes) const override {
    const size_t begin = FindLineBackward(bytes, framing_, kWidth, [](std::string_view line) {
      const uint16_t code = CodeOfLine(line);
      return code == kCodePayment || code == kCodeDeduction || IsStructure(code);
    });
    return begin == std::string_view::npos ? 0 : begin;
  }

  std::string ExitContext(const kvitt::Block& block) const override {
    const size_t begin = FindLineBackward(block.bytes, framing_, kWidth, [](std::string_view line) {
      return IsStructure(CodeOfLine(line));
    });
    if (begin == std::string_view::npos) return {};
    return RecordAt<kWidth>(block.bytes, begin, framing_);
  }

  std::unique_ptr<BlockSummary> ParseBlock(const kvitt::Block& block,
                                           std::string_view context,
                                           BlockSink* sink) const override {
    return BlockParser(block, context, framing_, sink).Run();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, kVersion, FileKind::kPayments, summaries);
    Judge judge(&result);
    for (size_t i = 0; i < summaries.size(); ++i) {
      judge.Block(static_cast<uint32_t>(i), static_cast<const Summary&>(*summaries[i]));
    }
    judge.Close(allow_empty_);
    return result;
  }

 private:
  bool allow_empty_;
  Framing framing_;
};

int Sniff(std::string_view head) {
  // Blank lines may stand in front.
  const size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos) return 0;
  return head.substr(first, 7) == "01BGMAX" ? 100 : 0;
}

// --- writing ---

// "bankgiro:50501055" gives 50501055; false when the account is of another scheme.
bool NumberOfScheme(std::string_view account, std::string_view scheme, uint64_t* number) {
  if (account.substr(0, scheme.size()) != scheme) return false;
  account.remove_prefix(scheme.size());
  return account.size() <= kBankgiro.size() && ReadDigits(account, number);
}

class BgMaxWriter : public FormatWriter {
 public:
  void Begin(const WriterHeader& header, std::string* out) override;
  // REQUIRES: the account is `bankgiro:` or `plusgiro:` with at most ten digits, the currency SEK
  // or EUR, and there is a date; otherwise every Write of the section answers false.
  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string* out) override;
  using FormatWriter::Write;
  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override;
  void EndSection(std::string* out) override;
  void End(std::string* out) override;

 private:
  bool WritePayment(const PaymentBatch& batch, const Payment& payment);
  bool WriteExtraReferences(const PaymentBatch& batch, const Payment& payment);
  void WriteDetails(const PaymentBatch& batch, const Payment& payment);
  bool SetReference(const PaymentReference& reference);

  void StartRecord(std::string_view code) {
    image_.Clear();
    image_.SetText({1, 2}, code);
  }

  void Append() { image_.AppendTo(&pending_, "\r\n"); }

  RecordImage image_{kWidth, Charset::kIso8859_1};
  std::string pending_;  // the records of one payment, until all of it could be said
  bool section_valid_ = false;
  Currency currency_;
  Date date_;
  uint64_t serial_ = 0;  // BGC serial numbers that the writer gives
  uint64_t deposits_ = 0;
  Int128 section_minor_ = 0;
  uint64_t section_count_ = 0;
  uint64_t payments_ = 0;
  uint64_t deductions_ = 0;
  uint64_t extras_ = 0;
  uint64_t pending_extras_ = 0;
};

// "YYYYMMDD"
std::string Digits(Date date) {
  std::string text = date.has_value() ? FormatDate(date) : "0000-00-00";
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  return text;
}

void BgMaxWriter::Begin(const WriterHeader& header, std::string* out) {
  StartRecord("01");
  image_.SetText(kLayoutName, "BGMAX");
  image_.SetText(kLayoutVersion, kVersion);
  image_.SetText({25, 32}, Digits(header.created));
  image_.SetDigits({33, 44}, header.message_number % 1000000);
  image_.SetText(kTestMark, "P");
  image_.AppendTo(out, "\r\n");
}

void BgMaxWriter::BeginSection(std::string_view creditor_account,
                               Currency currency,
                               Date booking_date,
                               std::string* out) {
  uint64_t bankgiro = 0;
  uint64_t plusgiro = 0;
  const bool known = NumberOfScheme(creditor_account, "bankgiro:", &bankgiro) ||
                     NumberOfScheme(creditor_account, "plusgiro:", &plusgiro);
  section_valid_ = known && booking_date.has_value() && bankgiro + plusgiro > 0 &&
                   (currency.code() == "SEK" || currency.code() == "EUR");
  currency_ = currency;
  date_ = booking_date;
  section_minor_ = 0;
  section_count_ = 0;
  StartRecord("05");
  image_.SetDigits(kBankgiro, bankgiro);
  if (plusgiro != 0) image_.SetDigits(kPlusgiro, plusgiro);
  image_.SetText(kOpeningCurrency, currency.code());
  image_.AppendTo(out, "\r\n");
}

// A checked OCR reference stands at the right end of the field, all else at the left.
bool BgMaxWriter::SetReference(const PaymentReference& reference) {
  if (reference.value.empty() || reference.value != TrimBlanks(reference.value)) return false;
  const bool checked = reference.scheme == ReferenceScheme::kOcr;
  image_.SetText(kReferenceCode, checked ? "2" : "3");
  return checked ? image_.SetTextRight(kReference, reference.value)
                 : image_.SetText(kReference, reference.value);
}

bool BgMaxWriter::WritePayment(const PaymentBatch& batch, const Payment& payment) {
  const bool deduction = payment.direction == Direction::kDebit;
  uint64_t payer = 0;
  uint64_t serial = 0;
  StartRecord(deduction ? "21" : "20");
  NumberOfScheme(payment.payer_account, "bankgiro:", &payer);
  if (payment.bank_reference.size() > kSerial.size() ||
      !ReadDigits(payment.bank_reference, &serial)) {
    serial = ++serial_;
  }
  image_.SetDigits(kPayerBankgiro, payer);
  if (!image_.SetDigits(kAmount, static_cast<uint64_t>(payment.amount_minor)) ||
      !image_.SetDigits(kSerial, serial)) {
    return false;
  }
  image_.SetText(kChannel, payment.kind == PaymentKind::kDirectDebit ? "4" : "1");
  image_.SetText(kImage, "0");
  if (deduction) image_.SetText(kDeductionCode, "0");
  if (payment.reference_count == 1) {
    const PaymentReference& reference = batch.references[payment.reference_first];
    const bool whole = !reference.has_amount || reference.amount_minor == payment.amount_minor;
    if (!whole || !SetReference(reference)) return false;
    Append();
    return true;
  }
  image_.SetText(kReferenceCode,
                 payment.reference_count == 0 && payment.text_count > 0 ? "1" : "0");
  Append();
  return WriteExtraReferences(batch, payment);
}

// Two or more references: the records 22 and 23 repeat the payment's own fields.
bool BgMaxWriter::WriteExtraReferences(const PaymentBatch& batch, const Payment& payment) {
  Int128 parts = 0;
  bool given = false;
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const PaymentReference& reference = batch.references[payment.reference_first + i];
    const int64_t minor = reference.has_amount ? reference.amount_minor : 0;
    parts += minor;
    given = given || minor != 0;
    image_.SetText({1, 2}, minor < 0 ? "23" : "22");
    image_.SetText(kDeductionCode, "");
    const uint64_t size =
        minor < 0 ? ~static_cast<uint64_t>(minor) + 1 : static_cast<uint64_t>(minor);
    if (!image_.SetDigits(kAmount, size) || !SetReference(reference)) return false;
    Append();
  }
  pending_extras_ = payment.reference_count;
  return !given || parts == payment.amount_minor;
}

void BgMaxWriter::WriteDetails(const PaymentBatch& batch, const Payment& payment) {
  for (uint32_t i = 0; i < payment.text_count; ++i) {
    // Longer lines go on in the next record.
    std::string line;
    AppendFromUtf8(Charset::kIso8859_1, batch.text[payment.text_first + i], &line);
    for (size_t at = 0; at < line.size(); at += kInformation.size()) {
      StartRecord("25");
      std::string utf8;
      AppendAsUtf8(Charset::kIso8859_1, line.substr(at, kInformation.size()), &utf8);
      image_.SetText(kInformation, utf8);
      Append();
    }
  }
  if (!payment.payer_name.empty()) {
    StartRecord("26");
    std::string name;
    AppendFromUtf8(Charset::kIso8859_1, payment.payer_name, &name);
    // A long name is parted at a blank, where the reader joins it again.
    size_t cut = name.size() > kPayerName.size() ? name.rfind(' ', kPayerName.size()) : name.size();
    if (cut == std::string::npos || cut == 0) cut = std::min(name.size(), kPayerName.size());
    std::string first;
    std::string rest;
    AppendAsUtf8(Charset::kIso8859_1, std::string_view(name).substr(0, cut), &first);
    AppendAsUtf8(Charset::kIso8859_1, TrimBlanks(std::string_view(name).substr(cut)), &rest);
    image_.SetText(kPayerName, first);
    image_.SetText(kPayerExtraName, rest);
    Append();
  }
  uint64_t org_no = 0;
  if (payment.payer_org_no.size() <= kOrgNo.size() && ReadDigits(payment.payer_org_no, &org_no)) {
    StartRecord("29");
    image_.SetDigits(kOrgNo, org_no);
    Append();
  }
}

bool BgMaxWriter::Write(const PaymentBatch& batch, const Payment& payment, std::string* out) {
  if (!section_valid_ || payment.amount_minor <= 0 || payment.currency != currency_) return false;
  pending_.clear();
  pending_extras_ = 0;
  if (!WritePayment(batch, payment)) return false;
  WriteDetails(batch, payment);
  out->append(pending_);
  const bool deduction = payment.direction == Direction::kDebit;
  section_minor_ += deduction ? -static_cast<Int128>(payment.amount_minor) : payment.amount_minor;
  ++section_count_;
  ++(deduction ? deductions_ : payments_);
  extras_ += pending_extras_;
  return true;
}

// A deposit cannot be negative or of more than 18 digits: the field keeps what it can hold, and a
// reader will refuse the file.
void BgMaxWriter::EndSection(std::string* out) {
  ++deposits_;
  StartRecord("15");
  image_.Fill(kDepositAccount, '0');
  image_.SetText(kDepositDate, Digits(date_));
  image_.SetDigits(kDepositSerial, deposits_ % 100000);
  image_.Fill(kDepositAmount, '9');
  if (section_minor_ >= 0) image_.SetDigits(kDepositAmount, static_cast<uint64_t>(section_minor_));
  image_.SetText(kDepositCurrency, currency_.code());
  image_.SetDigits(kDepositCount, section_count_);
  image_.AppendTo(out, "\r\n");
}

void BgMaxWriter::End(std::string* out) {
  StartRecord("70");
  image_.SetDigits(kCount20, payments_);
  image_.SetDigits(kCount21, deductions_);
  image_.SetDigits(kCount22, extras_);
  image_.SetDigits(kCount15, deposits_);
  image_.AppendTo(out, "\r\n");
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<BgMaxReader>(options, head);
}

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<BgMaxWriter>();
}

}  // namespace

extern const Format kBgMax;
const Format kBgMax = {kName, FileKind::kPayments, "Swedish Bankgiro incoming payments (BgMax)",
                       Sniff, MakeReader,          MakeWriter};

}  // namespace kvitt
