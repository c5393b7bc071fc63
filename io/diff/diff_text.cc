// A difference of two runs as people read it: counts and money by kind of change, from which outcome to which, the
// largest examples of each, deviations and open amounts.

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "engine/value/concat.h"
#include "io/inspect/shown_money.h"
#include "io/inspect/shown_text.h"
#include "kvitt/diff.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

// Rows of allocations of one example.
constexpr size_t kPostingsShown = 6;

std::string_view Label(Change change) {
  switch (change) {
    case Change::kSame:
      return "the same";
    case Change::kGained:
      return "gained: posted in B only";
    case Change::kLost:
      return "lost: posted in A only";
    case Change::kMoved:
      return "moved to other items or amounts";
    case Change::kOutcome:
      return "another outcome, same postings";
    case Change::kRule:
      return "the same by another rule";
    case Change::kOnlyInA:
      return "in A only";
    case Change::kOnlyInB:
      return "in B only";
  }
  return "";
}

void CountRow(std::string_view label, const CountAndSum& value, std::string* out) {
  constexpr size_t kLabel = 42;
  constexpr size_t kCount = 12;
  AppendLine(Concat("  ", LeftAligned(label, kLabel),
                    RightAligned(Grouped(std::to_string(value.count)), kCount), "   ",
                    ShownSums(value.minor)),
             out);
}

void ShowRun(std::string_view letter,
             const std::string& folder,
             const RunFigures& figures,
             std::string* out) {
  AppendLine(
      Concat(letter, "  ", ForTerminal(folder), ": ", Grouped(std::to_string(figures.payments)),
             " payments, ", ForTerminal(figures.match_rate_percent), " % matched"),
      out);
}

void ShowSide(std::string_view letter, const DiffSide& side, std::string* out) {
  if (!side.exists) return;
  std::string head = Concat("    ", letter, "  ", side.outcome);
  if (!side.rule.empty()) AppendParts(&head, " by ", side.rule, " (", side.confidence, ")");
  AppendLine(ForTerminal(head), out);
  for (size_t i = 0; i < side.allocations.size(); ++i) {
    if (i == kPostingsShown) {
      AppendLine(Concat("         and ", side.allocations.size() - kPostingsShown, " more"), out);
      return;
    }
    const StoredAllocation& row = side.allocations[i];
    AppendLine(ForTerminal(Concat("         ", row.item_id.empty() ? "-" : row.item_id, "  ",
                                  row.kind, "  ", Grouped(row.amount), " ", row.currency,
                                  "  customer ", row.customer_id)),
               out);
  }
}

void ShowExamples(const RunDiff& diff, Change change, std::string* out) {
  const std::vector<DiffExample>& examples = diff.examples[static_cast<size_t>(change)];
  if (examples.empty()) return;
  const uint64_t count = diff[change].count;
  std::string title(Label(change));
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  AppendLine("", out);
  AppendLine(count == examples.size() ? title
                                      : Concat(title, " (the largest ", examples.size(), " of ",
                                               Grouped(std::to_string(count)), ")"),
             out);
  for (const DiffExample& example : examples) {
    const DiffSide& side = example.b.exists ? example.b : example.a;
    AppendLine(ForTerminal(Concat("  ", example.payment_id, "  ", side.booking_date, "  ",
                                  Grouped(side.amount), " ", side.currency)),
               out);
    ShowSide("A", example.a, out);
    ShowSide("B", example.b, out);
  }
}

void ShowDeviations(const RunFigures& a, const RunFigures& b, std::string* out) {
  std::set<std::string> codes;
  for (const RunFigures* figures : {&a, &b}) {
    for (const auto& [code, count] : figures->deviations) codes.insert(code);
  }
  const auto count_of = [](const RunFigures& figures, const std::string& code) {
    const auto found = figures.deviations.find(code);
    return found == figures.deviations.end() ? uint64_t{0} : found->second;
  };
  bool is_begun = false;
  for (const std::string& code : codes) {
    const uint64_t in_a = count_of(a, code);
    const uint64_t in_b = count_of(b, code);
    if (in_a == in_b) continue;
    constexpr size_t kColumn = 12;
    if (!is_begun) {
      AppendLine("", out);
      AppendLine(Concat(LeftAligned("Deviations", 32), RightAligned("A", kColumn),
                        RightAligned("B", kColumn)),
                 out);
    }
    is_begun = true;
    AppendLine(Concat("  ", LeftAligned(ForTerminal(code), 30),
                      RightAligned(Grouped(std::to_string(in_a)), kColumn),
                      RightAligned(Grouped(std::to_string(in_b)), kColumn)),
               out);
  }
}

void ShowOpenAmounts(const RunFigures& a, const RunFigures& b, std::string* out) {
  if (a.open_amount_after == b.open_amount_after && a.items_open_after == b.items_open_after) {
    return;
  }
  constexpr size_t kColumn = 20;
  AppendLine("", out);
  AppendLine(Concat(LeftAligned("Open items after", 24), RightAligned("A", kColumn),
                    RightAligned("B", kColumn)),
             out);
  const auto row = [out](std::string_view label, std::string_view in_a, std::string_view in_b) {
    AppendLine(Concat("  ", LeftAligned(ForTerminal(std::string(label)), 22),
                      RightAligned(Grouped(in_a), kColumn), RightAligned(Grouped(in_b), kColumn)),
               out);
  };
  row("count", std::to_string(a.items_open_after), std::to_string(b.items_open_after));
  std::set<std::string> currencies;
  for (const RunFigures* figures : {&a, &b}) {
    for (const auto& [currency, amount] : figures->open_amount_after) currencies.insert(currency);
  }
  const auto amount_of = [](const RunFigures& figures, const std::string& currency) {
    const auto found = figures.open_amount_after.find(currency);
    return found == figures.open_amount_after.end() ? std::string("-") : found->second;
  };
  for (const std::string& currency : currencies) {
    row(currency, amount_of(a, currency), amount_of(b, currency));
  }
}

void ShowWhatIsMissing(const RunDiff& diff, std::string* out) {
  if (diff.has_allocations) return;
  AppendLine("", out);
  AppendLine("Allocations were not emitted by both runs: what moved between items cannot be told.",
             out);
}

}  // namespace

std::string DiffText(const RunDiff& diff) {
  std::string out;
  ShowRun("A", diff.a, diff.figures_a, &out);
  ShowRun("B", diff.b, diff.figures_b, &out);
  AppendLine("", &out);
  if (!diff.has_changes()) {
    AppendLine(
        Concat("No difference in payments (", Grouped(std::to_string(diff[Change::kSame].count)),
               "), postings, deviations and open amounts."),
        &out);
    ShowWhatIsMissing(diff, &out);
    return out;
  }
  AppendLine("Payments", &out);
  for (size_t i = 0; i < kChanges; ++i) {
    if (diff.changes[i].count == 0) continue;
    CountRow(Label(static_cast<Change>(i)), diff.changes[i], &out);
  }
  if (!diff.outcomes.empty()) {
    AppendLine("", &out);
    AppendLine("From outcome in A to outcome in B", &out);
    for (const auto& [outcomes, value] : diff.outcomes) {
      const auto shown = [](const std::string& outcome) {
        return outcome.empty() ? std::string("(not there)") : ForTerminal(outcome);
      };
      CountRow(Concat(shown(outcomes.first), " -> ", shown(outcomes.second)), value, &out);
    }
  }
  for (size_t i = 1; i < kChanges; ++i) ShowExamples(diff, static_cast<Change>(i), &out);
  ShowDeviations(diff.figures_a, diff.figures_b, &out);
  ShowOpenAmounts(diff.figures_a, diff.figures_b, &out);
  ShowWhatIsMissing(diff, &out);
  return out;
}

}  // namespace kvitt
