// Files that were damaged on the way: every sample of every format of the table, cut at every byte,
// with bytes changed, with records dropped, doubled and swapped, and with something behind its end.
// Whatever happens, nothing crashes, and where the sample's totals are verified no money changes
// unnoticed.
//
// A new format is covered by its row in the table and its samples: nothing here names a format.
// Bytes are changed in a seeded share of the ways; with KVITT_DAMAGE=all (scripts/fuzz) in every way.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "tests/io/formats/damage.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

bool TryEverything() {
  const char* setting = std::getenv("KVITT_DAMAGE");
  return setting != nullptr && std::string_view(setting) == "all";
}

bool IsBooked(const std::string& record) {
  return record.find("\"status\":\"pending\"") == std::string::npos;
}

std::vector<int64_t> Sorted(std::vector<int64_t> amounts) {
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

std::vector<int64_t> Magnitudes(std::vector<int64_t> amounts) {
  for (int64_t& amount : amounts) amount = amount < 0 ? -amount : amount;
  return Sorted(std::move(amounts));
}

// The money of what is booked, sorted.
std::vector<int64_t> BookedAmounts(const ReadOutcome& outcome) {
  std::vector<int64_t> amounts;
  for (size_t i = 0; i < outcome.records.size(); ++i) {
    if (IsBooked(outcome.records[i])) amounts.push_back(outcome.amounts[i]);
  }
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

// The samples that are what their folder says, with what they read as.
struct Whole {
  Sample sample;
  const Format* format = nullptr;
  ReadOutcome outcome;
  std::vector<int64_t> amounts;  // sorted
};

const std::vector<Whole>& Wholes() {
  static const std::vector<Whole>* wholes = [] {
    auto* all = new std::vector<Whole>;
    for (Sample& sample : Samples("")) {
      Whole whole;
      whole.format = FindFormat(sample.format);
      if (whole.format == nullptr) continue;
      whole.outcome = ReadAll(*whole.format, sample.bytes);
      whole.amounts = BookedAmounts(whole.outcome);
      whole.sample = std::move(sample);
      all->push_back(std::move(whole));
    }
    return all;
  }();
  return *wholes;
}

// The joints of small blocks are hit now and then.
ReadOutcome ReadDamaged(const Whole& whole, const std::string& bytes) {
  ReadOutcome outcome = ReadAll(*whole.format, bytes, bytes.size() % 2 == 0 ? 150 : 1 << 20);
  EXPECT_EQ(outcome.report.set_aside && outcome.report.problems.empty(), false)
      << "no reason given";
  return outcome;
}

// What is wrong with reading `bytes` as `outcome`; "" when nothing is.
using Judge = std::function<std::string(const Whole&, const ReadOutcome&)>;

std::string Listed(const std::vector<int64_t>& amounts) {
  std::string text;
  for (const int64_t amount : amounts) text += std::to_string(amount) + " ";
  return text;
}

// Files whose controls prove their rows one by one, and not that all are there; docs/formats.md says
// so. CSV exports have a balance after each row, or its net amount; a notification without a summary
// has the details of each entry.
bool IsProvenByRow(const Whole& whole) {
  if (whole.format->name == "camt.054") {
    return whole.sample.bytes.find("<TxsSummry>") == std::string::npos;
  }
  // Sums of all items, paid or not: the status of an item is in none.
  if (whole.sample.bytes.find("AUTOGIRO9900") != std::string::npos) return true;
  return whole.format->name == "payments-csv" && !whole.outcome.report.version.empty();
}

bool IsSubset(const std::vector<int64_t>& part, const std::vector<int64_t>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

int64_t Sum(const std::vector<int64_t>& amounts) {
  return std::accumulate(amounts.begin(), amounts.end(), int64_t{0});
}

// What the totals of the sample vouch for is the same money, in the same number of statements
// (sections, deliveries, accounts: what a file may hold several of, each whole in itself).
std::string JudgeMoney(const Whole& whole, const ReadOutcome& outcome) {
  const FileReport& was = whole.outcome.report;
  const FileReport& now = outcome.report;
  if (now.set_aside || was.set_aside || was.control_totals != ControlState::kVerified) return "";
  if (IsProvenByRow(whole)) return "";
  const std::vector<int64_t> amounts = BookedAmounts(outcome);
  if (amounts == whole.amounts) return "";
  // A sound file of fewer or more statements than the sample has. What is left is whole.
  if (now.statements != was.statements) {
    const bool fewer = now.statements < was.statements;
    if (fewer ? IsSubset(amounts, whole.amounts) : IsSubset(whole.amounts, amounts)) return "";
  }
  // Read, and told as not booked.
  if (Sorted(outcome.amounts) == Sorted(whole.outcome.amounts)) return "";
  // Told: as no money any more (not booked, not paid), or as something missing.
  if (outcome.problems.size() > whole.outcome.problems.size() && IsSubset(amounts, whole.amounts)) {
    return "";
  }
  if (now.problems.size() > was.problems.size() && IsSubset(amounts, whole.amounts)) return "";
  // A direction that no source confirms how to prove, with a word about it.
  if (Magnitudes(amounts) == Magnitudes(whole.amounts) && now.warnings != was.warnings) return "";
  // The same money in other pieces.
  if (Sum(amounts) == Sum(whole.amounts)) return "";
  return "accepted with " + Listed(amounts) + "instead of " + Listed(whole.amounts);
}

// Counts failures by sample, and shows the first of each.
class Complaints {
 public:
  void Try(const Whole& whole,
           const std::string& bytes,
           const std::string& what,
           const Judge& judge) {
    const ReadOutcome outcome = ReadDamaged(whole, bytes);
    const std::string complaint = judge(whole, outcome);
    if (complaint.empty()) return;
    if (count_[whole.sample.path]++ < 3)
      ADD_FAILURE() << whole.sample.path << ": " << what << ": " << complaint;
  }

 private:
  std::map<std::string, int> count_;
};

TEST(SampleDamage, EveryFormatHasSamples) {
  std::set<std::string_view> covered;
  for (const Whole& whole : Wholes()) covered.insert(whole.format->name);
  for (const Format& format : Formats()) EXPECT_TRUE(covered.count(format.name)) << format.name;
}

TEST(SampleDamage, CutAtEveryByte) {
  Complaints complaints;
  for (const Whole& whole : Wholes()) {
    for (size_t cut = 0; cut < whole.sample.bytes.size(); ++cut) {
      complaints.Try(whole, whole.sample.bytes.substr(0, cut), "cut at " + std::to_string(cut),
                     JudgeMoney);
    }
  }
}

TEST(SampleDamage, EachByteChanged) {
  Complaints complaints;
  const bool everything = TryEverything();
  uint32_t dice = 1;
  for (const Whole& whole : Wholes()) {
    for (size_t at = 0; at < whole.sample.bytes.size(); ++at) {
      const char was = whole.sample.bytes[at];
      std::string ways = " \n0179A-,.<{";
      for (int bit = 0; bit < 8; ++bit) {
        ways.push_back(static_cast<char>(static_cast<unsigned char>(was) ^ (1U << bit)));
      }
      size_t first = 0;
      size_t last = ways.size();
      if (!everything) {
        dice = dice * 1664525 + 1013904223;
        first = (dice >> 16) % ways.size();
        last = first + 1;
      }
      for (size_t i = first; i < last; ++i) {
        if (ways[i] == was) continue;
        std::string damaged = whole.sample.bytes;
        damaged[at] = ways[i];
        complaints.Try(whole, damaged,
                       "byte " + std::to_string(at) + " changed to " + std::to_string(int{ways[i]}),
                       JudgeMoney);
      }
    }
  }
}

// The records of a file: its lines; the elements of XML; the lengths that a stream without line ends
// is cut into.
std::vector<std::pair<size_t, size_t>> PiecesOf(const std::string& bytes) {
  std::vector<std::pair<size_t, size_t>> pieces;
  size_t at = 0;
  if (bytes.find("</") != std::string::npos) {
    for (size_t open = bytes.find('<'); open != std::string::npos;
         open = bytes.find('<', open + 1)) {
      const size_t end_of_name = bytes.find_first_of("> \t\r\n/", open + 1);
      if (end_of_name == std::string::npos || end_of_name == open + 1) continue;
      const std::string end = "</" + bytes.substr(open + 1, end_of_name - open - 1) + ">";
      const size_t close = bytes.find(end, end_of_name);
      if (close != std::string::npos) pieces.emplace_back(open, close + end.size() - open);
    }
    return pieces;
  }
  if (std::count(bytes.begin(), bytes.end(), '\n') < 2) {
    for (const size_t width : {size_t{80}, size_t{90}, size_t{120}, size_t{128}}) {
      if (bytes.size() % width == 0) {
        for (; at < bytes.size(); at += width) pieces.emplace_back(at, width);
        return pieces;
      }
    }
  }
  for (const std::string& line : LinesOf(bytes)) {
    pieces.emplace_back(at, line.size());
    at += line.size();
  }
  return pieces;
}

TEST(SampleDamage, RecordsDroppedDoubledAndSwapped) {
  Complaints complaints;
  for (const Whole& whole : Wholes()) {
    const std::string& bytes = whole.sample.bytes;
    const std::vector<std::pair<size_t, size_t>> pieces = PiecesOf(bytes);
    for (size_t i = 0; pieces.size() > 1 && i < pieces.size(); ++i) {
      const auto [at, size] = pieces[i];
      const std::string what = "record " + std::to_string(i) + " at " + std::to_string(at);
      std::string dropped = bytes;
      dropped.erase(at, size);
      complaints.Try(whole, dropped, what + " dropped", JudgeMoney);
      std::string doubled = bytes;
      doubled.insert(at, bytes.substr(at, size));
      complaints.Try(whole, doubled, what + " doubled", JudgeMoney);
      // With the next one that stands behind it and not in it.
      size_t next = i + 1;
      while (next < pieces.size() && pieces[next].first < at + size) ++next;
      if (next == pieces.size()) continue;
      const auto [next_at, next_size] = pieces[next];
      const std::string swapped = bytes.substr(0, at) + bytes.substr(next_at, next_size) +
                                  bytes.substr(at + size, next_at - at - size) +
                                  bytes.substr(at, size) + bytes.substr(next_at + next_size);
      complaints.Try(whole, swapped, what + " swapped with the next", JudgeMoney);
    }
  }
}

// What stands behind the end of a file is read, or the file is set aside, or a warning says that it
// was passed over. Blanks, line ends and the end mark of old systems are nothing.
std::string JudgeTail(const Whole& whole, const ReadOutcome& outcome) {
  if (outcome.report.set_aside || whole.outcome.report.set_aside) return "";
  const bool same = outcome.records == whole.outcome.records &&
                    outcome.problems.size() == whole.outcome.problems.size() &&
                    outcome.report.problems.size() == whole.outcome.report.problems.size() &&
                    outcome.report.warnings == whole.outcome.report.warnings &&
                    outcome.report.transactions == whole.outcome.report.transactions;
  return same ? "nothing is said of what stands behind the end" : "";
}

TEST(SampleDamage, SomethingBehindTheEnd) {
  Complaints complaints;
  for (const Whole& whole : Wholes()) {
    const std::string& bytes = whole.sample.bytes;
    const std::vector<std::string> lines = LinesOf(bytes);
    const std::string half = bytes.substr(0, bytes.size() / 2);
    std::vector<std::string> tails = {"0",  "\n0\n",    "\nx", "\n" + std::string(300, '7'),
                                      half, "\n" + half};
    // Text of a statement behind its balance is no entry, and headers may be repeated.
    const std::string& line = lines[lines.size() / 2];
    if (line.size() > 8 && line[0] != ':' && whole.format->name != "vipps-csv") {
      tails.push_back("\n" + line);
    }
    for (const std::string& tail : tails) {
      complaints.Try(whole, bytes + tail, "behind the end: " + tail.substr(0, 40), JudgeTail);
    }
    for (const std::string tail : {"\n", "\r\n\r\n", "  \n"}) {
      if (whole.outcome.report.set_aside) continue;
      const ReadOutcome outcome = ReadDamaged(whole, bytes + tail);
      EXPECT_EQ(outcome.report.set_aside, false)
          << whole.sample.path << ": blanks behind the end: " << int{tail[0]} << tail.size();
    }
  }
}

}  // namespace
}  // namespace kvitt
