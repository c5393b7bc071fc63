// Detection looks at bytes that nobody has checked yet: whatever stands there, and wherever it ends, every
// format answers.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "io/formats/format.h"

namespace kvitt {
namespace {

void SniffAll(std::string_view head) {
  // A copy of exactly this size, so that a sanitizer sees a read behind the end.
  const std::string exact(head);
  for (const Format& format : Formats()) {
    if (format.sniff == nullptr) continue;
    const int sure = format.sniff(exact);
    ASSERT_GE(sure, 0) << format.name;
    ASSERT_LE(sure, 100) << format.name;
  }
}

TEST(SniffTest, AnswersForEveryBeginningOfEverySample) {
  constexpr size_t kShort = 96;
  size_t samples = 0;
  const std::string folder = std::string(KVITT_SOURCE_DIR) + "/datasets/samples";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    const std::string text = all.str();
    ++samples;
    for (size_t size = 0; size <= std::min(kShort, text.size()); ++size) {
      SniffAll(std::string_view(text).substr(0, size));
      // The same without its first line, as a file looks that lost its head.
      const size_t second = text.find('\n');
      if (second < text.size()) SniffAll(std::string_view(text).substr(second + 1, size));
    }
  }
  EXPECT_GT(samples, 50u);
}

TEST(SniffTest, AnswersForTheFirstLettersOfEveryKindOfFile) {
  for (const char* start :
       {"",   "0",   "00",           "01",  "NY", "BS", "T00", "{",  "[",  "<", "<?",
        ":2", "OFX", "\xef\xbb\xbf", "01,", "#",  "\"", ";",   "\n", "\r", " "}) {
    for (size_t more = 0; more < 40; ++more) {
      SniffAll(std::string(start) + std::string(more, ' '));
      SniffAll(std::string(start) + std::string(more, '0'));
      SniffAll(std::string(start) + std::string(more, '\n'));
    }
  }
}

}  // namespace
}  // namespace kvitt
