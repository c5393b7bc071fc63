// `vipps-csv`: the older settlement report of Vipps, kinds of rows mixed in one file.
//
//   file        = *( header / settlement / fee / transaction )
//   header      = a row that names Gross, Fee, Refund and Net; it describes the rows of its kind below it
//   settlement  = "SettlementInfo", SalesUnitName, SaleUnitNumber, SettlementDate, SettlementID,
//                 SettlementAccount, Gross, Currency, Fee, Refund, Net, NumberOfTransactions
//   transaction = "TransactionInfo", SalesDate, SaleUnitName, SaleUnitNumber, TransactionId, SettlementId,
//                 OrderID, SettlementDate, Gross, Currency, Fee, Refund, Net
//   fee         = "FeeInfo", …      its figures are those of the transactions
//
// Dates DD.MM.YYYY, decimal points, fees and refunds negative: Net = Gross + Fee + Refund. A transaction
// gives its gross (`payment`), refund (`reversal`) and fee (`fee`) on the account `vipps:SaleUnitNumber`; a
// settlement gives the payout (`transfer`), which is the amount of the bank line.
//
// Checked: the net of each row; gross, fee, refund, net and number of transactions of each settlement.
// A transaction is booked on its sales day; its value day is that of the settlement.
//
// Source (public): vippsas/vipps-developers, settlements/csv. Whether the first cell of a header is the kind
// of row or a title is not certain: both are read, and rows without a kind take that of the header above.

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "engine/value/concat.h"
#include "io/bytes/separated_cell.h"
#include "io/bytes/separated_rows.h"
#include "io/formats/csv_column.h"
#include "io/formats/csv_mapping.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "vipps-csv";
constexpr std::array<std::string_view, 3> kKinds = {"SettlementInfo", "FeeInfo", "TransactionInfo"};

enum Kind : size_t { kSettlement, kFeeRow, kTransaction, kUnknownRow };

Kind KindNamed(std::string_view cell) {
  const auto it = std::find(kKinds.begin(), kKinds.end(), cell);
  return static_cast<Kind>(it - kKinds.begin());
}

size_t Find(const std::vector<std::string>& cells, std::string_view name) {
  return static_cast<size_t>(std::find(cells.begin(), cells.end(), name) - cells.begin());
}

std::vector<std::string> Names(const SeparatedRow& row) {
  std::vector<std::string> names;
  for (const std::string_view cell : row.cells) names.emplace_back(csv::TrimBlanks(cell));
  return names;
}

bool IsHeader(const std::vector<std::string>& names) {
  for (const std::string_view name : {"Gross", "Fee", "Refund", "Net"}) {
    if (Find(names, name) == names.size()) return false;
  }
  return true;
}

// Gross, fee, refund and net, and how many transactions made them.
struct Figures {
  int64_t gross = 0;
  int64_t fee = 0;
  int64_t refund = 0;
  int64_t net = 0;
  uint64_t count = 0;
  uint64_t line = 0;
  Currency currency;
};

struct VippsSummary : BlockSummary {
  std::map<std::string, Figures> declared;
  std::map<std::string, Figures> computed;
};

class VippsParse {
 public:
  VippsParse(const Block& block, BlockSink* sink, VippsSummary* summary)
      : block_(block), sink_(sink), summary_(summary) {}

  void Parse() {
    bool was_windows_1252 = false;
    text_ = csv::AsUtf8(block_.bytes, &was_windows_1252);
    const size_t size = text_.size();
    text_.append(kTextPadding, '\0');
    const std::string_view text(text_.data(), size);
    summary_->tally.lines = CountLineFeeds(text) + (text.empty() || text.back() == '\n' ? 0 : 1);
    if (text.find('\0') != std::string_view::npos) {
      Problem(0, "expected text, found a NUL byte");
      return;
    }
    SeparatedRows rows(text, FindSeparator(text.substr(0, text.find('\n'))));
    SeparatedRow row;
    while (rows.Next(&row)) TakeRow(row);
    HandOver();
  }

 private:
  void Problem(uint64_t line,
               std::string text,
               DeviationCode code = DeviationCode::kRecordMalformed) {
    size_t at = 0;
    for (uint64_t i = 0; i < line && at < block_.bytes.size(); ++i) {
      at = std::min(block_.bytes.find('\n', at), block_.bytes.size() - 1) + 1;
    }
    AddProblem(summary_, code, line, block_.offset + at, std::move(text));
  }

  void TakeRow(const SeparatedRow& row) {
    // A row of blanks alone.
    if (row.cells.size() == 1 && csv::TrimBlanks(row.cells[0]).empty()) return;
    std::vector<std::string> names = Names(row);
    const Kind named = KindNamed(names[0]);
    if (IsHeader(names)) {
      const Kind kind = named != kUnknownRow                              ? named
                        : Find(names, "TransactionId") < names.size()     ? kTransaction
                        : Find(names, "SettlementAccount") < names.size() ? kSettlement
                                                                          : kFeeRow;
      headers_[kind] = std::move(names);
      kind_ = kind;
      return;
    }
    const Kind kind = named != kUnknownRow ? named : kind_;
    if (kind == kFeeRow) return;
    if (kind == kUnknownRow || headers_[kind].empty()) {
      Problem(row.line, Concat("expected a header before the first row of its kind, found ",
                               csv::Quoted(row.cells[0])));
      return;
    }
    // The kind stands before the cells of the header, or is one of them.
    const std::vector<std::string>& header = headers_[kind];
    shift_ = row.cells.size() == header.size() + 1 && named != kUnknownRow ? 1 : 0;
    if (row.damaged || row.cells.size() != header.size() + shift_) {
      Problem(row.line, Concat("expected ", header.size(), " cells, as in the header, found ",
                               row.cells.size()));
      return;
    }
    if (kind == kSettlement) {
      TakeSettlement(row, header);
    } else {
      TakeTransaction(row, header);
    }
  }

  std::string_view Cell(const SeparatedRow& row,
                        const std::vector<std::string>& header,
                        std::string_view name) const {
    const size_t at = Find(header, name);
    return at == header.size() ? std::string_view() : csv::TrimBlanks(row.cells[at + shift_]);
  }

  bool ReadFigures(const SeparatedRow& row,
                   const std::vector<std::string>& header,
                   Figures* figures) {
    figures->line = row.line;
    figures->currency = Currency::FromCode(Cell(row, header, "Currency"));
    if (figures->currency.is_none()) {
      Problem(row.line, Concat("expected an ISO 4217 currency code, found ",
                               csv::Quoted(Cell(row, header, "Currency"))));
      return false;
    }
    const std::pair<std::string_view, int64_t*> parts[] = {{"Gross", &figures->gross},
                                                           {"Fee", &figures->fee},
                                                           {"Refund", &figures->refund},
                                                           {"Net", &figures->net}};
    for (const auto& [name, minor] : parts) {
      const std::string_view cell = Cell(row, header, name);
      if (cell.empty()) continue;
      const std::string plain = csv::PlainAmount(cell, '.', 0);
      const AmountError error = ParseAmount(plain, figures->currency.decimals(), minor);
      if (error == AmountError::kOk) continue;
      Problem(row.line,
              Concat("column ", name, ": expected an amount of ", figures->currency.code(),
                     ", found ", csv::Quoted(cell), " (", Describe(error), ")"),
              error == AmountError::kTooManyDecimals ? DeviationCode::kPrecisionLost
                                                     : DeviationCode::kRecordMalformed);
      return false;
    }
    const int decimals = figures->currency.decimals();
    const int64_t net = figures->gross + figures->fee + figures->refund;
    if (net != figures->net) {
      Problem(row.line,
              Concat("net: expected gross, fee and refund to make ",
                     FormatAmount(figures->net, decimals), ", found ", FormatAmount(net, decimals)),
              DeviationCode::kControlTotalMismatch);
    }
    // The sums go on with what the parts make, so that one wrong figure is one problem.
    figures->net = net;
    return true;
  }

  bool ReadDate(const SeparatedRow& row,
                const std::vector<std::string>& header,
                std::string_view name,
                Date* date) {
    const std::string_view cell = Cell(row, header, name);
    if (csv::ParseDateByPattern(cell, "DD.MM.YYYY|YYYY-MM-DD", date)) return true;
    Problem(row.line, Concat("column ", name, ": expected DD.MM.YYYY, found ", csv::Quoted(cell)));
    return false;
  }

  void TakeSettlement(const SeparatedRow& row, const std::vector<std::string>& header) {
    Figures figures;
    Payment payout;
    if (!ReadFigures(row, header, &figures) ||
        !ReadDate(row, header, "SettlementDate", &payout.booking_date)) {
      return;
    }
    int64_t count = 0;
    const std::string_view number = Cell(row, header, "NumberOfTransactions");
    if (ParseAmount(number, 0, &count) != AmountError::kOk || count < 0) {
      Problem(row.line, Concat("column NumberOfTransactions: expected a number, found ",
                               csv::Quoted(number)));
      return;
    }
    figures.count = static_cast<uint64_t>(count);
    const std::string id(Cell(row, header, "SettlementID"));
    if (!summary_->declared.emplace(id, figures).second) {
      Problem(row.line, Concat("expected each settlement once, found ", csv::Quoted(id), " again"));
      return;
    }
    ++summary_->tally.statements_opened;
    payout.creditor_account = Account(row, header);
    payout.currency = figures.currency;
    payout.value_date = payout.booking_date;
    payout.bank_reference = Cell(row, header, "SettlementID");
    Add(payout, PaymentKind::kTransfer, -figures.net);
  }

  void TakeTransaction(const SeparatedRow& row, const std::vector<std::string>& header) {
    Figures figures;
    Payment payment;
    if (!ReadFigures(row, header, &figures) ||
        !ReadDate(row, header, "SalesDate", &payment.booking_date) ||
        !ReadDate(row, header, "SettlementDate", &payment.value_date)) {
      return;
    }
    Figures& sum = summary_->computed[std::string(Cell(row, header, "SettlementId"))];
    if (sum.count == 0) sum.line = row.line;
    sum.gross += figures.gross;
    sum.fee += figures.fee;
    sum.refund += figures.refund;
    sum.net += figures.net;
    ++sum.count;
    payment.creditor_account = Account(row, header);
    payment.currency = figures.currency;
    payment.bank_reference = Cell(row, header, "TransactionId");
    payment.end_to_end_id = Cell(row, header, "OrderID");
    PaymentReference reference;
    reference.value = payment.end_to_end_id;
    Payment* const gross = Add(payment, PaymentKind::kPayment, figures.gross);
    if (gross != nullptr && !reference.value.empty()) batch_.AddReference(gross, reference);
    Payment* const refund = Add(payment, PaymentKind::kReversal, figures.refund);
    if (refund != nullptr) refund->reverses = payment.end_to_end_id;
    Add(payment, PaymentKind::kFee, figures.fee);
  }

  std::string_view Account(const SeparatedRow& row, const std::vector<std::string>& header) {
    return arena_.Store(Concat("vipps:", Cell(row, header, "SaleUnitNumber")));
  }

  // Null when there is no money to book.
  Payment* Add(const Payment& like, PaymentKind kind, int64_t minor) {
    if (minor == 0) return nullptr;
    if (batch_.payments.size() >= 512) HandOver();
    Payment& payment = batch_.payments.emplace_back(like);
    payment.kind = kind;
    payment.direction = minor < 0 ? Direction::kDebit : Direction::kCredit;
    payment.amount_minor = minor < 0 ? -minor : minor;
    payment.record = next_record_++;
    BlockTally& tally = summary_->tally;
    ++tally.transactions;
    ++tally.entries;
    (minor < 0 ? tally.debit_minor : tally.credit_minor)[payment.currency] += payment.amount_minor;
    AddDate(payment.booking_date, &tally);
    AddAccount(payment.creditor_account, &tally);
    return &payment;
  }

  void HandOver() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Block& block_;
  BlockSink* const sink_;
  VippsSummary* const summary_;
  std::string text_;
  TextArena arena_;
  std::array<std::vector<std::string>, 3> headers_;
  Kind kind_ = kUnknownRow;
  size_t shift_ = 0;
  PaymentBatch batch_;
  uint32_t next_record_ = 0;
};

class VippsReader : public FormatReader {
 public:
  explicit VippsReader(const ReadOptions& options) : options_(options) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<VippsSummary>();
    VippsParse(block, sink, summary.get()).Parse();
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, "", FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      Check(static_cast<const VippsSummary&>(*each), &verdict);
    }
    verdict.Close(options_.settings.allow_empty);
    return result;
  }

 private:
  static void Check(const VippsSummary& summary, Verdict* verdict) {
    for (const auto& settlement : summary.declared) {
      const auto& id = settlement.first;
      const auto& declared = settlement.second;
      const auto it = summary.computed.find(id);
      const Figures computed = it == summary.computed.end() ? Figures() : it->second;
      const uint64_t line = declared.line + 1;
      const int decimals = declared.currency.decimals();
      const auto amount = [&](std::string_view what, int64_t said, int64_t found) {
        verdict->ControlAmount(Concat("settlement ", id, ", ", what), said, found, decimals, line,
                               0);
      };
      verdict->Control(Concat("settlement ", id, ", transactions"),
                       static_cast<Int128>(declared.count), static_cast<Int128>(computed.count),
                       line, 0);
      amount("gross", declared.gross, computed.gross);
      amount("fee", declared.fee, computed.fee);
      amount("refund", declared.refund, computed.refund);
      amount("net", declared.net, computed.net);
    }
    for (const auto& [id, computed] : summary.computed) {
      if (summary.declared.count(id) != 0) continue;
      verdict->Problem(DeviationCode::kRecordMalformed, computed.line + 1, 0,
                       Concat("expected a SettlementInfo row of settlement ", csv::Quoted(id),
                              ", found only its transactions"));
    }
  }

  const ReadOptions options_;
};

int Sniff(std::string_view head) {
  const bool names_rows = head.find(kKinds[kSettlement]) != std::string_view::npos ||
                          head.find(kKinds[kTransaction]) != std::string_view::npos;
  if (!names_rows || head.find('\0') != std::string_view::npos) return 0;
  std::vector<std::string> names;
  for (int line = 0; line < 40 && !head.empty(); ++line) {
    const size_t end = std::min(head.find('\n'), head.size());
    std::string_view text = head.substr(0, end);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (SplitCells(text, FindSeparator(text), &names) && IsHeader(names)) return 98;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<VippsReader>(options);
}

}  // namespace

extern const Format kVippsCsv;
const Format kVippsCsv = {kName, FileKind::kPayments, "Vipps settlement reports, older CSV",
                          Sniff, MakeReader,          nullptr};

}  // namespace kvitt
