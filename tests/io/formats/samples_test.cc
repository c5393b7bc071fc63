// Each sample reads as what stands beside it, whatever the size of the blocks, and its format is
// found.
//
//   KVITT_REGENERATE=1 samples_test      writes what is read beside the samples; review the
//   difference

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

bool Regenerate() {
  return std::getenv("KVITT_REGENERATE") != nullptr;
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
}

bool IsPacked(const Sample& sample) {
  return sample.name.ends_with(".gz") || sample.name.ends_with(".zst") ||
         sample.name.ends_with(".zip");
}

TEST(Samples, ReadAsWhatStandsBesideThem) {
  for (const Sample& sample : Samples("")) {
    if (IsPacked(sample)) continue;
    SCOPED_TRACE(sample.path);
    const Format* format = FindFormat(sample.format);
    ASSERT_NE(format, nullptr);
    const ReadOutcome outcome = ReadAll(*format, sample.bytes);
    const std::string inspect = InspectLine(outcome.report, sample.name) + "\n";
    if (Regenerate()) {
      Write(sample.base + ".expected.jsonl", JoinLines(outcome.records));
      Write(sample.base + ".inspect.json", inspect);
      continue;
    }
    EXPECT_EQ(JoinLines(outcome.records), sample.expected);
    EXPECT_EQ(inspect, sample.inspect);
  }
}

TEST(Samples, AreCountedInTheTableOfFormats) {
  std::ifstream in(std::string(KVITT_SOURCE_DIR) + "/docs/formats.md");
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const Format& format : Formats()) {
    const std::string name(format.name);
    const std::string row = "| `" + name + "` | " + std::to_string(Samples(name).size()) + " | ";
    EXPECT_NE(page.find(row), std::string::npos) << "docs/formats.md lacks " << row;
  }
}

TEST(Samples, AreRecognised) {
  for (const Sample& sample : Samples("")) {
    if (IsPacked(sample)) continue;
    SCOPED_TRACE(sample.path);
    std::string_view head = sample.bytes;
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const Format* format = SniffFormat(head.substr(0, size_t{64} << 10));
    ASSERT_NE(format, nullptr);
    EXPECT_EQ(format->name, sample.format);
  }
}

TEST(Samples, ReadTheSameInBlocksOfAnySize) {
  for (const Sample& sample : Samples("")) {
    if (IsPacked(sample)) continue;
    SCOPED_TRACE(sample.path);
    const Format* format = FindFormat(sample.format);
    ASSERT_NE(format, nullptr);
    for (const size_t block_bytes : {size_t{1}, size_t{81}, size_t{257}, size_t{1000}}) {
      const ReadOutcome outcome = ReadAll(*format, sample.bytes, block_bytes);
      EXPECT_EQ(JoinLines(outcome.records), sample.expected) << block_bytes;
      EXPECT_EQ(InspectLine(outcome.report, sample.name) + "\n", sample.inspect) << block_bytes;
    }
  }
}

}  // namespace
}  // namespace kvitt
