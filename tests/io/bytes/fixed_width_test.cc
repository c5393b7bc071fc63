#include "io/bytes/fixed_width.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kvitt {
namespace {

// The records of `bytes`, ten cells each, as text; a flawed one as its description.
struct Lines {
  explicit Lines(std::string bytes, Framing framing = Framing::kLines) : text(std::move(bytes)) {
    const size_t size = text.size();
    text.append(kCellPadding, '#');
    FixedWidthLines<10> lines(std::string_view(text).substr(0, size), framing, &arena);
    FixedRecord record;
    while (lines.Next(&record)) {
      cells.push_back(record.flaw == LineFlaw::kNone ? std::string(record.cells, 10)
                                                     : std::string(Describe(record.flaw)));
      offsets.push_back(record.offset);
      numbers.push_back(record.line);
    }
    count = lines.lines();
    repairs = lines.repairs();
  }

  std::string text;
  TextArena arena;
  std::vector<std::string> cells;
  std::vector<size_t> offsets;
  std::vector<size_t> numbers;
  size_t count = 0;
  LineRepairs repairs;
};

using Records = std::vector<std::string>;

TEST(FixedWidthLinesTest, EveryLineEndGivesTheSameRecords) {
  const Records expected = {"ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ0123"};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string bytes = "ABCDEFGHIJ" + end + "KLMNOPQRST" + end + "UVWXYZ0123";
    for (const std::string& tail : {std::string(), end, end + "\x1A", std::string("\x1A")}) {
      EXPECT_EQ(Lines(bytes + tail).cells, expected);
      EXPECT_EQ(Lines("\xEF\xBB\xBF" + bytes + tail).cells, expected);
    }
  }
}

TEST(FixedWidthLinesTest, BlankLinesAreCountedAndPassedOver) {
  const Lines lines("ABCDEFGHIJ\n\n   \nKLMNOPQRST\n          \n");
  EXPECT_EQ(lines.cells, (Records{"ABCDEFGHIJ", "KLMNOPQRST"}));
  EXPECT_EQ(lines.numbers, (std::vector<size_t>{0, 3}));
  EXPECT_EQ(lines.offsets, (std::vector<size_t>{0, 16}));
  EXPECT_EQ(lines.count, 5u);
}

TEST(FixedWidthLinesTest, TrimmedLinesAreFilledAgain) {
  EXPECT_EQ(Lines("ABC\nDEFGH").cells, (Records{"ABC       ", "DEFGH     "}));
}

TEST(FixedWidthLinesTest, BlanksBehindTheRecordAreNoFlawButTextIs) {
  EXPECT_EQ(Lines("ABCDEFGHIJ   \n").cells, (Records{"ABCDEFGHIJ"}));
  EXPECT_EQ(Lines("ABCDEFGHIJK\n").cells, (Records{"longer than a record"}));
  EXPECT_EQ(Lines("ABC\x01"
                  "EFGHIJ\n")
                .cells,
            (Records{"a control character inside the record"}));
  EXPECT_EQ(Lines(std::string("ABC\0EFGHIJ\n", 11)).cells,
            (Records{"a control character inside the record"}));
}

TEST(FixedWidthLinesTest, TabsAreLeftOutAndCounted) {
  const Lines lines("AB\tCDEFGHIJ\nABC\t\t\n");
  EXPECT_EQ(lines.cells, (Records{"ABCDEFGHIJ", "ABC       "}));
  EXPECT_EQ(lines.repairs.tabs.count, 1u);  // tabs at the end are blanks
}

TEST(FixedWidthLinesTest, Utf8IsCutByCharacterAndOthersByByte) {
  const Lines lines(
      "\xC3\x85"
      "BCDEFGHIJ\nKL\xE5NOPQRST\n");
  EXPECT_EQ(lines.cells, (Records{"\xC5"
                                  "BCDEFGHIJ",
                                  "KL\xE5NOPQRST"}));
  EXPECT_EQ(lines.repairs.utf8.count, 1u);
  EXPECT_EQ(lines.repairs.eight_bit.count, 1u);
  EXPECT_EQ(lines.repairs.eight_bit.first_line, 1u);
}

TEST(FixedWidthLinesTest, AStreamWithoutLineEnds) {
  const std::string bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123";
  EXPECT_EQ(DetectFraming(bytes, 10), Framing::kUnbroken);
  EXPECT_EQ(DetectFraming("ABCDEFGHIJ\nKLMNOPQRST\n", 10), Framing::kLines);
  const Records expected = {"ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ0123"};
  EXPECT_EQ(Lines(bytes, Framing::kUnbroken).cells, expected);
  EXPECT_EQ(Lines(bytes + "\r\n", Framing::kUnbroken).cells, expected);
  EXPECT_EQ(Lines("\xEF\xBB\xBF" + bytes, Framing::kUnbroken).cells, expected);
  EXPECT_EQ(Lines(bytes.substr(0, 24), Framing::kUnbroken).cells.back(), "UVWX      ");
  // A line end inside shifts nothing.
  EXPECT_EQ(Lines("ABCDEFGHIJ\nLMNOPQRSTUVWXYZ0123", Framing::kUnbroken).cells,
            (Records{"ABCDEFGHIJ", "a control character inside the record", "UVWXYZ0123"}));
}

TEST(FixedWidthLinesTest, LooksBackwardsForALine) {
  const auto is_b = [](std::string_view line) { return line.substr(0, 1) == "B"; };
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string bytes =
        "A234567890" + end + "B234567890" + end + "C23" + end + "D234567890" + end;
    EXPECT_EQ(FindLineBackward(bytes, Framing::kLines, 10, is_b), 10 + end.size());
    EXPECT_EQ(FindLineBackward(bytes.substr(0, 10), Framing::kLines, 10, is_b), std::string::npos);
  }
  EXPECT_EQ(FindLineBackward("A234567890B234567890C2345", Framing::kUnbroken, 10, is_b), 10u);
  EXPECT_EQ(FindLineBackward("", Framing::kUnbroken, 10, is_b), std::string::npos);
  // The mark belongs to the line.
  for (const Framing framing : {Framing::kLines, Framing::kUnbroken}) {
    EXPECT_EQ(FindLineBackward(
                  "\xEF\xBB\xBF"
                  "B234567890",
                  framing, 10,
                  [](std::string_view line) { return line.find('B') != std::string_view::npos; }),
              0u);
  }
}

TEST(FixedWidthFieldTest, DigitsOfEveryWidth) {
  const std::string cells = "123456789012345678" + std::string(kCellPadding, 'x');
  uint64_t value = 0;
  ASSERT_TRUE((ReadDigits<Field{1, 18}>(cells.data(), &value)));
  EXPECT_EQ(value, 123456789012345678u);
  ASSERT_TRUE((ReadDigits<Field{1, 16}>(cells.data(), &value)));
  EXPECT_EQ(value, 1234567890123456u);
  ASSERT_TRUE((ReadDigits<Field{18, 18}>(cells.data(), &value)));
  EXPECT_EQ(value, 8u);
  ASSERT_TRUE((ReadDigits<Field{2, 8}>(cells.data(), &value)));
  EXPECT_EQ(value, 2345678u);
  ASSERT_TRUE((ReadDigits<Field{3, 11}>(cells.data(), &value)));
  EXPECT_EQ(value, 345678901u);
}

TEST(FixedWidthFieldTest, EveryByteThatIsNoDigitIsSeen) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool digit = byte >= '0' && byte <= '9';
    for (size_t at = 0; at < 18; ++at) {
      std::string cells(18 + kCellPadding, '0');
      cells[at] = static_cast<char>(byte);
      uint64_t value = 0;
      EXPECT_EQ((ReadDigits<Field{1, 18}>(cells.data(), &value)), digit) << byte << " at " << at;
      EXPECT_EQ(ReadDigits(std::string_view(cells).substr(0, 18), &value), digit);
    }
  }
}

TEST(FixedWidthFieldTest, CountsLeadingZerosOfDigitsOnly) {
  const auto zeros = [](std::string digits) {
    digits.append(kCellPadding, '0');
    return LeadingZeros<Field{1, 10}>(digits.data());
  };
  EXPECT_EQ(zeros("1234567890"), 0);
  EXPECT_EQ(zeros("0005555551"), 3);
  EXPECT_EQ(zeros("0000000001"), 9);
  EXPECT_EQ(zeros("0000000000"), 10);
  EXPECT_EQ(zeros("          "), -1);
  EXPECT_EQ(zeros("000000000:"), -1);
  EXPECT_EQ(zeros("/000000000"), -1);
}

TEST(FixedWidthFieldTest, PlainTextHasNoControlsAndNoHighBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 90; ++at) {
      std::string cells(90, 'a');
      cells[at] = static_cast<char>(byte);
      EXPECT_EQ(IsPlainText<90>(cells.data()), byte >= 0x20 && byte < 0x7F) << byte << " " << at;
    }
  }
}

TEST(FixedWidthLinesTest, EvenLinesAreRecognisedAndWalkedAgain) {
  for (const std::string end : {"\n", "\r\n"}) {
    std::string text = "ABCDEFGHIJ" + end + "KLMNOPQRST" + end;
    const size_t size = text.size();
    text.append(kCellPadding, '#');
    TextArena arena;
    FixedWidthLines<10> lines(std::string_view(text).substr(0, size), Framing::kLines, &arena);
    FixedRecord record;
    while (lines.Next(&record)) {
    }
    ASSERT_TRUE(lines.is_even());
    lines.RewindEven();
    std::string seen;
    while (lines.NextEven(&record)) seen += std::string(record.cells, 10) + "/";
    EXPECT_EQ(seen, "ABCDEFGHIJ/KLMNOPQRST/");
    EXPECT_EQ(lines.lines(), 2u);
  }
  for (const std::string_view odd : {"ABCDEFGHIJ\nKLMNOPQRST\r\n", "ABCDEFGHIJ\n\nKLMNOPQRST\n",
                                     "ABCDEFGHIJ\nKLM\n", "ABCDEFGHIJ\n\xC5LMNOPQRST\n"}) {
    std::string text(odd);
    text.append(kCellPadding, '#');
    TextArena arena;
    FixedWidthLines<10> lines(std::string_view(text).substr(0, odd.size()), Framing::kLines,
                              &arena);
    FixedRecord record;
    while (lines.Next(&record)) {
    }
    EXPECT_FALSE(lines.is_even()) << odd;
  }
}

TEST(FixedWidthFieldTest, TrimsBothEnds) {
  const std::string padding(kCellPadding, 'x');
  EXPECT_EQ((TrimmedCells<Field{1, 25}>(("  A B                    " + padding).data())), "A B");
  EXPECT_EQ((TrimmedCells<Field{1, 25}>((std::string(25, ' ') + padding).data())), "");
  EXPECT_EQ((TrimmedCells<Field{1, 25}>((std::string(24, ' ') + "7" + padding).data())), "7");
  EXPECT_EQ(
      (TrimmedCells<Field{1, 40}>(("X" + std::string(38, ' ') + "Y" + padding).data())).size(),
      40u);
  EXPECT_EQ(TrimBlanks("  a b "), "a b");
}

TEST(FixedWidthFieldTest, TextComesOutAsUtf8) {
  TextArena arena;
  const std::string cells = " \xC5KE      " + std::string(kCellPadding, ' ');
  FixedRecord record;
  record.cells = cells.data();
  record.ascii = false;
  EXPECT_EQ(TextField(record, {1, 10}, Charset::kWindows1252, &arena), "ÅKE");
  const std::string seven_bit = " ]KE      " + std::string(kCellPadding, ' ');
  record.cells = seven_bit.data();
  record.ascii = true;
  EXPECT_EQ(TextField(record, {1, 10}, Charset::kIso646SeFi, &arena), "ÅKE");
  EXPECT_EQ(TextField(record, {1, 10}, Charset::kWindows1252, &arena), "]KE");
}

TEST(TextArenaTest, WhatItHandsOutStaysPut) {
  TextArena arena;
  std::vector<std::string_view> kept;
  for (int i = 0; i < 20000; ++i) kept.push_back(arena.Copy(std::to_string(i)));
  const std::string_view large = arena.Copy(std::string(1 << 20, 'z'));
  for (int i = 0; i < 20000; ++i) EXPECT_EQ(kept[static_cast<size_t>(i)], std::to_string(i));
  EXPECT_EQ(large.size(), size_t{1} << 20);
  EXPECT_EQ(arena.Join("ab", "cd"), "abcd");
}

}  // namespace
}  // namespace kvitt
