// The reader of CSV exports by column mapping: one file, one verdict, as for every bank file.
//
//   row    = gross [refund] [fee] net        net = gross + refund - fee
//
// A row gives up to three payments on the account of the export: the gross amount in its kind, what
// was paid back (`reversal`) and what was kept (`fee`). Where the provider pays out by settlement,
// the payout is a `transfer` out of that account: stated by a row of its own, or made up from the
// settlement's rows. So the rows add up to the bank line of the payout.
//
// Checked: net against its parts, the running balance in whichever direction the rows stand, row
// counts where a trailer states them. Layouts and their sources: csv_shipped_mappings.cc.

#include "io/formats/csv_mapped_reader.h"

#include <algorithm>
#include <map>

#include "engine/value/concat.h"
#include "io/bytes/charset.h"
#include "io/bytes/separated_rows.h"
#include "io/formats/csv_column.h"
#include "io/formats/verdict.h"
#include "kvitt/reference.h"

namespace kvitt::csv {
namespace {

struct MappedSummary : BlockSummary {
  uint64_t controls_held = 0;
  std::vector<std::pair<std::string, uint64_t>> warnings;  // with the line, from 0
};

constexpr size_t kBatchPayments = 512;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

// Whether `word` is what a key of Mapping::kinds names: itself, `T11*` or `*fee`.
bool FitsKey(std::string_view key, std::string_view word) {
  if (key.size() > 1 && key.back() == '*') {
    key.remove_suffix(1);
    return word.size() >= key.size() && SameWord(word.substr(0, key.size()), key);
  }
  if (key.size() > 1 && key.front() == '*') {
    key.remove_prefix(1);
    return word.size() >= key.size() && SameWord(word.substr(word.size() - key.size()), key);
  }
  return SameWord(key, word);
}

// The columns that a mapping names, found in the header.
class Columns {
 public:
  Columns() = default;

  Columns(const Mapping& mapping, const std::vector<std::string>& header) {
    for (const auto& [field, spec] : mapping.columns) {
      std::string_view rest = spec;
      std::vector<size_t> found;
      // `A+B` joins, `A|B` chooses; a part that the file does not have is left out.
      for (size_t plus = 0; plus != std::string_view::npos;) {
        plus = rest.find('+');
        const size_t at = First(header, rest.substr(0, plus));
        if (at < header.size()) {
          found.push_back(at);
        } else if (missing_.empty() && IsMoney(field)) {
          missing_ = rest.substr(0, plus);
        }
        if (plus != std::string_view::npos) rest.remove_prefix(plus + 1);
      }
      if (!found.empty()) columns_[field] = std::move(found);
    }
  }

  bool Has(const std::string& field) const { return columns_.count(field) != 0; }

  // A column that says how much money went which way, and that the file does not have: without it
  // the others would read as other amounts. "" when all are there.
  const std::string& missing() const { return missing_; }

  absl::Span<const size_t> At(const std::string& field) const {
    const auto it = columns_.find(field);
    return it == columns_.end() ? absl::Span<const size_t>() : absl::MakeConstSpan(it->second);
  }

 private:
  static size_t First(const std::vector<std::string>& header, std::string_view spec) {
    for (;;) {
      const size_t bar = spec.find('|');
      const auto it = std::find(header.begin(), header.end(), spec.substr(0, bar));
      if (it != header.end() || bar == std::string_view::npos) {
        return static_cast<size_t>(it - header.begin());
      }
      spec.remove_prefix(bar + 1);
    }
  }

  static bool IsMoney(std::string_view field) {
    constexpr std::string_view kFields[] = {
        "amount", "credit_amount", "debit_amount", "amount_side", "fee",      "fee_side",
        "refund", "net",           "status",       "net_credit",  "net_debit"};
    return std::find(std::begin(kFields), std::end(kFields), field) != std::end(kFields);
  }

  std::map<std::string, std::vector<size_t>> columns_;
  std::string missing_;
};

// The money of one row, in minor units.
struct RowMoney {
  Currency currency;
  int64_t gross = 0;
  int64_t refund = 0;
  int64_t kept = 0;  // taken out of the gross as a fee; negative: given back

  int64_t net() const { return gross + refund - kept; }
};

struct Balance {
  uint64_t line;
  int64_t moved;
  int64_t after;
  int decimals;
};

struct Settlement {
  std::string id;
  Currency currency;
  Date date;
  int64_t sum = 0;
  uint64_t line = 0;
};

class MappedParse {
 public:
  MappedParse(const Layout& layout,
              const ReadOptions& options,
              const Block& block,
              BlockSink* sink,
              MappedSummary* summary)
      : layout_(layout),
        mapping_(layout.mapping),
        columns_(mapping_, layout.header),
        header_(layout.header),
        block_(block),
        sink_(sink),
        summary_(summary),
        decimal_mark_(options.settings.decimal_mark != 0 ? options.settings.decimal_mark
                                                         : mapping_.decimal_mark),
        thousands_mark_(mapping_.thousands_mark),
        has_section_counts_(mapping_.row_mark == "SB") {}

  void Parse() {
    bool was_windows_1252 = false;
    text_ = AsUtf8(block_.bytes, &was_windows_1252);
    const size_t size = text_.size();
    text_.append(kTextPadding, '\0');
    const std::string_view text(text_.data(), size);
    if (was_windows_1252) Warn("the text is not UTF-8: read as Windows-1252", 0);
    if (layout_.twice_encoded) Warn("the text was encoded twice: read as it was before", 0);
    summary_->tally.lines = CountLineFeeds(text) + (text.empty() || text.back() == '\n' ? 0 : 1);
    if (text.find('\0') != std::string_view::npos) {
      Problem(CountLineFeeds(text.substr(0, text.find('\0'))), "expected text, found a NUL byte");
      return;
    }
    if (!HasMoneyColumns(layout_.header_line)) return;
    if (decimal_mark_ == 0 && !FindMarks(text)) return;
    SeparatedRows rows(text, layout_.separator);
    SeparatedRow row;
    while (rows.Next(&row)) {
      if (row.line > layout_.header_line) TakeRow(row);
    }
    if (has_section_counts_ && marked_rows_ > 0) {
      Problem(summary_->tally.lines,
              Concat("end of the file: expected the count of the section (SC) behind its ",
                     marked_rows_, " rows, found none"),
              DeviationCode::kFileTruncated);
    }
    for (const Settlement& settlement : settlements_) CloseSettlement(settlement);
    for (const auto& [account, balances] : balances_) CheckBalances(balances);
    HandOver();
  }

 private:
  void Warn(std::string sentence, uint64_t line) {
    summary_->warnings.emplace_back(std::move(sentence), line);
  }

  // Lines are the same in the file as in its UTF-8 form, so the byte is found by counting them.
  void Problem(uint64_t line,
               std::string text,
               DeviationCode code = DeviationCode::kRecordMalformed) {
    size_t at = 0;
    for (uint64_t i = 0; i < line && at != std::string_view::npos; ++i) {
      at = block_.bytes.find('\n', at);
      if (at != std::string_view::npos) ++at;
    }
    AddProblem(summary_, code, line, block_.offset + std::min(at, block_.bytes.size()),
               std::move(text));
  }

  bool HasMoneyColumns(uint64_t line) {
    if (columns_.missing().empty()) return true;
    Problem(line, Concat("header: expected a column ", Quoted(columns_.missing()),
                         ", which the amounts depend on, found none"));
    return false;
  }

  // Finds out the decimal mark that all amounts of the file have. False, with a problem, when they
  // do not agree or both marks would do with different amounts.
  bool FindMarks(std::string_view text) {
    struct Dialects {
      bool comma = true;
      bool dot = true;
      bool differ = false;
    } can;

    SeparatedRows rows(text, layout_.separator);
    SeparatedRow row;
    uint64_t line = 0;
    while (rows.Next(&row)) {
      if (row.line <= layout_.header_line || !IsRead(row)) continue;
      for (const char* field :
           {"amount", "credit_amount", "debit_amount", "fee", "net", "balance"}) {
        for (const size_t column : columns_.At(field)) {
          if (column >= row.cells.size() || TrimBlanks(row.cells[column]).empty()) continue;
          int64_t comma = 0;
          int64_t dot = 0;
          const std::string_view cell = row.cells[column];
          can.comma &= ParseAmount(PlainAmount(cell, ',', '.'), 4, &comma) == AmountError::kOk;
          can.dot &= ParseAmount(PlainAmount(cell, '.', ','), 4, &dot) == AmountError::kOk;
          can.differ |= comma != dot;
          if (can.comma || can.dot) line = row.line;
        }
      }
    }
    if (!can.comma && !can.dot) {
      Problem(line, "expected amounts that all have one decimal mark, found none that fits all");
      return false;
    }
    if (can.comma && can.dot && can.differ) {
      Problem(line,
              "expected amounts that show their decimal mark, found some that read both ways; "
              "set decimal_mark for this mapping");
      return false;
    }
    decimal_mark_ = can.comma ? ',' : '.';
    thousands_mark_ = can.comma ? '.' : ',';
    return true;
  }

  bool IsRead(const SeparatedRow& row) const {
    return mapping_.row_mark.empty() || row.cells[0] == mapping_.row_mark;
  }

  void TakeRow(const SeparatedRow& row) {
    // A row of blanks alone.
    if (row.cells.size() == 1 && TrimBlanks(row.cells[0]).empty()) return;
    if (!IsRead(row)) {
      TakeUnreadRow(row);
      return;
    }
    ++marked_rows_;
    const size_t cells = row.cells.size();
    const bool fits =
        cells == header_.size() || (cells == header_.size() + 1 && row.cells.back().empty());
    if (row.damaged || !fits) {
      Problem(row.line, row.damaged ? "expected a quote that ends each quoted cell, found none"
                                    : Concat("expected ", header_.size(),
                                             " cells, as in the header, found ", cells));
      return;
    }
    RowMoney money;
    Payment payment;
    if (!ReadMoney(row, &money) || !ReadDates(row, &payment)) return;
    ReadText(row, &payment);
    payment.is_pending = IsPending(row);
    payment.currency = money.currency;
    Emit(row, money, payment);
    if (payment.is_pending) return;
    AddToSettlement(row, money, payment.booking_date);
    int64_t balance = 0;
    if (columns_.Has("balance") && !Cell(row, "balance").empty()) {
      if (!ReadAmount(row, "balance", money.currency, &balance)) return;
      balances_[std::string(payment.creditor_account)].push_back(
          {row.line, money.net(), balance, money.currency.decimals()});
    }
  }

  // Rows of another kind: a trailer that counts, the header of another section, or a figure of the
  // report that nothing is read from.
  void TakeUnreadRow(const SeparatedRow& row) {
    const std::string_view mark = row.cells[0];
    if (mark == header_[0]) {
      header_.assign(row.cells.begin(), row.cells.end());
      columns_ = Columns(mapping_, header_);
      HasMoneyColumns(row.line);
      return;
    }
    constexpr std::string_view kPassedOver[] = {"RH", "FH", "SH", "SF", "RF", "RC", "FF"};
    const bool is_known =
        has_section_counts_ &&
        std::find(std::begin(kPassedOver), std::end(kPassedOver), mark) != std::end(kPassedOver);
    if (is_known && !row.damaged) return;
    if (!has_section_counts_ || mark != "SC" || row.cells.size() < 2) {
      Warn("a row of another kind, passed over", row.line);
      return;
    }
    int64_t count = 0;
    if (ParseAmount(row.cells[1], 0, &count) != AmountError::kOk ||
        static_cast<uint64_t>(count) != marked_rows_) {
      Problem(row.line,
              Concat("section count: expected ", Quoted(row.cells[1]), " as declared, found ",
                     marked_rows_, " rows"),
              DeviationCode::kControlTotalMismatch);
    } else {
      ++summary_->controls_held;
    }
    marked_rows_ = 0;
  }

  // The first cell of a field, or the mapping's constant for it.
  std::string_view Cell(const SeparatedRow& row, const std::string& field) const {
    const absl::Span<const size_t> at = columns_.At(field);
    if (!at.empty() && !TrimBlanks(row.cells[at[0]]).empty()) return TrimBlanks(row.cells[at[0]]);
    const auto constant = mapping_.constants.find(field);
    return constant == mapping_.constants.end() ? std::string_view() : constant->second;
  }

  // The sum of the cells of a field. False, with a problem, when one cannot be read.
  bool ReadAmount(const SeparatedRow& row,
                  const std::string& field,
                  Currency currency,
                  int64_t* sum) {
    *sum = 0;
    for (const size_t column : columns_.At(field)) {
      const std::string_view cell = TrimBlanks(row.cells[column]);
      if (cell.empty()) continue;
      const std::string_view word = CurrencyWord(cell);
      if (word.size() == 3 && !SameWord(word, currency.code())) {
        Problem(row.line, Concat("column ", header_[column], ": expected an amount of ",
                                 currency.code(), ", found ", Quoted(cell)));
        return false;
      }
      int64_t minor = 0;
      const std::string plain = mapping_.minor_units
                                    ? std::string(cell)
                                    : PlainAmount(cell, decimal_mark_, thousands_mark_);
      const AmountError error =
          ParseAmount(plain, mapping_.minor_units ? 0 : currency.decimals(), &minor);
      if (error != AmountError::kOk) {
        Problem(row.line,
                Concat("column ", header_[column], ": expected an amount of ", currency.code(),
                       ", found ", Quoted(cell), " (", Describe(error), ")"),
                error == AmountError::kTooManyDecimals ? DeviationCode::kPrecisionLost
                                                       : DeviationCode::kRecordMalformed);
        return false;
      }
      *sum += minor;
    }
    return true;
  }

  // +1 for a credit, -1 for a debit; 0 when the column says neither. 1 where there is no such
  // column.
  int Side(const SeparatedRow& row, const std::string& field) const {
    if (!columns_.Has(field)) return 1;
    const std::string_view word = Cell(row, field);
    for (const std::string_view credit : {"CR", "C", "K", "Credit"}) {
      if (SameWord(word, credit)) return 1;
    }
    for (const std::string_view debit : {"DR", "D", "Debit"}) {
      if (SameWord(word, debit)) return -1;
    }
    return 0;
  }

  bool ReadMoney(const SeparatedRow& row, RowMoney* money) {
    std::string code(Cell(row, "currency"));
    for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    money->currency = Currency::FromCode(code);
    if (money->currency.is_none()) {
      Problem(row.line, Concat("expected an ISO 4217 currency code, found ", Quoted(code)));
      return false;
    }
    const Currency currency = money->currency;
    int64_t credit = 0;
    int64_t debit = 0;
    int64_t fee = 0;
    int64_t net = 0;
    if (!ReadAmount(row, "amount", currency, &money->gross) ||
        !ReadAmount(row, "credit_amount", currency, &credit) ||
        !ReadAmount(row, "debit_amount", currency, &debit) ||
        !ReadAmount(row, "refund", currency, &money->refund) ||
        !ReadAmount(row, "fee", currency, &fee)) {
      return false;
    }
    const int side = Side(row, "amount_side");
    const int fee_side = Side(row, "fee_side");
    if (side == 0 || (fee_side == 0 && fee != 0)) {
      Problem(row.line, Concat("expected CR or DR, found ",
                               Quoted(Cell(row, side == 0 ? "amount_side" : "fee_side"))));
      return false;
    }
    const std::string_view fee_currency = Cell(row, "fee_currency");
    if (fee != 0 && !fee_currency.empty() && !SameWord(fee_currency, currency.code())) {
      Problem(row.line, Concat("expected a fee in ", currency.code(), ", found one in ",
                               Quoted(fee_currency)));
      return false;
    }
    money->gross = side * money->gross + credit - (debit < 0 ? -debit : debit);
    if (columns_.Has("net_credit") || columns_.Has("net_debit")) {
      if (!ReadAmount(row, "net_credit", currency, &credit) ||
          !ReadAmount(row, "net_debit", currency, &debit)) {
        return false;
      }
      money->kept = fee;
      money->gross = credit - debit + fee;
      return true;
    }
    if (!columns_.Has("net")) {
      money->kept = columns_.Has("fee_side") ? -fee_side * fee : fee < 0 ? -fee : fee;
      return true;
    }
    if (!ReadAmount(row, "net", currency, &net)) return false;
    money->kept = money->gross + money->refund - net;
    return CheckNet(row, *money, fee);
  }

  // What was kept must be the fee, whichever sign the provider gives it.
  bool CheckNet(const SeparatedRow& row, const RowMoney& money, int64_t fee) {
    if (money.kept == fee || money.kept == -fee) {
      ++summary_->controls_held;
      return true;
    }
    const int decimals = money.currency.decimals();
    Problem(row.line,
            Concat("net amount: expected amount and fee to make it, found ",
                   FormatAmount(money.gross + money.refund, decimals), " and ",
                   FormatAmount(fee, decimals), " beside ", FormatAmount(money.net(), decimals)),
            DeviationCode::kControlTotalMismatch);
    return false;
  }

  bool ReadDates(const SeparatedRow& row, Payment* payment) {
    const std::string_view booked = Cell(row, "booking_date");
    if (!ParseDateByPattern(booked, mapping_.date_pattern, &payment->booking_date) &&
        !(booked.empty() && IsPending(row))) {
      Problem(row.line, Concat("booking date: expected ", mapping_.date_pattern, ", found ",
                               booked.empty() ? std::string("nothing") : Quoted(booked)));
      return false;
    }
    const std::string_view value = Cell(row, "value_date");
    if (!value.empty() && !ParseDateByPattern(value, mapping_.date_pattern, &payment->value_date)) {
      Problem(row.line,
              Concat("value date: expected ", mapping_.date_pattern, ", found ", Quoted(value)));
      return false;
    }
    return true;
  }

  bool IsPending(const SeparatedRow& row) const {
    if (!columns_.Has("status") || mapping_.booked.empty()) return false;
    const std::string status(Text(Cell(row, "status")));
    return std::none_of(mapping_.booked.begin(), mapping_.booked.end(),
                        [&](const std::string& word) { return SameWord(word, status); });
  }

  // Text as it was before it was encoded twice.
  std::string_view Text(std::string_view text) const {
    if (!layout_.twice_encoded) return text;
    const std::string once = EncodedOnce(text);
    return once.empty() ? text : arena_.Store(once);
  }

  std::string_view Account(const SeparatedRow& row) {
    const auto constant = mapping_.constants.find("creditor_account");
    if (constant != mapping_.constants.end()) return constant->second;
    std::string number;
    for (const size_t column : columns_.At("creditor_account")) number.append(row.cells[column]);
    if (number.empty()) {
      if (!warned_of_account_) {
        Warn(Concat("the file does not name its account: payments stand on csv:", mapping_.name,
                    " until constants.creditor_account of the mapping says which it is"),
             row.line);
      }
      warned_of_account_ = true;
      return arena_.Store(Concat("csv:", mapping_.name));
    }
    const auto scheme = mapping_.constants.find("account_scheme");
    const auto is_letter = [](char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; };
    const bool is_iban = number.size() > 14 && is_letter(number[0]) && is_letter(number[1]);
    if (is_iban || scheme == mapping_.constants.end()) return arena_.Store(NormalAccount(number));
    return arena_.Store(NormalAccount(Concat(scheme->second, ":", number)));
  }

  void ReadText(const SeparatedRow& row, Payment* payment) {
    payment->creditor_account = Account(row);
    payment->payer_name = Text(Cell(row, "payer_name"));
    payment->payer_account = Text(Cell(row, "payer_account"));
    payment->payer_org_no = Text(Cell(row, "payer_org_no"));
    payment->customer_id = Text(Cell(row, "customer_id"));
    payment->bank_reference = Text(Cell(row, "bank_reference"));
    payment->end_to_end_id = Text(Cell(row, "end_to_end_id"));
  }

  PaymentKind KindOf(std::string_view type, bool is_credit, bool* ignored) const {
    const std::string* word = nullptr;
    for (const auto& [key, kind] : mapping_.kinds) {
      if (!type.empty() && SameWord(key, type)) word = &kind;
    }
    for (const auto& [key, kind] : mapping_.kinds) {
      if (word == nullptr && !type.empty() && FitsKey(key, type)) word = &kind;
    }
    const auto by_sign = mapping_.kinds.find(is_credit ? "+" : "-");
    if (word == nullptr && by_sign != mapping_.kinds.end()) word = &by_sign->second;
    PaymentKind kind = PaymentKind::kPayment;
    *ignored = word != nullptr && *word == "ignore";
    if (word != nullptr && !*ignored) FromName(*word, &kind);
    return kind;
  }

  // The payments of a row. `payment` has all but kind, amount and what is written beside it.
  void Emit(const SeparatedRow& row, const RowMoney& money, const Payment& payment) {
    bool ignored = false;
    const PaymentKind kind = KindOf(Text(Cell(row, "type")), money.gross >= 0, &ignored);
    if (ignored) return;
    if (money.gross != 0) {
      Payment* const gross = Add(payment, kind, money.gross);
      if (kind == PaymentKind::kReversal) gross->reverses = Text(Cell(row, "reverses"));
      for (const size_t column : columns_.At("references")) {
        PaymentReference reference;
        reference.value = Text(TrimBlanks(row.cells[column]));
        if (!reference.value.empty()) batch_.AddReference(gross, reference);
      }
      for (const size_t column : columns_.At("text")) {
        const std::string_view line = Text(TrimBlanks(row.cells[column]));
        if (!line.empty()) batch_.AddText(gross, line);
      }
    }
    if (money.refund != 0) {
      Payment* const refund = Add(payment, PaymentKind::kReversal, money.refund);
      refund->reverses = Text(Cell(row, "reverses"));
    }
    if (money.kept != 0) Add(payment, PaymentKind::kFee, -money.kept);
    if (money.gross == 0 && money.refund == 0 && money.kept == 0) {
      Warn("a row of amount zero was left out", row.line);
    }
  }

  Payment* Add(const Payment& like, PaymentKind kind, int64_t minor) {
    if (batch_.payments.size() >= kBatchPayments) HandOver();
    Payment& payment = batch_.payments.emplace_back(like);
    payment.kind = kind;
    payment.direction = minor < 0 ? Direction::kDebit : Direction::kCredit;
    payment.amount_minor = minor < 0 ? -minor : minor;
    payment.record = next_record_++;
    BlockTally& tally = summary_->tally;
    ++tally.transactions;
    if (payment.is_pending) return &payment;
    ++tally.entries;
    (minor < 0 ? tally.debit_minor : tally.credit_minor)[payment.currency] += payment.amount_minor;
    AddDate(payment.booking_date, &tally);
    AddAccount(payment.creditor_account, &tally);
    return &payment;
  }

  void AddToSettlement(const SeparatedRow& row, const RowMoney& money, Date booked) {
    const std::string_view id = Cell(row, "settlement");
    if (id.empty()) return;
    auto it = std::find_if(settlements_.begin(), settlements_.end(), [&](const Settlement& each) {
      return each.id == id && each.currency == money.currency;
    });
    if (it == settlements_.end()) {
      Settlement settlement;
      settlement.id = std::string(id);
      settlement.currency = money.currency;
      settlement.date = booked;
      settlement.line = row.line;
      ParseDateByPattern(Cell(row, "payout_date"), mapping_.date_pattern, &settlement.date);
      account_ = std::string(Account(row));
      it = settlements_.insert(settlements_.end(), std::move(settlement));
    }
    it->sum += money.net();
  }

  void CloseSettlement(const Settlement& settlement) {
    if (settlement.sum == 0) return;
    if (!mapping_.implied_payouts) {
      Warn(Concat("batch ", settlement.id, " carries over ",
                  FormatAmount(settlement.sum, settlement.currency.decimals()), " ",
                  settlement.currency.code()),
           settlement.line);
      return;
    }
    Payment payout;
    payout.creditor_account = account_;
    payout.currency = settlement.currency;
    payout.booking_date = settlement.date;
    payout.bank_reference = settlement.id;
    Add(payout, PaymentKind::kTransfer, -settlement.sum);
  }

  // Each balance is the one before it (or, newest first, behind it) and what the row moved.
  void CheckBalances(const std::vector<Balance>& rows) {
    std::vector<size_t> wrong[2];
    for (size_t i = 0; i + 1 < rows.size(); ++i) {
      if (rows[i + 1].after != rows[i].after + rows[i + 1].moved) wrong[0].push_back(i + 1);
      if (rows[i].after != rows[i + 1].after + rows[i].moved) wrong[1].push_back(i);
    }
    if (rows.size() < 2) return;
    const bool newest_first = wrong[1].size() < wrong[0].size() ||
                              (wrong[1].size() == wrong[0].size() && mapping_.newest_first);
    const std::vector<size_t>& broken = wrong[newest_first ? 1 : 0];
    if (broken.empty()) {
      ++summary_->controls_held;
      return;
    }
    const Balance& row = rows[broken[0]];
    const Balance& before = rows[newest_first ? broken[0] + 1 : broken[0] - 1];
    Problem(row.line,
            Concat("balance: expected ", FormatAmount(before.after + row.moved, row.decimals),
                   " after ", FormatAmount(before.after, row.decimals), " and ",
                   FormatAmount(row.moved, row.decimals), ", found ",
                   FormatAmount(row.after, row.decimals)),
            DeviationCode::kBalanceMismatch);
  }

  void HandOver() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Layout& layout_;
  const Mapping& mapping_;
  Columns columns_;
  std::vector<std::string> header_;
  const Block& block_;
  BlockSink* const sink_;
  MappedSummary* const summary_;
  char decimal_mark_;
  char thousands_mark_;
  std::string text_;
  mutable TextArena arena_;
  PaymentBatch batch_;
  uint32_t next_record_ = 0;
  // PayPal's report: SB rows in sections, each of which ends with SC and their number.
  const bool has_section_counts_;
  uint64_t marked_rows_ = 0;
  bool warned_of_account_ = false;
  std::string account_;
  std::vector<Settlement> settlements_;
  std::map<std::string, std::vector<Balance>> balances_;
};

class MappedReader : public FormatReader {
 public:
  MappedReader(std::string_view format,
               bool named_by_mapping,
               Layout layout,
               const ReadOptions& options)
      : format_(format),
        version_(named_by_mapping ? layout.mapping.name : ""),
        layout_(std::move(layout)),
        options_(options) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<MappedSummary>();
    MappedParse(layout_, options_, block, sink, summary.get()).Parse();
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(format_, version_, FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto& summary = static_cast<const MappedSummary&>(*each);
      for (const auto& [sentence, line] : summary.warnings) {
        verdict.warnings().Note(sentence, line);
      }
      const Int128 held = static_cast<Int128>(summary.controls_held);
      if (held > 0) verdict.Control("rows that agree with their controls", held, held, 0, 0);
    }
    verdict.Close(options_.settings.allow_empty);
    return result;
  }

 private:
  const std::string format_;
  const std::string version_;
  const Layout layout_;
  const ReadOptions options_;
};

}  // namespace

std::optional<Layout> FindLayoutOfHead(std::string_view head, const FormatSettings& settings) {
  // The head may end within a letter, and what is binary is no CSV.
  const size_t end = head.rfind('\n');
  if (end != std::string_view::npos) head = head.substr(0, end + 1);
  if (head.find('\0') != std::string_view::npos) return std::nullopt;
  bool was_windows_1252 = false;
  return FindLayout(AsUtf8(head, &was_windows_1252), MappingsOf(settings));
}

std::unique_ptr<FormatReader> MakeMappedReader(std::string_view format,
                                               bool named_by_mapping,
                                               Layout layout,
                                               const ReadOptions& options) {
  return std::make_unique<MappedReader>(format, named_by_mapping, std::move(layout), options);
}

}  // namespace kvitt::csv
