// Cells of separated text: quotes and the guard against formulas, off and on.

#include "io/bytes/separated_cell.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace kvitt {
namespace {

std::string Read(const std::string& raw) {
  const std::string padded = raw + std::string(64, '"');
  TextArena arena;
  std::string_view text;
  if (!ReadCell(std::string_view(padded).substr(0, raw.size()), &arena, &text)) return "(damaged)";
  return std::string(text);
}

std::string Written(const std::string& text) {
  std::string out;
  AppendTextCell(text, ',', &out);
  return out;
}

TEST(Cell, IsUnquoted) {
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("plain"), "plain");
  EXPECT_EQ(Read("\"\""), "");
  EXPECT_EQ(Read("\"a,b\""), "a,b");
  EXPECT_EQ(Read("\"a\"\"b\""), "a\"b");
  EXPECT_EQ(Read("\"\"\"\""), "\"");
  const std::string longer(100, 'x');
  EXPECT_EQ(Read("\"" + longer + "\""), longer);
  EXPECT_EQ(Read("\"" + longer + "\"\"" + longer + "\""), longer + "\"" + longer);
  EXPECT_EQ(Read("in\"side"), "in\"side");
}

TEST(Cell, IsDamagedWhenItsQuotesAre) {
  for (const char* raw : {"\"", "\"a", "\"a\"b", "\"a\"b\"", "\"a\"\"", "\"\"\""}) {
    EXPECT_EQ(Read(raw), "(damaged)") << raw;
  }
}

TEST(Cell, IsMadeSafeAgainstSpreadsheets) {
  EXPECT_EQ(Written("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
  EXPECT_EQ(Written("@SUM"), "\"'@SUM\"");
  EXPECT_EQ(Written("+1"), "\"'+1\"");
  EXPECT_EQ(Written("-"), "\"'-\"");
  EXPECT_EQ(Written("\t=1"), "\"'\t=1\"");
  EXPECT_EQ(Written("  =1"), "\"'  =1\"");
  EXPECT_EQ(Written("\xef\xbb\xbf=1"), "\"'\xef\xbb\xbf=1\"");
  EXPECT_EQ(Written("\xef\xbc\x9d"
                    "1"),
            "\"'\xef\xbc\x9d"
            "1\"");
  EXPECT_EQ(Written("'=1"), "\"''=1\"");
  EXPECT_EQ(Written("O'Brien"), "O'Brien");
  EXPECT_EQ(Written("'tis"), "'tis");
  EXPECT_EQ(Written("INV-1"), "INV-1");
}

TEST(Cell, ReadsBackAsItWas) {
  std::mt19937_64 random(4);
  const std::string_view letters = "ab'=+-@ \t\r\n\",;\xef\xbc\x9d";
  for (int round = 0; round < 100'000; ++round) {
    std::string text(random() % 8, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    EXPECT_EQ(Read(Written(text)), text);
  }
}

TEST(Cell, GuardsOnlyWhatASpreadsheetWouldRun) {
  EXPECT_EQ(Read("'=1"), "=1");
  EXPECT_EQ(Read("'plain"), "'plain");
  EXPECT_EQ(Read("'"), "'");
  EXPECT_EQ(Read("-5.00"), "-5.00");
}

TEST(Line, IsSplitIntoCells) {
  std::vector<std::string> cells;
  EXPECT_TRUE(SplitCells("a,\"b,c\",,'=d", ',', &cells));
  EXPECT_EQ(cells, (std::vector<std::string>{"a", "b,c", "", "=d"}));
  EXPECT_FALSE(SplitCells("a,\"b", ',', &cells));
  EXPECT_TRUE(SplitCells("", ',', &cells));
  EXPECT_EQ(cells, (std::vector<std::string>{""}));
}

TEST(Line, ShowsItsSeparator) {
  EXPECT_EQ(FindSeparator("a,b;c"), ',');
  EXPECT_EQ(FindSeparator("a;b;c"), ';');
  EXPECT_EQ(FindSeparator("a\tb"), '\t');
  EXPECT_EQ(FindSeparator("\"a;b;c\",d"), ',');
  EXPECT_EQ(FindSeparator("alone"), ',');
}

TEST(Line, EndsOutsideQuotes) {
  EXPECT_EQ(FirstLineLength("a,b\r\nc"), 3u);
  EXPECT_EQ(FirstLineLength("\"a\nb\",c\nd"), 7u);
  EXPECT_EQ(FirstLineLength("a,b"), std::string_view::npos);
}

}  // namespace
}  // namespace kvitt
