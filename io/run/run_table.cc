// The run as a clerk sees it: money in, settled, part paid, on account, deviations by reason.

#include <string>
#include <vector>

#include "io/inspect/shown_money.h"
#include "io/inspect/shown_text.h"
#include "kvitt/run.h"

namespace kvitt {
namespace {

void Row(std::string_view label, std::string_view count, std::string_view sums, std::string* out) {
  constexpr size_t kLabel = 30;
  constexpr size_t kCount = 12;
  std::string line = "  " + std::string(label);
  if (line.size() < kLabel) line.append(kLabel - line.size(), ' ');
  if (count.size() < kCount) line.append(kCount - count.size(), ' ');
  line.append(count).append("   ").append(sums);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out->append(line).push_back('\n');
}

void CountRow(std::string_view label, const CountAndSum& value, std::string* out) {
  Row(label, Grouped(std::to_string(value.count)), ShownSums(value.minor), out);
}

std::string_view Label(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSettled:
      return "settled";
    case Outcome::kSettledWithDifference:
      return "settled with a difference";
    case Outcome::kPartial:
      return "part paid";
    case Outcome::kOverpaid:
      return "overpaid";
    case Outcome::kOnAccount:
      return "on account";
    case Outcome::kSuggested:
      return "suggested, to be reviewed";
    case Outcome::kUnmatched:
      return "unmatched";
    case Outcome::kDuplicate:
      return "delivered again";
    case Outcome::kReversed:
      return "taken back later";
    case Outcome::kReversal:
      return "reversals";
    case Outcome::kIgnored:
      return "fees, interest, transfers";
    case Outcome::kCount:
      break;
  }
  return "";
}

std::string Seconds(int64_t nanoseconds) {
  return FormatAmount(nanoseconds / 1'000'000, 3) + " s";
}

}  // namespace

std::string RunTable(const RunResult& result) {
  const RunTotals& totals = result.totals;
  std::string out;
  size_t aside = 0;
  for (const FileReport& report : result.files) aside += report.set_aside ? 1 : 0;
  out += "Files read: " + std::to_string(result.files.size() - aside);
  out += aside == 0 ? "\n" : ", set aside: " + std::to_string(aside) + "\n";
  for (const FileReport& report : result.files) {
    if (!report.set_aside) continue;
    out += "  " + ForTerminal(report.file);
    if (!report.problems.empty()) out += ": " + ForTerminal(report.problems[0].text);
    out += '\n';
  }
  for (const std::string& file : result.accepted_mismatch) {
    out += "  posted although its totals do not agree: " + ForTerminal(file) + "\n";
  }
  out += "\nPayments\n";
  CountRow("money in", totals.payments, &out);
  for (const auto& [outcome, value] : totals.by_outcome) CountRow(Label(outcome), value, &out);
  Row("match rate", FormatAmount(totals.match_rate_per_mille, 1) + " %", "", &out);
  out += "\nOpen items\n";
  Row("before", Grouped(std::to_string(totals.items)), ShownSums(totals.open_before), &out);
  Row("after", Grouped(std::to_string(totals.items_open_after)), ShownSums(totals.open_after),
      &out);
  out += "\nDeviations\n";
  if (totals.by_code.empty()) out += "  none\n";
  for (const auto& [code, value] : totals.by_code) CountRow(Name(code), value, &out);
  out += "\nTime " + Seconds(result.wall_nanoseconds);
  if (result.committed) {
    out += ", results in " + ForTerminal(result.out) + "/\n";
  } else {
    out += ", nothing was written\n";
  }
  if (!result.exit_reason.empty()) out += result.exit_reason + "\n";
  return out;
}

}  // namespace kvitt
