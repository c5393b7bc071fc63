// Cutting blocks: what a file of a parallel format reads as, down to the numbers and places of its
// problems, does not depend on where its blocks are cut, however its records are divided.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

#include "io/formats/verdict.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

// The sample's lines with other ends: of each line one of several, with marks, blank lines and
// tabs between them.
std::string Reframed(const std::vector<std::string>& lines,
                     std::mt19937_64* random,
                     bool unbroken,
                     bool damaged) {
  static constexpr std::array<std::string_view, 12> kEnds = {"\n",
                                                             "\r\n",
                                                             "\r",
                                                             "",
                                                             "\n\r",
                                                             "\r\r\n",
                                                             "\n\n",
                                                             "\r\n\xEF\xBB\xBF",
                                                             "\xEF\xBB\xBF",
                                                             " \n",
                                                             "\n\xEF\xBB\xBF\xEF\xBB\xBF",
                                                             "\t\n\x1A"};
  const auto below = [random](uint64_t limit) { return (*random)() % limit; };
  std::string bytes;
  if (below(4) == 0) bytes += "\xEF\xBB\xBF";
  const uint64_t usual = below(3);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string line = lines[i];
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    switch (damaged ? below(16) : 99) {
      case 0:
        line.resize(below(line.size() + 1));
        break;
      case 1:
        line.insert(below(line.size() + 1), "\t");
        break;
      case 2:
        line.insert(below(line.size() + 1), "\xC3\xA5");
        break;
      case 3:
        if (!line.empty()) line[below(line.size())] = static_cast<char>(below(256));
        break;
      default:
        break;
    }
    bytes += line;
    if (unbroken && (i < 2 || below(4) != 0)) continue;
    bytes += kEnds[below(3) == 0 ? below(kEnds.size()) : usual];
  }
  return bytes;
}

class BlockCutsTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(BlockCutsTest, DoNotShowInWhatIsRead) {
  const Format& format = *FindFormat(GetParam());
  std::mt19937_64 random(20260105);
  uint64_t accepted = 0;
  for (const Sample& sample : Samples(format.name)) {
    const std::vector<std::string> lines = LinesOf(sample.bytes);
    if (lines.size() > 60) continue;
    for (int round = 0; round < 300; ++round) {
      const std::string bytes = Reframed(lines, &random, round % 4 == 3, round % 2 == 0);
      const ReadOutcome whole = ReadAll(format, bytes);
      if (!whole.report.set_aside) ++accepted;
      for (const size_t block_bytes :
           {size_t{1}, size_t{1} + random() % 200, size_t{200} + random() % 400}) {
        const ReadOutcome parts = ReadAll(format, bytes, block_bytes);
        ASSERT_EQ(InspectLine(parts.report, "f"), InspectLine(whole.report, "f"))
            << sample.path << " in blocks of " << block_bytes << ":\n"
            << ::testing::PrintToString(bytes);
        ASSERT_EQ(parts.report.warnings, whole.report.warnings) << sample.path;
        ASSERT_EQ(parts.records, whole.records) << sample.path;
      }
    }
  }
  // Files that are set aside alone would prove little.
  EXPECT_GT(accepted, 5u);
}

// "ocr-giro" is no name of a test.
std::string TestName(const ::testing::TestParamInfo<std::string_view>& format) {
  std::string name(format.param);
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(ParallelFormats,
                         BlockCutsTest,
                         ::testing::Values("bgmax", "ocr-giro", "ktl", "bs602", "mt940", "mt942"),
                         TestName);

}  // namespace
}  // namespace kvitt
