#include "tests/io/formats/damage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace kvitt {
namespace {

std::vector<int64_t> Sorted(std::vector<int64_t> amounts) {
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

int64_t Sum(const std::vector<int64_t>& amounts) {
  return std::accumulate(amounts.begin(), amounts.end(), int64_t{0});
}

// What the undamaged file reads as.
struct Good {
  std::vector<int64_t> amounts;  // sorted
  size_t told = 0;
  uint64_t transactions = 0;
  std::vector<std::string> warnings;
};

// Small blocks now and then, so that the joints are hit too.
void ExpectSameOrSetAside(const Format& format,
                          std::string_view bytes,
                          const Good& good,
                          const std::string& what) {
  const ReadOutcome outcome = ReadAll(format, bytes, bytes.size() % 2 == 0 ? 150 : 1 << 20);
  if (outcome.report.set_aside) {
    ASSERT_FALSE(outcome.report.problems.empty()) << what;
    return;
  }
  if (outcome.problems.size() > good.told && outcome.amounts.size() < good.amounts.size()) return;
  // An entry may lose its parts: the same money in one piece, with a word about it.
  if (Sum(outcome.amounts) == Sum(good.amounts) && outcome.report.warnings != good.warnings) {
    return;
  }
  ASSERT_EQ(Sorted(outcome.amounts), good.amounts) << what;
  ASSERT_EQ(outcome.report.transactions, good.transactions) << what;
}

}  // namespace

std::string Replaced(std::string bytes, std::string_view from, std::string_view to, int nth) {
  size_t at = bytes.find(from);
  for (; nth > 0 && at != std::string::npos; --nth) at = bytes.find(from, at + 1);
  EXPECT_NE(at, std::string::npos) << "the sample does not hold " << from;
  if (at != std::string::npos) bytes.replace(at, from.size(), to);
  return bytes;
}

std::vector<std::string> LinesOf(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    lines.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end);
  }
  return lines;
}

void ExpectProblem(const Format& format,
                   std::string_view bytes,
                   DeviationCode code,
                   std::string_view text) {
  const bool is_control =
      code == DeviationCode::kControlTotalMismatch || code == DeviationCode::kBalanceMismatch;
  const ReadOutcome outcome = ReadAll(format, bytes);
  EXPECT_TRUE(outcome.report.set_aside) << text;
  EXPECT_EQ(outcome.report.only_controls_failed, is_control) << text;
  std::string all;
  bool found = false;
  for (const RecordProblem& problem : outcome.report.problems) {
    all += std::string(Name(problem.code)) + " at record " + std::to_string(problem.record) + ": " +
           problem.text + "\n";
    EXPECT_NE(problem.text.find("expected"), std::string::npos) << problem.text;
    found |= problem.code == code && problem.text.find(text) != std::string::npos;
  }
  EXPECT_TRUE(found) << "no problem says: " << text << "\n" << all;
  if (is_control) {
    EXPECT_EQ(outcome.report.problems.size(), 1u) << text << "\n" << all;
  }
}

void ExpectNeverHalfRead(const Format& format, const std::string& bytes, size_t first_cut) {
  const ReadOutcome whole = ReadAll(format, bytes);
  ASSERT_FALSE(whole.report.set_aside);
  const Good good{Sorted(whole.amounts), whole.problems.size(), whole.report.transactions,
                  whole.report.warnings};
  for (size_t cut = first_cut; cut < bytes.size(); ++cut) {
    ExpectSameOrSetAside(format, std::string_view(bytes).substr(0, cut), good,
                         "cut at " + std::to_string(cut));
  }
  for (size_t place = 0; place < bytes.size(); ++place) {
    const char was = bytes[place];
    for (const char now :
         {static_cast<char>(was ^ 1), static_cast<char>(was ^ 0x10), ' ', '\n', '7'}) {
      if (now == was) continue;
      std::string changed = bytes;
      changed[place] = now;
      ExpectSameOrSetAside(format, changed, good,
                           "byte " + std::to_string(place) + " changed from " + was + " to " + now);
    }
  }
  const std::vector<std::string> lines = LinesOf(bytes);
  // A file without line ends is one line: twice the same statement, which is a whole file too.
  for (size_t i = 0; lines.size() > 1 && i < lines.size(); ++i) {
    std::vector<std::string> dropped = lines;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    std::vector<std::string> doubled = lines;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    std::vector<std::string> swapped = lines;
    if (i + 1 < lines.size()) std::swap(swapped[i], swapped[i + 1]);
    for (const auto& [damaged, what] :
         {std::pair(dropped, "dropped"), std::pair(doubled, "doubled"),
          std::pair(swapped, "swapped")}) {
      std::string joined;
      for (const std::string& line : damaged) joined += line;
      ExpectSameOrSetAside(format, joined, good, "line " + std::to_string(i) + " " + what);
    }
  }
}

}  // namespace kvitt
