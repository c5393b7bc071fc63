// coda: account statement of Belgian banks (coded statement of account), 128 characters a record.
//
//   file      = { statement }
//   statement = 0 header, 1 old balance, { movement | 4 text }, 8 new balance, { 4 }, 9 trailer
//   movement  = 21 [ 22 ] [ 23 ] { 31 [ 32 ] [ 33 ] }
//
//   0   6-11 date DDMMYY, 17 D for a duplicate
//   1   2 account structure (0 Belgian number, 1 foreign number, 2 Belgian IBAN, 3 foreign IBAN), 3-5 statement,
//       6-42 account and currency, 43 sign (0 credit, 1 debit), 44-58 amount, 59-64 date
//   21  3-6 sequence, 7-10 detail, 11-31 bank reference, 32 sign, 33-47 amount, 48-53 value date, 54-61 transaction
//       code (type, family, code, category), 62 structured, 63-115 communication, 116-121 entry date,
//       125 globalisation
//   22  11-63 communication, 64-98 customer reference, 99-109 BIC
//   23  11-47 counterparty's account, 48-82 name, 83-125 communication
//   31  40 structured, 41-113 text; 32 11-115 text; 33 11-100 text
//   8   2-4 statement, 5-41 account, 42 sign, 43-57 amount, 58-63 date
//   9   17-22 number of records, 23-37 sum of debits, 38-52 sum of credits, 128 last file
//
// Amounts have 15 digits, the last three are decimals. Movements of detail 0000 are booked; those of the same
// sequence with a higher detail are its parts and become the payments in its place.
//
// Checked: old balance and booked movements lead to the new balance; sums and number of records of the trailer;
// parts add up to their movement; statements of an account follow each other. A statement without its new balance
// or trailer is a truncated file.
//
// UNCONFIRMED and how it is handled: whether records of type 4 count in the trailer: either count is taken. Families
// of transaction codes beyond direct debits (05), closing interest and charges (35) and charges (80) decide nothing:
// a credit is a payment, a debit an outgoing transfer that takes no payment back by its amount alone. A structured
// communication 127 (direct debit) whose sixth to eighth figure says "not paid" makes a debit a return.
//
// Sources: Febelfin, Coded statement of account (CODA) 2.6; wimverstuyf/php-coda-parser.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/bytes/account_name.h"
#include "io/bytes/charset.h"
#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"
#include "io/formats/judged_reader.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "coda";
constexpr size_t kWidth = 128;
constexpr Charset kCharset = Charset::kIso8859_1;

constexpr Field kHeaderDate{6, 11};
constexpr Field kDuplicate{17, 17};
constexpr Field kOldStatement{3, 5};
constexpr Field kOldAmount{44, 58};
constexpr Field kOldDate{59, 64};
constexpr Field kSequence{3, 6};
constexpr Field kDetail{7, 10};
constexpr Field kBankReference{11, 31};
constexpr Field kAmount{33, 47};
constexpr Field kValueDate{48, 53};
constexpr Field kTransactionType{54, 54};
constexpr Field kFamily{55, 56};
constexpr Field kStructured{62, 62};
constexpr Field kCommunication{63, 115};
constexpr Field kEntryDate{116, 121};
constexpr Field kGlobalisation{125, 125};
constexpr Field kCommunication2{11, 63};
constexpr Field kCustomerReference{64, 98};
constexpr Field kCounterpartyAccount{11, 47};
constexpr Field kCounterpartyName{48, 82};
constexpr Field kCommunication3{83, 125};
constexpr Field kInformationStructured{40, 40};
constexpr Field kInformation{41, 113};
constexpr Field kInformation2{11, 115};
constexpr Field kInformation3{11, 100};
constexpr Field kNewAmount{43, 57};
constexpr Field kRecordCount{17, 22};
constexpr Field kDebits{23, 37};
constexpr Field kCredits{38, 52};

// One movement or part, before it is known which of both is the payment.
struct Movement {
  std::string sequence;
  bool is_part = false;
  bool credit = false;
  bool structured = false;
  int64_t amount_minor = 0;
  Date value_date;
  Date entry_date;
  char type = '0';
  char globalisation = '0';
  std::string family;
  std::string bank_reference;
  std::string communication;  // all parts of it, as cells in UTF-8
  std::string customer_reference;
  std::string payer_account;
  std::string payer_name;
  std::string information;
  size_t line = 0;
  uint64_t offset = 0;
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The IBAN of a Belgian account number of twelve digits.
std::string BelgianIban(std::string_view number) {
  int rest = 0;
  for (const char c : Concat(number, "111400")) rest = (rest * 10 + (c - '0')) % 97;
  const int check = 98 - rest;
  return Concat("BE", check < 10 ? "0" : "", static_cast<uint64_t>(check), number);
}

class FileParser {
 public:
  FileParser(const Block& block, BlockSink* sink, JudgedSummary* summary)
      : block_(block), sink_(sink), summary_(summary), verdict_(&summary->controls) {}

  void Run(bool allow_empty) {
    FixedWidthLines<kWidth> lines(block_.bytes, DetectFraming(block_.bytes, kWidth), &arena_);
    while (lines.Next(&record_)) Read();
    if (place_ != Place::kOutside) {
      Fault(DeviationCode::kFileTruncated, "9 trailer", "the end of the file");
    }
    summary_->tally.lines = lines.lines();
    summary_->controls.transactions = summary_->tally.transactions;
    verdict_.Close(allow_empty);
  }

 private:
  enum class Place : uint8_t { kOutside, kHeader, kMovements, kClosed };

  std::string_view Raw(Field field) const { return Cells(record_.cells, field); }

  std::string Text(Field field) {
    return std::string(TextField(record_, field, kCharset, &arena_));
  }

  // A field whose blanks matter, as UTF-8.
  std::string Whole(Field field) const {
    std::string text;
    AppendAsUtf8(Charset::kWindows1252, Raw(field), &text);
    return text;
  }

  void Fault(DeviationCode code, std::string_view expected, std::string_view found) {
    verdict_.Problem(code, record_.line + 1, block_.offset + record_.offset,
                     ExpectedFound("record", expected, found));
  }

  void Malformed(std::string_view expected, std::string_view found) {
    sound_ = false;
    Fault(DeviationCode::kRecordMalformed, expected, found);
  }

  void Read() {
    if (record_.flaw != LineFlaw::kNone) {
      Malformed("128 characters of text", Describe(record_.flaw));
      return;
    }
    const char type = record_.cells[0];
    if (type == '1' || type == '2' || type == '3' || type == '8') ++records_;
    if (type == '4') ++texts_;
    switch (type) {
      case '0':
        ReadHeader();
        return;
      case '1':
        ReadOld();
        return;
      case '2':
      case '3':
        if (Expect(Place::kMovements, "1 old balance before it")) ReadMovementRecord();
        return;
      case '4':
        return;
      case '8':
        ReadNew();
        return;
      case '9':
        ReadTrailer();
        return;
      default:
        Malformed("a record of type 0, 1, 2, 3, 4, 8 or 9", Raw({1, 2}));
        return;
    }
  }

  bool Expect(Place place, std::string_view expected) {
    if (place_ == place) return true;
    Malformed(expected, Raw({1, 2}));
    return false;
  }

  bool ReadDate(Field field, Date* date) {
    if (ParseDateDDMMYY(Raw(field), date) && date->has_value()) return true;
    Malformed("a date DDMMYY", Raw(field));
    return false;
  }

  // Three decimals to those of the currency.
  bool ReadAmount(Field field, int64_t* minor) {
    uint64_t digits = 0;
    if (!ReadDigits(Raw(field), &digits)) {
      Malformed("an amount of 15 digits", Raw(field));
      return false;
    }
    int64_t value = static_cast<int64_t>(digits);
    for (int decimals = 3; decimals > currency_.decimals(); --decimals, value /= 10) {
      if (value % 10 == 0) continue;
      sound_ = false;
      Fault(DeviationCode::kPrecisionLost, "no more decimals than the currency has", Raw(field));
      return false;
    }
    if (currency_.decimals() == 4) value *= 10;
    *minor = value;
    return true;
  }

  bool ReadSigned(char sign, Field field, int64_t* minor) {
    if (!ReadAmount(field, minor)) return false;
    if (sign != '0' && sign != '1') {
      Malformed("sign 0 or 1", std::string_view(&sign, 1));
      return false;
    }
    if (sign == '1') *minor = -*minor;
    return true;
  }

  void ReadHeader() {
    if (place_ != Place::kOutside) {
      Fault(DeviationCode::kFileTruncated, "9 trailer", "0");
    }
    place_ = Place::kHeader;
    sound_ = true;
    records_ = 0;
    texts_ = 0;
    movements_.clear();
    Date date;
    ReadDate(kHeaderDate, &date);
    is_copy_ = Raw(kDuplicate) == "D";
  }

  void ReadOld() {
    if (!Expect(Place::kHeader, "0 header before it")) return;
    place_ = Place::kMovements;
    const char structure = record_.cells[1];
    const bool belgian = structure == '0';
    currency_ = Currency::FromCode(belgian ? Raw({19, 21}) : Raw({40, 42}));
    if (currency_.is_none()) {
      Malformed("an ISO 4217 currency", belgian ? Raw({19, 21}) : Raw({40, 42}));
      return;
    }
    const std::string_view number = Trim(belgian ? Raw({6, 17}) : Raw({6, 39}));
    account_ = belgian && AllDigits(number) && number.size() == 12 ? BelgianIban(number)
                                                                   : AccountName(number, currency_);
    if (account_.empty()) Malformed("an account", Raw({6, 42}));
    Date date;
    ReadDate(kOldDate, &date);
    opening_minor_ = 0;
    ReadSigned(record_.cells[42], kOldAmount, &opening_minor_);
    ++summary_->tally.statements_opened;
    CheckSequence();
    auto& accounts = summary_->tally.accounts;
    if (accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), account_) == accounts.end()) {
      accounts.push_back(account_);
    }
  }

  // Statements are numbered by account and year.
  void CheckSequence() {
    uint64_t number = 0;
    if (!ReadDigits(Raw(kOldStatement), &number) || number == 0) return;
    uint64_t& last = last_statement_[account_];
    if (last != 0 && number > last + 1) {
      verdict_.Remark(DeviationCode::kSequenceGap, record_.line + 1, block_.offset + record_.offset,
                      Concat("statement: expected number ", last + 1, ", found ", number));
    }
    last = number;
  }

  void ReadMovementRecord() {
    const std::string_view kind = Raw({1, 2});
    if (kind == "21") {
      ReadMovement();
      return;
    }
    const bool known = kind == "22" || kind == "23" || kind == "31" || kind == "32" || kind == "33";
    if (!known) {
      Malformed("21, 22, 23, 31, 32 or 33", kind);
      return;
    }
    // Information may stand behind the parts of its movement; it is the movement's all the same.
    if (movements_.empty() || movements_.back().sequence != Raw(kSequence)) {
      Malformed("the movement (21) that it belongs to", Raw(kSequence));
      return;
    }
    Movement& movement = movements_.back();
    if (kind == "22") {
      movement.communication += Whole(kCommunication2);
      movement.customer_reference = Text(kCustomerReference);
    } else if (kind == "23") {
      movement.payer_account = Text(kCounterpartyAccount);
      movement.payer_name = Text(kCounterpartyName);
      movement.communication += Whole(kCommunication3);
    } else if (kind == "31") {
      informs_ = record_.cells[kInformationStructured.offset()] == '0';
      if (informs_) movement.information += Whole(kInformation);
    } else if (informs_) {
      movement.information += Whole(kind == "32" ? kInformation2 : kInformation3);
    }
  }

  void ReadMovement() {
    Movement movement;
    movement.sequence = std::string(Raw(kSequence));
    movement.line = record_.line;
    movement.offset = record_.offset;
    const std::string_view detail = Raw(kDetail);
    uint64_t detail_number = 0;
    uint64_t unused = 0;
    if (!ReadDigits(Raw(kSequence), &unused) || !ReadDigits(detail, &detail_number)) {
      Malformed("a sequence and a detail number", Raw({3, 10}));
      return;
    }
    movement.is_part = detail_number != 0;
    // A movement that cannot be read keeps its place, for the records that belong to it.
    int64_t minor = 0;
    ReadSigned(record_.cells[31], kAmount, &minor);
    ReadDate(kEntryDate, &movement.entry_date);
    if (!ParseDateDDMMYY(Raw(kValueDate), &movement.value_date)) {
      Malformed("a value date DDMMYY", Raw(kValueDate));
    }
    movement.credit = record_.cells[31] == '0';
    movement.amount_minor = minor < 0 ? -minor : minor;
    movement.type = Raw(kTransactionType)[0];
    movement.family = std::string(Raw(kFamily));
    movement.globalisation = Raw(kGlobalisation)[0];
    movement.structured = Raw(kStructured) == "1";
    movement.bank_reference = Text(kBankReference);
    movement.communication = Whole(kCommunication);
    informs_ = false;
    movements_.push_back(std::move(movement));
  }

  void ReadNew() {
    if (!Expect(Place::kMovements, "1 old balance before it")) return;
    place_ = Place::kClosed;
    int64_t closing_minor = 0;
    if (!ReadSigned(record_.cells[41], kNewAmount, &closing_minor) || !sound_) return;
    Int128 balance = opening_minor_;
    debits_minor_ = 0;
    credits_minor_ = 0;
    for (const Movement& movement : movements_) {
      if (movement.is_part) continue;
      (movement.credit ? credits_minor_ : debits_minor_) += movement.amount_minor;
    }
    balance += credits_minor_ - debits_minor_;
    verdict_.ControlBalance("new balance (8)", closing_minor, balance, currency_.decimals(),
                            record_.line + 1, block_.offset + record_.offset);
  }

  void ReadTrailer() {
    if (!Expect(Place::kClosed, "8 new balance before it")) {
      place_ = Place::kOutside;
      return;
    }
    place_ = Place::kOutside;
    int64_t debits = 0;
    int64_t credits = 0;
    uint64_t records = 0;
    if (!ReadAmount(kDebits, &debits) || !ReadAmount(kCredits, &credits)) return;
    if (!ReadDigits(Raw(kRecordCount), &records)) {
      Malformed("a number of records", Raw(kRecordCount));
      return;
    }
    const uint64_t line = record_.line + 1;
    const uint64_t offset = block_.offset + record_.offset;
    const uint64_t counted = records == records_ + texts_ ? records_ + texts_ : records_;
    verdict_.Control("number of records (9)", records, counted, line, offset);
    if (!sound_) return;
    verdict_.ControlAmount("sum of debits (9)", debits, debits_minor_, currency_.decimals(), line,
                           offset);
    verdict_.ControlAmount("sum of credits (9)", credits, credits_minor_, currency_.decimals(),
                           line, offset);
    HandOver();
  }

  // The payments of a statement: movements without parts, and the parts of the others.
  void HandOver() {
    for (size_t i = 0; i < movements_.size();) {
      size_t end = i + 1;
      while (end < movements_.size() && movements_[end].sequence == movements_[i].sequence) ++end;
      HandOverSequence(absl::MakeSpan(movements_).subspan(i, end - i));
      i = end;
    }
    Flush();
  }

  void HandOverSequence(absl::Span<const Movement> group) {
    const Movement& whole = group.front();
    if (whole.is_part) {
      verdict_.Problem(
          DeviationCode::kRecordMalformed, whole.line + 1, block_.offset + whole.offset,
          ExpectedFound("record", "a movement of detail 0000 before its parts", whole.sequence));
      return;
    }
    ++summary_->tally.entries;
    (whole.credit ? summary_->tally.credit_minor : summary_->tally.debit_minor)[currency_] +=
        whole.amount_minor;
    // Several booked movements under one sequence number have no parts of their own.
    const bool has_parts =
        group.size() > 1 &&
        std::all_of(group.begin() + 1, group.end(), [](const Movement& m) { return m.is_part; });
    if (!has_parts) {
      AddPayment(whole, nullptr, 0);
      for (size_t i = 1; i < group.size(); ++i) {
        if (group[i].is_part) continue;
        HandOverSequence(group.subspan(i, 1));
      }
      return;
    }
    Int128 parts = 0;
    for (const Movement& part : group.subspan(1)) {
      parts += part.credit == whole.credit ? part.amount_minor : -part.amount_minor;
    }
    verdict_.ControlAmount("parts of a movement", whole.amount_minor, parts, currency_.decimals(),
                           whole.line + 1, block_.offset + whole.offset);
    for (const Movement& part : group.subspan(1)) AddPayment(part, &whole, group.size() - 1);
  }

  void AddPayment(const Movement& movement, const Movement* whole, size_t parts) {
    if (movement.amount_minor == 0) {
      verdict_.warnings().Note("a movement of zero, which moves no money", movement.line);
      return;
    }
    if (batch_.payments.size() >= 256) Flush();
    Payment& payment = batch_.payments.emplace_back();
    payment.creditor_account = arena_.Copy(account_);
    payment.currency = currency_;
    payment.amount_minor = movement.amount_minor;
    payment.direction = movement.credit ? Direction::kCredit : Direction::kDebit;
    payment.booking_date = movement.entry_date;
    payment.value_date =
        movement.value_date.has_value() ? movement.value_date : movement.entry_date;
    payment.origin = Origin::kStatement;
    payment.is_copy = is_copy_;
    payment.statement = summary_->tally.statements_opened;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
    payment.bank_reference = movement.bank_reference;
    if (movement.customer_reference != "NOTPROVIDED") {
      payment.end_to_end_id = movement.customer_reference;
    }
    payment.payer_name = movement.payer_name;
    payment.payer_account = PayerAccount(movement.payer_account);
    payment.kind = KindOf(movement);
    if (payment.kind == PaymentKind::kDirectDebitReturn) payment.reverses = payment.end_to_end_id;
    if (whole != nullptr) {
      payment.entry_reference = whole->bank_reference;
      payment.entry_amount_minor = whole->amount_minor;
      payment.entry_transactions = static_cast<uint32_t>(parts);
    } else {
      const bool total = movement.type == '1' || movement.type == '2';
      payment.details_missing = movement.globalisation != '0' && total;
    }
    AddCommunication(movement, &payment);
    const std::string_view information = Trim(movement.information);
    if (!information.empty()) batch_.AddText(&payment, information);
    BlockTally& tally = summary_->tally;
    if (!tally.first_date.has_value() || movement.entry_date < tally.first_date) {
      tally.first_date = movement.entry_date;
    }
    tally.last_date = std::max(tally.last_date, movement.entry_date);
  }

  // An IBAN, or a number, with the currency behind it.
  std::string_view PayerAccount(std::string_view text) {
    const std::string_view number = Trim(text.substr(0, text.find(' ')));
    if (number.empty()) return {};
    return arena_.Copy(AccountName(number, currency_));
  }

  static bool NotPaid(const Movement& movement) {
    return movement.structured && movement.communication.substr(0, 3) == "127" &&
           movement.communication.size() > 11 && movement.communication[11] != '0' &&
           movement.communication[11] != ' ';
  }

  static PaymentKind KindOf(const Movement& movement) {
    if (movement.family == "80") return PaymentKind::kFee;
    if (movement.family == "35")
      return movement.credit ? PaymentKind::kInterest : PaymentKind::kFee;
    if (movement.credit) {
      return movement.family == "05" ? PaymentKind::kDirectDebit : PaymentKind::kPayment;
    }
    return NotPaid(movement) ? PaymentKind::kDirectDebitReturn : PaymentKind::kTransfer;
  }

  // 101 and 102: a structured reference of twelve digits. 127: text behind dates and ids.
  void AddCommunication(const Movement& movement, Payment* payment) {
    const std::string_view all = movement.communication;
    if (!movement.structured) {
      const std::string_view text = Trim(all);
      if (!text.empty()) batch_.AddText(payment, text);
      return;
    }
    const std::string_view type = all.substr(0, 3);
    const std::string_view digits = all.substr(3, 12);
    if ((type == "101" || type == "102") && digits.size() == 12 && AllDigits(digits)) {
      batch_.AddReference(payment, {digits, ReferenceScheme::kOgm});
      return;
    }
    constexpr size_t kTextOf127 = 3 + 6 + 1 + 1 + 1 + 35 + 35;
    const std::string_view text =
        Trim(type == "127" && all.size() > kTextOf127 ? all.substr(kTextOf127, 62) : all);
    if (!text.empty()) batch_.AddText(payment, text);
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Block& block_;
  BlockSink* sink_;
  JudgedSummary* summary_;
  Verdict verdict_;
  TextArena arena_;
  FixedRecord record_;
  PaymentBatch batch_;
  Place place_ = Place::kOutside;
  bool sound_ = true;  // all records of the statement could be read
  bool is_copy_ = false;
  bool informs_ = false;  // the information at hand is free text
  uint64_t records_ = 0;
  uint64_t texts_ = 0;
  std::string account_;
  Currency currency_;
  int64_t opening_minor_ = 0;
  Int128 debits_minor_ = 0;
  Int128 credits_minor_ = 0;
  std::vector<Movement> movements_;
  std::map<std::string, uint64_t> last_statement_;
};

// A header of type 0 with a date, and an old balance behind it.
int Sniff(std::string_view head) {
  const size_t stop = std::min(head.find_first_of("\r\n"), kWidth);
  if (head.size() <= stop || stop < 17 || head.substr(0, 5) != "00000") return 0;
  Date date;
  if (!ParseDateDDMMYY(head.substr(5, 6), &date) || !date.has_value()) return 0;
  const size_t next = head.find_first_not_of("\r\n", stop);
  if (next == std::string_view::npos || head.size() < next + 64 || head[next] != '1') return 40;
  return head[next + 1] >= '0' && head[next + 1] <= '3' && AllDigits(head.substr(next + 43, 15))
             ? 95
             : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<JudgedReader<FileParser>>(options, kName, "");
}

}  // namespace

extern const Format kCoda;
const Format kCoda = {kName, FileKind::kPayments, "CODA account statement (Belgium)",
                      Sniff, MakeReader,          nullptr};

}  // namespace kvitt
