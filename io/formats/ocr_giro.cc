// ocr-giro: OCR giro, the file that a Norwegian creditor gets from Nets (and, in a dialect, from
// Vipps).
//
// Records of 80 characters that begin with NY: 3-4 service, 5-6 transaction type, 7-8 record type.
// ISO-8859-1. Also seen as one stream without line ends.
//
//   file         = transmission+               files joined by whoever fetched them
//   transmission = 10 (assignment | other)* 89
//   assignment   = 20 payment* 88              service 09: one agreement on one account
//   payment      = 30 31 32?                   all three with one type and transaction number
//   other        = 20 (30 | 31 | 49 | 70)* 88  service 21: lists of AvtaleGiro, counted and
//                                              passed over
//
//   10 start      9-16 sender (00008080 is Nets), 17-23 transmission number, 24-31 recipient
//   20 assignment 9-17 agreement, 18-24 assignment number, 25-35 creditor account
//   30 item 1     5-6 type, 9-15 transaction number, 16-21 Nets date DDMMYY, 22-23 centre,
//                 24-25 day code, 26 partial settlement, 27-31 serial number, 32 sign (0 or -),
//                 33-49 amount in øre, 50-74 KID, right-aligned
//   31 item 2     9-15, 16-25 form number, 26-34 agreement or archive reference,
//                 42-47 bank date, 48-58 debit account or zeros
//   32 item 3     9-15, 16-55 text
//   88 end        9-16 transactions, 17-24 records with 20 and 88, 25-41 sum, 42-47 made on,
//                 48-53 earliest and 54-59 latest Nets date
//   89 end        9-16 transactions, 17-24 records of all types, 25-41 sum, 42-47 made on
//
// Types: 10 to 17 are payments (15 is AvtaleGiro, a direct debit), 18 and 20 are reversals with KID
// and with text, 19 and 21 purchases. Any other type of two items is read as a payment and warned
// of: Vipps sends 50.
//
// Source: the OCR giro system manual of Nets (in otovo/python-netsgiro), its public readers
// (otovo/python-netsgiro, Ondkloss/java-netsgiro) and the public sample of
// vippsas/vipps-developers.
//
// Controls: transactions, records, sum and both dates of 88; transactions, records and sum of 89.
//
// What is money out: types 18 and 20, and every item with the sign `-`. The declared sums add types
// 18 and 20 (so the manual says) and subtract items with `-` (so the one public file with such
// items proves). A sum that only fits when types 18 and 20 are added in spite of a `-` is accepted
// with a warning: it changes no direction. Anything else is a mismatch.
//
// The bank reference is composed: the ten digits 22-31 of item 1 (centre, day code, partial
// settlement, serial number: the booking on the account, which several payments may share), `-`,
// and the 19 digits 16-34 of item 2 (form number and archive reference: the one transaction).
//
// The KID is delivered as it came, blanks taken out; whether it is a good one is for the matcher to
// say. Bytes that are not UTF-8 are read as Windows-1252, which is ISO-8859-1 wherever that has
// letters.

#include <algorithm>
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

constexpr std::string_view kName = "ocr-giro";
constexpr size_t kWidth = 80;
constexpr size_t kBatchPayments = 256;  // about 100 KB of payments and references: stays in L2
constexpr Charset kCharset = Charset::kWindows1252;
constexpr int kDecimals = 2;  // of NOK

constexpr Field kService{3, 4};
constexpr Field kType{5, 6};
constexpr Field kNumber{9, 15};
// 10 start.
constexpr Field kSender{9, 16};
constexpr Field kTransmission{17, 23};
constexpr Field kRecipient{24, 31};
// 20 assignment.
constexpr Field kAgreement{9, 17};
constexpr Field kAssignmentNumber{18, 24};
constexpr Field kAccount{25, 35};
// 30 item 1.
constexpr Field kNetsDate{16, 21};
constexpr Field kBooking{22, 31};  // centre, day code, partial settlement, serial number
constexpr Field kDayCode{24, 25};
constexpr Field kSerial{27, 31};
constexpr Field kSign{32, 32};
constexpr Field kAmount{33, 49};
constexpr Field kKid{50, 74};
// 31 item 2.
constexpr Field kForm{16, 25};
constexpr Field kFormAndArchive{16, 34};
constexpr Field kBankDate{42, 47};
constexpr Field kDebitAccount{48, 58};
// 32 item 3.
constexpr Field kText{16, 55};
// 88 and 89.
constexpr Field kCount{9, 16};
constexpr Field kRecords{17, 24};
constexpr Field kSum{25, 41};
constexpr Field kMadeOn{42, 47};
constexpr Field kEarliest{48, 53};
constexpr Field kLatest{54, 59};

constexpr uint16_t Code(char first, char second) {
  return static_cast<uint16_t>(static_cast<unsigned char>(first) << 8 |
                               static_cast<unsigned char>(second));
}

uint16_t CodeAt(const char* cells, size_t position) {
  return Code(cells[position - 1], cells[position]);
}

constexpr uint16_t kCodeStart = Code('1', '0');
constexpr uint16_t kCodeAssignment = Code('2', '0');
constexpr uint16_t kCodeItem1 = Code('3', '0');
constexpr uint16_t kCodeItem2 = Code('3', '1');
constexpr uint16_t kCodeItem3 = Code('3', '2');
constexpr uint16_t kCodeClaimText = Code('4', '9');
constexpr uint16_t kCodeAgreement = Code('7', '0');
constexpr uint16_t kCodeAssignmentEnd = Code('8', '8');
constexpr uint16_t kCodeEnd = Code('8', '9');

constexpr uint16_t kServiceNone = Code('0', '0');
constexpr uint16_t kServiceOcr = Code('0', '9');
constexpr uint16_t kServiceAvtaleGiro = Code('2', '1');

// A record as it parts the file: one of the frame, the first of a payment, or one that goes on.
enum class Part : uint8_t { kStart, kAssignment, kAssignmentEnd, kEnd, kItem1, kOther };

// `head` has the first eight cells of a record, which are of plain characters alone in what parts a
// file: where there are others, a line as it lies in the file has them at other places than its record.
Part PartOf(const char* head) {
  const bool has_type = head[4] >= '0' && head[4] <= '9' && head[5] >= '0' && head[5] <= '9';
  if (CodeAt(head, 1) != Code('N', 'Y') || !has_type) return Part::kOther;
  const uint16_t service = CodeAt(head, 3);
  const uint16_t type = CodeAt(head, 7);
  if (service == kServiceNone) {
    if (type == kCodeStart) return Part::kStart;
    if (type == kCodeEnd) return Part::kEnd;
  }
  if (service == kServiceOcr || service == kServiceAvtaleGiro) {
    if (type == kCodeAssignment) return Part::kAssignment;
    if (type == kCodeAssignmentEnd) return Part::kAssignmentEnd;
  }
  return type == kCodeItem1 || type == kCodeAgreement ? Part::kItem1 : Part::kOther;
}

// The same of a line as it lies in the file: a byte order mark and tabs are not part of the record.
Part PartOfLine(std::string_view line) {
  line.remove_prefix(ByteOrderMarkSize(line));
  char head[8];
  size_t found = 0;
  for (size_t i = 0; i < line.size() && found < sizeof(head); ++i) {
    if (line[i] != '\t') head[found++] = line[i];
  }
  return found < sizeof(head) ? Part::kOther : PartOf(head);
}

bool IsFrame(Part part) {
  return part != Part::kItem1 && part != Part::kOther;
}

// What stood between two records of the frame.
struct Content {
  uint64_t transactions = 0;
  uint64_t records = 0;
  Int128 gross_minor = 0;           // all amounts
  Int128 minus_minor = 0;           // of items with the sign -
  Int128 minus_reversal_minor = 0;  // of those, types 18 and 20
  Date earliest;
  Date latest;
  uint64_t first_number = 0;
  uint64_t last_number = 0;
  bool ascending = true;

  void Add(const Content& later) {
    if (transactions > 0 && later.transactions > 0 && later.first_number <= last_number) {
      ascending = false;
    }
    if (later.transactions > 0) {
      if (transactions == 0) first_number = later.first_number;
      last_number = later.last_number;
    }
    ascending = ascending && later.ascending;
    transactions += later.transactions;
    records += later.records;
    gross_minor += later.gross_minor;
    minus_minor += later.minus_minor;
    minus_reversal_minor += later.minus_reversal_minor;
    AddDates(later.earliest, later.latest);
  }

  void AddDates(Date first, Date last) {
    if (first.has_value() && (!earliest.has_value() || first < earliest)) earliest = first;
    latest = std::max(latest, last);
  }

  // As the format sums: items with - are subtracted.
  Int128 Sum() const { return gross_minor - 2 * minus_minor; }
};

// A record of the frame (10, 20, 88, 89) or the end of a block, and what stood in front of it.
struct Step {
  enum class Kind : uint8_t { kStart, kAssignment, kAssignmentEnd, kEnd, kBlockEnd };
  Kind kind = Kind::kBlockEnd;
  bool readable = true;
  size_t line = 0;
  uint64_t offset = 0;
  Content content;
  // 88 and 89.
  uint64_t count = 0;
  uint64_t records = 0;
  uint64_t sum_minor = 0;
  Date earliest;
  Date latest;
  bool is_ocr = false;  // 20 and 88 of service 09
};

struct Summary : BlockSummary {
  std::vector<Step> steps;
  Warnings warnings;
};

// Parses one block.
class BlockParser {
 public:
  BlockParser(const Block& block, std::string_view context, Framing framing, BlockSink* sink)
      : block_(block), framing_(framing), sink_(sink) {
    batch_.payments.reserve(kBatchPayments);
    batch_.references.reserve(kBatchPayments);
    EnterContext(context);
  }

  std::unique_ptr<BlockSummary> Run() {
    FixedWidthLines<kWidth> lines(block_.bytes, framing_, &arena_);
    FixedRecord record;
    while (lines.Next(&record)) Read(record);
    CloseItem();
    Flush();
    AddStep(Step::Kind::kBlockEnd, block_.bytes.size(), lines.lines());
    BlockTally& tally = summary_->tally;
    tally.lines = lines.lines();
    tally.entries = tally.transactions = handed_;
    tally.statements_opened = statement_;
    if (credit_minor_ != 0) tally.credit_minor[currency_] = credit_minor_;
    if (debit_minor_ != 0) tally.debit_minor[currency_] = debit_minor_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    return std::move(summary_);
  }

 private:
  // Item 1 of the payment at hand.
  struct Item {
    const char* cells = nullptr;  // null: none
    bool ascii = true;
    bool unreadable = false;  // its records are passed over
    bool complete = false;    // item 2 was read
    bool handed = false;      // it is the last of the batch
    size_t line = 0;
    uint64_t offset = 0;
    uint64_t amount_minor = 0;
    Date date;
  };

  void EnterContext(std::string_view context);
  void Read(const FixedRecord& record);
  void PassFlawed(const FixedRecord& record);
  void ReadAvtaleGiro(const FixedRecord& record, uint16_t type);
  void ReadStart(const FixedRecord& record);
  void ReadAssignment(const FixedRecord& record);
  void ReadEnd(const FixedRecord& record);

  // A payment behind belongs to no assignment.
  void LeaveAssignment() {
    service_ = kServiceNone;
    account_ = {};
  }

  void ReadItem1(const FixedRecord& record);
  void ReadItem2(const FixedRecord& record);
  void ReadItem3(const FixedRecord& record);
  void AddPayment(const FixedRecord& record, bool reversal, uint16_t type);
  void AddNumber(uint64_t number);
  bool BelongsToItem(const FixedRecord& record);
  bool ReadNetsDate(const char* cells, Date* date);
  void CloseItem();
  void Flush();
  Step& AddStep(Step::Kind kind, uint64_t offset, size_t line);
  std::string_view BankReference(const FixedRecord& record);
  std::string_view KidOf(const FixedRecord& record);
  std::string_view DebitAccount(const FixedRecord& record);

  void Malformed(const FixedRecord& record, std::string text) {
    MalformedAt(record.line, record.offset, std::move(text));
  }

  void MalformedAt(size_t line, uint64_t offset, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, line, block_.offset + offset,
               std::move(text));
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
  const Currency currency_ = Currency::FromCode("NOK");
  uint32_t handed_ = 0;
  uint32_t statement_ = 0;
  uint16_t service_ = kServiceNone;  // of the assignment at hand; none outside
  std::string_view account_;
  Content content_;
  Int128 credit_minor_ = 0;
  Int128 debit_minor_ = 0;
  Item item_;
  // The last date read, which the next payment mostly has again.
  char date_cells_[6] = {};
  Date date_;
};

// Reads the account of an assignment of payments. Empty when it is in order, else what is wrong.
std::string ReadAccount(const char* cells, TextArena* arena, std::string_view* account) {
  const std::string_view digits = Cells(cells, kAccount);
  uint64_t number = 0;
  if (!ReadDigits<kAccount>(cells, &number) || number == 0) {
    return ExpectedFound("creditor account (25-35)", "11 digits", digits);
  }
  *account = arena->Join("bban-no:", digits);
  return {};
}

void BlockParser::EnterContext(std::string_view context) {
  if (context.empty()) return;
  std::string padded(context);
  padded.append(kCellPadding, ' ');
  if (PartOf(padded.data()) != Part::kAssignment) return;
  service_ = CodeAt(padded.data(), 3);
  // A faulty account was reported by the block that holds the record.
  if (service_ == kServiceOcr) ReadAccount(padded.data(), &arena_, &account_);
}

// A line that is no record still ends what a whole one would have ended, so that it makes no
// difference whether a block begins with it.
void BlockParser::PassFlawed(const FixedRecord& record) {
  const Part part = PartOf(record.cells);
  if (part != Part::kOther) CloseItem();
  Malformed(record, ExpectedFound("record", "80 characters of text", Describe(record.flaw)));
  if (!IsFrame(part)) return;
  const Step::Kind kind = part == Part::kStart           ? Step::Kind::kStart
                          : part == Part::kAssignment    ? Step::Kind::kAssignment
                          : part == Part::kAssignmentEnd ? Step::Kind::kAssignmentEnd
                                                         : Step::Kind::kEnd;
  if (kind == Step::Kind::kStart) ++statement_;
  AddStep(kind, record.offset, record.line).readable = false;
  LeaveAssignment();
  if (part == Part::kAssignment) service_ = CodeAt(record.cells, 3);
}

void BlockParser::Read(const FixedRecord& record) {
  if (record.flaw != LineFlaw::kNone) [[unlikely]]
    return PassFlawed(record);
  const char* cells = record.cells;
  const uint16_t service = CodeAt(cells, 3);
  const uint16_t type = CodeAt(cells, 7);
  if (CodeAt(cells, 1) != Code('N', 'Y')) [[unlikely]] {
    return Malformed(record, ExpectedFound("record (1-2)", "NY", Cells(cells, {1, 2})));
  }
  ++content_.records;
  if (service == kServiceOcr && service == service_) [[likely]] {
    if (type == kCodeItem1) return ReadItem1(record);
    if (type == kCodeItem2) return ReadItem2(record);
    if (type == kCodeItem3) return ReadItem3(record);
  }
  const Part part = PartOf(cells);
  if (part != Part::kOther) CloseItem();
  if (part == Part::kStart) return ReadStart(record);
  if (part == Part::kAssignment) return ReadAssignment(record);
  if (part == Part::kAssignmentEnd || part == Part::kEnd) return ReadEnd(record);
  if (service == kServiceAvtaleGiro && service == service_) return ReadAvtaleGiro(record, type);
  Malformed(record,
            ExpectedFound("service and record type (3-8)",
                          service_ == kServiceNone  ? "a record of the frame (10, 20, 88, 89)"
                          : service_ == kServiceOcr ? "09 with 30, 31, 32 or 88"
                                                    : "21 with 30, 31, 49, 70 or 88",
                          Cells(cells, {3, 8})));
}

// Lists of AvtaleGiro beside the payments: no money, but part of the transmission's controls.
void BlockParser::ReadAvtaleGiro(const FixedRecord& record, uint16_t type) {
  const bool known =
      type == kCodeItem1 || type == kCodeItem2 || type == kCodeClaimText || type == kCodeAgreement;
  if (!known) {
    return Malformed(record, ExpectedFound("record type (7-8)", "30, 31, 49, 70 or 88",
                                           Cells(record.cells, {7, 8})));
  }
  if (type != kCodeItem1 && type != kCodeAgreement) return;
  uint64_t number = 0;
  uint64_t amount = 0;
  if (!ReadDigits<kNumber>(record.cells, &number)) {
    return Malformed(record, ExpectedFound("transaction number (9-15)", "7 digits",
                                           Cells(record.cells, kNumber)));
  }
  if (type == kCodeItem1 && !ReadDigits<kAmount>(record.cells, &amount)) {
    return Malformed(record,
                     ExpectedFound("amount (33-49)", "17 digits", Cells(record.cells, kAmount)));
  }
  AddNumber(number);
  content_.gross_minor += static_cast<Int128>(amount);
  Note(record, "a claim or agreement of AvtaleGiro counted and passed over");
}

// --- the frame: 10, 20, 88, 89 ---

Step& BlockParser::AddStep(Step::Kind kind, uint64_t offset, size_t line) {
  Step& step = summary_->steps.emplace_back();
  step.kind = kind;
  step.offset = block_.offset + offset;
  step.line = line;
  step.content = content_;
  content_ = Content();
  // The next payment's date is new to what begins here.
  std::memset(date_cells_, 0, sizeof(date_cells_));
  return step;
}

void BlockParser::ReadStart(const FixedRecord& record) {
  AddStep(Step::Kind::kStart, record.offset, record.line);
  ++statement_;
  LeaveAssignment();
  const std::string_view sender = Cells(record.cells, kSender);
  if (sender != "00008080") {
    Note(record, Concat("a sender other than Nets (00008080): ", Shown(sender)));
  }
}

void BlockParser::ReadAssignment(const FixedRecord& record) {
  Step& step = AddStep(Step::Kind::kAssignment, record.offset, record.line);
  service_ = CodeAt(record.cells, 3);
  step.is_ocr = service_ == kServiceOcr;
  account_ = {};
  if (!step.is_ocr) return;
  const std::string wrong = ReadAccount(record.cells, &arena_, &account_);
  if (!wrong.empty()) {
    step.readable = false;
    Malformed(record, wrong);
  }
  AddAccount(account_, &summary_->tally);
}

void BlockParser::ReadEnd(const FixedRecord& record) {
  const char* cells = record.cells;
  const bool whole = PartOf(cells) == Part::kEnd;
  const uint16_t service = CodeAt(cells, 3);
  Step& step =
      AddStep(whole ? Step::Kind::kEnd : Step::Kind::kAssignmentEnd, record.offset, record.line);
  step.is_ocr = service == kServiceOcr;
  if (!whole && service_ != kServiceNone && service_ != service) {
    Malformed(record,
              ExpectedFound("service (3-4)", "that of the assignment", Cells(cells, kService)));
  }
  LeaveAssignment();
  std::string wrong;
  // Lists of agreements have no sum.
  const bool sum_blank = !step.is_ocr && AllCells(Cells(cells, kSum), ' ');
  if (!ReadDigits<kCount>(cells, &step.count)) {
    wrong = ExpectedFound("number of transactions (9-16)", "8 digits", Cells(cells, kCount));
  } else if (!ReadDigits<kRecords>(cells, &step.records)) {
    wrong = ExpectedFound("number of records (17-24)", "8 digits", Cells(cells, kRecords));
  } else if (!sum_blank && !ReadDigits<kSum>(cells, &step.sum_minor)) {
    wrong = ExpectedFound("sum (25-41)", "17 digits", Cells(cells, kSum));
  } else if (step.is_ocr && !ParseDateDDMMYY(Cells(cells, kEarliest), &step.earliest)) {
    wrong = ExpectedFound("earliest Nets date (48-53)", "DDMMYY", Cells(cells, kEarliest));
  } else if (step.is_ocr && !ParseDateDDMMYY(Cells(cells, kLatest), &step.latest)) {
    wrong = ExpectedFound("latest Nets date (54-59)", "DDMMYY", Cells(cells, kLatest));
  }
  if (sum_blank) step.sum_minor = 0;
  if (wrong.empty()) return;
  step.readable = false;
  Malformed(record, wrong);
}

// --- payments: 30, 31, 32 ---

void BlockParser::AddNumber(uint64_t number) {
  if (content_.transactions == 0) {
    content_.first_number = number;
  } else if (number <= content_.last_number) {
    content_.ascending = false;
  }
  content_.last_number = number;
  ++content_.transactions;
}

bool BlockParser::ReadNetsDate(const char* cells, Date* date) {
  const char* p = cells + kNetsDate.offset();
  if (std::memcmp(p, date_cells_, sizeof(date_cells_)) != 0) [[unlikely]] {
    if (!ParseDateDDMMYY(Cells(cells, kNetsDate), &date_)) {
      std::memset(date_cells_, 0, sizeof(date_cells_));
      return false;
    }
    std::memcpy(date_cells_, p, sizeof(date_cells_));
    content_.AddDates(date_, date_);
    AddDate(date_, &summary_->tally);
  }
  *date = date_;
  return true;
}

void BlockParser::CloseItem() {
  if (item_.cells != nullptr && !item_.complete && !item_.unreadable) [[unlikely]] {
    MalformedAt(item_.line, item_.offset,
                "amount item 1 (30): expected its item 2 (31) behind it, found none");
  }
  item_.cells = nullptr;
}

void BlockParser::ReadItem1(const FixedRecord& record) {
  CloseItem();
  const char* cells = record.cells;
  item_ = Item();
  item_.cells = cells;
  item_.ascii = record.ascii;
  item_.line = record.line;
  item_.offset = record.offset;
  item_.unreadable = true;
  uint64_t number = 0;
  if (!ReadDigits<kNumber>(cells, &number)) [[unlikely]] {
    return Malformed(record,
                     ExpectedFound("transaction number (9-15)", "7 digits", Cells(cells, kNumber)));
  }
  AddNumber(number);
  if (!ReadDigits<kAmount>(cells, &item_.amount_minor)) [[unlikely]] {
    return Malformed(record, ExpectedFound("amount (33-49)", "17 digits", Cells(cells, kAmount)));
  }
  if (!ReadNetsDate(cells, &item_.date)) [[unlikely]] {
    return Malformed(record, ExpectedFound("Nets date (16-21)", "DDMMYY", Cells(cells, kNetsDate)));
  }
  const char sign = cells[kSign.offset()];
  if (sign != '0' && sign != '-' && sign != ' ') [[unlikely]] {
    return Malformed(record, ExpectedFound("sign (32)", "0 or -", Cells(cells, kSign)));
  }
  item_.unreadable = false;
}

// Whether an item 2 or 3 goes on with the payment at hand.
bool BlockParser::BelongsToItem(const FixedRecord& record) {
  if (item_.cells != nullptr && Cells(item_.cells, kType) == Cells(record.cells, kType) &&
      Cells(item_.cells, kNumber) == Cells(record.cells, kNumber)) [[likely]] {
    return !item_.unreadable;
  }
  Malformed(record, ExpectedFound(
                        "type (5-6) and transaction number (9-15)",
                        item_.cells == nullptr
                            ? std::string("an amount item 1 (30) in front of it")
                            : Concat("those of item 1, ", Shown(Cells(item_.cells, kType)), " and ",
                                     Shown(Cells(item_.cells, kNumber))),
                        Concat(Cells(record.cells, kType), " and ", Cells(record.cells, kNumber))));
  return false;
}

void BlockParser::ReadItem2(const FixedRecord& record) {
  if (!BelongsToItem(record)) return;
  if (item_.complete) return Malformed(record, "amount item 2 (31): expected one, found another");
  item_.complete = true;
  uint64_t tens = 0;
  if (!ReadDigits<kType>(record.cells, &tens)) [[unlikely]] {
    return Malformed(
        record, ExpectedFound("transaction type (5-6)", "2 digits", Cells(record.cells, kType)));
  }
  const auto type = static_cast<uint16_t>(tens);
  const bool is_reversal = type == 18 || type == 20;
  const bool minus = item_.cells[kSign.offset()] == '-';
  const auto amount = static_cast<Int128>(item_.amount_minor);
  content_.gross_minor += amount;
  if (minus) content_.minus_minor += amount;
  if (minus && is_reversal) content_.minus_reversal_minor += amount;
  const bool out = is_reversal || minus;
  (out ? debit_minor_ : credit_minor_) += amount;
  if (item_.amount_minor == 0) [[unlikely]] {
    return Note(record, "a payment of zero, which moves no money, passed over");
  }
  AddPayment(record, out, type);
}

void BlockParser::AddPayment(const FixedRecord& record, bool reversal, uint16_t type) {
  if (batch_.payments.size() >= kBatchPayments) Flush();
  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  payment.payer_account = DebitAccount(record);
  payment.bank_reference = BankReference(record);
  payment.amount_minor = static_cast<int64_t>(item_.amount_minor);
  payment.booking_date = item_.date;
  payment.currency = currency_;
  payment.statement = statement_;
  payment.record = handed_++;
  if (reversal) {
    payment.kind = PaymentKind::kReversal;
    payment.direction = Direction::kDebit;
  } else if (type == 15) {
    payment.kind = PaymentKind::kDirectDebit;
  }
  if (type < 10 || type > 21) [[unlikely]] {
    Note(record, Concat("transaction type ", Shown(Cells(record.cells, kType)),
                        ", which the manual does not know, read as a payment"));
  }
  if (!item_.date.has_value()) [[unlikely]]
    Note(record, "a payment without a Nets date");
  FixedRecord first = record;
  first.cells = item_.cells;
  first.ascii = item_.ascii;
  if (const std::string_view kid = KidOf(first); !kid.empty()) {
    PaymentReference& reference = batch_.references.emplace_back();
    reference.value = kid;
    reference.scheme = ReferenceScheme::kKid;
    payment.reference_first = static_cast<uint32_t>(batch_.references.size() - 1);
    payment.reference_count = 1;
  }
  item_.handed = true;
}

void BlockParser::ReadItem3(const FixedRecord& record) {
  if (!BelongsToItem(record)) return;
  if (!item_.complete) {
    return Malformed(record, "amount item 3 (32): expected item 2 (31) in front of it, found none");
  }
  const std::string_view type = Cells(record.cells, kType);
  if (type != "20" && type != "21") Note(record, "text with a type other than 20 and 21");
  if (!item_.handed) return;
  const std::string_view text = TextField(record, kText, kCharset, &arena_);
  if (!text.empty()) batch_.AddText(&batch_.payments.back(), text);
}

// Digits on both sides of a dash; what is blank there counts as zeros.
std::string_view BlockParser::BankReference(const FixedRecord& record) {
  constexpr size_t kFirst = kBooking.size();
  constexpr size_t kSecond = kFormAndArchive.size();
  constexpr size_t kSize = kFirst + 1 + kSecond;
  char* text = arena_.Allocate(kSize);
  // Fixed numbers of bytes, for speed: what is too much is overwritten or falls into the padding.
  std::memcpy(text, item_.cells + kBooking.offset(), 16);
  text[kFirst] = '-';
  std::memcpy(text + kFirst + 1, record.cells + kFormAndArchive.offset(), 32);
  const std::string_view whole(text, kSize);
  if (std::memchr(text, ' ', kSize) != nullptr) [[unlikely]] {
    std::replace(text, text + kSize, ' ', '0');
  }
  if (!record.ascii || !item_.ascii) [[unlikely]] {
    if (HasHighByte(whole)) {
      std::string utf8;
      AppendAsUtf8(kCharset, whole, &utf8);
      return arena_.Copy(utf8);
    }
  }
  return whole;
}

std::string_view BlockParser::KidOf(const FixedRecord& record) {
  std::string_view kid =
      record.ascii ? TrimmedCells<kKid>(record.cells) : TextField(record, kKid, kCharset, &arena_);
  if (kid.find(' ') != std::string_view::npos) [[unlikely]] {
    std::string without(kid);
    without.erase(std::remove(without.begin(), without.end(), ' '), without.end());
    kid = arena_.Copy(without);
  }
  return kid;
}

std::string_view BlockParser::DebitAccount(const FixedRecord& record) {
  constexpr std::string_view kScheme = "bban-no:";
  const int zeros = LeadingZeros<kDebitAccount>(record.cells);
  if (zeros < 0 || zeros == static_cast<int>(kDebitAccount.size())) {
    if (zeros < 0 && !AllCells(Cells(record.cells, kDebitAccount), ' ')) {
      Note(record, "a debit account that is not a number, left out");
    }
    return {};
  }
  char* text = arena_.Allocate(kScheme.size() + kDebitAccount.size());
  std::memcpy(text, kScheme.data(), kScheme.size());
  std::memcpy(text + kScheme.size(), record.cells + kDebitAccount.offset(), 16);
  return std::string_view(text, kScheme.size() + kDebitAccount.size());
}

void BlockParser::Flush() {
  if (batch_.payments.empty()) return;
  sink_->Payments(batch_);
  batch_.Clear();
}

// --- the controls ---

// Walks over the steps of all blocks in order.
class Judge {
 public:
  explicit Judge(FinishResult* result) : verdict_(&result->report) {}

  void Block(const Summary& summary) {
    verdict_.warnings().Join(summary.warnings, lines_);
    for (const Step& step : summary.steps) {
      assignment_.Add(step.content);
      Enter(step, lines_ + step.line + 1);
    }
    lines_ += summary.tally.lines;
    bytes_ = summary.steps.back().offset;
  }

  void Close(bool allow_empty) {
    if (place_ != Place::kOutside || transmissions_ == 0) {
      verdict_.Problem(
          transmissions_ == 0 ? DeviationCode::kRecordMalformed : DeviationCode::kFileTruncated,
          lines_, bytes_,
          Concat("end of the file: expected ",
                 transmissions_ == 0              ? "a transmission start (10)"
                 : place_ == Place::kInAssignment ? "an assignment end (88)"
                                                  : "a transmission end (89)",
                 ", found none"));
    }
    verdict_.Close(allow_empty);
  }

 private:
  enum class Place : uint8_t { kOutside, kBetween, kInAssignment };

  void Enter(const Step& step, uint64_t record);
  void EnterAssignmentEnd(const Step& step, uint64_t record);
  void EnterEnd(const Step& step, uint64_t record);
  void CheckSum(std::string_view what, const Step& step, const Content& content, uint64_t record);

  void Expect(Place place, const Step& step, uint64_t record, std::string_view found) {
    if (place_ == place) return;
    const std::string_view expected = place_ == Place::kOutside   ? "a transmission start (10)"
                                      : place_ == Place::kBetween ? "an assignment start (20) or a "
                                                                    "transmission end (89)"
                                                                  : "an assignment end (88)";
    verdict_.Problem(DeviationCode::kRecordMalformed, record, step.offset,
                     Concat("order of records: expected ", expected, ", found ", found));
  }

  Verdict verdict_;
  uint64_t lines_ = 0;  // of the blocks before
  uint64_t bytes_ = 0;
  uint64_t transmissions_ = 0;
  Place place_ = Place::kOutside;
  Content assignment_;  // since its start record, end record and all
  Content transmission_;
};

void Judge::Enter(const Step& step, uint64_t record) {
  switch (step.kind) {
    case Step::Kind::kBlockEnd:
      return;
    case Step::Kind::kStart:
      Expect(Place::kOutside, step, record, "a transmission start (10)");
      ++transmissions_;
      // The record itself was counted with what stood in front of it.
      transmission_ = Content();
      transmission_.records = 1;
      assignment_ = Content();
      place_ = Place::kBetween;
      return;
    case Step::Kind::kAssignment:
      Expect(Place::kBetween, step, record, "an assignment start (20)");
      assignment_ = Content();
      assignment_.records = 1;
      place_ = Place::kInAssignment;
      return;
    case Step::Kind::kAssignmentEnd:
      return EnterAssignmentEnd(step, record);
    case Step::Kind::kEnd:
      return EnterEnd(step, record);
  }
}

void Judge::CheckSum(std::string_view what,
                     const Step& step,
                     const Content& content,
                     uint64_t record) {
  const Int128 declared = step.sum_minor;
  const Int128 other = content.Sum() + 2 * content.minus_reversal_minor;
  if (declared != content.Sum() && declared == other) {
    verdict_.warnings().Note("a sum that adds reversals in spite of their sign -", record - 1);
    verdict_.ControlAmount(what, declared, other, kDecimals, record, step.offset);
    return;
  }
  verdict_.ControlAmount(what, declared, content.Sum(), kDecimals, record, step.offset);
}

void Judge::EnterAssignmentEnd(const Step& step, uint64_t record) {
  Expect(Place::kInAssignment, step, record, "an assignment end (88)");
  place_ = Place::kBetween;
  if (step.readable) {
    verdict_.Control("number of transactions (88, 9-16)", step.count, assignment_.transactions,
                     record, step.offset);
    verdict_.Control("number of records (88, 17-24)", step.records, assignment_.records, record,
                     step.offset);
    CheckSum("sum of the assignment (88, 25-41)", step, assignment_, record);
    if (step.is_ocr && step.earliest.has_value()) {
      verdict_.ControlText("earliest Nets date (88, 48-53)", FormatDate(step.earliest),
                           FormatDate(assignment_.earliest), record, step.offset);
    }
    if (step.is_ocr && step.latest.has_value()) {
      verdict_.ControlText("latest Nets date (88, 54-59)", FormatDate(step.latest),
                           FormatDate(assignment_.latest), record, step.offset);
    }
  }
  if (!assignment_.ascending) {
    verdict_.warnings().Note("an assignment whose transaction numbers do not ascend", record - 1);
  }
  assignment_.ascending = true;
  transmission_.Add(assignment_);
  assignment_ = Content();
}

void Judge::EnterEnd(const Step& step, uint64_t record) {
  Expect(Place::kBetween, step, record, "a transmission end (89)");
  place_ = Place::kOutside;
  transmission_.Add(assignment_);  // the end record itself, and what has no assignment
  assignment_ = Content();
  if (!step.readable) return;
  verdict_.Control("number of transactions (89, 9-16)", step.count, transmission_.transactions,
                   record, step.offset);
  verdict_.Control("number of records (89, 17-24)", step.records, transmission_.records, record,
                   step.offset);
  CheckSum("sum of the transmission (89, 25-41)", step, transmission_, record);
}

class OcrGiroReader : public FormatReader {
 public:
  OcrGiroReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty), framing_(DetectFraming(head, kWidth)) {}

  bool parallel() const override { return true; }

  // In front of the last record that does not belong to the payment before it.
  size_t CutBlock(std::string_view bytes) const override {
    const size_t begin = FindLineBackward(bytes, framing_, kWidth, [](std::string_view line) {
      return PartOfLine(line) != Part::kOther;
    });
    return begin == std::string_view::npos ? 0 : begin;
  }

  std::string ExitContext(const kvitt::Block& block) const override {
    const size_t begin = FindLineBackward(block.bytes, framing_, kWidth, [](std::string_view line) {
      return IsFrame(PartOfLine(line));
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
    result.report = JoinTallies(kName, "", FileKind::kPayments, summaries);
    Judge judge(&result);
    for (const std::unique_ptr<BlockSummary>& summary : summaries) {
      judge.Block(static_cast<const Summary&>(*summary));
    }
    judge.Close(allow_empty_);
    return result;
  }

 private:
  bool allow_empty_;
  Framing framing_;
};

// A transmission with payments (service 09), or an empty one from Nets. One that begins with other
// services and shows no payment is left to the format of AvtaleGiro.
int Sniff(std::string_view head) {
  const size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos || head.substr(first, 8) != "NY000010") return 0;
  head.remove_prefix(first);
  if (DetectFraming(head, kWidth) == Framing::kUnbroken) {
    for (size_t at = 0; at + 4 <= head.size(); at += kWidth) {
      if (head.substr(at, 4) == "NY09") return 100;
    }
  } else if (head.find("\nNY09") != std::string_view::npos ||
             head.find("\rNY09") != std::string_view::npos) {
    return 100;
  }
  return head.substr(8, 8) == "00008080" ? 40 : 20;
}

// --- writing ---

class OcrGiroWriter : public FormatWriter {
 public:
  void Begin(const WriterHeader& header, std::string* out) override;
  // REQUIRES: the account is `bban-no:` with eleven digits, the currency NOK, and there is a date;
  // otherwise every Write of the section answers false.
  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string* out) override;
  using FormatWriter::Write;
  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override;
  void EndSection(std::string* out) override;
  void End(std::string* out) override;

 private:
  void StartRecord(std::string_view head) {
    image_.Clear();
    image_.SetText({1, 8}, head);
    image_.Fill({9, 80}, '0');
  }

  void Append(std::string* out) { image_.AppendTo(out, "\r\n"); }

  bool WriteItem1(const PaymentBatch& batch, const Payment& payment, Date date);
  void WriteItem2(const Payment& payment, Date date);
  static std::string_view TypeOf(const Payment& payment);

  RecordImage image_{kWidth, Charset::kIso8859_1};
  std::string pending_;  // the records of one payment, until all of it could be said
  Date created_;
  bool section_valid_ = false;
  Date date_;
  uint64_t assignments_ = 0;
  Content section_;
  Content all_;
  uint64_t forms_ = 0;
};

// "DDMMYY", zeros for no date.
std::string Digits(Date date) {
  if (!date.has_value()) return "000000";
  const std::string iso = FormatDate(date);
  return Concat(std::string_view(iso).substr(8, 2), std::string_view(iso).substr(5, 2),
                std::string_view(iso).substr(2, 2));
}

void OcrGiroWriter::Begin(const WriterHeader& header, std::string* out) {
  created_ = header.created;
  StartRecord("NY000010");
  image_.SetText(kSender, "00008080");
  image_.SetDigits(kTransmission, header.message_number % 10000000);
  image_.SetText(kRecipient, "00000001");
  Append(out);
  all_.records = 1;
}

void OcrGiroWriter::BeginSection(std::string_view creditor_account,
                                 Currency currency,
                                 Date booking_date,
                                 std::string* out) {
  constexpr std::string_view kScheme = "bban-no:";
  uint64_t number = 0;
  const bool known = creditor_account.substr(0, kScheme.size()) == kScheme &&
                     creditor_account.size() == kScheme.size() + kAccount.size() &&
                     ReadDigits(creditor_account.substr(kScheme.size()), &number);
  section_valid_ = known && number > 0 && booking_date.has_value() && currency.code() == "NOK";
  date_ = booking_date;
  section_ = Content();
  section_.records = 1;
  StartRecord("NY090020");
  image_.SetDigits(kAgreement, 1);
  image_.SetDigits(kAssignmentNumber, ++assignments_ % 10000000);
  image_.SetDigits(kAccount, number);
  Append(out);
}

// The type that says what the payment is: debits are reversals, text alone is a free-text type.
std::string_view OcrGiroWriter::TypeOf(const Payment& payment) {
  const bool text = payment.text_count > 0;
  if (payment.direction == Direction::kDebit) return text ? "20" : "18";
  if (text) return "21";
  return payment.kind == PaymentKind::kDirectDebit ? "15" : "10";
}

// Whether `reference` is one that the reader composes: its digits then go where they came from.
bool IsComposed(std::string_view reference) {
  uint64_t digits = 0;
  return reference.size() == kBooking.size() + 1 + kFormAndArchive.size() &&
         reference[kBooking.size()] == '-' && ReadDigits(reference.substr(0, 10), &digits) &&
         ReadDigits(reference.substr(11, 10), &digits) && ReadDigits(reference.substr(21), &digits);
}

bool OcrGiroWriter::WriteItem1(const PaymentBatch& batch, const Payment& payment, Date date) {
  StartRecord(Concat("NY09", TypeOf(payment), "30"));
  image_.SetDigits(kNumber, section_.transactions % 10000000);
  image_.SetText(kNetsDate, Digits(date));
  if (IsComposed(payment.bank_reference)) {
    image_.SetText(kBooking, payment.bank_reference.substr(0, kBooking.size()));
  } else {
    image_.SetText(kDayCode, Digits(date).substr(0, 2));
    image_.SetDigits(kSerial, section_.transactions % 100000);
  }
  if (!image_.SetDigits(kAmount, static_cast<uint64_t>(payment.amount_minor))) return false;
  image_.Fill(kKid, ' ');
  if (payment.reference_count == 1) {
    const PaymentReference& reference = batch.references[payment.reference_first];
    const bool whole = !reference.has_amount || reference.amount_minor == payment.amount_minor;
    const bool sayable = !reference.value.empty() &&
                         reference.value.find(' ') == std::string_view::npos &&
                         payment.text_count == 0;
    if (!whole || !sayable || !image_.SetTextRight(kKid, reference.value)) return false;
  }
  Append(&pending_);
  return true;
}

void OcrGiroWriter::WriteItem2(const Payment& payment, Date date) {
  constexpr std::string_view kScheme = "bban-no:";
  StartRecord(Concat("NY09", TypeOf(payment), "31"));
  image_.SetDigits(kNumber, section_.transactions % 10000000);
  if (IsComposed(payment.bank_reference)) {
    image_.SetText(kFormAndArchive, payment.bank_reference.substr(kBooking.size() + 1));
  } else {
    image_.SetDigits(kForm, forms_ % 10000000000);
  }
  image_.SetText(kBankDate, Digits(date));
  uint64_t account = 0;
  if (payment.payer_account.substr(0, kScheme.size()) == kScheme &&
      payment.payer_account.size() <= kScheme.size() + kDebitAccount.size() &&
      ReadDigits(payment.payer_account.substr(kScheme.size()), &account)) {
    image_.SetDigits(kDebitAccount, account);
  }
  Append(&pending_);
}

bool OcrGiroWriter::Write(const PaymentBatch& batch, const Payment& payment, std::string* out) {
  if (!section_valid_ || payment.amount_minor <= 0 || payment.currency.code() != "NOK" ||
      payment.reference_count > 1 || payment.text_count > 1) {
    return false;
  }
  const Content before = section_;
  const Date date = payment.booking_date.has_value() ? payment.booking_date : date_;
  pending_.clear();
  ++section_.transactions;
  ++forms_;
  bool said = WriteItem1(batch, payment, date);
  if (said) WriteItem2(payment, date);
  section_.records += 2;
  if (said && payment.text_count == 1) {
    StartRecord(Concat("NY09", TypeOf(payment), "32"));
    image_.SetDigits(kNumber, section_.transactions % 10000000);
    said = image_.SetText(kText, batch.text[payment.text_first]);
    Append(&pending_);
    ++section_.records;
  }
  if (!said) {
    section_ = before;
    return false;
  }
  section_.gross_minor += payment.amount_minor;
  section_.AddDates(date, date);
  out->append(pending_);
  return true;
}

// A sum of more than 17 digits is written as nines, which no reader accepts.
void OcrGiroWriter::EndSection(std::string* out) {
  ++section_.records;
  StartRecord("NY090088");
  image_.SetDigits(kCount, section_.transactions);
  image_.SetDigits(kRecords, section_.records);
  image_.Fill(kSum, '9');
  image_.SetDigits(kSum, static_cast<uint64_t>(section_.gross_minor));
  image_.SetText(kMadeOn, Digits(created_));
  image_.SetText(kEarliest, Digits(section_.earliest));
  image_.SetText(kLatest, Digits(section_.latest));
  Append(out);
  all_.Add(section_);
}

void OcrGiroWriter::End(std::string* out) {
  ++all_.records;
  StartRecord("NY000089");
  image_.SetDigits(kCount, all_.transactions);
  image_.SetDigits(kRecords, all_.records);
  image_.Fill(kSum, '9');
  image_.SetDigits(kSum, static_cast<uint64_t>(all_.gross_minor));
  image_.SetText(kMadeOn, Digits(created_));
  Append(out);
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<OcrGiroReader>(options, head);
}

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<OcrGiroWriter>();
}

}  // namespace

extern const Format kOcrGiro;
const Format kOcrGiro = {
    kName, FileKind::kPayments, "Norwegian OCR giro, incoming payments with KID",
    Sniff, MakeReader,          MakeWriter};

}  // namespace kvitt
