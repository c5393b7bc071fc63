// cfonb120: account statement of French banks, 120 characters a record.
//
//   file     = { account }
//   account  = old { movement { complement } } new
//
//   1-2     record: 01 old balance, 04 movement, 05 complement of the movement before, 07 new balance
//   3-7     bank           8-11  internal code     12-16 branch
//   17-19   currency       20    decimals of the amount    22-32 account
//   33-34   interbank operation code (04, 05)      35-40 date DDMMYY
//   41-42   reason of a reject (04)                43-48 value date DDMMYY (04)
//   49-80   label (04)     82-88 entry number (04)
//   91-104  amount, the last digit overpunched with the sign: { A..I are +0..+9, } J..R are -0..-9
//   105-120 reference (04)
//   05: 46-48 qualifier, 49-118 information
//
// Qualifiers that are read: NPY payer's name, IPY payer's account or id, LIB, LCC, LC2, LCS remittance text, RCN
// end-to-end reference, REF reference, FEE charges. A positive amount is a credit.
//
// Checked: old balance and movements lead to the new balance of each account; records come in order and belong
// to the account that is open; an account without its new balance is a truncated file.
//
// UNCONFIRMED: the full list of interbank codes, so they decide nothing. A movement with a reason of reject is a
// return when it is a debit and a reversal when it is a credit; every other debit is an outgoing transfer and
// takes no payment back by its amount alone.
//
// The account is the IBAN, which follows from bank, branch and account number: the RIB key and the IBAN's check
// digits are computed.
//
// Source: CFONB, "Relevé de compte sur support informatique" (120 characters); pennylane-hq/cfonb,
// akretion/python-cfonb.

#include <algorithm>
#include <memory>
#include <string>

#include "engine/value/concat.h"
#include "io/bytes/account_name.h"
#include "io/bytes/charset.h"
#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"
#include "io/formats/judged_reader.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "cfonb120";
constexpr size_t kWidth = 120;
constexpr size_t kBatchPayments = 256;
constexpr Charset kCharset = Charset::kIso8859_1;

constexpr Field kBank{3, 7};
constexpr Field kBranch{12, 16};
constexpr Field kCurrency{17, 19};
constexpr Field kDecimals{20, 20};
constexpr Field kAccount{22, 32};
constexpr Field kDate{35, 40};
constexpr Field kRejectReason{41, 42};
constexpr Field kValueDate{43, 48};
constexpr Field kLabel{49, 80};
constexpr Field kEntryNumber{82, 88};
constexpr Field kAmount{91, 104};
constexpr Field kReference{105, 120};
constexpr Field kQualifier{46, 48};
constexpr Field kInformation{49, 118};

// The digit of an overpunched character and whether it is negative; -1 when it is none.
int Overpunch(char c, bool* negative) {
  *negative = c == '}' || (c >= 'J' && c <= 'R');
  if (c == '{' || c == '}') return 0;
  if (c >= 'A' && c <= 'I') return c - 'A' + 1;
  if (c >= 'J' && c <= 'R') return c - 'J' + 1;
  return -1;
}

// A letter of a French account number as the digit that its key counts.
char RibDigit(char c) {
  if (c >= 'A' && c <= 'I') return static_cast<char>('1' + (c - 'A'));
  if (c >= 'J' && c <= 'R') return static_cast<char>('1' + (c - 'J'));
  if (c >= 'S' && c <= 'Z') return static_cast<char>('2' + (c - 'S'));
  return c;
}

int Mod97(std::string_view digits) {
  int rest = 0;
  for (const char c : digits) rest = (rest * 10 + (c - '0')) % 97;
  return rest;
}

std::string TwoDigits(int number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

// The IBAN of a French account, or `bban-fr:...` when its parts are not those of one.
std::string FrenchIban(std::string_view bank, std::string_view branch, std::string_view account) {
  const std::string bban = Concat(bank, branch, account);
  std::string digits;
  for (const char c : bban) digits.push_back(RibDigit(c));
  const bool whole =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!whole) {
    const std::string name = AccountName(bban, Currency());
    return name.empty() ? name : Concat("bban-fr", name.substr(name.find(':')));
  }
  const std::string key = TwoDigits(97 - Mod97(digits + "00"));
  // Letters count 10 to 35 in an IBAN.
  std::string counted;
  for (const char c : bban + key + "FR00") {
    counted += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c);
  }
  return Concat("FR", TwoDigits(98 - Mod97(counted)), bban, key);
}

class FileParser {
 public:
  FileParser(const Block& block, BlockSink* sink, JudgedSummary* summary)
      : block_(block), sink_(sink), summary_(summary), verdict_(&summary->controls) {}

  void Run(bool allow_empty) {
    FixedWidthLines<kWidth> lines(block_.bytes, DetectFraming(block_.bytes, kWidth), &arena_);
    while (lines.Next(&record_)) Read();
    if (open_) Fault(DeviationCode::kFileTruncated, "07 new balance", "the end of the file");
    Flush();
    summary_->tally.lines = lines.lines();
    summary_->controls.transactions = summary_->tally.transactions;
    verdict_.Close(allow_empty);
  }

 private:
  std::string_view Text(Field field) { return TextField(record_, field, kCharset, &arena_); }

  std::string_view Raw(Field field) const { return Cells(record_.cells, field); }

  void Fault(DeviationCode code, std::string_view expected, std::string_view found) {
    verdict_.Problem(code, record_.line + 1, block_.offset + record_.offset,
                     ExpectedFound("record", expected, found));
  }

  void Read() {
    if (record_.flaw != LineFlaw::kNone) {
      Fault(DeviationCode::kRecordMalformed, "120 characters of text", Describe(record_.flaw));
      return;
    }
    const std::string_view code(record_.cells, 2);
    if (code == "01") {
      ReadOld();
    } else if (code == "04") {
      ReadMovement();
    } else if (code == "05") {
      ReadComplement();
    } else if (code == "07") {
      ReadNew();
    } else {
      Fault(DeviationCode::kRecordMalformed, "01, 04, 05 or 07", code);
    }
  }

  bool ReadDate(Field field, Date* date) {
    if (ParseDateDDMMYY(Raw(field), date) && date->has_value()) return true;
    Fault(DeviationCode::kRecordMalformed, "a date DDMMYY", Raw(field));
    return false;
  }

  // The amount in minor units of the currency.
  bool ReadAmount(int64_t* minor) {
    const std::string_view text = Raw(kAmount);
    bool negative = false;
    const int last = Overpunch(text.back(), &negative);
    uint64_t digits = 0;
    if (last < 0 || !ReadDigits(text.substr(0, text.size() - 1), &digits)) {
      Fault(DeviationCode::kRecordMalformed, "13 digits and an overpunched one", text);
      return false;
    }
    const char shown = Raw(kDecimals)[0];
    if (shown < '0' || shown > '9') {
      Fault(DeviationCode::kRecordMalformed, "the number of decimals", Raw(kDecimals));
      return false;
    }
    int64_t value = static_cast<int64_t>(digits) * 10 + last;
    int decimals = shown - '0';
    for (; decimals > currency_.decimals(); --decimals) {
      if (value % 10 != 0) {
        Fault(DeviationCode::kPrecisionLost, "no more decimals than the currency has", text);
        return false;
      }
      value /= 10;
    }
    for (; decimals < currency_.decimals(); ++decimals) value *= 10;
    *minor = negative ? -value : value;
    return true;
  }

  // The fields that say to which account a record belongs.
  std::string AccountCells() const {
    return Concat(Raw(kBank), Raw(kBranch), Raw(kCurrency), Raw(kAccount));
  }

  bool BelongsHere() {
    if (open_ && AccountCells() == account_cells_) return true;
    Fault(DeviationCode::kRecordMalformed,
          open_ ? "the account that is open" : "01 old balance before it", AccountCells());
    return false;
  }

  void ReadOld() {
    if (open_) Fault(DeviationCode::kFileTruncated, "07 new balance", "01");
    payment_open_ = false;
    currency_ = Currency::FromCode(Raw(kCurrency));
    if (currency_.is_none()) {
      Fault(DeviationCode::kRecordMalformed, "an ISO 4217 currency", Raw(kCurrency));
      return;
    }
    Date date;
    balance_minor_ = 0;
    int64_t minor = 0;
    sound_ = ReadDate(kDate, &date) && ReadAmount(&minor);
    balance_minor_ = minor;
    account_cells_ = AccountCells();
    const std::string name = FrenchIban(Raw(kBank), Raw(kBranch), Raw(kAccount));
    if (name.empty()) Fault(DeviationCode::kRecordMalformed, "an account number", account_cells_);
    creditor_ = arena_.Copy(name);
    open_ = true;
    ++summary_->tally.statements_opened;
    auto& accounts = summary_->tally.accounts;
    if (accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), name) == accounts.end()) {
      accounts.push_back(name);
    }
  }

  void ReadMovement() {
    payment_open_ = false;
    int64_t minor = 0;
    Date date;
    Date value_date;
    if (!BelongsHere() || !ReadAmount(&minor) || !ReadDate(kDate, &date) ||
        !ParseDateDDMMYY(Raw(kValueDate), &value_date)) {
      sound_ = false;
      if (open_ && date.has_value()) {
        Fault(DeviationCode::kRecordMalformed, "a value date DDMMYY", Raw(kValueDate));
      }
      return;
    }
    balance_minor_ += minor;
    if (minor == 0) {
      verdict_.warnings().Note("a movement of zero, which moves no money", record_.line);
      return;
    }
    if (batch_.payments.size() >= kBatchPayments) Flush();
    Payment& payment = batch_.payments.emplace_back();
    payment_open_ = true;
    const bool credit = minor > 0;
    const bool rejected = !AllCells(Raw(kRejectReason), ' ') && !AllCells(Raw(kRejectReason), '0');
    payment.creditor_account = creditor_;
    payment.currency = currency_;
    payment.amount_minor = credit ? minor : -minor;
    payment.direction = credit ? Direction::kCredit : Direction::kDebit;
    payment.kind = rejected ? (credit ? PaymentKind::kReversal : PaymentKind::kDirectDebitReturn)
                            : (credit ? PaymentKind::kPayment : PaymentKind::kTransfer);
    payment.booking_date = date;
    payment.value_date = value_date.has_value() ? value_date : date;
    payment.origin = Origin::kStatement;
    payment.statement = summary_->tally.statements_opened;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions);
    payment.bank_reference = EntryNumber();
    AddReference(Text(kReference));
    AddText(Text(kLabel));
    Count(credit, payment.amount_minor, date);
  }

  std::string_view EntryNumber() {
    const std::string_view number = Text(kEntryNumber);
    return number.find_first_not_of('0') == std::string_view::npos ? std::string_view() : number;
  }

  void Count(bool credit, int64_t minor, Date date) {
    BlockTally& tally = summary_->tally;
    ++tally.entries;
    ++tally.transactions;
    (credit ? tally.credit_minor : tally.debit_minor)[currency_] += minor;
    if (!tally.first_date.has_value() || date < tally.first_date) tally.first_date = date;
    tally.last_date = std::max(tally.last_date, date);
  }

  void AddReference(std::string_view text) {
    if (text.find_first_not_of('0') == std::string_view::npos) return;
    batch_.AddReference(&batch_.payments.back(), {text, ReferenceScheme::kText});
  }

  void AddText(std::string_view text) {
    if (!text.empty()) batch_.AddText(&batch_.payments.back(), text);
  }

  void ReadComplement() {
    if (!BelongsHere()) return;
    if (!payment_open_) {
      verdict_.warnings().Note("a complement without a movement, left out", record_.line);
      return;
    }
    Payment& payment = batch_.payments.back();
    const std::string_view qualifier = Raw(kQualifier);
    const std::string_view text = Text(kInformation);
    if (qualifier == "NPY") payment.payer_name = text;
    if (qualifier == "IPY") payment.payer_account = text;
    if (qualifier == "RCN" && text != "NOTPROVIDED") payment.end_to_end_id = text;
    if (qualifier == "REF") AddReference(text);
    if (qualifier == "LIB" || qualifier == "LCC" || qualifier == "LC2" || qualifier == "LCS") {
      AddText(text);
    }
    if (qualifier == "FEE") ReadCharges(text, &payment);
    const bool takes_back =
        payment.kind == PaymentKind::kReversal || payment.kind == PaymentKind::kDirectDebitReturn;
    if (takes_back) payment.reverses = payment.end_to_end_id;
  }

  // Currency, its decimals, 14 digits.
  void ReadCharges(std::string_view text, Payment* payment) {
    uint64_t digits = 0;
    const bool fits = text.size() >= 18 && text.substr(0, 3) == currency_.code() &&
                      text[3] == static_cast<char>('0' + currency_.decimals()) &&
                      ReadDigits(text.substr(4, 14), &digits);
    if (fits) {
      payment->charges_minor = static_cast<int64_t>(digits);
    } else {
      verdict_.warnings().Note("charges that cannot be read, left out", record_.line);
    }
  }

  void ReadNew() {
    payment_open_ = false;
    int64_t minor = 0;
    Date date;
    if (!BelongsHere()) return;
    open_ = false;
    if (!ReadDate(kDate, &date) || !ReadAmount(&minor) || !sound_) return;
    verdict_.ControlBalance("new balance (07)", minor, balance_minor_, currency_.decimals(),
                            record_.line + 1, block_.offset + record_.offset);
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
  bool open_ = false;          // an account is
  bool sound_ = true;          // all its amounts could be read
  bool payment_open_ = false;  // the last payment may get complements
  std::string account_cells_;
  std::string_view creditor_;
  Currency currency_;
  Int128 balance_minor_ = 0;
};

// An old balance whose currency, decimals, date and amount stand where they must.
int Sniff(std::string_view head) {
  const size_t stop = std::min(head.find_first_of("\r\n"), std::min(head.size(), kWidth));
  const std::string_view line = head.substr(0, stop);
  if (line.size() < 104 || line.substr(0, 2) != "01") return 0;
  Date date;
  bool negative = false;
  const bool fits = !Currency::FromCode(line.substr(kCurrency.offset(), 3)).is_none() &&
                    line[kDecimals.offset()] >= '0' && line[kDecimals.offset()] <= '9' &&
                    ParseDateDDMMYY(line.substr(kDate.offset(), 6), &date) &&
                    Overpunch(line[kAmount.last - 1], &negative) >= 0;
  return fits ? 95 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<JudgedReader<FileParser>>(options, kName, "");
}

}  // namespace

extern const Format kCfonb120;
const Format kCfonb120 = {kName, FileKind::kPayments, "CFONB 120 account statement (France)",
                          Sniff, MakeReader,          nullptr};

}  // namespace kvitt
