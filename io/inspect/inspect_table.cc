// Reports of files as a table for people.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "io/inspect/shown_text.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

// More are counted, not shown: a damaged file has one problem that matters.
constexpr size_t kProblemsShown = 10;

enum Column : uint8_t {
  kFile,
  kFormatName,
  kAccount,
  kPeriod,
  kStatements,
  kEntries,
  kTransactions,
  kCredits,
  kDebits,
  kControls,
  kColumnCount,
};

using Row = std::array<std::string, kColumnCount>;

constexpr std::array<std::string_view, kColumnCount> kTitles = {
    "File",    "Format",       "Account", "Period", "Statements",
    "Entries", "Transactions", "Credits", "Debits", "Controls"};

bool IsNumber(size_t column) {
  return column >= kStatements && column <= kTransactions;
}

std::string Accounts(const FileReport& report) {
  if (report.accounts.empty()) return "-";
  std::string text = ForTerminal(report.accounts[0]);
  if (report.accounts.size() > 1) text += " +" + std::to_string(report.accounts.size() - 1);
  return text;
}

std::string Period(const FileReport& report) {
  if (!report.first_date.has_value()) return "-";
  const std::string first = FormatDate(report.first_date);
  if (report.last_date == report.first_date) return first;
  return first + ".." + FormatDate(report.last_date);
}

std::string Sums(const std::map<std::string, std::string>& sums) {
  std::string text;
  for (const auto& [currency, amount] : sums) {
    text += (text.empty() ? "" : ", ") + currency + " " + amount;
  }
  return text.empty() ? "-" : text;
}

Row RowOf(const FileReport& report) {
  Row row;
  row[kFile] = ForTerminal(report.file);
  row[kFormatName] = report.format + (report.version.empty() ? "" : " " + report.version);
  row[kAccount] = Accounts(report);
  row[kPeriod] = Period(report);
  row[kStatements] = std::to_string(report.statements);
  row[kEntries] = std::to_string(report.entries);
  row[kTransactions] = std::to_string(report.transactions);
  row[kCredits] = Sums(report.credits);
  row[kDebits] = Sums(report.debits);
  row[kControls] = Name(report.control_totals);
  return row;
}

void AppendRow(const Row& row, const std::array<size_t, kColumnCount>& widths, std::string* out) {
  std::string line;
  for (size_t column = 0; column < kColumnCount; ++column) {
    const size_t blanks = widths[column] - ShownWidth(row[column]);
    if (column != 0) line += "  ";
    if (IsNumber(column)) line.append(blanks, ' ');
    line += row[column];
    if (!IsNumber(column)) line.append(blanks, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out->append(line).push_back('\n');
}

void AppendProblems(const FileReport& report, std::string* out) {
  if (report.set_aside) out->append("  set aside: nothing of this file is posted\n");
  const size_t shown = std::min(kProblemsShown, report.problems.size());
  for (size_t i = 0; i < shown; ++i) {
    const RecordProblem& problem = report.problems[i];
    out->append("  ! ");
    if (problem.record != 0) {
      out->append("record ").append(std::to_string(problem.record)).append(", byte ");
      out->append(std::to_string(problem.byte_offset)).append(": ");
    }
    out->append(Name(problem.code)).append(": ").append(ForTerminal(problem.text));
    out->push_back('\n');
  }
  const uint64_t all = std::max<uint64_t>(report.problems.size(), report.bad_records);
  if (all > shown) out->append("  ! and ").append(std::to_string(all - shown)).append(" more\n");
  for (const std::string& warning : report.warnings) {
    out->append("  note: ").append(ForTerminal(warning)).push_back('\n');
  }
  if (report.unknown_fields > 0) {
    out->append("  note: ").append(std::to_string(report.unknown_fields));
    out->append(" unknown fields were ignored\n");
  }
  if (!report.copy_of.empty()) {
    out->append("  note: the same bytes as ").append(ForTerminal(report.copy_of)).push_back('\n');
  }
}

}  // namespace

std::string InspectTable(absl::Span<const FileReport> reports) {
  std::vector<Row> rows;
  Row titles;
  std::copy(kTitles.begin(), kTitles.end(), titles.begin());
  std::array<size_t, kColumnCount> widths{};
  rows.reserve(reports.size());
  for (const FileReport& report : reports) rows.push_back(RowOf(report));
  for (size_t column = 0; column < kColumnCount; ++column) {
    widths[column] = ShownWidth(titles[column]);
    for (const Row& row : rows) {
      widths[column] = std::max(widths[column], ShownWidth(row[column]));
    }
  }
  std::string out;
  AppendRow(titles, widths, &out);
  size_t set_aside = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    AppendRow(rows[i], widths, &out);
    AppendProblems(reports[i], &out);
    if (reports[i].set_aside) ++set_aside;
  }
  out += std::to_string(reports.size()) + (reports.size() == 1 ? " file" : " files");
  if (set_aside > 0) out += ", " + std::to_string(set_aside) + " set aside";
  out += '\n';
  return out;
}

}  // namespace kvitt
