// tito: the Finnish machine-readable account statement (konekielinen tiliote).
//
//   file      = statement+
//   statement = T00 ( T10 T11* | T40 | T50 | T51 | T60 | T70 | T80 T81* )*
//
// Every record begins with T, a two-digit type and its own three-digit length, these six characters
// included. Lines end with CRLF, LF or not at all; trailing blanks may be missing. Amounts are a sign
// and 18 digits of minor units, dates YYMMDD.
//
//   T00  10-23 account (machine form), 24-26 statement number, 27-32 and 33-38 period, 66-71 date and
//        72-90 amount of the opening balance, 91-96 number of records (zeros: not said), 97-99
//        currency, 293-310 IBAN
//   T10  7-12 number, 13-30 archive id, 31-36 booking, 37-42 value and 43-48 payment date, 49 type
//        (1 credit, 2 debit, 3 correction of a credit, 4 correction of a debit, 9 rejected), 50-52
//        entry code, 53-87 its text, 88-106 amount, 107 receipt code (E: itemised elsewhere), 109-143
//        name, 145-158 account of the counterparty, 160-179 reference, 188 level
//   T11  7-8 kind, then: 00, 06, 07 text in lines of 35; 01 number of items; 04 archive id of what is
//        corrected; 09 name; 11 reference of 35, IBAN of 35, ...
//   T40  7-12 date, 13-31 closing balance
//   T50  7 period (1 day, 2 statement, 3 month, 4 year), 8-13 date, 14-21 number and 22-40 sum of
//        credits, 41-48 number and 49-67 sum of debits; T51 the corrections among them
//
// A T10 of level blank or 0 is an entry. Levels 1 to 9 itemise the entry above, under its number: they
// are no more money. Where the items of level 1 add up to their entry they are the payments, else the
// entry is, and its details are missing.
//
// Sources: kajala/django-jbank (jbank/tito.py), nnarhinen/corporate.js (lib/tito.js); the checks hold
// on two public statements.
//
// What is not confirmed, and how it is read here:
// - Whether T51 counts corrections of credits among its debits, as T50 does: both ways are accepted.
// - Entries of type 9 and records T80: never posted, a `not_booked` deviation. If the balance
//   counted them the file would be set aside.
// - T11 of the kinds 02, 03, 05, 08 and the later fields of 11: not read.
// - Entry codes 704 (direct debit), 730 (fee), 740 and 750 (interest) give the kind; others are
//   payments. A credit of type 4 gives back what the account holder paid, and is a transfer.
//
// Character set as in ktl: seven-bit SFS 4017, or ISO-8859-1 where the file has any byte above 127.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/bytes/charset.h"
#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "tito";
constexpr size_t kHeaderSize = 6;

constexpr Field kAccount{10, 23};
constexpr Field kStatementNumber{24, 26};
constexpr Field kPeriodFirst{27, 32};
constexpr Field kPeriodLast{33, 38};
constexpr Field kOpeningBalance{72, 90};
constexpr Field kRecordCount{91, 96};
constexpr Field kCurrencyCode{97, 99};
constexpr Field kIban{293, 310};

constexpr Field kEntryNumber{7, 12};
constexpr Field kArchiveId{13, 30};
constexpr Field kBookingDate{31, 36};
constexpr Field kValueDate{37, 42};
constexpr Field kPaymentDate{43, 48};
constexpr Field kEntryType{49, 49};
constexpr Field kEntryCode{50, 52};
constexpr Field kAmount{88, 106};
constexpr Field kReceiptCode{107, 107};
constexpr Field kCounterparty{109, 143};
constexpr Field kCounterpartyAccount{145, 158};
constexpr Field kReference{160, 179};
constexpr Field kLevel{188, 188};

constexpr Field kKind{7, 8};
constexpr size_t kTextLine = 35;

constexpr Field kBalanceDate{7, 12};
constexpr Field kClosingBalance{13, 31};

constexpr Field kPeriod{7, 7};
constexpr Field kTotalsDate{8, 13};
constexpr Field kCreditCount{14, 21};
constexpr Field kCreditSum{22, 40};
constexpr Field kDebitCount{41, 48};
constexpr Field kDebitSum{49, 67};

struct Record {
  const char* cells = nullptr;  // padded with blanks far beyond the record
  size_t length = 0;            // as the record says
  size_t begin = 0;             // in the decoded text
  uint64_t ordinal = 0;         // from 0
  std::string_view type;        // "T10"
};

// Takes records off a text that may lack line ends, and lines that may lack their trailing blanks.
class RecordCursor {
 public:
  enum class Step : uint8_t { kRecord, kDamaged, kEnd };

  RecordCursor(std::string_view text, TextArena* arena) : text_(text), arena_(arena) {}

  // kDamaged: what stands here is no record; goes on behind its line.
  Step Next(Record* record) {
    while (at_ < text_.size() && IsGap(text_[at_])) ++at_;
    if (at_ >= text_.size()) return Step::kEnd;
    record->begin = at_;
    record->ordinal = records_++;
    const size_t line_end = std::min(text_.find_first_of("\r\n", at_), text_.size());
    uint64_t number = 0;
    uint64_t length = 0;
    if (text_[at_] != 'T' || !ReadDigits(text_.substr(at_ + 1, 2), &number) ||
        text_.size() < at_ + kHeaderSize || !ReadDigits(text_.substr(at_ + 3, 3), &length) ||
        length < kHeaderSize) {
      at_ = line_end;
      return Step::kDamaged;
    }
    const std::string_view present = text_.substr(at_, std::min<size_t>(length, line_end - at_));
    // Room for every field of every type, so that short records read as blanks.
    constexpr size_t kCellsMin = 400;
    const size_t room = std::max<size_t>(length, kCellsMin);
    char* cells = arena_->Allocate(room);
    std::memset(cells, ' ', room);
    std::memcpy(cells, present.data(), present.size());
    record->cells = cells;
    record->length = length;
    record->type = std::string_view(cells, 3);
    at_ += present.size();
    return Step::kRecord;
  }

  uint64_t records() const { return records_; }

 private:
  static bool IsGap(char c) {
    return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == '\x1a';
  }

  std::string_view text_;
  TextArena* arena_;
  size_t at_ = 0;
  uint64_t records_ = 0;
};

struct CountAndSum {
  uint64_t count = 0;
  Int128 minor = 0;

  void Add(Int128 amount) {
    ++count;
    minor += amount;
  }
};

// Entries as T50 and T51 count them.
struct Totals {
  CountAndSum credits;
  CountAndSum debits;              // sums are negative
  CountAndSum credit_corrections;  // type 3, among the debits
  CountAndSum debit_corrections;   // type 4, among the credits
};

// A figure of the file against what was computed.
struct Finding {
  std::string what;
  Int128 declared = 0;
  Int128 computed = 0;
  int decimals = 0;
  uint64_t record = 0;
  uint64_t offset = 0;
  bool is_balance = false;
};

struct TitoSummary : BlockSummary {
  std::vector<Finding> findings;
  Warnings warnings;
  uint64_t notices = 0;
};

// One T10 with what its T11 add.
struct Movement {
  Record record;
  char type = '0';
  std::string_view code;
  std::string_view archive_id;
  std::string_view name;
  std::string_view account;
  std::string_view corrected;
  std::vector<PaymentReference> references;
  std::vector<std::string_view> text;
  Date booking_date;
  Date value_date;
  int64_t signed_minor = 0;
  uint32_t items_declared = 0;
  bool is_itemised_elsewhere = false;
};

class Parser {
 public:
  Parser(const Block& block, BlockSink* sink) : block_(block), sink_(sink) {
    std::string_view text = block.bytes;
    text.remove_prefix(ByteOrderMarkSize(text));
    skipped_ = block.bytes.size() - text.size();
    charset_ = HasHighByte(text) ? Charset::kIso8859_1 : Charset::kIso646SeFi;
    if (charset_ == Charset::kIso8859_1 && IsUtf8(text)) {
      is_utf8_ = true;
      AppendFromUtf8(Charset::kWindows1252, text, &decoded_);
      charset_ = Charset::kWindows1252;
      text = decoded_;
    }
    text_ = text;
  }

  std::unique_ptr<BlockSummary> Parse() {
    RecordCursor cursor(text_, &arena_);
    Record record;
    for (RecordCursor::Step step = cursor.Next(&record); step != RecordCursor::Step::kEnd;
         step = cursor.Next(&record)) {
      if (step == RecordCursor::Step::kDamaged) {
        Malformed(record, ExpectedFound("start of a record", "T and five digits",
                                        text_.substr(record.begin, 6)));
      } else {
        TakeRecord(record);
      }
    }
    CloseStatement();
    Flush();
    BlockTally& tally = summary_->tally;
    tally.lines = cursor.records();
    tally.statements_opened = statement_;
    for (const auto& [currency, minor] : credits_) tally.credit_minor[currency] = minor;
    for (const auto& [currency, minor] : debits_) tally.debit_minor[currency] = minor;
    return std::move(summary_);
  }

 private:
  void TakeRecord(const Record& record);
  void OpenStatement(const Record& record);
  void CloseStatement();
  void CheckSequence(const Record& record, uint64_t number);
  void TakeEntry(const Record& record);
  bool ReadMovement(const Record& record, Movement* movement);
  bool ReadAmount(const Record& record, Movement* movement);
  void CountEntry(const Movement& entry);
  void TakeDetail(const Record& record);
  void AddLines(const Record& record, Movement* movement);
  void TakeSepaDetail(const Record& record, Movement* movement);
  void CloseEntry();
  void Emit(const Movement& movement, const Movement* entry);
  void TakeBalance(const Record& record);
  void TakeTotals(const Record& record);
  void CheckTotals(const Record& record,
                   std::string_view what,
                   const CountAndSum& credits,
                   const CountAndSum& debits);
  bool ReadTotals(const Record& record, CountAndSum* credits, CountAndSum* debits);
  std::string AccountOf(const Record& record);

  static bool ReadSigned(const Record& record, Field field, int64_t* minor);
  static PaymentKind KindOf(const Movement& movement);

  std::string_view Text(const Record& record, Field field) {
    const std::string_view cells = TrimBlanks(Cells(record.cells, field));
    if (!NeedsDecoding(charset_, cells)) return cells;
    std::string utf8;
    AppendAsUtf8(charset_, cells, &utf8);
    return arena_.Copy(utf8);
  }

  // Of a record in the file: characters and bytes differ where the text came as UTF-8.
  uint64_t OffsetOf(const Record& record) const {
    size_t bytes = record.begin;
    if (is_utf8_) {
      std::string_view rest = block_.bytes.substr(skipped_);
      char32_t ignored = 0;
      for (size_t i = 0; i < record.begin && !rest.empty(); ++i) TakeCodePoint(&rest, &ignored);
      bytes = block_.bytes.size() - skipped_ - rest.size();
    }
    return block_.offset + skipped_ + bytes;
  }

  void Malformed(const Record& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.ordinal, OffsetOf(record),
               std::move(text));
  }

  bool Refuse(const Record& record, std::string_view what, std::string_view expected, Field field) {
    Malformed(record, ExpectedFound(what, expected, Cells(record.cells, field)));
    return false;
  }

  void Check(const Record& record,
             std::string what,
             Int128 declared,
             Int128 computed,
             int decimals,
             bool is_balance) {
    Finding& finding = summary_->findings.emplace_back();
    finding = {std::move(what),    declared,         computed,  decimals,
               record.ordinal + 1, OffsetOf(record), is_balance};
  }

  void Notice(const Record& record, DeviationCode code, std::string text) {
    sink_->Problem({code, record.ordinal, OffsetOf(record), std::move(text)});
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Block& block_;
  BlockSink* sink_;
  std::string decoded_;
  std::string_view text_;
  size_t skipped_ = 0;  // the byte order mark
  bool is_utf8_ = false;
  Charset charset_ = Charset::kIso646SeFi;
  TextArena arena_;
  PaymentBatch batch_;
  std::unique_ptr<TitoSummary> summary_ = std::make_unique<TitoSummary>();
  std::map<Currency, Int128> credits_;
  std::map<Currency, Int128> debits_;
  uint32_t statement_ = 0;

  // Of the open statement.
  bool is_open_ = false;
  Record opening_;
  std::string_view account_;
  Currency currency_;
  Int128 balance_ = 0;
  bool has_closing_ = false;  // a T40 stands behind the last entry
  uint64_t records_ = 0;
  uint64_t records_declared_ = 0;
  std::map<Date, Totals> days_;
  Totals all_;

  // The entry whose items and details may still come.
  bool has_entry_ = false;
  Movement entry_;
  std::vector<Movement> items_;
  Movement* detailed_ = nullptr;  // that a T11 adds to; null: to nothing that is read

  struct Last {
    uint64_t number = 0;
    Int128 closing = 0;
  };

  std::map<std::string_view, Last> last_by_account_;
};

void Parser::TakeRecord(const Record& record) {
  if (record.type == "T00") return OpenStatement(record);
  if (!is_open_) {
    return Malformed(record,
                     "a record outside a statement: expected a record T00 before it, found none");
  }
  ++records_;
  if (record.type == "T10") return TakeEntry(record);
  if (record.type == "T11") return TakeDetail(record);
  if (record.type == "T81") return;
  CloseEntry();
  if (record.type == "T40") return TakeBalance(record);
  if (record.type == "T50" || record.type == "T51") return TakeTotals(record);
  if (record.type == "T60" || record.type == "T70") return;
  if (record.type == "T80") {
    ++summary_->notices;
    return Notice(
        record, DeviationCode::kNotBooked,
        "a record T80, which is not known to be booked: expected an entry T10, nothing was "
        "posted");
  }
  summary_->warnings.Note("a record of an unknown type was passed over", record.ordinal);
}

std::string Parser::AccountOf(const Record& record) {
  const std::string_view digits = Cells(record.cells, kAccount);
  uint64_t number = 0;
  const bool has_digits = ReadDigits(digits, &number) && number != 0;
  const std::string derived = has_digits ? AccountAlias(Concat("bban-fi:", digits)) : std::string();
  const std::string iban = NormalAccount(TrimBlanks(Cells(record.cells, kIban)));
  if (iban.empty()) {
    if (!has_digits) Refuse(record, "account", "14 digits or an IBAN", kAccount);
    return derived;
  }
  if (!CheckNumber(NumberScheme::kIban, iban).ok) {
    Refuse(record, "IBAN of the account", "a valid one", kIban);
  } else if (has_digits && iban != derived) {
    Malformed(record, ExpectedFound("IBAN of the account", derived, iban));
  }
  return iban;
}

void Parser::OpenStatement(const Record& record) {
  CloseStatement();
  ++statement_;
  is_open_ = true;
  has_closing_ = false;
  opening_ = record;
  records_ = 1;
  days_.clear();
  all_ = Totals();
  account_ = arena_.Copy(AccountOf(record));
  std::vector<std::string>& accounts = summary_->tally.accounts;
  if (accounts.size() < 100 &&
      std::find(accounts.begin(), accounts.end(), account_) == accounts.end()) {
    accounts.emplace_back(account_);
  }
  currency_ = Currency::FromCode(Cells(record.cells, kCurrencyCode));
  if (currency_.is_none()) Refuse(record, "currency", "an ISO 4217 code", kCurrencyCode);
  int64_t opening = 0;
  if (!ReadSigned(record, kOpeningBalance, &opening)) {
    Refuse(record, "opening balance", "a sign and 18 digits", kOpeningBalance);
  }
  balance_ = opening;
  records_declared_ = 0;
  if (!ReadDigits(Cells(record.cells, kRecordCount), &records_declared_)) {
    Refuse(record, "number of records", "six digits", kRecordCount);
  }
  for (const Field field : {kPeriodFirst, kPeriodLast}) {
    Date date;
    if (!ParseDateYYMMDD(Cells(record.cells, field), &date)) {
      Refuse(record, "period of the statement", "YYMMDD", field);
    }
  }
  uint64_t number = 0;
  if (!ReadDigits(Cells(record.cells, kStatementNumber), &number)) {
    Refuse(record, "number of the statement", "three digits", kStatementNumber);
  }
  CheckSequence(record, number);
}

// The statements of one account follow each other: number by number, balance by balance.
void Parser::CheckSequence(const Record& record, uint64_t number) {
  const auto last = last_by_account_.find(account_);
  if (last != last_by_account_.end()) {
    const uint64_t expected = last->second.number + 1;
    if (number == expected) {
      Check(record, "opening balance, against the closing balance of the statement before",
            balance_, last->second.closing, currency_.decimals(), true);
    } else if (number > expected) {
      Notice(record, DeviationCode::kSequenceGap,
             Concat("number of the statement: expected ", std::to_string(expected), ", found ",
                    std::to_string(number)));
    }
  }
  last_by_account_[account_].number = number;
}

void Parser::CloseStatement() {
  if (!is_open_) return;
  CloseEntry();
  is_open_ = false;
  last_by_account_[account_].closing = balance_;
  if (!has_closing_) {
    AddProblem(
        summary_.get(), DeviationCode::kFileTruncated, opening_.ordinal, OffsetOf(opening_),
        "the statement that begins here has no closing balance behind its entries: expected a "
        "record T40, found none");
  }
  if (records_declared_ != 0) {
    Check(opening_, "number of records in the statement", records_declared_, records_, 0, false);
  }
}

bool Parser::ReadSigned(const Record& record, Field field, int64_t* minor) {
  const std::string_view cells = Cells(record.cells, field);
  uint64_t digits = 0;
  if ((cells[0] != '+' && cells[0] != '-') || !ReadDigits(cells.substr(1), &digits)) return false;
  *minor = cells[0] == '-' ? -static_cast<int64_t>(digits) : static_cast<int64_t>(digits);
  return true;
}

void Parser::TakeEntry(const Record& record) {
  const char level = record.cells[kLevel.offset()];
  const bool is_entry = level == ' ' || level == '0';
  if (!is_entry && (level < '1' || level > '9')) {
    Refuse(record, "level", "a blank or a digit", kLevel);
    return;
  }
  if (is_entry) {
    CloseEntry();
    detailed_ = nullptr;
    has_closing_ = false;
    Movement entry;
    if (!ReadMovement(record, &entry)) return;
    if (entry.type == '9') {
      ++summary_->notices;
      return Notice(
          record, DeviationCode::kNotBooked,
          Concat("a rejected entry of ", FormatAmount(entry.signed_minor, currency_.decimals()),
                 " ", currency_.code(), ": expected a booked one, nothing was posted"));
    }
    entry_ = std::move(entry);
    has_entry_ = true;
    detailed_ = &entry_;
    return CountEntry(entry_);
  }
  detailed_ = nullptr;
  if (!has_entry_) {
    summary_->warnings.Note("an item of no booked entry was passed over", record.ordinal);
    return;
  }
  if (level != '1') {
    summary_->warnings.Note("an item below level 1 was passed over", record.ordinal);
    return;
  }
  Movement item;
  if (!ReadMovement(record, &item)) return;
  if (Cells(record.cells, kEntryNumber) != Cells(entry_.record.cells, kEntryNumber)) {
    summary_->warnings.Note("an item with another number than its entry", record.ordinal);
  }
  items_.push_back(std::move(item));
  detailed_ = &items_.back();
}

bool Parser::ReadAmount(const Record& record, Movement* movement) {
  if (!ReadSigned(record, kAmount, &movement->signed_minor)) {
    return Refuse(record, "amount", "a sign and 18 digits", kAmount);
  }
  const bool is_minus = record.cells[kAmount.offset()] == '-';
  switch (movement->type) {
    case '1':
    case '4':
      if (is_minus) return Refuse(record, "sign of a credit", "+", {kAmount.first, kAmount.first});
      return true;
    case '2':
    case '3':
      if (!is_minus) return Refuse(record, "sign of a debit", "-", {kAmount.first, kAmount.first});
      return true;
    case '9':
      return true;
    default:
      return Refuse(record, "type of the entry", "1, 2, 3, 4 or 9", kEntryType);
  }
}

bool Parser::ReadMovement(const Record& record, Movement* movement) {
  movement->record = record;
  movement->type = record.cells[kEntryType.offset()];
  if (!ReadAmount(record, movement)) return false;
  if (!ParseDateYYMMDD(Cells(record.cells, kBookingDate), &movement->booking_date) ||
      !movement->booking_date.has_value()) {
    return Refuse(record, "booking date", "YYMMDD", kBookingDate);
  }
  if (!ParseDateYYMMDD(Cells(record.cells, kValueDate), &movement->value_date)) {
    return Refuse(record, "value date", "YYMMDD or zeros", kValueDate);
  }
  Date payment_date;
  if (!ParseDateYYMMDD(Cells(record.cells, kPaymentDate), &payment_date)) {
    return Refuse(record, "payment date", "YYMMDD or zeros", kPaymentDate);
  }
  movement->code = Cells(record.cells, kEntryCode);
  movement->archive_id = Text(record, kArchiveId);
  movement->name = Text(record, kCounterparty);
  movement->is_itemised_elsewhere = record.cells[kReceiptCode.offset()] == 'E';
  const std::string_view account = TrimBlanks(Cells(record.cells, kCounterpartyAccount));
  uint64_t number = 0;
  if (account.size() == kCounterpartyAccount.size() && ReadDigits(account, &number) &&
      number != 0) {
    movement->account = arena_.Copy(AccountAlias(Concat("bban-fi:", account)));
  }
  const std::string_view reference = Text(record, kReference);
  const size_t first = reference.find_first_not_of('0');
  if (first != std::string_view::npos) {
    const std::string_view value = reference.substr(first);
    const bool is_number = value.find_first_not_of("0123456789") == std::string_view::npos;
    movement->references.push_back(
        {value, is_number ? ReferenceScheme::kViite : ReferenceScheme::kUnknown, false, 0});
  }
  return true;
}

void Parser::CountEntry(const Movement& entry) {
  balance_ += entry.signed_minor;
  ++summary_->tally.entries;
  const bool is_credit = entry.type == '1' || entry.type == '4';
  for (Totals* totals : {&all_, &days_[entry.booking_date]}) {
    (is_credit ? totals->credits : totals->debits).Add(entry.signed_minor);
    if (entry.type == '3') totals->credit_corrections.Add(entry.signed_minor);
    if (entry.type == '4') totals->debit_corrections.Add(entry.signed_minor);
  }
  if (is_credit) {
    credits_[currency_] += entry.signed_minor;
  } else {
    debits_[currency_] -= entry.signed_minor;
  }
  BlockTally& tally = summary_->tally;
  tally.last_date = std::max(tally.last_date, entry.booking_date);
  if (!tally.first_date.has_value() || entry.booking_date < tally.first_date) {
    tally.first_date = entry.booking_date;
  }
}

void Parser::TakeDetail(const Record& record) {
  if (detailed_ == nullptr) return;
  const std::string_view kind = Cells(record.cells, kKind);
  if (kind == "00" || kind == "06" || kind == "07") return AddLines(record, detailed_);
  if (kind == "11") return TakeSepaDetail(record, detailed_);
  if (kind == "01") {
    uint64_t items = 0;
    if (!ReadDigits(Cells(record.cells, {9, 16}), &items) || items > UINT32_MAX) {
      Refuse(record, "number of items", "eight digits", {9, 16});
      return;
    }
    detailed_->items_declared = static_cast<uint32_t>(items);
  } else if (kind == "04") {
    detailed_->corrected = Text(record, {9, 26});
  } else if (kind == "09") {
    const std::string_view name = Text(record, {9, 43});
    if (!name.empty()) detailed_->name = name;
  }
}

void Parser::AddLines(const Record& record, Movement* movement) {
  for (size_t first = kKind.last + 1; first <= record.length; first += kTextLine) {
    const size_t last = std::min(first + kTextLine - 1, record.length);
    const std::string_view line = Text(record, {first, last});
    if (!line.empty()) movement->text.push_back(line);
  }
}

void Parser::TakeSepaDetail(const Record& record, Movement* movement) {
  const std::string_view reference = Text(record, {9, 43});
  if (!reference.empty()) {
    const std::string normal = NormalReference(reference);
    const bool is_known = std::any_of(
        movement->references.begin(), movement->references.end(),
        [&](const PaymentReference& each) { return NormalReference(each.value) == normal; });
    if (!is_known && !normal.empty()) {
      const bool is_rf = CheckNumber(NumberScheme::kRf, reference).ok;
      movement->references.push_back(
          {reference, is_rf ? ReferenceScheme::kRf : ReferenceScheme::kUnknown, false, 0});
    }
  }
  const std::string_view iban = Text(record, {44, 78});
  if (CheckNumber(NumberScheme::kIban, iban).ok) {
    movement->account = arena_.Copy(NormalAccount(iban));
  }
}

// Hands the entry over: as its items where they add up to it, else as itself.
void Parser::CloseEntry() {
  detailed_ = nullptr;
  if (!has_entry_) return;
  has_entry_ = false;
  Int128 sum = 0;
  for (const Movement& item : items_) sum += item.signed_minor;
  const bool adds_up = sum == entry_.signed_minor;
  if (items_.empty() || !adds_up) {
    if (!items_.empty()) {
      summary_->warnings.Note("items that do not add up to their entry were passed over",
                              entry_.record.ordinal);
    }
    entry_.is_itemised_elsewhere |= !items_.empty();
    Emit(entry_, nullptr);
  } else {
    for (const Movement& item : items_) Emit(item, &entry_);
  }
  items_.clear();
}

PaymentKind Parser::KindOf(const Movement& movement) {
  if (movement.type == '4') return PaymentKind::kTransfer;
  const bool is_debit_code = movement.code == "704";
  if (movement.type == '3') {
    return is_debit_code ? PaymentKind::kDirectDebitReturn : PaymentKind::kReversal;
  }
  if (movement.code == "730") return PaymentKind::kFee;
  if (movement.code == "740" || movement.code == "750") return PaymentKind::kInterest;
  return is_debit_code && movement.type == '1' ? PaymentKind::kDirectDebit : PaymentKind::kPayment;
}

void Parser::Emit(const Movement& movement, const Movement* entry) {
  if (movement.signed_minor == 0) {
    summary_->warnings.Note("an entry of zero, which moves no money, passed over",
                            movement.record.ordinal);
    return;
  }
  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  payment.payer_name = movement.name;
  payment.payer_account = movement.account;
  payment.bank_reference = movement.archive_id;
  payment.reverses = movement.corrected;
  payment.amount_minor = movement.signed_minor < 0 ? -movement.signed_minor : movement.signed_minor;
  payment.direction = movement.signed_minor < 0 ? Direction::kDebit : Direction::kCredit;
  payment.booking_date = movement.booking_date;
  payment.value_date = movement.value_date;
  payment.currency = currency_;
  payment.kind = KindOf(movement);
  payment.origin = Origin::kStatement;
  payment.entry_transactions = movement.items_declared;
  payment.details_missing = movement.is_itemised_elsewhere && entry == nullptr;
  if (entry != nullptr) {
    payment.entry_reference = entry->archive_id;
    payment.entry_amount_minor =
        entry->signed_minor < 0 ? -entry->signed_minor : entry->signed_minor;
    payment.entry_transactions = static_cast<uint32_t>(items_.size());
  }
  payment.statement = statement_;
  payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
  for (const PaymentReference& reference : movement.references) {
    batch_.AddReference(&payment, reference);
  }
  for (const std::string_view line : movement.text) batch_.AddText(&payment, line);
  constexpr size_t kBatchMax = 256;
  if (batch_.payments.size() == kBatchMax) Flush();
}

void Parser::TakeBalance(const Record& record) {
  Date date;
  if (!ParseDateYYMMDD(Cells(record.cells, kBalanceDate), &date)) {
    Refuse(record, "date of the balance", "YYMMDD", kBalanceDate);
  }
  int64_t closing = 0;
  if (!ReadSigned(record, kClosingBalance, &closing)) {
    Refuse(record, "closing balance", "a sign and 18 digits", kClosingBalance);
    return;
  }
  has_closing_ = true;
  Check(record, "closing balance", closing, balance_, currency_.decimals(), true);
}

bool Parser::ReadTotals(const Record& record, CountAndSum* credits, CountAndSum* debits) {
  int64_t credit = 0;
  int64_t debit = 0;
  if (!ReadDigits(Cells(record.cells, kCreditCount), &credits->count) ||
      !ReadDigits(Cells(record.cells, kDebitCount), &debits->count)) {
    return Refuse(record, "number of entries", "eight digits", kCreditCount);
  }
  if (!ReadSigned(record, kCreditSum, &credit) || !ReadSigned(record, kDebitSum, &debit)) {
    return Refuse(record, "sum of entries", "a sign and 18 digits", kCreditSum);
  }
  credits->minor = credit;
  debits->minor = debit;
  return true;
}

void Parser::CheckTotals(const Record& record,
                         std::string_view what,
                         const CountAndSum& credits,
                         const CountAndSum& debits) {
  CountAndSum declared_credits;
  CountAndSum declared_debits;
  if (!ReadTotals(record, &declared_credits, &declared_debits)) return;
  const int decimals = currency_.decimals();
  Check(record, Concat("number of credits ", what), declared_credits.count, credits.count, 0,
        false);
  Check(record, Concat("sum of credits ", what), declared_credits.minor, credits.minor, decimals,
        false);
  Check(record, Concat("number of debits ", what), declared_debits.count, debits.count, 0, false);
  Check(record, Concat("sum of debits ", what), declared_debits.minor, debits.minor, decimals,
        false);
}

void Parser::TakeTotals(const Record& record) {
  const char period = record.cells[kPeriod.offset()];
  Date date;
  if (!ParseDateYYMMDD(Cells(record.cells, kTotalsDate), &date)) {
    Refuse(record, "date of the totals", "YYMMDD", kTotalsDate);
    return;
  }
  if (period < '1' || period > '4') {
    Refuse(record, "period of the totals", "1, 2, 3 or 4", kPeriod);
    return;
  }
  // Months and years reach beyond the file.
  if (period > '2') return;
  const Totals totals = period == '1' ? days_[date] : all_;
  const std::string_view of = period == '1' ? "of the day" : "of the statement";
  if (record.type == "T50") return CheckTotals(record, of, totals.credits, totals.debits);
  // Which side a correction is named on is unconfirmed: that of T50, or that of what it corrects.
  CountAndSum credits;
  CountAndSum debits;
  if (!ReadTotals(record, &credits, &debits)) return;
  CountAndSum swapped_credits = totals.credit_corrections;
  CountAndSum swapped_debits = totals.debit_corrections;
  swapped_credits.minor = -swapped_credits.minor;
  swapped_debits.minor = -swapped_debits.minor;
  const auto equal = [](const CountAndSum& a, const CountAndSum& b) {
    return a.count == b.count && (a.minor == b.minor || a.minor == -b.minor);
  };
  const bool is_swapped = equal(credits, swapped_credits) && equal(debits, swapped_debits) &&
                          credits.count + debits.count > 0;
  if (is_swapped) return;
  CheckTotals(record, Concat("corrected ", of), totals.debit_corrections,
              totals.credit_corrections);
}

class TitoReader : public FormatReader {
 public:
  explicit TitoReader(const ReadOptions& options) : allow_empty_(options.settings.allow_empty) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return Parser(block, sink).Parse();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, "", FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    uint64_t notices = 0;
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto* summary = dynamic_cast<const TitoSummary*>(each.get());
      KVITT_CHECK(summary != nullptr);
      Judge(*summary, &verdict);
      notices += summary->notices;
    }
    if (result.report.statements == 0) {
      verdict.Problem(DeviationCode::kFileTruncated, 0, 0,
                      "expected a statement record T00, found none");
    }
    verdict.Close(allow_empty_ || notices > 0);
    return result;
  }

 private:
  static void Judge(const TitoSummary& summary, Verdict* verdict) {
    for (const Finding& finding : summary.findings) {
      if (finding.is_balance && finding.declared != finding.computed) {
        verdict->Problem(
            DeviationCode::kBalanceMismatch, finding.record, finding.offset,
            Concat(finding.what, ": expected ", FormatSum(finding.declared, finding.decimals),
                   " as declared, found ", FormatSum(finding.computed, finding.decimals)));
        continue;
      }
      verdict->ControlAmount(finding.what, finding.declared, finding.computed, finding.decimals,
                             finding.record, finding.offset);
    }
    verdict->warnings().Join(summary.warnings, 0);
  }

  bool allow_empty_;
};

int Sniff(std::string_view head) {
  const size_t start = head.find_first_not_of("\r\n ");
  if (start == std::string_view::npos) return 0;
  head.remove_prefix(start);
  uint64_t length = 0;
  uint64_t number = 0;
  const bool is_statement = head.substr(0, 3) == "T00" && head.size() >= kCurrencyCode.last &&
                            ReadDigits(head.substr(3, 3), &length) &&
                            length >= kCurrencyCode.last &&
                            ReadDigits(Cells(head.data(), kStatementNumber), &number);
  return is_statement ? 92 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<TitoReader>(options);
}

}  // namespace

extern const Format kTito;
const Format kTito = {kName, FileKind::kPayments, "Finnish account statement (TITO)",
                      Sniff, MakeReader,          nullptr};

}  // namespace kvitt
