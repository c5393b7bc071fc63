// mt940 and mt942: SWIFT customer statement and interim transaction report.
//
//   file      = { preamble | message }                     preamble: any lines before a :20:
//   message   = ":20:" ref ":25:" account ":28C:" number [ "/" page ]
//               ( ":60F:" | ":60M:" ) balance               mt942: ":34F:" floor { ":13D:" time }
//               { ":61:" line [ ":86:" details ] }
//               ( ":62F:" | ":62M:" ) balance               mt942: [ ":90D:" total ] [ ":90C:"
//               total ] [ ":64:" balance ] { ":65:" balance } [ ":86:" details ] [ "-" | "-}" ]
//   balance   = ( "C" | "D" ) YYMMDD CUR amount
//   total     = count CUR amount
//   line      = YYMMDD [ MMDD ] mark [ letter ] amount type3 reference [ "//" bank-reference ] [ LF
//   text ] mark      = "C" | "D" | "RC" | "RD" | "EC" | "ED"       R: reversal of; E: expected
//   amount    = digits "," [ digits ]
//
// A field is a line that begins with a tag and the lines that follow it without one. The letter
// behind the mark is the third letter of the currency, which is how "CR100," (credit, R of EUR) is
// told from a reversal. RC reduces and RD adds: both are reversals of what was booked before, never
// new money.
//
// Checked: opening balance and entries lead to the closing balance of each message; a page (62M)
// leads to the next (60M), and a page that nothing follows is told; the statements of an account
// follow each other, and the closing balance of one is the opening balance of the next; mt942: counts
// and sums of :90D: and :90C:. A statement that lacks its closing balance is a truncated file, and so
// is a report whose last message shows neither totals nor its end. Lines that belong to no field are
// passed over with a warning; one in a report, or one that looks like a field, sets the file aside.
//
// UNCONFIRMED and how it is handled: whether :90D:/:90C: count expected entries (EC, ED): either
// count is taken. An impossible value date (30 February) is the last day of its month, with a
// warning. A dot for the decimal comma is taken, with a warning. An entry of 0,00 is counted as no
// entry, with a warning. A debit that nothing marks as a return, reversal, fee or interest is an
// outgoing transfer: it never takes a payment back by its amount alone. What mt942 reports comes
// again in the statement of the day, often with another reference: it is read as not booked unless
// the setting says that reports post. Entries marked EC or ED are pending always, and in no count of
// the file.
//
// Sources: SWIFT Standards category 9 message reference guide (MT 940, MT 942); public test files
// of wolph/mt940, railslove/cmxl, sandermarechal/jejik-mt940, svenstaro/mt940-rs.

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/bytes/account_name.h"
#include "io/bytes/charset.h"
#include "io/bytes/swift_details.h"
#include "io/bytes/text_arena.h"
#include "io/formats/format.h"
#include "io/formats/mt940_writer.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kStatementName = "mt940";
constexpr std::string_view kReportName = "mt942";
constexpr size_t kBatchPayments = 64;  // these stay in the first-level cache
constexpr size_t kContinuationsMax = 200;
constexpr Charset kCharset = Charset::kWindows1252;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// The tag of a line as two digits and a letter: `:60F:` is Tag(60, 'F').
constexpr uint32_t Tag(uint32_t number, char letter = 0) {
  return number << 8 | static_cast<unsigned char>(letter);
}

constexpr uint32_t kNoTag = 0;
constexpr uint32_t kForeignTag = Tag(99, 'N');  // `:NS:` and the like

// The tag that `line` begins with and how long it is; kNoTag when it is a continuation.
uint32_t TagOf(std::string_view line, size_t* size) {
  if (line.size() < 4 || line[0] != ':') return kNoTag;
  if (IsDigit(line[1]) && IsDigit(line[2])) {
    const uint32_t number = static_cast<uint32_t>((line[1] - '0') * 10 + (line[2] - '0'));
    if (line[3] == ':') {
      *size = 4;
      return Tag(number);
    }
    if (line.size() >= 5 && IsUpper(line[3]) && line[4] == ':') {
      *size = 5;
      return Tag(number, line[3]);
    }
  }
  if (line.substr(0, 4) == ":NS:") {
    *size = 4;
    return kForeignTag;
  }
  return kNoTag;
}

// A point of a message at which sums are compared, and the entries since the point before.
struct Step {
  enum class Kind : uint8_t {
    kMessage,
    kAccount,
    kNumber,
    kOpening,
    kClosing,
    kTotal,
    kEnd,
    kBlockEnd
  };
  Kind kind = Kind::kBlockEnd;
  size_t line = 0;
  uint64_t offset = 0;

  bool unreadable = false;  // an entry could not be read: the sums are not those of the file
  uint64_t credits = 0;     // entries that add, by their effect
  uint64_t debits = 0;
  uint64_t expected_credits = 0;  // those of them that are only expected
  uint64_t expected_debits = 0;
  Int128 credit_minor = 0;
  Int128 debit_minor = 0;
  Int128 expected_credit_minor = 0;
  Int128 expected_debit_minor = 0;

  std::string account;        // kAccount
  uint32_t number = 0;        // kNumber
  uint32_t page = 0;          // kNumber; 0: not given
  bool intermediate = false;  // kOpening, kClosing: of a page
  bool credit = false;        // kTotal
  uint64_t count = 0;         // kTotal
  int64_t amount_minor = 0;   // kOpening, kClosing: signed; kTotal
  Currency currency;
  Date date;
};

struct Summary : BlockSummary {
  std::vector<Step> steps;
  Warnings warnings;
};

// The last three characters of a type as one number.
constexpr uint32_t Type(std::string_view code) {
  uint32_t packed = 0;
  for (const char c : code) packed = packed << 8 | static_cast<unsigned char>(c);
  return packed;
}

// What an entry line says.
struct Entry {
  Date value_date;
  Date booking_date;
  bool credit = false;    // by its effect
  bool reversal = false;  // RC, RD
  bool expected = false;  // EC, ED
  int64_t amount_minor = 0;
  uint32_t type = 0;  // Type("TRF") of NTRF
  std::string_view reference;
  std::string_view bank_reference;
};

// Reads fields from the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }

  std::string_view Take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool TakeIf(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Digits and the decimal mark, as far as they go.
  std::string_view TakeAmount() {
    size_t size = 0;
    while (size < rest_.size() &&
           (IsDigit(rest_[size]) || rest_[size] == ',' || rest_[size] == '.')) {
      ++size;
    }
    return Take(size);
  }

  std::string_view TakeDigits() {
    size_t size = 0;
    while (size < rest_.size() && IsDigit(rest_[size])) ++size;
    return Take(size);
  }

 private:
  std::string_view rest_;
};

int TwoDigits(std::string_view text, size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool AllDigits(std::string_view text, size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), IsDigit);
}

// YYMMDD with 80 to 99 in the last century. A day that its month does not have is the last that it
// has.
bool ReadDate(std::string_view text, Date* date, bool* clamped) {
  if (!AllDigits(text, 6)) return false;
  const int two = TwoDigits(text, 0);
  const int year = two >= 80 ? 1900 + two : 2000 + two;
  const int month = TwoDigits(text, 2);
  int day = TwoDigits(text, 4);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  while (!IsCivil(year, month, day)) {
    --day;
    *clamped = true;
  }
  *date = Date::FromCivil(year, month, day);
  return true;
}

// MMDD in the year that puts it nearest to the value date.
bool ReadEntryDate(std::string_view text, Date value_date, Date* date) {
  constexpr int kFar = 330;
  const int month = TwoDigits(text, 0);
  int day = TwoDigits(text, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  int year = ToCivil(value_date).year;
  while (!IsCivil(year, month, day)) --day;
  *date = Date::FromCivil(year, month, day);
  const int distance = date->days() - value_date.days();
  if (distance <= -kFar) ++year;
  if (distance >= kFar) --year;
  if (!IsCivil(year, month, day)) --day;  // 29 February
  *date = Date::FromCivil(year, month, day);
  return true;
}

// `300,` and `0,16`, and with a dot. `digits` holds what TakeAmount took.
AmountError ReadAmount(std::string_view digits, int decimals, int64_t* minor, bool* dotted) {
  const size_t mark = digits.find_first_of(",.");
  if (mark == std::string_view::npos) return AmountError::kMalformed;
  *dotted = *dotted || digits[mark] == '.';
  if (mark + 1 == digits.size()) return ParseAmount(digits.substr(0, mark), decimals, minor);
  return ParseAmount(digits, decimals, minor, digits[mark]);
}

// Parses one block.
class BlockParser {
 public:
  // `is_posted`: a report posts what it lists as booked.
  BlockParser(const Block& block, bool is_report, bool is_posted, BlockSink* sink)
      : block_(block), is_report_(is_report), is_posted_(is_posted), sink_(sink) {
    batch_.payments.reserve(kBatchPayments);
    is_ascii_ = !HasHighByte(block.bytes);
  }

  std::unique_ptr<BlockSummary> Run(std::string_view context) {
    if (!context.empty()) {
      silent_ = true;
      std::string header(context);
      ReadLines(header);
      silent_ = false;
      summary_ = std::make_unique<Summary>();
      line_ = 0;
    }
    statement_ = 0;
    ReadLines(block_.bytes);
    Flush();
    AddStep(Step::Kind::kBlockEnd);
    summary_->tally.lines = line_;
    StoreSums();
    return std::move(summary_);
  }

 private:
  void ReadLines(std::string_view bytes);
  void OpenField(uint32_t tag, std::string_view content);
  void PassOver(std::string_view line, size_t at);
  void ExpectOneLine();
  void CloseField();
  void BeginMessage();
  void ReadAccount();
  void ReadNumber();
  void ReadFloor();
  void ReadBalance(bool closing, bool intermediate);
  void ReadTotal(bool credit);
  void ReadEntry();
  bool ReadEntryLine(std::string_view text, Entry* entry);
  bool ReadMark(FieldReader* fields, Entry* entry);
  void AddPayment();
  void ReadDetails();
  void SetKind(const SwiftDetails& details, Payment* payment);
  void SetParties(const SwiftDetails& details, Payment* payment);
  Currency ReadCurrency(std::string_view code);
  std::string_view Decoded(std::string_view text);
  void Flush();
  void StoreSums();

  Step& AddStep(Step::Kind kind) {
    Step& step = summary_->steps.emplace_back(part_);
    step.kind = kind;
    step.line = kind == Step::Kind::kBlockEnd ? line_ : field_line_;
    step.offset = block_.offset + (kind == Step::Kind::kBlockEnd ? block_.bytes.size() : field_at_);
    part_ = {};
    return step;
  }

  void Malformed(std::string text, DeviationCode code = DeviationCode::kRecordMalformed) {
    if (silent_) return;
    AddProblem(summary_.get(), code, field_line_, block_.offset + field_at_, std::move(text));
  }

  void Note(std::string_view sentence) {
    if (!silent_) summary_->warnings.Note(sentence, field_line_);
  }

  const Block& block_;
  const bool is_report_;
  const bool is_posted_;
  BlockSink* sink_;
  std::unique_ptr<Summary> summary_ = std::make_unique<Summary>();
  bool silent_ = false;   // reading the header that the block inherits
  bool is_ascii_ = true;  // the block is
  bool is_utf8_ = true;   // the field at hand is

  // The field at hand.
  uint32_t tag_ = kNoTag;
  size_t line_ = 0;  // lines passed
  size_t field_line_ = 0;
  size_t field_at_ = 0;
  std::vector<std::string_view> content_;  // its lines, without the tag

  // The message at hand.
  bool in_message_ = false;
  bool has_entries_ = false;
  std::string_view account_;
  std::string account_text_;
  Currency currency_;
  uint32_t statement_ = 0;
  Step part_;
  std::string last_date_text_;  // the value date before, which is mostly the next one too
  Date last_date_read_;

  // The payments that are not handed over yet.
  TextArena text_;
  TextArena accounts_;
  PaymentBatch batch_;
  SwiftDetails details_;
  std::vector<std::string_view> decoded_;
  bool entry_open_ = false;  // the last payment of the batch may get details
  Entry entry_;
  uint32_t ordinal_ = 0;

  struct Sum {
    Int128 credit_minor = 0;
    Int128 debit_minor = 0;
  };

  Sum sum_;  // of currency_
  Date first_date_;
  Date last_date_;
};

void BlockParser::ReadLines(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* p = begin;
  if (block_.index == 0) p += ByteOrderMarkSize(bytes);
  for (; p < end; ++line_) {
    const char* stop = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
    const char* const next = stop == nullptr ? end : stop + 1;
    if (stop == nullptr) stop = end;
    if (stop != p && stop[-1] == '\r') --stop;
    const std::string_view line(p, static_cast<size_t>(stop - p));
    size_t tag_size = 0;
    const uint32_t tag = TagOf(line, &tag_size);
    if (tag != kNoTag) {
      CloseField();
      field_line_ = line_;
      field_at_ = static_cast<size_t>(p - begin);
      OpenField(tag, line.substr(tag_size));
    } else if (tag_ != kNoTag && !line.empty()) {
      // "-", "-}" and "-XXX" end the message, as does the frame of the next one.
      const bool ends = line[0] == '{' ||
                        (line[0] == '-' && (line.size() == 1 || line[1] == '}' || line == "-XXX"));
      if (ends) {
        CloseField();
        if (is_report_ && line[0] == '-') AddStep(Step::Kind::kEnd);
      } else if (content_.size() < kContinuationsMax) {
        content_.push_back(line);
      } else {
        Malformed(ExpectedFound("field", "at most 200 lines", line));
      }
    } else if (!line.empty()) {
      PassOver(line, static_cast<size_t>(p - begin));
    }
    p = next;
  }
  CloseField();
}

// A line outside every field: a frame, or what a bank wrote around its messages. One that begins like
// a field is a field that was damaged.
void BlockParser::PassOver(std::string_view line, size_t at) {
  if (line[0] == '{' || line[0] == '-' || TrimRight(line).empty() || line == "\x1A") return;
  field_line_ = line_;
  field_at_ = at;
  if (line[0] == ':' && line != ":940:" && line != ":942:") {
    Malformed(ExpectedFound("line", "a field (:20:) or none", line));
    return;
  }
  Note("a line outside the messages, passed over");
}

// A line that continues a field of one line is a field that lost its tag. Balances tell of an entry
// that went with it; a report may have no totals.
void BlockParser::ExpectOneLine() {
  for (size_t i = 1; i < content_.size(); ++i) {
    const std::string_view line = TrimRight(content_[i]);
    if (line.empty() || line == "\x1A") continue;
    if (is_report_) {
      Malformed(ExpectedFound("line", "a field", line));
    } else {
      Note("a line that belongs to no field, passed over");
    }
  }
}

void BlockParser::OpenField(uint32_t tag, std::string_view content) {
  tag_ = tag;
  content_.clear();
  content_.push_back(content);
}

void BlockParser::CloseField() {
  const uint32_t tag = std::exchange(tag_, kNoTag);
  if (tag == kNoTag) return;
  // Each field is in one set of characters: a whole block may not be, and a line may be UTF-8 by chance.
  is_utf8_ = is_ascii_ || std::all_of(content_.begin(), content_.end(), IsUtf8);
  if (tag == Tag(20)) {
    BeginMessage();
    return;
  }
  if (!in_message_) {
    // What belongs to a message and stands outside one is a message whose beginning was damaged.
    const bool belongs = tag == Tag(25) || tag == Tag(61) || tag / 256 == 60 || tag / 256 == 62;
    if (belongs) Malformed(ExpectedFound("field", ":20: before it", content_[0]));
    return;
  }
  if (tag == Tag(61)) {
    ReadEntry();
    return;
  }
  if (tag == Tag(86)) {
    if (entry_open_) ReadDetails();
    return;
  }
  entry_open_ = false;
  if (content_.size() > 1) ExpectOneLine();
  switch (tag) {
    case Tag(25):
    case Tag(25, 'P'):
      ReadAccount();
      return;
    case Tag(28):
    case Tag(28, 'C'):
      ReadNumber();
      return;
    case Tag(34, 'F'):
      ReadFloor();
      return;
    case Tag(60, 'F'):
      ReadBalance(false, false);
      return;
    case Tag(60, 'M'):
      ReadBalance(false, true);
      return;
    case Tag(62, 'F'):
      ReadBalance(true, false);
      return;
    case Tag(62, 'M'):
      ReadBalance(true, true);
      return;
    case Tag(90, 'C'):
      ReadTotal(true);
      return;
    case Tag(90, 'D'):
      ReadTotal(false);
      return;
    case Tag(13):
    case Tag(13, 'D'):
    case Tag(21):
    case Tag(64):
    case Tag(65):
    case kForeignTag:
      return;
    default:
      Note("a field that is not of this message, left out");
      return;
  }
}

void BlockParser::BeginMessage() {
  StoreSums();
  in_message_ = true;
  has_entries_ = false;
  entry_open_ = false;
  account_ = {};
  account_text_.clear();
  currency_ = Currency();
  if (is_report_) {
    ++summary_->tally.statements_opened;
    ++statement_;
  }
  AddStep(Step::Kind::kMessage);
}

// What a following block is told of a message is what stands before its first entry: account and
// currency are said there or nowhere.
void BlockParser::ReadAccount() {
  if (has_entries_) {
    Malformed(ExpectedFound(":25:", "one before the entries", content_[0]));
    return;
  }
  account_text_.assign(TrimRight(content_[0]));
  const std::string name = AccountName(account_text_, currency_);
  if (name.empty()) {
    Malformed(ExpectedFound(":25:", "an account", content_[0]));
    return;
  }
  account_ = accounts_.Copy(name);
}

void BlockParser::ReadNumber() {
  FieldReader fields(TrimRight(content_[0]));
  Step& step = AddStep(Step::Kind::kNumber);
  const auto number = [](std::string_view digits) {
    uint32_t value = 0;
    for (const char c : digits.substr(0, 9)) value = value * 10 + static_cast<uint32_t>(c - '0');
    return value;
  };
  step.number = number(fields.TakeDigits());
  if (fields.TakeIf('/')) step.page = number(fields.TakeDigits());
}

// The currency of the message is that of its first balance or floor. An account number by itself is
// understood by the currency, so its name waits for it.
Currency BlockParser::ReadCurrency(std::string_view code) {
  const Currency currency = Currency::FromCode(code);
  if (currency.is_none()) {
    Malformed(ExpectedFound("currency", "an ISO 4217 code", code));
    return currency;
  }
  if (currency_.is_none() && !has_entries_) {
    currency_ = currency;
    if (!account_text_.empty()) account_ = accounts_.Copy(AccountName(account_text_, currency));
    AddStep(Step::Kind::kAccount).account = std::string(account_);
    auto& accounts = summary_->tally.accounts;
    if (!account_.empty() && accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), account_) == accounts.end()) {
      accounts.emplace_back(account_);
    }
  } else if (!currency_.is_none() && !(currency == currency_)) {
    Malformed(ExpectedFound("currency", Concat(currency_.code(), " as before"), code));
  }
  return currency;
}

void BlockParser::ReadFloor() {
  FieldReader fields(content_[0]);
  ReadCurrency(fields.Take(3));
}

void BlockParser::ReadBalance(bool closing, bool intermediate) {
  const std::string_view text = TrimRight(content_[0]);
  FieldReader fields(text);
  const std::string_view mark = fields.Take(1);
  Date date;
  bool clamped = false;
  const bool start_fits = (mark == "C" || mark == "D") && ReadDate(fields.Take(6), &date, &clamped);
  if (!start_fits) {
    Malformed(ExpectedFound("balance", "C or D, YYMMDD, currency, amount", text));
    return;
  }
  const Currency currency = ReadCurrency(fields.Take(3));
  if (currency.is_none()) return;
  int64_t minor = 0;
  bool dotted = false;
  const AmountError error = ReadAmount(fields.TakeAmount(), currency.decimals(), &minor, &dotted);
  if (error != AmountError::kOk || !fields.rest().empty()) {
    const bool precise = error != AmountError::kTooManyDecimals;
    Malformed(ExpectedFound("balance", "an amount with a decimal comma", text),
              precise ? DeviationCode::kRecordMalformed : DeviationCode::kPrecisionLost);
    return;
  }
  if (dotted) Note("a dot for the decimal comma");
  if (!closing && !intermediate) {
    ++summary_->tally.statements_opened;
    ++statement_;
  }
  Step& step = AddStep(closing ? Step::Kind::kClosing : Step::Kind::kOpening);
  step.intermediate = intermediate;
  step.amount_minor = mark == "D" ? -minor : minor;
  step.currency = currency;
  step.date = date;
}

void BlockParser::ReadTotal(bool credit) {
  const std::string_view text = TrimRight(content_[0]);
  FieldReader fields(text);
  const std::string_view count = fields.TakeDigits();
  const Currency currency = ReadCurrency(fields.Take(3));
  int64_t minor = 0;
  bool dotted = false;
  const bool fits =
      !count.empty() && count.size() <= 9 && !currency.is_none() &&
      ReadAmount(fields.TakeAmount(), currency.decimals(), &minor, &dotted) == AmountError::kOk &&
      fields.rest().empty();
  if (!fits) {
    Malformed(ExpectedFound("total", "a count, a currency, an amount", text));
    return;
  }
  Step& step = AddStep(Step::Kind::kTotal);
  step.credit = credit;
  step.amount_minor = minor;
  step.currency = currency;
  for (const char c : count) step.count = step.count * 10 + static_cast<uint64_t>(c - '0');
}

void BlockParser::ReadEntry() {
  entry_open_ = false;
  has_entries_ = true;
  if (currency_.is_none() || account_.empty()) {
    Malformed(ExpectedFound("entry", "an account (:25:) and a currency before it", content_[0]));
    return;
  }
  entry_ = Entry();
  if (!ReadEntryLine(content_[0], &entry_)) {
    part_.unreadable = true;
    return;
  }
  if (entry_.amount_minor == 0) {
    Note("an entry of zero, which moves no money");
    return;
  }
  AddPayment();
}

// The longest mark first; then the letter that repeats the end of the currency.
bool BlockParser::ReadMark(FieldReader* fields, Entry* entry) {
  entry->reversal = fields->TakeIf('R');
  entry->expected = !entry->reversal && fields->TakeIf('E');
  const bool credit = fields->TakeIf('C');
  if (!credit && !fields->TakeIf('D')) return false;
  entry->credit = credit != entry->reversal;
  if (fields->rest().empty() || !IsUpper(fields->rest()[0])) return true;
  const char letter = fields->Take(1)[0];
  if (letter == currency_.code()[2]) return true;
  if (letter != 'R') return false;
  Note("CR or DR for the mark of an entry");
  return true;
}

bool BlockParser::ReadEntryLine(std::string_view text, Entry* entry) {
  const auto refuse = [&](std::string_view expected) {
    Malformed(ExpectedFound("entry (:61:)", expected, text));
    return false;
  };
  FieldReader fields(TrimRight(text));
  bool clamped = false;
  const std::string_view value_date = fields.Take(6);
  if (value_date.size() == 6 && value_date == last_date_text_) {
    entry->value_date = last_date_read_;
  } else {
    if (!ReadDate(value_date, &entry->value_date, &clamped)) return refuse("a value date YYMMDD");
    last_date_text_.assign(clamped ? std::string_view() : value_date);
    last_date_read_ = entry->value_date;
  }
  if (clamped) Note("a day that its month does not have, read as the last one");
  entry->booking_date = entry->value_date;
  const std::string_view next = fields.rest().substr(0, 4);
  if (!clamped && next == value_date.substr(2)) {
    fields.Take(4);
  } else if (AllDigits(next, 4)) {
    if (!ReadEntryDate(fields.Take(4), entry->value_date, &entry->booking_date)) {
      return refuse("an entry date MMDD");
    }
  } else if (next == "    ") {
    fields.Take(4);
  }
  if (!ReadMark(&fields, entry)) return refuse("C, D, RC, RD, EC or ED");
  bool dotted = false;
  const AmountError error =
      ReadAmount(fields.TakeAmount(), currency_.decimals(), &entry->amount_minor, &dotted);
  if (error == AmountError::kTooManyDecimals) {
    Malformed(ExpectedFound("entry (:61:)", "no more decimals than the currency has", text),
              DeviationCode::kPrecisionLost);
    return false;
  }
  if (error != AmountError::kOk) return refuse("an amount with a decimal comma");
  if (dotted) Note("a dot for the decimal comma");
  const std::string_view type = fields.Take(4);
  if (type.size() != 4 || !IsUpper(type[0])) {
    return refuse("a type of a letter and three characters");
  }
  entry->type = Type(type.substr(1));
  const size_t slashes = fields.rest().find("//");
  entry->reference = fields.rest().substr(0, slashes);
  if (slashes != std::string_view::npos) entry->bank_reference = fields.rest().substr(slashes + 2);
  return true;
}

void BlockParser::AddPayment() {
  const Entry& entry = entry_;
  if (batch_.payments.size() >= kBatchPayments) Flush();
  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  payment.currency = currency_;
  payment.amount_minor = entry.amount_minor;
  payment.direction = entry.credit ? Direction::kCredit : Direction::kDebit;
  payment.booking_date = entry.booking_date;
  payment.value_date = entry.value_date;
  payment.origin = is_report_ ? Origin::kReport : Origin::kStatement;
  payment.is_pending = entry.expected || !is_posted_;
  payment.statement = statement_;
  payment.record = ordinal_++;
  payment.bank_reference = Decoded(TrimRight(entry.bank_reference));
  const std::string_view reference = TrimRight(entry.reference);
  if (!IsSwiftFiller(reference)) {
    batch_.AddReference(&payment, {Decoded(reference), ReferenceScheme::kText});
  }
  for (size_t i = 1; i < content_.size(); ++i) {
    const std::string_view line = TrimRight(content_[i]);
    const std::string_view charges = SwiftCharges(line);
    bool dotted = false;
    if (!charges.empty() && charges.substr(0, 3) == currency_.code()) {
      ReadAmount(charges.substr(3), currency_.decimals(), &payment.charges_minor, &dotted);
    }
    if (!line.empty() && line[0] != '/') batch_.AddText(&payment, Decoded(line));
  }
  entry_open_ = true;
  details_.Clear();
  SetKind(details_, &payment);

  ++(entry.credit ? part_.credits : part_.debits);
  (entry.credit ? part_.credit_minor : part_.debit_minor) += entry.amount_minor;
  if (entry.expected) {
    ++(entry.credit ? part_.expected_credits : part_.expected_debits);
    (entry.credit ? part_.expected_credit_minor : part_.expected_debit_minor) += entry.amount_minor;
    ++summary_->tally.unbooked;
    return;
  }
  BlockTally& tally = summary_->tally;
  ++tally.entries;
  ++tally.transactions;
  (entry.credit ? sum_.credit_minor : sum_.debit_minor) += entry.amount_minor;
  if (!first_date_.has_value() || entry.booking_date < first_date_)
    first_date_ = entry.booking_date;
  last_date_ = std::max(last_date_, entry.booking_date);
}

void BlockParser::ReadDetails() {
  Payment& payment = batch_.payments.back();
  details_.Clear();
  if (is_ascii_) {
    ReadSwiftDetails(content_, entry_.credit, &text_, &details_);
  } else {
    decoded_.clear();
    for (const std::string_view line : content_) decoded_.push_back(Decoded(line));
    ReadSwiftDetails(decoded_, entry_.credit, &text_, &details_);
  }
  SetKind(details_, &payment);
  SetParties(details_, &payment);
  if (!details_.end_to_end_id.empty()) payment.end_to_end_id = details_.end_to_end_id;
  const bool takes_back =
      payment.kind == PaymentKind::kReversal || payment.kind == PaymentKind::kDirectDebitReturn;
  if (takes_back) payment.reverses = payment.end_to_end_id;
  if (!details_.structured.empty()) {
    batch_.AddReference(&payment, {details_.structured, ReferenceScheme::kUnknown});
  }
  for (const std::string_view text : details_.text) batch_.AddText(&payment, text);
  if (details_.lump || details_.transactions > 1) {
    payment.details_missing = true;
    payment.entry_transactions = details_.transactions;
  }
  if (details_.charges.substr(0, 3) == currency_.code()) {
    bool dotted = false;
    FieldReader fields(details_.charges.substr(3));
    ReadAmount(fields.TakeAmount(), currency_.decimals(), &payment.charges_minor, &dotted);
  }
}

void BlockParser::SetParties(const SwiftDetails& details, Payment* payment) {
  payment->payer_name = details.payer_name;
  if (details.payer_account.empty()) return;
  if (HasIbanShape(details.payer_account)) {
    payment->payer_account = details.payer_account;
  } else if (!details.payer_bank.empty()) {
    const std::string both = Concat(details.payer_bank, "/", details.payer_account);
    payment->payer_account = text_.Copy(AccountName(both, currency_));
  } else {
    payment->payer_account = text_.Copy(AccountName(details.payer_account, currency_));
  }
}

// What an entry is, by its mark, its type (the last three letters) and the bank's own code.
void BlockParser::SetKind(const SwiftDetails& details, Payment* payment) {
  const uint32_t type = entry_.type;
  const bool is_return = details.transaction_code == 108 || details.transaction_code == 109 ||
                         details.transaction_code == 159 || !details.return_reason.empty() ||
                         type == Type("RTI");
  if (entry_.reversal) {
    payment->kind = PaymentKind::kReversal;
  } else if (is_return) {
    payment->kind = entry_.credit ? PaymentKind::kReversal : PaymentKind::kDirectDebitReturn;
  } else if (type == Type("CHG") || type == Type("COM")) {
    payment->kind = PaymentKind::kFee;
  } else if (type == Type("INT")) {
    payment->kind = PaymentKind::kInterest;
  } else if (entry_.credit) {
    payment->kind = type == Type("DDT") ? PaymentKind::kDirectDebit : PaymentKind::kPayment;
  } else {
    payment->kind = PaymentKind::kTransfer;
  }
}

// `text` as UTF-8.
std::string_view BlockParser::Decoded(std::string_view text) {
  if (is_utf8_ || !HasHighByte(text)) return text;
  std::string utf8;
  AppendAsUtf8(kCharset, text, &utf8);
  return text_.Copy(utf8);
}

void BlockParser::Flush() {
  if (!batch_.payments.empty()) sink_->Payments(batch_);
  batch_.Clear();
  text_.Clear();
  entry_open_ = false;
}

void BlockParser::StoreSums() {
  if (!currency_.is_none() && (sum_.credit_minor != 0 || sum_.debit_minor != 0)) {
    if (sum_.credit_minor != 0) summary_->tally.credit_minor[currency_] += sum_.credit_minor;
    if (sum_.debit_minor != 0) summary_->tally.debit_minor[currency_] += sum_.debit_minor;
  }
  sum_ = {};
  summary_->tally.first_date = first_date_;
  summary_->tally.last_date = last_date_;
}

// Goes through the points of all blocks in the order of the file and compares the sums.
class Judge {
 public:
  explicit Judge(Verdict* verdict, bool is_report) : verdict_(verdict), is_report_(is_report) {}

  void Take(const Summary& summary, uint64_t lines) {
    for (const Step& step : summary.steps) {
      record_ = lines + step.line + 1;
      Add(step);
      Compare(step);
    }
  }

  void End() {
    CloseMessage();
    const bool is_whole = has_total_ || has_end_ || has_closing_;
    if (is_report_ && in_message_ && !is_whole) {
      verdict_->Problem(
          DeviationCode::kFileTruncated, record_, offset_,
          "message: expected its totals (:90C:, :90D:) or its end (-), found neither");
    }
    for (const auto& [account, last] : last_) {
      if (last.intermediate) NotePageMissing(last);
    }
  }

 private:
  // The last statement of an account.
  struct Last {
    uint32_t number = 0;
    uint32_t page = 0;
    int64_t closing_minor = 0;
    bool intermediate = false;
    uint64_t record = 0;  // of the closing balance
    uint64_t offset = 0;
  };

  void Add(const Step& step) {
    unreadable_ = unreadable_ || step.unreadable;
    credits_ += step.credits;
    debits_ += step.debits;
    expected_credits_ += step.expected_credits;
    expected_debits_ += step.expected_debits;
    credit_minor_ += step.credit_minor;
    debit_minor_ += step.debit_minor;
    expected_credit_minor_ += step.expected_credit_minor;
    expected_debit_minor_ += step.expected_debit_minor;
  }

  void Compare(const Step& step) {
    offset_ = step.offset;
    switch (step.kind) {
      case Step::Kind::kMessage:
        CloseMessage();
        Open();
        return;
      case Step::Kind::kAccount:
        account_ = step.account;
        return;
      case Step::Kind::kNumber:
        number_ = step.number;
        page_ = step.page;
        return;
      case Step::Kind::kOpening:
        Opening(step);
        return;
      case Step::Kind::kClosing:
        Closing(step);
        return;
      case Step::Kind::kTotal:
        has_total_ = true;
        Total(step);
        return;
      case Step::Kind::kEnd:
        has_end_ = true;
        return;
      case Step::Kind::kBlockEnd:
        return;
    }
  }

  void Open() {
    *this = Judge(verdict_, is_report_, std::move(last_));
    in_message_ = true;
  }

  Judge(Verdict* verdict, bool is_report, std::map<std::string, Last> last)
      : verdict_(verdict), is_report_(is_report), last_(std::move(last)) {}

  void CloseMessage() {
    if (!in_message_ || is_report_) return;
    if (has_closing_ && credits_ + debits_ != closed_entries_) {
      verdict_->Problem(
          DeviationCode::kRecordMalformed, record_, offset_,
          "message: expected nothing booked behind the closing balance, found entries");
    }
    if (!has_opening_) {
      verdict_->Problem(DeviationCode::kFileTruncated, record_, offset_,
                        "message: expected an opening balance (:60F: or :60M:), found none");
    } else if (!has_closing_) {
      verdict_->Problem(DeviationCode::kFileTruncated, record_, offset_,
                        "message: expected a closing balance (:62F: or :62M:), found its end");
    }
  }

  void Opening(const Step& step) {
    if (has_opening_) {
      verdict_->Problem(DeviationCode::kRecordMalformed, record_, step.offset,
                        "message: expected one opening balance, found a second");
      return;
    }
    has_opening_ = true;
    balance_minor_ = step.amount_minor;
    decimals_ = step.currency.decimals();
    const auto place = last_.find(account_);
    if (place == last_.end() || number_ == 0) return;
    const Last& last = place->second;
    if (step.intermediate) {
      NextPage(step, last);
    } else {
      NextStatement(step, last);
    }
  }

  void NextPage(const Step& step, const Last& last) {
    if (page_ != 0 && last.page != 0 && (number_ != last.number || page_ != last.page + 1)) {
      verdict_->Problem(
          DeviationCode::kSequenceGap, record_, step.offset,
          Concat("statement ", number_, ": expected page ", last.page + 1, ", found page ", page_));
      return;
    }
    verdict_->ControlBalance("opening balance of a page against the page before",
                             last.closing_minor, step.amount_minor, decimals_, record_,
                             step.offset);
  }

  // A page whose balance is not the last one, and nothing behind it.
  void NotePageMissing(const Last& last) {
    verdict_->Remark(DeviationCode::kSequenceGap, last.record, last.offset,
                     Concat("statement ", last.number, ": expected a page behind page ", last.page,
                            " (:62M:), found none"));
  }

  // Numbers begin again each year; a bank that does not number its statements repeats one.
  void NextStatement(const Step& step, const Last& last) {
    if (last.intermediate) NotePageMissing(last);
    if (number_ == last.number) return;
    if (number_ == last.number + 1) {
      verdict_->ControlBalance("opening balance against the statement before", last.closing_minor,
                               step.amount_minor, decimals_, record_, step.offset);
    } else if (number_ > last.number + 1) {
      verdict_->Remark(DeviationCode::kSequenceGap, record_, step.offset,
                       Concat("statement: expected number ", last.number + 1, ", found ", number_));
    }
  }

  void Closing(const Step& step) {
    if (!has_opening_ || has_closing_) {
      verdict_->Problem(
          DeviationCode::kRecordMalformed, record_, step.offset,
          "message: expected one closing balance after an opening balance, found another");
      return;
    }
    has_closing_ = true;
    closed_entries_ = credits_ + debits_;
    const Int128 computed = balance_minor_ + credit_minor_ - debit_minor_;
    if (!unreadable_) {
      verdict_->ControlBalance("closing balance", step.amount_minor, computed, decimals_, record_,
                               step.offset);
    }
    last_[account_] = {number_, page_, step.amount_minor, step.intermediate, record_, step.offset};
  }

  void Total(const Step& step) {
    if (unreadable_) return;
    const uint64_t count = step.credit ? credits_ : debits_;
    const uint64_t expected = step.credit ? expected_credits_ : expected_debits_;
    const Int128 minor = step.credit ? credit_minor_ : debit_minor_;
    const Int128 expected_minor = step.credit ? expected_credit_minor_ : expected_debit_minor_;
    // Booked entries alone, or those that are only expected too: banks differ.
    const bool booked_alone = step.count == count - expected;
    verdict_->Control(step.credit ? "count of credits (:90C:)" : "count of debits (:90D:)",
                      step.count, booked_alone ? count - expected : count, record_, step.offset);
    verdict_->ControlAmount(step.credit ? "sum of credits (:90C:)" : "sum of debits (:90D:)",
                            step.amount_minor, booked_alone ? minor - expected_minor : minor,
                            step.currency.decimals(), record_, step.offset);
  }

  Verdict* verdict_;
  bool is_report_;
  std::map<std::string, Last> last_;
  uint64_t record_ = 0;
  uint64_t offset_ = 0;
  bool in_message_ = false;
  bool has_opening_ = false;
  bool has_closing_ = false;
  bool has_total_ = false;
  bool has_end_ = false;
  bool unreadable_ = false;
  uint64_t closed_entries_ = 0;
  std::string account_;
  uint32_t number_ = 0;
  uint32_t page_ = 0;
  int decimals_ = 2;
  Int128 balance_minor_ = 0;
  uint64_t credits_ = 0;
  uint64_t debits_ = 0;
  uint64_t expected_credits_ = 0;
  uint64_t expected_debits_ = 0;
  Int128 credit_minor_ = 0;
  Int128 debit_minor_ = 0;
  Int128 expected_credit_minor_ = 0;
  Int128 expected_debit_minor_ = 0;
};

// Where the last line of `bytes` begins that starts with `prefix`, or npos. Never at 0.
size_t LastLine(std::string_view bytes, std::string_view prefix) {
  const char* const begin = bytes.data();
  size_t size = bytes.size();
  while (size > 0) {
    const void* found = memrchr(begin, '\n', size);
    if (found == nullptr) return std::string_view::npos;
    const size_t at = static_cast<size_t>(static_cast<const char*>(found) - begin);
    if (bytes.substr(at + 1, prefix.size()) == prefix) return at + 1;
    size = at;
  }
  return std::string_view::npos;
}

class SwiftReader : public FormatReader {
 public:
  SwiftReader(const ReadOptions& options, bool is_report)
      : options_(options), is_report_(is_report) {}

  bool parallel() const override { return true; }

  // Before an entry or a message: an entry and its details stay together.
  size_t CutBlock(std::string_view bytes) const override {
    const size_t entry = LastLine(bytes, ":61:");
    if (entry != std::string_view::npos) return entry;
    const size_t message = LastLine(bytes, ":20:");
    return message != std::string_view::npos ? message : 0;
  }

  // The header of the message that is open at the end of the block.
  std::string ExitContext(const Block& block) const override {
    std::string_view bytes = block.bytes;
    if (block.index == 0) bytes.remove_prefix(ByteOrderMarkSize(bytes));
    size_t begin = LastLine(bytes, ":20:");
    if (begin == std::string_view::npos) {
      if (bytes.substr(0, 4) != ":20:") return {};
      begin = 0;
    }
    const std::string_view header = bytes.substr(begin);
    const size_t entry = header.find("\n:61:");
    return std::string(header.substr(0, entry == std::string_view::npos ? entry : entry + 1));
  }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view context,
                                           BlockSink* sink) const override {
    const bool is_posted = !is_report_ || options_.settings.report_is_payments;
    return BlockParser(block, is_report_, is_posted, sink).Run(context);
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report =
        JoinTallies(is_report_ ? kReportName : kStatementName, "", FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    Judge judge(&verdict, is_report_);
    uint64_t lines = 0;
    bool lists_unbooked = false;
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto& summary = static_cast<const Summary&>(*each);
      judge.Take(summary, lines);
      verdict.warnings().Join(summary.warnings, lines);
      lines += summary.tally.lines;
      lists_unbooked |= summary.tally.unbooked > 0;
    }
    judge.End();
    verdict.Close(options_.settings.allow_empty || lists_unbooked);
    return result;
  }

 private:
  ReadOptions options_;
  bool is_report_;
};

// Which tags stand at the beginning of lines of the head.
int Sniff(std::string_view head, bool want_report) {
  bool message = false;
  bool account = false;
  bool balance = false;
  bool report = false;
  for (size_t at = 0; at < head.size();) {
    const size_t stop = std::min(head.find('\n', at), head.size());
    size_t size = 0;
    const uint32_t tag = TagOf(head.substr(at, stop - at), &size);
    message = message || tag == Tag(20);
    account = account || (message && (tag == Tag(25) || tag == Tag(25, 'P')));
    balance = balance || (message && (tag == Tag(60, 'F') || tag == Tag(60, 'M')));
    report = report || (message && (tag == Tag(34, 'F') || tag == Tag(13, 'D') ||
                                    tag == Tag(90, 'C') || tag == Tag(90, 'D')));
    at = stop + 1;
  }
  if (!message || !account) return 0;
  if (want_report) return report && !balance ? 90 : 0;
  return balance ? 90 : (report ? 0 : 40);
}

int SniffStatement(std::string_view head) {
  return Sniff(head, false);
}

int SniffReport(std::string_view head) {
  return Sniff(head, true);
}

std::unique_ptr<FormatReader> MakeStatementReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<SwiftReader>(options, false);
}

std::unique_ptr<FormatReader> MakeReportReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<SwiftReader>(options, true);
}

}  // namespace

extern const Format kMt940;
const Format kMt940 = {kStatementName, FileKind::kPayments, "SWIFT customer statement (MT940)",
                       SniffStatement, MakeStatementReader, MakeMt940Writer};

extern const Format kMt942;
const Format kMt942 = {
    kReportName, FileKind::kPayments, "SWIFT interim transaction report (MT942); information only",
    SniffReport, MakeReportReader,    nullptr};

}  // namespace kvitt
