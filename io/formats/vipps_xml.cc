// vipps-xml: settlement report of Vipps, XML version 3.0.
//
//   report      = SettlementReport > SettlementDetailsInfo > PaymentsInfo > { SettlementInfo }
//   settlement  = SettlementInfo: SettlementID, SettlementDate, SettlementAccount, SaleUnitNumber, NumOfTransactions,
//                 CaptureSettlementAmount, RefundSettlementAmount, GrossSettlementAmount, FeeSettlementAmount,
//                 NetSettlementAmount, SettledAmount, SettlementType ("Gross" or "Net"), { TransactionInfo }
//   transaction = TransactionInfo: TransactionID, OrderID, TransactionTime, CaptureAmount, RefundAmount, GrossAmount,
//                 FeeAmount, NetAmount
//
// Refunds are negative and inside the gross amount. A settlement pays out its gross (type Gross: fees are billed apart)
// or its net amount (type Net). A transaction gives its capture (payment), refund (reversal) and, of a net settlement,
// its fee; a settlement gives the payout (transfer), the amount of the bank line. All stand on the account
// `vipps:` and the number of the sale unit, which ends at zero. Booked on the day of the transaction, value on that of
// the settlement.
//
// Checked: gross = capture + refund and net = gross less fee of each transaction; all five sums and the number of
// transactions of each settlement; the settled amount is the gross or the net one, as the type says.
//
// UNCONFIRMED and how it is handled: the sign of the fee (its size counts); the level at which sale unit, account, date
// and currency stand (any above the transaction is read, also as SalesUnitNumber and MerchantSerialNumber); a currency
// that is not named is NOK, with a warning.
//
// Source: vippsas/vipps-developers, settlements.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/bytes/text_arena.h"
#include "io/bytes/xml_scanner.h"
#include "io/formats/format.h"
#include "io/formats/judged_reader.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "vipps-xml";

enum Node : XmlNode {
  kReport = 2,
  kDetails,
  kPayments,
  kSettlement,
  kTransaction,
  kSettlementId,
  kSettlementDate,
  kSaleUnit,
  kCurrencyCode,
  kCount,
  kCaptures,
  kRefunds,
  kGrosses,
  kFees,
  kNets,
  kSettled,
  kType,
  kTransactionId,
  kOrderId,
  kTime,
  kCapture,
  kRefund,
  kGross,
  kFee,
  kNet,
  kNodeEnd,
};

constexpr XmlRule kRules[] = {
    {kXmlOutside, "SettlementReport", kReport, 0},
    {kReport, "SettlementDetailsInfo", kDetails, 0},
    {kDetails, "PaymentsInfo", kPayments, 0},
    {kPayments, "SettlementInfo", kSettlement, kXmlBegin | kXmlEnd},
    {kSettlement, "TransactionInfo", kTransaction, kXmlBegin | kXmlEnd},
    {kDetails, "SaleUnitNumber", kSaleUnit, kXmlText},
    {kDetails, "SalesUnitNumber", kSaleUnit, kXmlText},
    {kDetails, "MerchantSerialNumber", kSaleUnit, kXmlText},
    {kDetails, "SettlementID", kSettlementId, kXmlText},
    {kDetails, "SettlementDate", kSettlementDate, kXmlText},
    {kDetails, "Currency", kCurrencyCode, kXmlText},
    {kPayments, "SaleUnitNumber", kSaleUnit, kXmlText},
    {kPayments, "SalesUnitNumber", kSaleUnit, kXmlText},
    {kPayments, "MerchantSerialNumber", kSaleUnit, kXmlText},
    {kPayments, "SettlementID", kSettlementId, kXmlText},
    {kPayments, "SettlementDate", kSettlementDate, kXmlText},
    {kPayments, "Currency", kCurrencyCode, kXmlText},
    {kSettlement, "SaleUnitNumber", kSaleUnit, kXmlText},
    {kSettlement, "SalesUnitNumber", kSaleUnit, kXmlText},
    {kSettlement, "MerchantSerialNumber", kSaleUnit, kXmlText},
    {kSettlement, "SettlementID", kSettlementId, kXmlText},
    {kSettlement, "SettlementDate", kSettlementDate, kXmlText},
    {kSettlement, "Currency", kCurrencyCode, kXmlText},
    {kSettlement, "NumOfTransactions", kCount, kXmlText},
    {kSettlement, "CaptureSettlementAmount", kCaptures, kXmlText},
    {kSettlement, "RefundSettlementAmount", kRefunds, kXmlText},
    {kSettlement, "GrossSettlementAmount", kGrosses, kXmlText},
    {kSettlement, "FeeSettlementAmount", kFees, kXmlText},
    {kSettlement, "NetSettlementAmount", kNets, kXmlText},
    {kSettlement, "SettledAmount", kSettled, kXmlText},
    {kSettlement, "SettlementType", kType, kXmlText},
    {kTransaction, "TransactionID", kTransactionId, kXmlText},
    {kTransaction, "OrderID", kOrderId, kXmlText},
    {kTransaction, "TransactionTime", kTime, kXmlText},
    {kTransaction, "CaptureAmount", kCapture, kXmlText},
    {kTransaction, "RefundAmount", kRefund, kXmlText},
    {kTransaction, "GrossAmount", kGross, kXmlText},
    {kTransaction, "FeeAmount", kFee, kXmlText},
    {kTransaction, "NetAmount", kNet, kXmlText},
};

const XmlGrammar& Grammar() {
  static const XmlGrammar* const grammar = new XmlGrammar(kRules, "");
  return *grammar;
}

// The texts of one element's children, by node.
using Texts = std::array<std::string_view, kNodeEnd>;

int64_t Size(int64_t minor) {
  return minor < 0 ? -minor : minor;
}

class ReportParser : public XmlConsumer {
 public:
  ReportParser(const Block& block, BlockSink* sink, JudgedSummary* summary)
      : block_(block), sink_(sink), summary_(summary), verdict_(&summary->controls) {}

  void Run(bool allow_empty) {
    std::string_view bytes = block_.bytes;
    if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
    XmlScanner scanner(&Grammar(), this);
    scanner.set_learning(false);
    // Elements without a namespace are the report's, too.
    XmlPath path;
    path.bindings.push_back({"", XmlFamily::kOurs, 0});
    scanner.Descend(path);
    if (!scanner.Scan(bytes, true, true) && !scanner.fault().text.empty()) {
      verdict_.Problem(scanner.fault().truncated ? DeviationCode::kFileTruncated
                                                 : DeviationCode::kRecordMalformed,
                       0, scanner.fault().offset, scanner.fault().text);
    }
    Flush();
    summary_->tally.lines = settlements_;
    summary_->controls.transactions = summary_->tally.transactions;
    verdict_.Close(allow_empty);
  }

  XmlFamily Classify(std::string_view, std::string*) override { return XmlFamily::kOurs; }

  bool OnEvents(absl::Span<const XmlEvent> events) override {
    for (const XmlEvent& event : events) Take(event);
    return true;
  }

 private:
  struct Money {
    int64_t capture = 0;
    int64_t refund = 0;
    int64_t gross = 0;
    int64_t fee = 0;  // its size
    int64_t net = 0;
  };

  struct Transaction {
    Texts texts;
    Money money;
    Date date;
  };

  void Take(const XmlEvent& event) {
    if (event.kind == XmlEventKind::kText) {
      TakeText(static_cast<Node>(event.node), event.view());
    } else if (event.node == kSettlement) {
      if (event.kind == XmlEventKind::kBegin) {
        BeginSettlement();
      } else {
        EndSettlement();
      }
    } else if (event.node == kTransaction) {
      if (event.kind == XmlEventKind::kBegin) {
        transactions_.emplace_back();
      } else {
        inside_transaction_ = false;
        return;
      }
      inside_transaction_ = true;
    }
  }

  // Facts above the settlements hold for all of them; inside one, for that one.
  void TakeText(Node node, std::string_view text) {
    Texts& texts = inside_transaction_  ? transactions_.back().texts
                   : inside_settlement_ ? settlement_
                                        : above_;
    std::string_view& place = texts[node];
    if (!place.empty() && node >= kCount && place != text) Malformed(node, "once", text);
    place = text;
  }

  void BeginSettlement() {
    settlement_ = above_;
    transactions_.clear();
    inside_settlement_ = true;
    sound_ = true;
    ++settlements_;
    ++summary_->tally.statements_opened;
  }

  void Malformed(Node node, std::string_view expected, std::string_view found) {
    sound_ = false;
    verdict_.Problem(DeviationCode::kRecordMalformed, settlements_, block_.offset,
                     ExpectedFound(Grammar().name(node), expected, found));
  }

  bool ReadAmount(const Texts& texts, Node node, int64_t* minor) {
    const AmountError error = ParseAmount(texts[node], currency_.decimals(), minor);
    if (error == AmountError::kOk) return true;
    if (error == AmountError::kTooManyDecimals) {
      sound_ = false;
      verdict_.Problem(DeviationCode::kPrecisionLost, settlements_, block_.offset,
                       ExpectedFound(Grammar().name(node), "no more decimals than the currency has",
                                     texts[node]));
    } else {
      Malformed(node, "a decimal amount", texts[node]);
    }
    return false;
  }

  // Capture and refund may be absent when there was none; the others stand always.
  bool ReadMoney(const Texts& texts, const std::array<Node, 5>& nodes, Money* money) {
    if (!texts[nodes[0]].empty() && !ReadAmount(texts, nodes[0], &money->capture)) return false;
    if (!texts[nodes[1]].empty() && !ReadAmount(texts, nodes[1], &money->refund)) return false;
    if (!ReadAmount(texts, nodes[2], &money->gross) || !ReadAmount(texts, nodes[3], &money->fee) ||
        !ReadAmount(texts, nodes[4], &money->net)) {
      return false;
    }
    money->fee = Size(money->fee);
    return true;
  }

  static bool ReadDate(std::string_view text, Date* date) {
    const std::string_view day = text.substr(0, 10);
    if (ParseDate(day, date)) return true;
    if (day.size() != 10 || day[2] != '.' || day[5] != '.') return false;
    const std::string iso = Concat(day.substr(6), "-", day.substr(3, 2), "-", day.substr(0, 2));
    return ParseDate(iso, date);
  }

  bool Control(std::string_view what, int64_t declared, Int128 computed) {
    return verdict_.ControlAmount(what, declared, computed, currency_.decimals(), settlements_,
                                  block_.offset);
  }

  bool ReadTransaction(Transaction* transaction) {
    const Texts& texts = transaction->texts;
    if (!ReadMoney(texts, {kCapture, kRefund, kGross, kFee, kNet}, &transaction->money))
      return false;
    if (!ReadDate(texts[kTime], &transaction->date)) {
      Malformed(kTime, "a date", texts[kTime]);
      return false;
    }
    const Money& money = transaction->money;
    Control("gross of a transaction", money.gross, Int128{money.capture} + money.refund);
    Control("net of a transaction", money.net, Int128{money.gross} - money.fee);
    return true;
  }

  void EndSettlement() {
    inside_settlement_ = false;
    const std::string_view code = settlement_[kCurrencyCode];
    currency_ = Currency::FromCode(code.empty() ? "NOK" : code);
    if (code.empty())
      verdict_.warnings().Note("a settlement without a currency, read as NOK", settlements_ - 1);
    if (currency_.is_none()) Malformed(kCurrencyCode, "an ISO 4217 currency", code);
    if (settlement_[kSaleUnit].empty()) Malformed(kSaleUnit, "the number of the sale unit", "none");
    Date settled_on;
    if (!ReadDate(settlement_[kSettlementDate], &settled_on)) {
      Malformed(kSettlementDate, "a date", settlement_[kSettlementDate]);
    }
    const bool is_net = settlement_[kType] == "Net";
    if (!is_net && settlement_[kType] != "Gross")
      Malformed(kType, "Gross or Net", settlement_[kType]);
    Money declared;
    int64_t settled = 0;
    int64_t count = 0;
    if (!ReadMoney(settlement_, {kCaptures, kRefunds, kGrosses, kFees, kNets}, &declared) ||
        !ReadAmount(settlement_, kSettled, &settled)) {
      return;
    }
    if (ParseAmount(settlement_[kCount], 0, &count) != AmountError::kOk) {
      Malformed(kCount, "a number", settlement_[kCount]);
    }
    CompareSums(declared, count);
    if (!sound_) return;
    Control("settled amount", settled, is_net ? declared.net : declared.gross);
    if (sound_) HandOver(settled_on, is_net, settled);
  }

  void CompareSums(const Money& declared, int64_t count) {
    Int128 captures = 0;
    Int128 refunds = 0;
    Int128 gross = 0;
    Int128 fees = 0;
    Int128 net = 0;
    for (Transaction& transaction : transactions_) {
      if (!ReadTransaction(&transaction)) return;
      captures += transaction.money.capture;
      refunds += transaction.money.refund;
      gross += transaction.money.gross;
      fees += transaction.money.fee;
      net += transaction.money.net;
    }
    verdict_.Control("number of transactions", count, static_cast<Int128>(transactions_.size()),
                     settlements_, block_.offset);
    Control("sum of captures", declared.capture, captures);
    Control("sum of refunds", declared.refund, refunds);
    Control("gross of the settlement", declared.gross, gross);
    Control("fees of the settlement", declared.fee, fees);
    Control("net of the settlement", declared.net, net);
  }

  void HandOver(Date settled_on, bool is_net, int64_t settled) {
    const std::string account = Concat("vipps:", settlement_[kSaleUnit]);
    creditor_ = arena_.Copy(account);
    auto& accounts = summary_->tally.accounts;
    if (accounts.size() < 100 &&
        std::find(accounts.begin(), accounts.end(), account) == accounts.end()) {
      accounts.push_back(account);
    }
    Payment like;
    like.value_date = settled_on;
    for (const Transaction& transaction : transactions_) {
      like.booking_date = transaction.date;
      like.bank_reference = transaction.texts[kTransactionId];
      like.end_to_end_id = transaction.texts[kOrderId];
      if (Payment* capture = Add(like, PaymentKind::kPayment, transaction.money.capture);
          capture != nullptr && !like.end_to_end_id.empty()) {
        batch_.AddReference(capture, {like.end_to_end_id});
      }
      if (Payment* refund = Add(like, PaymentKind::kReversal, transaction.money.refund);
          refund != nullptr) {
        refund->reverses = like.end_to_end_id;
      }
      if (is_net) Add(like, PaymentKind::kFee, -transaction.money.fee);
    }
    like = Payment();
    like.booking_date = settled_on;
    like.value_date = settled_on;
    like.bank_reference = settlement_[kSettlementId];
    Add(like, PaymentKind::kTransfer, -settled);
  }

  // Null when there is no money to book.
  Payment* Add(const Payment& like, PaymentKind kind, int64_t minor) {
    if (minor == 0) return nullptr;
    if (batch_.payments.size() >= 256) Flush();
    Payment& payment = batch_.payments.emplace_back(like);
    const bool credit = minor > 0;
    payment.creditor_account = creditor_;
    payment.currency = currency_;
    payment.kind = kind;
    payment.direction = credit ? Direction::kCredit : Direction::kDebit;
    payment.amount_minor = Size(minor);
    payment.statement = summary_->tally.statements_opened;
    BlockTally& tally = summary_->tally;
    payment.record = static_cast<uint32_t>(tally.transactions);
    ++tally.transactions;
    ++tally.entries;
    (credit ? tally.credit_minor : tally.debit_minor)[currency_] += payment.amount_minor;
    if (!tally.first_date.has_value() || payment.booking_date < tally.first_date) {
      tally.first_date = payment.booking_date;
    }
    tally.last_date = std::max(tally.last_date, payment.booking_date);
    return &payment;
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
  PaymentBatch batch_;
  bool inside_settlement_ = false;
  bool inside_transaction_ = false;
  bool sound_ = true;
  uint64_t settlements_ = 0;
  Texts above_{};
  Texts settlement_{};
  std::vector<Transaction> transactions_;
  Currency currency_;
  std::string_view creditor_;
};

int Sniff(std::string_view head) {
  const std::string_view start = head.substr(0, 4096);
  const size_t root = start.find("SettlementReport");
  if (root == std::string_view::npos || start.find('<') == std::string_view::npos) return 0;
  return start.find("SettlementDetailsInfo") != std::string_view::npos ? 95 : 60;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<JudgedReader<ReportParser>>(options, kName, "3.0");
}

}  // namespace

extern const Format kVippsXml;
const Format kVippsXml = {kName, FileKind::kPayments, "Vipps settlement report (XML)",
                          Sniff, MakeReader,          nullptr};

}  // namespace kvitt
