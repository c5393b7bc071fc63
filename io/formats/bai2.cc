// bai2: cash management balance reporting, version 2 (United States).
//
//   file    = "01," sender "," receiver "," date "," time "," id "," record-length "," block "," "2/"
//             { group } "99," total "," groups "," records "/"
//   group   = "02," receiver "," originator "," status "," as-of-date "," time "," currency "," modifier "/"
//             { account } "98," total "," accounts "," records "/"
//   account = "03," number "," currency { "," type "," amount "," items "," funds } "/"
//             { "16," type "," amount "," funds "," bank-reference "," customer-reference "," text }
//             "49," total "," records "/"
//   funds   = "" | "Z" | "0" | "1" | "2" | "S,"a0","a1","a2 | "V,"date","time | "D,"n{","days","amount}
//   "88,"   continues the record before it
//
// Amounts have no decimal point; the currency says how many decimals there are. Details 101 to 399 and 920 to
// 959 are credits, 401 to 699 and 960 to 999 debits; other types move no money and are left out.
//
// Checked: the totals of accounts (49: all amounts of 03 and 16, debits not negated), groups (98) and the file
// (99), the counts of records, accounts and groups, and that the opening ledger balance (010) and the details
// lead to the closing one (015) where both are given.
//
// Several records on one line and a 16 without its slash are taken. Groups that are not updates (status 2
// deletion, 3 correction, 4 test) are refused: what they take away must be decided by a person. Lockbox
// deposits (115), ACH settlements (166) and cheque packages (175) are sums of payments that this file does not
// tell: batches without details.
//
// Source: BAI, Cash Management Balance Reporting Specifications Version 2; moov-io/bai2 test data.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/value/concat.h"
#include "io/bytes/account_name.h"
#include "io/bytes/charset.h"
#include "io/bytes/text_arena.h"
#include "io/bytes/text_lines.h"
#include "io/formats/format.h"
#include "io/formats/judged_reader.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "bai2";
constexpr size_t kBatchPayments = 256;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A record with what continues it.
struct Record {
  std::string_view code;
  std::vector<std::string_view> parts;  // its own content and those of the 88s behind it
  size_t line = 0;
  uint64_t offset = 0;

  uint64_t count() const { return parts.size(); }
};

// Whether a record begins here: two digits that are a code, and a comma.
bool BeginsRecord(std::string_view text) {
  if (text.size() < 3 || text[2] != ',') return false;
  const std::string_view code = text.substr(0, 2);
  for (const std::string_view known : {"01", "02", "03", "16", "88", "49", "98", "99"}) {
    if (code == known) return true;
  }
  return false;
}

// Takes one record off *rest: up to a slash that ends the line or that another record follows.
std::string_view TakeRecord(std::string_view* rest) {
  for (size_t slash = rest->find('/'); slash != std::string_view::npos;
       slash = rest->find('/', slash + 1)) {
    const std::string_view behind = Trim(rest->substr(slash + 1));
    if (!behind.empty() && !BeginsRecord(behind)) continue;
    const std::string_view record = rest->substr(0, slash);
    *rest = behind;
    return record;
  }
  const std::string_view record = *rest;
  *rest = {};
  return record;
}

// The fields of a record, one after another.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  bool Next(std::string_view* field) {
    if (done_) return false;
    const size_t comma = rest_.find(',');
    *field = Trim(rest_.substr(0, comma));
    done_ = comma == std::string_view::npos;
    rest_.remove_prefix(done_ ? rest_.size() : comma + 1);
    return true;
  }

  // "" when there are no more.
  std::string_view Take() {
    std::string_view field;
    return Next(&field) ? field : std::string_view();
  }

  bool done() const { return done_; }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool done_ = false;
};

// Digits with an optional sign, at most 18 of them. Empty: 0.
bool ReadNumber(std::string_view text, int64_t* number) {
  *number = 0;
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
    if (text.empty()) return false;
  }
  if (text.size() > 18 || !std::all_of(text.begin(), text.end(), IsDigit)) return false;
  for (const char c : text) *number = *number * 10 + (c - '0');
  if (negative) *number = -*number;
  return true;
}

// The availability that stands behind an amount. False when it is cut short.
bool TakeFunds(Fields* fields, Date* value_date) {
  const std::string_view type = fields->Take();
  std::string_view field;
  if (type == "S") return fields->Next(&field) && fields->Next(&field) && fields->Next(&field);
  if (type == "V") {
    if (!fields->Next(&field) || !ParseDateYYMMDD(field, value_date)) return false;
    return fields->Next(&field);
  }
  if (type == "D") {
    int64_t pairs = 0;
    if (!fields->Next(&field) || !ReadNumber(field, &pairs) || pairs < 0 || pairs > 100)
      return false;
    for (int64_t i = 0; i < 2 * pairs; ++i) {
      if (!fields->Next(&field)) return false;
    }
    return true;
  }
  return type.empty() || type == "Z" || type == "0" || type == "1" || type == "2";
}

// Sums and counts on the way up from an account to the file.
struct Level {
  Int128 total = 0;
  uint64_t parts = 0;  // accounts of a group, groups of a file
  uint64_t records = 0;
  bool open = false;
};

class FileParser {
 public:
  FileParser(const Block& block, BlockSink* sink, JudgedSummary* summary)
      : block_(block), sink_(sink), summary_(summary), verdict_(&summary->controls) {
    is_utf8_ = IsUtf8(block.bytes);
  }

  void Run(bool allow_empty) {
    TextLines lines(block_.bytes);
    TextLine line;
    while (lines.Next(&line)) {
      std::string_view rest = Trim(line.text);
      if (line.offset == 0 && rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);
      while (!rest.empty() && rest != "\x1A") TakeLine(&rest, line);
    }
    Close();
    if (!file_.open && !ended_) Fault(DeviationCode::kRecordMalformed, "01 file header", "none");
    if (file_.open) Fault(DeviationCode::kFileTruncated, "99 file trailer", "the end of the file");
    Flush();
    summary_->tally.lines = lines.count();
    summary_->controls.transactions = summary_->tally.transactions;
    verdict_.Close(allow_empty);
  }

 private:
  void TakeLine(std::string_view* rest, const TextLine& line) {
    // Text of a 16 may hold slashes, and only the line ends it.
    const bool is_text = rest->substr(0, 3) == "16," || (rest->substr(0, 3) == "88," && in_text_);
    std::string_view record;
    if (is_text) {
      record = rest->substr(0, rest->size() - (rest->back() == '/' ? 1 : 0));
      *rest = {};
    } else {
      record = TakeRecord(rest);
    }
    if (!BeginsRecord(record)) {
      at_ = line;
      Fault(DeviationCode::kRecordMalformed, "a record code and a comma", record);
      return;
    }
    const std::string_view code = record.substr(0, 2);
    const std::string_view content = record.substr(3);
    if (code == "88") {
      if (record_.parts.empty()) {
        at_ = line;
        Fault(DeviationCode::kRecordMalformed, "a record that 88 continues", record);
      } else {
        record_.parts.push_back(content);
      }
      return;
    }
    Close();
    in_text_ = is_text;
    record_.code = code;
    record_.parts.assign(1, content);
    record_.line = line.number;
    record_.offset = line.offset;
    at_ = line;
  }

  // Reads the record that is complete now.
  void Close() {
    if (record_.parts.empty()) return;
    const TextLine next = at_;
    at_.number = record_.line;
    at_.offset = record_.offset;
    if (ended_) {
      Fault(DeviationCode::kRecordMalformed, "nothing behind the file trailer", record_.code);
    } else if (record_.code == "01") {
      ReadFileHeader();
    } else if (!file_.open) {
      Fault(DeviationCode::kRecordMalformed, "01 file header first", record_.code);
      ended_ = true;
    } else {
      ReadInFile();
    }
    record_.parts.clear();
    at_ = next;
  }

  void ReadInFile() {
    file_.records += record_.count();
    if (group_.open) group_.records += record_.count();
    if (account_.open) account_.records += record_.count();
    const std::string_view code = record_.code;
    if (code == "02") ReadGroup();
    if (code == "03") ReadAccount();
    if (code == "16") ReadDetail();
    if (code == "49") EndAccount();
    if (code == "98") EndGroup();
    if (code == "99") EndFile();
  }

  std::string Joined88() const {
    std::string joined;
    for (const std::string_view part : record_.parts) {
      if (!joined.empty()) joined.push_back(',');
      joined.append(part);
    }
    return joined;
  }

  void Fault(DeviationCode code, std::string_view expected, std::string_view found) {
    verdict_.Problem(code, at_.number + 1, block_.offset + at_.offset,
                     ExpectedFound("record", expected, found));
  }

  bool OpenLevel(Level* level, bool parent_open, std::string_view what) {
    if (level->open || !parent_open) {
      Fault(DeviationCode::kRecordMalformed, what, record_.code);
      return false;
    }
    *level = {};
    level->open = true;
    level->records = record_.count();
    return true;
  }

  void ReadFileHeader() {
    if (!OpenLevel(&file_, !file_.open, "one file header")) return;
    Fields fields(record_.parts[0]);
    std::string_view field;
    std::string_view version;
    while (fields.Next(&field)) version = field;
    if (version != "2") Fault(DeviationCode::kRecordMalformed, "version 2", version);
  }

  void ReadGroup() {
    if (!OpenLevel(&group_, file_.open, "a group inside a file and outside groups")) return;
    ++file_.parts;
    const std::string joined = Joined88();
    Fields fields(joined);
    fields.Take();
    fields.Take();
    const std::string_view status = fields.Take();
    const std::string_view date = fields.Take();
    fields.Take();
    const std::string_view currency = fields.Take();
    if (status != "1") Fault(DeviationCode::kRecordMalformed, "group status 1 (update)", status);
    if (!ParseDateYYMMDD(date, &as_of_) || !as_of_.has_value()) {
      Fault(DeviationCode::kRecordMalformed, "an as-of date YYMMDD", date);
    }
    group_currency_ = currency.empty() ? Currency::FromCode("USD") : Currency::FromCode(currency);
    if (group_currency_.is_none()) {
      Fault(DeviationCode::kRecordMalformed, "an ISO 4217 currency", currency);
    }
  }

  void ReadAccount() {
    if (!OpenLevel(&account_, group_.open, "an account inside a group and outside accounts"))
      return;
    ++group_.parts;
    ++summary_->tally.statements_opened;
    has_opening_ = false;
    has_closing_ = false;
    movements_ = 0;
    const std::string joined = Joined88();
    Fields fields(joined);
    const std::string_view number = fields.Take();
    const std::string_view code = fields.Take();
    currency_ = code.empty() ? group_currency_ : Currency::FromCode(code);
    if (currency_.is_none()) Fault(DeviationCode::kRecordMalformed, "an ISO 4217 currency", code);
    const std::string name = AccountName(number, currency_);
    if (name.empty()) Fault(DeviationCode::kRecordMalformed, "an account number", number);
    creditor_ = accounts_.Copy(name);
    auto& accounts = summary_->tally.accounts;
    if (accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), name) == accounts.end()) {
      accounts.push_back(name);
    }
    while (!fields.done()) {
      const std::string_view type = fields.Take();
      const std::string_view amount = fields.Take();
      fields.Take();
      Date unused;
      int64_t minor = 0;
      if (!ReadNumber(amount, &minor) || !TakeFunds(&fields, &unused)) {
        Fault(DeviationCode::kRecordMalformed, "type, amount, items, funds", joined);
        return;
      }
      account_.total += minor;
      if (type == "010" && !amount.empty()) {
        opening_minor_ = minor;
        has_opening_ = true;
      }
      if (type == "015" && !amount.empty()) {
        closing_minor_ = minor;
        has_closing_ = true;
      }
    }
  }

  void ReadDetail() {
    if (!account_.open) {
      Fault(DeviationCode::kRecordMalformed, "an account (03) before details", record_.code);
      return;
    }
    // The fixed fields may go on in an 88; what comes behind them is text.
    std::string fixed;
    for (size_t parts = 1; parts <= record_.parts.size(); ++parts) {
      if (parts > 1) fixed.push_back(',');
      fixed.append(record_.parts[parts - 1]);
      Fields fields(fixed);
      if (ReadDetailFields(&fields, parts)) return;
    }
    Fault(DeviationCode::kRecordMalformed, "type, amount, funds, two references", fixed);
  }

  // False when the fields are not complete. `parts` of the record are in them, the rest is text.
  bool ReadDetailFields(Fields* fields, size_t parts) {
    int64_t type = 0;
    int64_t minor = 0;
    const std::string_view type_text = fields->Take();
    const std::string_view amount = fields->Take();
    Date value_date = as_of_;
    if (fields->done() || type_text.size() != 3 || !ReadNumber(type_text, &type)) return false;
    if (!ReadNumber(amount, &minor) || minor < 0 || !TakeFunds(fields, &value_date)) return false;
    std::string_view bank_reference;
    std::string_view customer_reference;
    fields->Next(&bank_reference);
    fields->Next(&customer_reference);
    account_.total += minor;
    const bool credit = (type >= 101 && type <= 399) || (type >= 920 && type <= 959);
    const bool debit = (type >= 401 && type <= 699) || (type >= 960 && type <= 999);
    if (!credit && !debit) {
      verdict_.warnings().Note("a detail whose type moves no money, left out", at_.number);
      return true;
    }
    movements_ += credit ? minor : -minor;
    if (minor == 0) {
      verdict_.warnings().Note("a detail of zero, which moves no money", at_.number);
      return true;
    }
    Payment& payment = AddPayment(static_cast<int>(type), credit, minor);
    payment.value_date = value_date.has_value() ? value_date : as_of_;
    payment.bank_reference = Kept(bank_reference);
    if (!customer_reference.empty() &&
        customer_reference.find_first_not_of('0') != std::string_view::npos) {
      batch_.AddReference(&payment, {Kept(customer_reference), ReferenceScheme::kText});
    }
    AddText(fields->rest(), &payment);
    for (size_t i = parts; i < record_.parts.size(); ++i) AddText(record_.parts[i], &payment);
    return true;
  }

  static PaymentKind KindOf(int type, bool credit) {
    switch (type) {
      case 354:
        return PaymentKind::kInterest;
      case 275:
      case 575:
        return PaymentKind::kTransfer;  // zero balance accounts
      case 555:
        return PaymentKind::kReversal;  // a deposited item that came back
      case 557:
        return PaymentKind::kDirectDebitReturn;
      case 698:
        return PaymentKind::kFee;
      default:
        return credit ? PaymentKind::kPayment : PaymentKind::kTransfer;
    }
  }

  Payment& AddPayment(int type, bool credit, int64_t minor) {
    if (batch_.payments.size() >= kBatchPayments) Flush();
    Payment& payment = batch_.payments.emplace_back();
    payment.creditor_account = creditor_;
    payment.currency = currency_;
    payment.amount_minor = minor;
    payment.direction = credit ? Direction::kCredit : Direction::kDebit;
    payment.kind = KindOf(type, credit);
    payment.details_missing = type == 115 || type == 166 || type == 175;
    payment.booking_date = as_of_;
    payment.origin = Origin::kStatement;
    payment.statement = summary_->tally.statements_opened;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions);
    BlockTally& tally = summary_->tally;
    ++tally.entries;
    ++tally.transactions;
    (credit ? tally.credit_minor : tally.debit_minor)[currency_] += minor;
    if (!tally.first_date.has_value() || as_of_ < tally.first_date) tally.first_date = as_of_;
    tally.last_date = std::max(tally.last_date, as_of_);
    return payment;
  }

  void AddText(std::string_view text, Payment* payment) {
    text = Trim(text);
    if (!text.empty()) batch_.AddText(payment, Kept(text));
  }

  // The fields live in a string of the record; what is kept goes to the arena, as UTF-8.
  std::string_view Kept(std::string_view text) {
    if (is_utf8_) return text_.Copy(text);
    std::string utf8;
    AppendAsUtf8(Charset::kWindows1252, text, &utf8);
    return text_.Copy(utf8);
  }

  // A trailer: total, [parts], records.
  void EndLevel(Level* level, Level* parent, std::string_view what, bool counts_parts) {
    if (!level->open) {
      Fault(DeviationCode::kRecordMalformed, Concat("an open ", what), record_.code);
      return;
    }
    level->open = false;
    Fields fields(record_.parts[0]);
    int64_t total = 0;
    int64_t parts = 0;
    int64_t records = 0;
    const std::string_view total_text = fields.Take();
    const std::string_view parts_text = counts_parts ? fields.Take() : std::string_view("0");
    const std::string_view records_text = fields.Take();
    if (total_text.empty() || parts_text.empty() || records_text.empty() ||
        !ReadNumber(total_text, &total) || !ReadNumber(parts_text, &parts) ||
        !ReadNumber(records_text, &records)) {
      Fault(DeviationCode::kRecordMalformed, "a trailer's total and counts", record_.parts[0]);
      return;
    }
    const uint64_t record = at_.number + 1;
    const uint64_t offset = block_.offset + at_.offset;
    verdict_.Control(Concat(what, " total"), total, level->total, record, offset);
    if (counts_parts) {
      verdict_.Control(Concat(what, ": number of parts"), parts, level->parts, record, offset);
    }
    verdict_.Control(Concat(what, ": number of records"), records, level->records, record, offset);
    if (parent != nullptr) parent->total += total;
  }

  void EndAccount() {
    EndLevel(&account_, &group_, "account", false);
    if (!has_opening_ || !has_closing_) return;
    verdict_.ControlBalance("closing ledger balance (015)", closing_minor_,
                            opening_minor_ + movements_, currency_.decimals(), at_.number + 1,
                            block_.offset + at_.offset);
  }

  void EndGroup() {
    if (account_.open) Fault(DeviationCode::kFileTruncated, "49 account trailer", record_.code);
    EndLevel(&group_, &file_, "group", true);
  }

  void EndFile() {
    if (group_.open) Fault(DeviationCode::kFileTruncated, "98 group trailer", record_.code);
    EndLevel(&file_, nullptr, "file", true);
    ended_ = true;
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
    text_.Clear();
  }

  const Block& block_;
  BlockSink* sink_;
  JudgedSummary* summary_;
  Verdict verdict_;
  bool is_utf8_ = true;

  TextLine at_;
  Record record_;
  bool in_text_ = false;
  bool ended_ = false;
  Level file_;
  Level group_;
  Level account_;

  Date as_of_;
  Currency group_currency_;
  Currency currency_;
  std::string_view creditor_;
  bool has_opening_ = false;
  bool has_closing_ = false;
  int64_t opening_minor_ = 0;
  int64_t closing_minor_ = 0;
  Int128 movements_ = 0;

  TextArena accounts_;
  TextArena text_;
  PaymentBatch batch_;
};

int Sniff(std::string_view head) {
  const std::string_view first = Trim(head.substr(0, head.find_first_of("\r\n")));
  if (first.substr(0, 3) != "01," || std::count(first.begin(), first.end(), ',') < 7) return 0;
  return head.find("\n02,") != std::string_view::npos ||
                 head.find("/02,") != std::string_view::npos ||
                 head.find("\r02,") != std::string_view::npos
             ? 90
             : 50;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<JudgedReader<FileParser>>(options, kName, "2");
}

}  // namespace

extern const Format kBai2;
const Format kBai2 = {kName, FileKind::kPayments, "BAI2 balance reporting (United States)",
                      Sniff, MakeReader,          nullptr};

}  // namespace kvitt
