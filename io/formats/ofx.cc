// ofx: Open Financial Exchange, statements of bank accounts; 1.x (SGML) and 2.x (XML).
//
//   file      = header ofx
//   header    = { KEY ":" value }                      1.x: OFXHEADER, DATA, VERSION, ENCODING, CHARSET, ...
//             | "<?xml ...?>" "<?OFX ...?>"            2.x
//   ofx       = "<OFX>" ... { statement } "</OFX>"
//   statement = "<STMTRS>" CURDEF BANKACCTFROM [ BANKTRANLIST ] [ LEDGERBAL ] ... "</STMTRS>"   also CCSTMTRS
//   list      = "<BANKTRANLIST>" DTSTART DTEND { transaction } "</BANKTRANLIST>"
//   transaction = "<STMTTRN>" TRNTYPE DTPOSTED TRNAMT FITID [ CHECKNUM ] [ REFNUM ] [ NAME | PAYEE ] [ MEMO ]
//               [ BANKACCTTO ] [ CURRENCY ] [ CORRECTFITID CORRECTACTION ] "</STMTTRN>"
//   leaf      = "<" NAME ">" text [ "</" NAME ">" ]    1.x leaves the end tag out
//
// The sign of TRNAMT is the direction. There is no opening balance and there are no totals, so nothing in the file
// can prove that it is whole but its structure: aggregates must nest and close. A 2.x file must also be well-formed
// XML. Document type definitions are refused.
//
// Handled with care: a correction (CORRECTFITID) takes back what an earlier file delivered; a person must decide, so
// the file is refused. A transaction in another currency than its statement is refused. An id (FITID) that comes twice
// in an account is told as a warning: some banks number anew with each download. A decimal comma is taken with a
// warning, as are lower-case tags, a header on one line and empty elements without one.
//
// Sources: OFX 1.6 and 2.2 specifications (ofx.org); test files of jseutter/ofxparse and of OCA's
// account_statement_import_ofx.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/value/concat.h"
#include "io/bytes/account_name.h"
#include "io/bytes/charset.h"
#include "io/bytes/text_arena.h"
#include "io/bytes/xml_scanner.h"
#include "io/formats/format.h"
#include "io/formats/judged_reader.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "ofx";
constexpr size_t kDepthMax = 64;

// Elements that hold elements. All others are leaves.
constexpr std::array<std::string_view, 24> kAggregates = {
    "OFX",          "SIGNONMSGSRSV1",     "SONRS",        "STATUS",       "FI",
    "BANKMSGSRSV1", "STMTTRNRS",          "STMTRS",       "BANKACCTFROM", "BANKACCTTO",
    "CCACCTFROM",   "CCACCTTO",           "BANKTRANLIST", "STMTTRN",      "PAYEE",
    "CURRENCY",     "ORIGCURRENCY",       "LEDGERBAL",    "AVAILBAL",     "BALLIST",
    "BAL",          "CREDITCARDMSGSRSV1", "CCSTMTTRNRS",  "CCSTMTRS"};

bool IsAggregate(std::string_view name) {
  return std::find(kAggregates.begin(), kAggregates.end(), name) != kAggregates.end();
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return upper;
}

// A tag, and the text behind it up to the next one.
struct Tag {
  std::string name;  // upper case
  bool is_end = false;
  bool is_empty = false;  // <NAME/>
  std::string_view text;
  bool is_literal = false;  // text comes from CDATA: references in it are none
  size_t offset = 0;
};

// Takes tags one after another; comments, declarations and processing instructions are stepped over.
class TagScanner {
 public:
  explicit TagScanner(std::string_view bytes) : bytes_(bytes) {}

  // False at the end, or when something is wrong: then fault() says what.
  bool Next(Tag* tag) {
    while (true) {
      at_ = std::min(bytes_.find('<', at_), bytes_.size());
      if (at_ == bytes_.size()) return false;
      const std::string_view rest = bytes_.substr(at_);
      if (rest.substr(0, 4) == "<!--") {
        if (!Skip("-->")) return false;
      } else if (rest.substr(0, 2) == "<?") {
        if (!Skip("?>")) return false;
      } else if (rest.substr(0, 2) == "<!") {
        fault_ = "no document type definition";
        return false;
      } else {
        return Take(tag);
      }
    }
  }

  size_t offset() const { return at_; }

  std::string_view fault() const { return fault_; }

 private:
  bool Skip(std::string_view end) {
    const size_t stop = bytes_.find(end, at_);
    if (stop == std::string_view::npos) {
      fault_ = "the end of a comment or instruction";
      return false;
    }
    at_ = stop + end.size();
    return true;
  }

  bool Take(Tag* tag) {
    constexpr size_t kNameMax = 64;
    tag->offset = at_;
    const size_t close = bytes_.find('>', at_);
    if (close == std::string_view::npos || close - at_ > kNameMax) {
      fault_ = "a tag that is closed";
      return false;
    }
    std::string_view name = bytes_.substr(at_ + 1, close - at_ - 1);
    tag->is_end = !name.empty() && name.front() == '/';
    if (tag->is_end) name.remove_prefix(1);
    tag->is_empty = !name.empty() && name.back() == '/';
    if (tag->is_empty) name.remove_suffix(1);
    tag->name = Upper(Trim(name));
    if (tag->name.empty() || tag->name.find_first_of(" \t\r\n<\"'") != std::string::npos) {
      fault_ = "a tag of one name";
      return false;
    }
    at_ = close + 1;
    tag->is_literal = false;
    tag->text = {};
    if (tag->is_end) return TakeNothing();
    constexpr std::string_view kLiteral = "<![CDATA[";
    if (bytes_.substr(at_, kLiteral.size()) == kLiteral) {
      const size_t stop = bytes_.find("]]>", at_);
      if (stop == std::string_view::npos) {
        fault_ = "the end of a literal section";
        return false;
      }
      tag->text = Trim(bytes_.substr(at_ + kLiteral.size(), stop - at_ - kLiteral.size()));
      tag->is_literal = true;
      at_ = stop + 3;
      return true;
    }
    const size_t next = std::min(bytes_.find('<', at_), bytes_.size());
    tag->text = Trim(bytes_.substr(at_, next - at_));
    at_ = next;
    return true;
  }

  // Behind an end tag stands nothing but the end mark of old systems: a tag that lost its `<` would
  // be lost with all that it says.
  bool TakeNothing() {
    const size_t next = std::min(bytes_.find('<', at_), bytes_.size());
    const std::string_view text = Trim(bytes_.substr(at_, next - at_));
    if (!text.empty() && !(next == bytes_.size() && text == "\x1A")) {
      fault_ = "no text behind an end tag";
      return false;
    }
    at_ = next;
    return true;
  }

  std::string_view bytes_;
  size_t at_ = 0;
  std::string_view fault_;
};

// Hands nothing on: asks the XML scanner whether a text is well formed.
class WellFormedness : public XmlConsumer {
 public:
  bool OnEvents(absl::Span<const XmlEvent>) override { return true; }

  XmlFamily Classify(std::string_view, std::string*) override { return XmlFamily::kForeign; }
};

struct Transaction {
  std::string_view type;
  std::string_view posted;
  std::string_view amount;
  std::string_view id;
  std::string_view check_number;
  std::string_view reference;
  std::string_view name;
  std::string_view memo;
  std::string_view corrects;
  std::string_view currency;
  std::string_view account;
  std::string_view bank;
  size_t offset = 0;
};

class FileParser {
 public:
  FileParser(const Block& block, BlockSink* sink, JudgedSummary* summary)
      : block_(block), sink_(sink), summary_(summary), verdict_(&summary->controls) {
    is_utf8_ = IsUtf8(block.bytes);
  }

  void Run(bool allow_empty) {
    std::string_view bytes = block_.bytes;
    if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
    CheckXml(bytes);
    TagScanner tags(block_.bytes);
    Tag tag;
    while (!stopped_ && tags.Next(&tag)) {
      at_ = tag.offset;
      TakeTag(tag);
    }
    if (!stopped_ && !tags.fault().empty()) {
      at_ = tags.offset();
      Fault(DeviationCode::kRecordMalformed, tags.fault(), "another");
    } else if (!stopped_ && !ended_) {
      at_ = block_.bytes.size();
      Fault(DeviationCode::kFileTruncated, "the end of <OFX>", "the end of the file");
    }
    Flush();
    summary_->tally.lines = transactions_;
    summary_->controls.transactions = summary_->tally.transactions;
    verdict_.Close(allow_empty);
  }

 private:
  // A 2.x file is XML and must be well formed as such.
  void CheckXml(std::string_view bytes) {
    if (bytes.substr(0, 5) != "<?xml") return;
    static constexpr XmlRule kRules[] = {{kXmlOutside, "OFX", 2, 0}};
    static const XmlGrammar* const grammar = new XmlGrammar(kRules, "");
    WellFormedness consumer;
    XmlScanner scanner(grammar, &consumer);
    scanner.set_learning(false);
    if (scanner.Scan(bytes, true, true) || scanner.fault().text.empty()) return;
    stopped_ = true;
    at_ = scanner.fault().offset;
    verdict_.Problem(
        scanner.fault().truncated ? DeviationCode::kFileTruncated : DeviationCode::kRecordMalformed,
        0, at_, scanner.fault().text);
  }

  void Fault(DeviationCode code, std::string_view expected, std::string_view found) {
    stopped_ = true;
    verdict_.Problem(code, transactions_, block_.offset + at_,
                     ExpectedFound("transaction", expected, found));
  }

  void TakeTag(const Tag& tag) {
    if (ended_) {
      Fault(DeviationCode::kRecordMalformed, "nothing behind </OFX>", tag.name);
    } else if (tag.is_end) {
      CloseTag(tag.name);
    } else if (IsAggregate(tag.name)) {
      if (!tag.text.empty()) {
        Fault(DeviationCode::kRecordMalformed, "no text before the first element", tag.text);
      } else if (!tag.is_empty) {
        OpenAggregate(tag);
      }
    } else if (open_.empty()) {
      Fault(DeviationCode::kRecordMalformed, "<OFX> first", tag.name);
    } else {
      leaf_ = tag.name;
      if (!tag.text.empty()) TakeLeaf(tag);
    }
  }

  void OpenAggregate(const Tag& tag) {
    if (open_.size() >= kDepthMax) {
      Fault(DeviationCode::kRecordMalformed, "nesting of at most 64", tag.name);
      return;
    }
    if (open_.empty() != (tag.name == "OFX")) {
      Fault(DeviationCode::kRecordMalformed, "one <OFX> around everything", tag.name);
      return;
    }
    if (!tag.text.empty()) {
      Fault(DeviationCode::kRecordMalformed, "elements and no text", tag.text);
      return;
    }
    open_.push_back(tag.name);
    leaf_.clear();
    if (tag.name == "STMTRS" || tag.name == "CCSTMTRS") {
      ++summary_->tally.statements_opened;
      currency_ = Currency();
      creditor_ = {};
      bank_ = {};
      account_ = {};
      ids_.clear();
    }
    if (tag.name == "STMTTRN") {
      transaction_ = {};
      transaction_.offset = tag.offset;
      ++transactions_;
    }
  }

  void CloseTag(const std::string& name) {
    if (!IsAggregate(name)) {
      // The end of a leaf: 1.x leaves it out, so it is looked at only where it stands.
      if (name != leaf_) Fault(DeviationCode::kRecordMalformed, Concat("</", leaf_, ">"), name);
      leaf_.clear();
      return;
    }
    leaf_.clear();
    if (open_.empty() || open_.back() != name) {
      Fault(DeviationCode::kRecordMalformed,
            open_.empty() ? std::string("a tag that opens") : Concat("</", open_.back(), ">"),
            name);
      return;
    }
    open_.pop_back();
    if (name == "STMTTRN") EndTransaction();
    if (name == "OFX") ended_ = true;
  }

  bool Inside(std::string_view aggregate) const {
    return std::find(open_.begin(), open_.end(), aggregate) != open_.end();
  }

  void TakeLeaf(const Tag& tag) {
    const std::string& name = tag.name;
    const std::string_view text = Decoded(tag);
    if (Inside("STMTTRN")) {
      TakeTransactionLeaf(name, text);
    } else if (name == "CURDEF") {
      currency_ = Currency::FromCode(text);
      if (currency_.is_none()) Fault(DeviationCode::kRecordMalformed, "an ISO 4217 currency", text);
    } else if (Inside("BANKACCTFROM") || Inside("CCACCTFROM")) {
      if (name == "BANKID") bank_ = text;
      if (name == "ACCTID") account_ = text;
    }
  }

  void TakeTransactionLeaf(const std::string& name, std::string_view text) {
    Transaction& to = transaction_;
    if (Inside("BANKACCTTO") || Inside("CCACCTTO")) {
      if (name == "ACCTID") to.account = text;
      if (name == "BANKID") to.bank = text;
      return;
    }
    if (Inside("ORIGCURRENCY")) return;  // what was paid before the bank changed it
    if (Inside("CURRENCY")) {
      if (name == "CURSYM") to.currency = text;
      return;
    }

    struct Place {
      std::string_view name;
      std::string_view* text;
    };

    const Place places[] = {{"TRNTYPE", &to.type},
                            {"DTPOSTED", &to.posted},
                            {"TRNAMT", &to.amount},
                            {"FITID", &to.id},
                            {"CHECKNUM", &to.check_number},
                            {"REFNUM", &to.reference},
                            {"NAME", &to.name},
                            {"MEMO", &to.memo},
                            {"CORRECTFITID", &to.corrects}};
    for (const Place& place : places) {
      if (place.name != name) continue;
      const bool money = name == "TRNAMT" || name == "FITID";
      if (money && !place.text->empty()) {
        Fault(DeviationCode::kRecordMalformed, Concat("one ", name), "two");
      }
      *place.text = text;
    }
  }

  void EndTransaction() {
    at_ = transaction_.offset;
    if (!NameAccount()) return;
    if (!transaction_.corrects.empty()) {
      Fault(DeviationCode::kRecordMalformed, "no correction of an earlier transaction",
            transaction_.corrects);
      return;
    }
    if (!transaction_.currency.empty() &&
        !(Currency::FromCode(transaction_.currency) == currency_)) {
      Fault(DeviationCode::kRecordMalformed, currency_.code(), transaction_.currency);
      return;
    }
    Date date;
    if (!ParseDateYYYYMMDD(transaction_.posted.substr(0, 8), &date) || !date.has_value()) {
      Fault(DeviationCode::kRecordMalformed, "DTPOSTED as YYYYMMDD", transaction_.posted);
      return;
    }
    int64_t minor = 0;
    if (!ReadAmount(&minor)) return;
    if (!transaction_.id.empty() && !ids_.insert(std::string(transaction_.id)).second) {
      verdict_.warnings().Note("an id (FITID) that came before in this account", transactions_ - 1);
    }
    if (minor == 0) {
      verdict_.warnings().Note("a transaction of zero, which moves no money", transactions_ - 1);
      return;
    }
    AddPayment(date, minor);
  }

  // The statement's account, once its currency is known too.
  bool NameAccount() {
    if (!creditor_.empty()) return true;
    if (currency_.is_none() || account_.empty()) {
      Fault(DeviationCode::kRecordMalformed, "CURDEF and ACCTID before transactions", "none");
      return false;
    }
    const std::string name = bank_.empty() || IsIban(account_)
                                 ? AccountName(account_, currency_)
                                 : AccountName(Concat(bank_, "/", account_), currency_);
    if (name.empty()) {
      Fault(DeviationCode::kRecordMalformed, "an account", account_);
      return false;
    }
    creditor_ = arena_.Copy(name);
    auto& accounts = summary_->tally.accounts;
    if (accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), name) == accounts.end()) {
      accounts.push_back(name);
    }
    return true;
  }

  bool ReadAmount(int64_t* minor) {
    std::string_view text = transaction_.amount;
    if (text.substr(0, 1) == "+") text.remove_prefix(1);
    const bool comma = text.find(',') != std::string_view::npos;
    if (comma) verdict_.warnings().Note("a decimal comma", transactions_ - 1);
    const AmountError error = ParseAmount(text, currency_.decimals(), minor, comma ? ',' : '.');
    if (error == AmountError::kOk) return true;
    Fault(error == AmountError::kTooManyDecimals ? DeviationCode::kPrecisionLost
                                                 : DeviationCode::kRecordMalformed,
          "TRNAMT as a decimal number of the currency", transaction_.amount);
    return false;
  }

  PaymentKind KindOf(bool credit) const {
    const std::string_view type = transaction_.type;
    if (type == "INT") return PaymentKind::kInterest;
    if (type == "FEE" || type == "SRVCHG") return PaymentKind::kFee;
    if (type == "XFER") return PaymentKind::kTransfer;
    // Nothing in OFX marks a return, and a debit must not take a payment back by its amount alone.
    return credit ? PaymentKind::kPayment : PaymentKind::kTransfer;
  }

  void AddPayment(Date date, int64_t minor) {
    if (batch_.payments.size() >= 256) Flush();
    Payment& payment = batch_.payments.emplace_back();
    const bool credit = minor > 0;
    payment.creditor_account = creditor_;
    payment.currency = currency_;
    payment.amount_minor = credit ? minor : -minor;
    payment.direction = credit ? Direction::kCredit : Direction::kDebit;
    payment.kind = KindOf(credit);
    payment.booking_date = date;
    payment.value_date = date;
    payment.origin = Origin::kStatement;
    payment.statement = summary_->tally.statements_opened;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions);
    payment.bank_reference = transaction_.id;
    payment.payer_name = transaction_.name;
    if (!transaction_.account.empty()) {
      payment.payer_account = arena_.Copy(PayerAccount());
    }
    for (const std::string_view reference : {transaction_.reference, transaction_.check_number}) {
      if (reference.find_first_not_of('0') == std::string_view::npos) continue;
      batch_.AddReference(&payment, {reference, ReferenceScheme::kText});
    }
    if (!transaction_.memo.empty()) batch_.AddText(&payment, transaction_.memo);
    BlockTally& tally = summary_->tally;
    ++tally.entries;
    ++tally.transactions;
    (credit ? tally.credit_minor : tally.debit_minor)[currency_] += payment.amount_minor;
    if (!tally.first_date.has_value() || date < tally.first_date) tally.first_date = date;
    tally.last_date = std::max(tally.last_date, date);
  }

  std::string PayerAccount() const {
    if (transaction_.bank.empty() || HasIbanShape(transaction_.account)) {
      return AccountName(transaction_.account, currency_);
    }
    return AccountName(Concat(transaction_.bank, "/", transaction_.account), currency_);
  }

  // Text as UTF-8 with its references resolved. It lives until the file is through.
  std::string_view Decoded(const Tag& tag) {
    std::string text;
    if (is_utf8_) {
      text = std::string(tag.text);
    } else {
      AppendAsUtf8(Charset::kWindows1252, tag.text, &text);
    }
    if (!tag.is_literal && text.find('&') != std::string::npos) text = Resolved(text);
    return arena_.Copy(text);
  }

  // Only the five references that are always there, blanks, and numbers below 128; others stay as they are.
  static std::string Resolved(std::string_view text) {
    constexpr std::pair<std::string_view, char> kKnown[] = {{"&amp;", '&'},   {"&lt;", '<'},
                                                            {"&gt;", '>'},    {"&quot;", '"'},
                                                            {"&apos;", '\''}, {"&nbsp;", ' '}};
    std::string resolved;
    for (size_t i = 0; i < text.size();) {
      size_t taken = 1;
      char c = text[i];
      for (const auto& [name, meaning] : kKnown) {
        if (text.substr(i, name.size()) != name) continue;
        c = meaning;
        taken = name.size();
      }
      if (taken == 1 && text.substr(i, 2) == "&#") taken = NumberReference(text.substr(i), &c);
      resolved.push_back(c);
      i += taken;
    }
    return resolved;
  }

  static size_t NumberReference(std::string_view text, char* c) {
    int number = 0;
    size_t at = 2;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && number < 128) {
      number = number * 10 + (text[at++] - '0');
    }
    if (at >= text.size() || text[at] != ';' || number < 0x20 || number > 0x7E) return 1;
    *c = static_cast<char>(number);
    return at + 1;
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Block& block_;
  BlockSink* sink_;
  JudgedSummary* summary_;
  Verdict verdict_;
  bool is_utf8_ = true;
  bool stopped_ = false;  // the file is refused: nothing behind this place counts
  bool ended_ = false;
  size_t at_ = 0;
  uint64_t transactions_ = 0;
  std::vector<std::string> open_;
  std::string leaf_;
  Currency currency_;
  std::string_view bank_;
  std::string_view account_;
  std::string_view creditor_;
  absl::flat_hash_set<std::string> ids_;
  Transaction transaction_;
  TextArena arena_;
  PaymentBatch batch_;
};

int Sniff(std::string_view head) {
  const std::string start = Upper(head.substr(0, 2048));
  if (start.find("OFXHEADER") == std::string::npos) return 0;
  return start.find("<OFX>") != std::string::npos || head.size() < 2048 ? 95 : 60;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  const bool is_xml = head.find("<?OFX") != std::string_view::npos;
  return std::make_unique<JudgedReader<FileParser>>(options, kName, is_xml ? "2" : "1");
}

}  // namespace

extern const Format kOfx;
const Format kOfx = {kName, FileKind::kPayments, "OFX bank statement (SGML and XML)",
                     Sniff, MakeReader,          nullptr};

}  // namespace kvitt
