// Files that were damaged on the way: cut at every byte, every byte changed, lines dropped, doubled
// and swapped. Whatever happens, nothing crashes, and no formats that carry controls lets money
// change unnoticed.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

// Formats in which every amount stands under a balance or a total.
bool IsControlled(std::string_view format) {
  static const std::set<std::string_view> kControlled = {"mt940", "bai2", "cfonb120", "coda",
                                                         "vipps-xml"};
  return kControlled.count(format) != 0;
}

bool IsOfThisTest(std::string_view format) {
  static const std::set<std::string_view> kOthers = {"items-jsonl", "payments-jsonl",
                                                     "customers-jsonl", "mt942", "ofx"};
  return IsControlled(format) || kOthers.count(format) != 0;
}

std::vector<Sample> SamplesOfThisTest() {
  std::vector<Sample> samples;
  for (Sample& sample : Samples("")) {
    if (IsOfThisTest(sample.format)) samples.push_back(std::move(sample));
  }
  return samples;
}

std::vector<int64_t> Sorted(std::vector<int64_t> amounts) {
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

// Reads damaged bytes; where the file has controls, money that changed must have been noticed.
void ExpectNoticed(const Sample& sample,
                   const ReadOutcome& whole,
                   const std::string& damaged,
                   const std::string& what) {
  const ReadOutcome outcome = ReadAll(*FindFormat(sample.format), damaged);
  if (!IsControlled(sample.format) || whole.report.set_aside || outcome.report.set_aside) return;
  EXPECT_EQ(Sorted(outcome.amounts), Sorted(whole.amounts)) << sample.path << ": " << what;
}

TEST(SampleDamage, CutAtEveryByte) {
  for (const Sample& sample : SamplesOfThisTest()) {
    const ReadOutcome whole = ReadAll(*FindFormat(sample.format), sample.bytes);
    const size_t step = sample.bytes.size() > 3000 ? 3 : 1;
    for (size_t cut = 0; cut < sample.bytes.size(); cut += step) {
      const ReadOutcome outcome = ReadAll(*FindFormat(sample.format), sample.bytes.substr(0, cut));
      if (outcome.report.set_aside || !IsControlled(sample.format)) continue;
      // What is left is whole by its own controls: the first statements of several.
      EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified)
          << sample.path << " " << cut;
      ASSERT_LE(outcome.records.size(), whole.records.size());
      const std::vector<std::string> first(
          whole.records.begin(),
          whole.records.begin() + static_cast<ptrdiff_t>(outcome.records.size()));
      std::vector<std::string> left = outcome.records;
      // Text at the very end may have lost its tail; amounts may not.
      const std::vector<int64_t> amounts(
          whole.amounts.begin(),
          whole.amounts.begin() + static_cast<ptrdiff_t>(outcome.amounts.size()));
      EXPECT_EQ(outcome.amounts, amounts) << sample.path << " cut at " << cut;
    }
  }
}

TEST(SampleDamage, EachByteChanged) {
  for (const Sample& sample : SamplesOfThisTest()) {
    const ReadOutcome whole = ReadAll(*FindFormat(sample.format), sample.bytes);
    for (size_t at = 0; at < sample.bytes.size(); ++at) {
      // Large samples take turns with the flips.
      constexpr size_t kLarge = 2000;
      const unsigned flips[] = {0x01U, 0x02U, 0x10U, 0x80U};
      for (size_t i = 0; i < std::size(flips); ++i) {
        if (sample.bytes.size() > kLarge && at % std::size(flips) != i) continue;
        const unsigned flip = flips[i];
        std::string damaged = sample.bytes;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
        ExpectNoticed(sample, whole, damaged,
                      "byte " + std::to_string(at) + " changed by " + std::to_string(flip));
      }
    }
  }
}

TEST(SampleDamage, LinesDroppedDoubledAndSwapped) {
  for (const Sample& sample : SamplesOfThisTest()) {
    const ReadOutcome whole = ReadAll(*FindFormat(sample.format), sample.bytes);
    std::vector<std::string> lines;
    for (size_t at = 0; at < sample.bytes.size();) {
      const size_t end = std::min(sample.bytes.find('\n', at), sample.bytes.size() - 1) + 1;
      lines.push_back(sample.bytes.substr(at, end - at));
      at = end;
    }
    const auto joined = [](const std::vector<std::string>& all) {
      std::string text;
      for (const std::string& line : all) text += line;
      return text;
    };
    for (size_t i = 0; i < lines.size(); ++i) {
      std::vector<std::string> dropped = lines;
      dropped.erase(dropped.begin() + static_cast<ptrdiff_t>(i));
      ExpectNoticed(sample, whole, joined(dropped), "line dropped " + std::to_string(i));
      std::vector<std::string> doubled = lines;
      doubled.insert(doubled.begin() + static_cast<ptrdiff_t>(i), lines[i]);
      ExpectNoticed(sample, whole, joined(doubled), "line doubled " + std::to_string(i));
      if (i + 1 == lines.size()) continue;
      std::vector<std::string> swapped = lines;
      std::swap(swapped[i], swapped[i + 1]);
      ExpectNoticed(sample, whole, joined(swapped), "lines swapped " + std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace kvitt
