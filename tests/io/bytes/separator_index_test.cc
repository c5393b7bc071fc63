// The separator index against an oracle that goes byte by byte, for both kernels and at every place
// relative to the steps of 64 bytes.

#include "io/bytes/separator_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace kvitt {
namespace {

struct Found {
  std::vector<uint32_t> cell_ends;
  std::vector<size_t> row_ends;  // indexes into cell_ends

  bool operator==(const Found&) const = default;
};

std::string Padded(const std::string& bytes) {
  return bytes + std::string(64, '"');
}

// The rules of the header, one byte after another.
Found Oracle(std::string_view bytes, char separator) {
  Found found;
  size_t i = 0;
  bool at_start = true;
  bool row_is_open = false;
  while (i < bytes.size()) {
    row_is_open = true;
    if (at_start && bytes[i] == '"') {
      size_t close = std::string_view::npos;
      for (size_t k = i + 1; k < bytes.size() && k - i <= kQuotedCellMax; ++k) {
        if (bytes[k] != '"') continue;
        if (k + 1 < bytes.size() && bytes[k + 1] == '"') {
          ++k;
          continue;
        }
        close = k;
        break;
      }
      i = close == std::string_view::npos ? i + 1 : close + 1;
      at_start = false;
      continue;
    }
    at_start = bytes[i] == separator || bytes[i] == '\n';
    if (at_start) found.cell_ends.push_back(static_cast<uint32_t>(i));
    if (bytes[i] == '\n') {
      found.row_ends.push_back(found.cell_ends.size() - 1);
      row_is_open = false;
    }
    ++i;
  }
  if (row_is_open) {
    found.row_ends.push_back(found.cell_ends.size());
    found.cell_ends.push_back(static_cast<uint32_t>(bytes.size()));
  }
  return found;
}

Found Index(const std::string& bytes, char separator, SeparatorKernel kernel) {
  const std::string padded = Padded(bytes);
  Found found;
  SeparatorIndex index(separator, kernel);
  index.Reset(std::string_view(padded).substr(0, bytes.size()));
  size_t next_begin = 0;
  while (index.Extend()) {
    if (index.row_count() != 0) {
      EXPECT_EQ(index.begin(), next_begin);
    }
    for (size_t row = 0; row < index.row_count(); ++row) {
      for (size_t i = index.row_first(row); i <= index.row_last(row); ++i) {
        found.cell_ends.push_back(index.cell_ends()[i]);
      }
      next_begin = index.cell_ends()[index.row_last(row)] + size_t{1};
      found.row_ends.push_back(found.cell_ends.size() - 1);
    }
  }
  return found;
}

void ExpectLikeOracle(const std::string& bytes, char separator = ',') {
  const Found expected = Oracle(bytes, separator);
  EXPECT_EQ(Index(bytes, separator, SeparatorKernel::kPortable), expected) << bytes.substr(0, 300);
  for (const SeparatorKernel kernel : {SeparatorKernel::kAvx2, SeparatorKernel::kAvx512}) {
    if (kernel > BestSeparatorKernel()) continue;  // this machine has no such instructions
    EXPECT_EQ(Index(bytes, separator, kernel), expected) << bytes.substr(0, 300);
  }
}

TEST(SeparatorIndex, KnowsPlainAndQuotedCells) {
  ExpectLikeOracle("");
  ExpectLikeOracle("a");
  ExpectLikeOracle("a,b\nc,d\n");
  ExpectLikeOracle("a,b\nc,d");
  ExpectLikeOracle(",\n\n,");
  ExpectLikeOracle("\"a,b\",\"c\nd\"\n\"e\"\"f\",\"\",\"\"\"\"\n");
  ExpectLikeOracle("5\" pipe,x\n\"y\"z,\"w\n");
  ExpectLikeOracle("\"a\"\"b\"c\"\"d,e\"\"\n\"f\n");
  ExpectLikeOracle("a;b;\"c;d\"\n", ';');
  EXPECT_EQ(Oracle("\"a,b\",c\n", ',').cell_ends, (std::vector<uint32_t>{5, 7}));
}

TEST(SeparatorIndex, AgreesWithTheOracleOnRandomText) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 4000; ++round) {
    // Few letters, so that quotes meet separators and line ends often.
    const std::string_view letters = round % 2 == 0 ? ",\n\"x" : ",\nxyzab\"";
    std::string bytes(random() % 400, ' ');
    for (char& c : bytes) c = letters[random() % letters.size()];
    ExpectLikeOracle(bytes);
  }
}

TEST(SeparatorIndex, AgreesWithTheOracleAcrossWindows) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 12; ++round) {
    std::string bytes;
    while (bytes.size() < 60'000) {
      const size_t kind = random() % 40;
      if (kind == 0) {
        bytes += "\"" + std::string(random() % 9000, 'q') + "\"";  // longer than a word
      } else if (kind < 4) {
        bytes += "\"a,\n\"\"b\"";
      } else {
        bytes += std::string(random() % 12, 'v');
      }
      bytes += random() % 8 == 0 ? '\n' : ',';
    }
    ExpectLikeOracle(bytes);
  }
}

TEST(SeparatorIndex, AQuoteThatIsNotClosedInTimeIsALetter) {
  for (const size_t around : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}}) {
    for (const int64_t off : {-1, 0, 1, 2}) {
      // The closing quote stands kQuotedCellMax + off bytes behind the opening one.
      std::string bytes(around, 'p');
      bytes += around == 0 ? "" : "\n";
      bytes += '"';
      std::string inner(static_cast<size_t>(static_cast<int64_t>(kQuotedCellMax) + off - 1), 'i');
      for (size_t i = 100; i < inner.size(); i += 1000) inner[i] = i % 3000 == 100 ? '\n' : ',';
      inner[50] = inner[51] = '"';  // a doubled quote does not move the limit
      bytes += inner + "\",after\nlast,\"row\"\n";
      ExpectLikeOracle(bytes);
      const Found found = Index(bytes, ',', SeparatorKernel::kPortable);
      EXPECT_EQ(found.row_ends.size() > 100, off > 0) << around << ' ' << off;
    }
  }
}

TEST(SeparatorIndex, AQuoteThatIsNeverClosedCostsItsLine) {
  std::string bytes = "a,\"open\n";
  for (int i = 0; i < 1000; ++i) bytes += "b,c\n";
  ExpectLikeOracle(bytes);
  EXPECT_EQ(Index(bytes, ',', SeparatorKernel::kPortable).row_ends.size(), 1001u);
}

TEST(SeparatorIndex, SaysWhetherBytesAreSpecial) {
  for (const char c : {'\0', '\x80', '\xff', 'x', '\x7f', '\x01'}) {
    for (const SeparatorKernel kernel : {SeparatorKernel::kPortable, BestSeparatorKernel()}) {
      std::string bytes(200, 'a');
      bytes[130] = c;
      const std::string padded = bytes + std::string(64, 'p');
      SeparatorIndex index(',', kernel);
      index.Reset(std::string_view(padded).substr(0, bytes.size()));
      ASSERT_TRUE(index.Extend());
      EXPECT_EQ(index.has_special(), c == '\0' || c == '\x80' || c == '\xff') << int{c};
    }
  }
}

TEST(CutSeparatedRows, CutsWhereARowEndsWhateverFollows) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(1 + random() % 300, ' ');
    for (char& c : bytes) c = ",\n\"xyz"[random() % 6];
    const std::string padded = Padded(bytes);
    const Found all = Oracle(bytes, ',');
    const size_t length = 1 + random() % bytes.size();
    // What follows may close a quote or not: a cut must be right for both.
    const size_t cut = CutSeparatedRows(std::string_view(padded).substr(0, length), ',');
    ASSERT_LE(cut, length);
    if (cut == 0) continue;
    bool is_row_end = false;
    for (const size_t row : all.row_ends) is_row_end |= all.cell_ends[row] + size_t{1} == cut;
    // A quote that turns out to be open at the end of all bytes frees line ends behind it, never
    // takes one away.
    EXPECT_TRUE(is_row_end) << bytes << "\n---\n" << length << ' ' << cut;
  }
}

TEST(CutSeparatedRows, WaitsForTheEndOfAQuotedCell) {
  const std::string open = Padded("a,b\n\"c\nd");
  EXPECT_EQ(CutSeparatedRows(std::string_view(open).substr(0, 8), ','), 4u);
  EXPECT_EQ(CutSeparatedRows(std::string_view(open).substr(4, 4), ','), 0u);
  EXPECT_EQ(CutSeparatedRows(std::string_view(open).substr(0, 3), ','), 0u);
}

TEST(CountLineFeeds, CountsThemAll) {
  std::mt19937_64 random(10);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 9000, 'x');
    uint64_t expected = 0;
    for (char& c : bytes) {
      if (random() % 3 == 0) {
        c = '\n';
        ++expected;
      }
    }
    const std::string padded = bytes + std::string(16, '\n');
    EXPECT_EQ(CountLineFeeds(std::string_view(padded).substr(0, bytes.size())), expected);
  }
}

}  // namespace
}  // namespace kvitt
