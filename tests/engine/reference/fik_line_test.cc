#include <gtest/gtest.h>

#include <random>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

struct Case {
  std::string_view text;
  std::string_view line;  // the clean line; empty: there is none
  bool id_passes;
};

constexpr Case kCases[] = {
    {"+71<000000020260014+81234567<", "+71<000000020260014+81234567<", true},
    {"+73<+81234567<", "+73<+81234567<", true},
    {"+75<0000000020260014+81234567<", "+75<0000000020260014+81234567<", true},
    {"+04<0000000020260014+1234567<", "+04<0000000020260014+01234567<", true},
    {"+01<+1234567<", "+01<+01234567<", true},
    {"+71<000000020260014+81234567", "+71<000000020260014+81234567<", true},
    {">71< 000000020260014+81234567<", "+71<000000020260014+81234567<", true},
    {"+71<000000020260014 +81234567<", "+71<000000020260014+81234567<", true},
    {"71<000000020260014+81234567<", "+71<000000020260014+81234567<", true},
    {"+71 000000020260014 + 8123 4567", "+71<000000020260014+81234567<", true},
    {"71 000000020260014 +81234567", "+71<000000020260014+81234567<", true},
    {"+71<20260014+81234567<", "+71<000000020260014+81234567<", true},
    {"+71< 0000 0002 0260 014 +81234567<", "+71<000000020260014+81234567<", true},
    {"+71<000000020260015+81234567<", "+71<000000020260015+81234567<", false},
    {"+71000000020260014+81234567", "+71<000000020260014+81234567<", true},
    // In text.
    {"Betaling +71<000000020260014+81234567< tak", "+71<000000020260014+81234567<", true},
    {"FIK:+71<000000020260014+81234567 2026", "+71<000000020260014+81234567<", true},
    {"+45 12345678, +71<20260014+81234567<", "+71<000000020260014+81234567<", true},
    // No lines.
    {"", "", false},
    {"+", "", false},
    {"+71<", "", false},
    {"+71<000000020260014", "", false},
    {"+71<000000020260014+", "", false},
    {"+71<000000020260014+812345<", "", false},
    {"+71<000000020260014+812345678<", "", false},
    {"+71<0000000020260014+81234567<", "", false},  // sixteen digits on card 71
    {"+71<+81234567<", "", false},                  // card 71 without its id
    {"+73<000000020260014+81234567<", "", false},   // card 73 has no id
    {"+72<000000020260014+81234567<", "", false},   // no such card
    {"73+81234567", "", false},                     // unmarked and without an id
    {"71 1234+12345678", "", false},                // unmarked, and the id fails
    {"1 71 000000020260014", "", false},
    {"tlf +45 81234567", "", false},
    {"A71<000000020260014+81234567<", "", false},  // not a token of its own
};

TEST(FikLineTest, RecognisesTheVariants) {
  for (const Case& each : kCases) {
    FikLine line;
    const bool found = FindFikLine(each.text, 0, &line);
    EXPECT_EQ(found, !each.line.empty()) << each.text;
    if (!found) continue;
    EXPECT_EQ(FormatFikLine(line), each.line) << each.text;
    EXPECT_EQ(line.id_passes, each.id_passes) << each.text;
    EXPECT_LT(line.begin, line.end);
    EXPECT_LE(line.end, each.text.size());
  }
}

TEST(FikLineTest, FindsSeveralInOneText) {
  const std::string_view text = "+71<20260014+81234567< og +73<+81234567<";
  FikLine line;
  ASSERT_TRUE(FindFikLine(text, 0, &line));
  EXPECT_EQ(line.begin, 0u);
  ASSERT_TRUE(FindFikLine(text, line.end, &line));
  EXPECT_EQ(FormatFikLine(line), "+73<+81234567<");
  EXPECT_EQ(line.begin, 26u);
  EXPECT_FALSE(FindFikLine(text, line.end, &line));
}

TEST(FikLineTest, AWholeLineIsNothingElse) {
  FikLine line;
  EXPECT_TRUE(ParseFikLine("  +71<000000020260014+81234567< ", &line));
  EXPECT_EQ(line.creditor, "81234567");
  EXPECT_FALSE(ParseFikLine("tak +71<000000020260014+81234567<", &line));
  EXPECT_FALSE(ParseFikLine("+71<000000020260014+81234567< tak", &line));
}

TEST(FikLineTest, WhatIsFormattedIsFoundAgain) {
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    FikLine made;
    const bool is_71 = random() % 2 == 0;
    made.card[0] = '7';
    made.card[1] = is_71 ? '1' : '5';
    std::string reason;
    made.id = MakeNumber(is_71 ? NumberScheme::kFik71 : NumberScheme::kFik75,
                         std::to_string(1 + random() % 1000000000), &reason);
    made.creditor = std::to_string(80000000 + random() % 10000000);
    FikLine found;
    ASSERT_TRUE(ParseFikLine(FormatFikLine(made), &found));
    EXPECT_EQ(found.id, made.id);
    EXPECT_EQ(found.creditor, made.creditor);
    EXPECT_TRUE(found.id_passes);
  }
}

}  // namespace
}  // namespace kvitt
