#include "io/formats/camt_controls.h"

#include <algorithm>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

constexpr int kScaleDecimals = 5;

std::string Figure(Int128 scaled) {
  const Int128 unit = 100000;
  const Int128 magnitude = scaled < 0 ? -scaled : scaled;
  const std::string part = FormatSum(magnitude % unit + unit, 0);
  std::string text =
      Concat(scaled < 0 ? "-" : "", FormatSum(magnitude / unit, 0), ".", part.substr(1));
  // Two decimals are enough to show when the others are zeros.
  while (text.size() > 3 && text.back() == '0' && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

struct Totals {
  Int128 credits = 0;
  Int128 debits = 0;
  Int128 credit_sum = 0;
  Int128 debit_sum = 0;
};

Totals TotalsOf(const CamtStatement& statement, bool booked_only) {
  Totals totals;
  for (const CamtSums& sums : statement.sums) {
    totals.credits += booked_only ? sums.booked_credits : sums.credits;
    totals.debits += booked_only ? sums.booked_debits : sums.debits;
    totals.credit_sum += booked_only ? sums.booked_credit_sum : sums.credit_sum;
    totals.debit_sum += booked_only ? sums.booked_debit_sum : sums.debit_sum;
  }
  return totals;
}

std::string Place(const CamtStatement& statement) {
  std::string place = Concat("statement ", statement.id);
  if (statement.page != 0) place += Concat(", page ", statement.page);
  return place;
}

// One declared figure. Some banks count what is booked only, others all that is listed: the
// declared figure must be one of the two.
void CheckFigure(const CamtStatement& statement,
                 std::string_view name,
                 Int128 declared,
                 Int128 all,
                 Int128 booked,
                 bool is_count,
                 Verdict* verdict) {
  const std::string what = Concat(Place(statement), ": ", name);
  const Int128 computed = declared == booked ? booked : all;
  if (is_count) {
    verdict->Control(what, declared, computed, 0, statement.byte_offset);
  } else if (declared == computed) {
    verdict->Control(what, 0, 0, 0, statement.byte_offset);
  } else {
    verdict->ControlText(what, Figure(declared), Figure(computed), 0, statement.byte_offset);
  }
}

void CheckDeclared(const CamtStatement& statement,
                   std::string_view name,
                   const CamtDeclared& declared,
                   const Totals& all,
                   const Totals& booked,
                   Verdict* verdict) {
  if (declared.has_count) {
    CheckFigure(statement, Concat(name, "/NbOfNtries"), declared.count, all.credits + all.debits,
                booked.credits + booked.debits, true, verdict);
  }
  if (declared.has_sum) {
    CheckFigure(statement, Concat(name, "/Sum"), declared.sum, all.credit_sum + all.debit_sum,
                booked.credit_sum + booked.debit_sum, false, verdict);
  }
  if (declared.has_net) {
    CheckFigure(statement, Concat(name, "/TtlNetNtry"), declared.net,
                all.credit_sum - all.debit_sum, booked.credit_sum - booked.debit_sum, false,
                verdict);
  }
}

void CheckSummary(const CamtStatement& statement, Verdict* verdict) {
  const Totals all = TotalsOf(statement, false);
  const Totals booked = TotalsOf(statement, true);
  CheckDeclared(statement, "TtlNtries", statement.total, all, booked, verdict);
  CheckDeclared(statement, "TtlCdtNtries", statement.credits, {all.credits, 0, all.credit_sum, 0},
                {booked.credits, 0, booked.credit_sum, 0}, verdict);
  CheckDeclared(statement, "TtlDbtNtries", statement.debits, {0, all.debits, 0, all.debit_sum},
                {0, booked.debits, 0, booked.debit_sum}, verdict);
}

const CamtBalance* FindBalance(const CamtStatement& statement,
                               CamtBalance::Kind kind,
                               Currency currency) {
  for (const CamtBalance& balance : statement.balances) {
    if (balance.kind == kind && balance.currency == currency) return &balance;
  }
  return nullptr;
}

const CamtBalance* OpeningOf(const CamtStatement& statement, Currency currency) {
  const CamtBalance* opening = FindBalance(statement, CamtBalance::Kind::kOpening, currency);
  if (opening != nullptr) return opening;
  return FindBalance(statement, CamtBalance::Kind::kPreviousClosing, currency);
}

const CamtBalance* ClosingOf(const CamtStatement& statement, Currency currency) {
  return FindBalance(statement, CamtBalance::Kind::kClosing, currency);
}

Int128 BookedNet(const CamtStatement& statement, Currency currency) {
  for (const CamtSums& sums : statement.sums) {
    if (sums.currency == currency) return sums.booked_credit_sum - sums.booked_debit_sum;
  }
  return 0;
}

void CheckBalance(const CamtStatement& place,
                  Currency currency,
                  Int128 opening,
                  Int128 net,
                  Int128 closing,
                  Verdict* verdict) {
  if (opening + net == closing) {
    verdict->Control("balance", 0, 0, 0, place.byte_offset);
    return;
  }
  verdict->Problem(DeviationCode::kBalanceMismatch, 0, place.byte_offset,
                   Concat(Place(place), ": expected the closing balance ", Figure(opening + net),
                          " ", currency.code(), " (opening ", Figure(opening), ", entries ",
                          Figure(net), "), found ", Figure(closing)));
}

// Checks pages [first, last), which are all there are of one statement, in one currency.
void CheckPages(const CamtStatement* first,
                const CamtStatement* last,
                Currency currency,
                Verdict* verdict) {
  bool each_has_both = true;
  for (const CamtStatement* page = first; page != last; ++page) {
    each_has_both &= OpeningOf(*page, currency) != nullptr && ClosingOf(*page, currency) != nullptr;
  }
  // Pages that carry balances of their own are checked one by one, and must follow from each other.
  bool chained = each_has_both;
  for (const CamtStatement* page = first; chained && page + 1 != last; ++page) {
    chained = ClosingOf(*page, currency)->amount == OpeningOf(page[1], currency)->amount;
  }
  if (chained) {
    for (const CamtStatement* page = first; page != last; ++page) {
      CheckBalance(*page, currency, OpeningOf(*page, currency)->amount, BookedNet(*page, currency),
                   ClosingOf(*page, currency)->amount, verdict);
    }
    return;
  }
  const CamtBalance* opening = nullptr;
  const CamtBalance* closing = nullptr;
  Int128 net = 0;
  for (const CamtStatement* page = first; page != last; ++page) {
    if (opening == nullptr) opening = OpeningOf(*page, currency);
    if (ClosingOf(*page, currency) != nullptr) closing = ClosingOf(*page, currency);
    net += BookedNet(*page, currency);
  }
  if (opening == nullptr || closing == nullptr) return;
  CheckBalance(*first, currency, opening->amount, net, closing->amount, verdict);
}

std::vector<Currency> CurrenciesOf(const CamtStatement* first, const CamtStatement* last) {
  std::vector<Currency> currencies;
  for (const CamtStatement* page = first; page != last; ++page) {
    for (const CamtBalance& balance : page->balances) {
      if (balance.kind == CamtBalance::Kind::kOther) continue;
      if (std::find(currencies.begin(), currencies.end(), balance.currency) == currencies.end()) {
        currencies.push_back(balance.currency);
      }
    }
  }
  return currencies;
}

// Booked entries in a currency that the statement has no balance of are in none of its checks.
void NoteUnbalancedCurrencies(const CamtStatement* first,
                              const CamtStatement* last,
                              Verdict* verdict) {
  const std::vector<Currency> balanced = CurrenciesOf(first, last);
  if (balanced.empty()) return;
  for (const CamtStatement* page = first; page != last; ++page) {
    for (const CamtSums& sums : page->sums) {
      if (sums.booked_credits + sums.booked_debits == 0 ||
          std::find(balanced.begin(), balanced.end(), sums.currency) != balanced.end()) {
        continue;
      }
      verdict->Withhold(Concat(Place(*page), ": entries in ", sums.currency.code(),
                               ", of which the statement has no balance"),
                        static_cast<uint64_t>(sums.booked_credits + sums.booked_debits), 0);
    }
  }
}

// Whether two statements are pages of one.
bool IsSameStatement(const CamtStatement& a, const CamtStatement& b) {
  if (a.page == 0 || b.page == 0 || a.account != b.account) return false;
  return a.id == b.id || (!a.sequence.empty() && a.sequence == b.sequence);
}

// Pages [first, last) of one statement: all there, from 1 to the last?
bool AllPagesThere(const CamtStatement* first, const CamtStatement* last) {
  if (first->page == 0) return true;
  int64_t expected = 1;
  for (const CamtStatement* page = first; page != last; ++page) {
    if (page->page != expected++) return false;
  }
  return last[-1].is_last_page;
}

void Merge(const CamtStatement& part, CamtStatement* whole) {
  for (const CamtSums& sums : part.sums) {
    auto found = std::find_if(whole->sums.begin(), whole->sums.end(),
                              [&](const CamtSums& s) { return s.currency == sums.currency; });
    if (found == whole->sums.end()) {
      whole->sums.push_back(sums);
      continue;
    }
    found->credits += sums.credits;
    found->debits += sums.debits;
    found->booked_credits += sums.booked_credits;
    found->booked_debits += sums.booked_debits;
    found->credit_sum += sums.credit_sum;
    found->debit_sum += sums.debit_sum;
    found->booked_credit_sum += sums.booked_credit_sum;
    found->booked_debit_sum += sums.booked_debit_sum;
  }
  whole->balances.insert(whole->balances.end(), part.balances.begin(), part.balances.end());
  if (part.total.has_count || part.total.has_sum || part.total.has_net) whole->total = part.total;
  if (part.credits.has_count || part.credits.has_sum) whole->credits = part.credits;
  if (part.debits.has_count || part.debits.has_sum) whole->debits = part.debits;
}

bool HasDeclared(const CamtStatement& statement) {
  const auto has = [](const CamtDeclared& declared) {
    return declared.has_count || declared.has_sum || declared.has_net;
  };
  return has(statement.total) || has(statement.credits) || has(statement.debits);
}

// The summary of a page may be its own, or that of the whole statement.
bool SummaryHolds(const CamtStatement& statement) {
  FileReport ignored;
  Verdict trial(&ignored);
  CheckSummary(statement, &trial);
  return ignored.problems.empty();
}

void CheckSummaries(const CamtStatement* first, const CamtStatement* last, Verdict* verdict) {
  CamtStatement whole = *first;
  for (const CamtStatement* page = first + 1; page != last; ++page) Merge(*page, &whole);
  for (const CamtStatement* page = first; page != last; ++page) {
    if (!HasDeclared(*page)) continue;
    CamtStatement joined = whole;
    joined.total = page->total;
    joined.credits = page->credits;
    joined.debits = page->debits;
    const bool complete = AllPagesThere(first, last);
    if (last - first > 1 && SummaryHolds(joined)) {
      CheckSummary(joined, verdict);
    } else if (complete || SummaryHolds(*page)) {
      CheckSummary(*page, verdict);
    }
  }
}

// A group of pages whose entries are in no total and lead to no balance: one that is missing cannot be
// noticed, however well the others are proven by their details.
void NoteUncountedEntries(const CamtStatement* first, const CamtStatement* last, Verdict* verdict) {
  Int128 entries = 0;
  for (const CamtStatement* page = first; page != last; ++page) {
    const Totals all = TotalsOf(*page, false);
    entries += all.credits + all.debits;
    if (HasDeclared(*page)) return;
  }
  for (const Currency currency : CurrenciesOf(first, last)) {
    bool has_opening = false;
    bool has_closing = false;
    for (const CamtStatement* page = first; page != last; ++page) {
      has_opening |= OpeningOf(*page, currency) != nullptr;
      has_closing |= ClosingOf(*page, currency) != nullptr;
    }
    if (has_opening && has_closing) return;
  }
  if (entries == 0) return;
  verdict->warnings().Note(
      "controls of entries: none (no TxsSummry, no balances), so one that is missing is not "
      "noticed",
      0);
}

// Balances of statements that follow each other on one account should join. A gap is a day that is
// missing, not a fault of this file.
void NoteGaps(const std::vector<CamtStatement>& statements, Verdict* verdict) {
  for (size_t i = 1; i < statements.size(); ++i) {
    const CamtStatement& before = statements[i - 1];
    const CamtStatement& after = statements[i];
    if (before.account != after.account || IsSameStatement(before, after)) continue;
    const CamtBalance* closing = ClosingOf(before, before.currency);
    const CamtBalance* opening = OpeningOf(after, before.currency);
    if (closing == nullptr || opening == nullptr || closing->amount == opening->amount) continue;
    const CamtBalance* newer = ClosingOf(after, before.currency);
    const CamtBalance* older = OpeningOf(before, before.currency);
    if (newer != nullptr && older != nullptr && newer->amount == older->amount) continue;
    verdict->warnings().Note(Concat("statement ", after.id, " opens with ", Figure(opening->amount),
                                    ", the one before it closed with ", Figure(closing->amount),
                                    ": a statement between them is missing"),
                             0);
  }
}

}  // namespace

Int128 CamtScaled(int64_t value, Currency currency) {
  Int128 scaled = value;
  for (int i = currency.decimals(); i < kScaleDecimals; ++i) scaled *= 10;
  return scaled;
}

bool ParseCamtFigure(std::string_view text, Int128* figure) {
  const size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  if (whole.empty() || whole.size() > 30 || part.size() > kScaleDecimals) return false;
  if (dot != std::string_view::npos && part.empty()) return false;
  Int128 value = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  for (size_t i = 0; i < kScaleDecimals; ++i) {
    const char c = i < part.size() ? part[i] : '0';
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  *figure = value;
  return true;
}

void CheckCamtStatements(const std::vector<CamtStatement>& parts, Verdict* verdict) {
  std::vector<CamtStatement> statements;
  for (const CamtStatement& part : parts) {
    if (part.goes_on && !statements.empty()) {
      Merge(part, &statements.back());
    } else {
      statements.push_back(part);
    }
  }
  int64_t group_page = 0;
  bool is_last_group_page = true;
  for (CamtStatement& statement : statements) {
    if (statement.has_group) {
      group_page = statement.group_page;
      is_last_group_page = statement.is_last_group_page;
    }
    if (statement.page != 0 || group_page == 0) continue;
    statement.page = group_page;
    statement.is_last_page = is_last_group_page;
  }
  // Pages of one statement come together, in the order of their numbers; statements keep theirs.
  std::vector<bool> used(statements.size(), false);
  for (size_t i = 0; i < statements.size(); ++i) {
    if (used[i]) continue;
    std::vector<CamtStatement> pages;
    for (size_t j = i; j < statements.size(); ++j) {
      if (used[j] || (j != i && !IsSameStatement(statements[i], statements[j]))) continue;
      used[j] = true;
      pages.push_back(statements[j]);
    }
    std::stable_sort(
        pages.begin(), pages.end(),
        [](const CamtStatement& a, const CamtStatement& b) { return a.page < b.page; });
    const CamtStatement* first = pages.data();
    const CamtStatement* last = first + pages.size();
    CheckSummaries(first, last, verdict);
    NoteUnbalancedCurrencies(first, last, verdict);
    NoteUncountedEntries(first, last, verdict);
    if (!AllPagesThere(first, last)) {
      verdict->warnings().Note(
          Concat("statement ", first->id, ": not all of its pages are in this file"), 0);
      // A page that has both balances can still be checked by itself.
      for (const CamtStatement* page = first; page != last; ++page) {
        for (const Currency currency : CurrenciesOf(page, page + 1)) {
          const CamtBalance* opening = OpeningOf(*page, currency);
          const CamtBalance* closing = ClosingOf(*page, currency);
          if (opening != nullptr && closing != nullptr &&
              opening->amount + BookedNet(*page, currency) == closing->amount) {
            verdict->Control("balance", 0, 0, 0, page->byte_offset);
          }
        }
      }
      continue;
    }
    for (const Currency currency : CurrenciesOf(first, last)) {
      CheckPages(first, last, currency, verdict);
    }
  }
  NoteGaps(statements, verdict);
}

}  // namespace kvitt
