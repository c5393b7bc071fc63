// What a clerk reads about a slip.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/evidence/reference_slips.h"

namespace kvitt {
namespace {

TEST(DescribeSlipTest, SaysWhichCharacterWentWrong) {
  const std::string right = "20260001019";
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "20260001079", right), "10th digit 1 read as 7");
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "21260001019", right), "2nd digit 0 read as 1");
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "2026000101-", right), "11th digit 9 read as -");
  EXPECT_EQ(DescribeSlip(SlipKind::kSwapped, "20260001091", right),
            "last two digits swapped: 19 written as 91");
  EXPECT_EQ(DescribeSlip(SlipKind::kSwapped, "20620001019", right),
            "3rd and 4th digits swapped: 26 written as 62");
  EXPECT_EQ(DescribeSlip(SlipKind::kFirstLost, "0260001019", right), "first digit 2 lost");
  EXPECT_EQ(DescribeSlip(SlipKind::kLastLost, "2026000101", right), "last digit 9 lost");
  EXPECT_EQ(DescribeSlip(SlipKind::kFirstAdded, "720260001019", right),
            "digit 7 too many in front");
  EXPECT_EQ(DescribeSlip(SlipKind::kLastAdded, "202600010193", right),
            "digit 3 too many at the end");
  EXPECT_EQ(DescribeSlip(SlipKind::kDoubled, "202660001019", right), "4th digit 6 written twice");
  EXPECT_EQ(DescribeSlip(SlipKind::kDoubleLost, "2026001019", right),
            "6th digit 0 written once instead of twice");
  EXPECT_EQ(DescribeSlip(SlipKind::kLettersForDigits, "2O26OOO1O1g", "20260001016"),
            "letters written for digits: O for 0, G for 6");
}

TEST(DescribeSlipTest, KnowsZerosAndRfThatTheNormalFormHasNot) {
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "0072026001", "2026001"), "3rd digit 0 read as 7");
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "RF18 5390 0754 7035", "539007547034"),
            "16th digit 4 read as 5");
  EXPECT_EQ(DescribeSlip(SlipKind::kDigitForLetter, "81001", "B1001"), "1st letter B read as 8");
}

TEST(DescribeSlipTest, SaysLessWhenTheTextsDoNotFit) {
  EXPECT_EQ(DescribeSlip(SlipKind::kSwapped, "RF81 5390 0754 7034", "539007547034"),
            "two neighbours swapped");
  EXPECT_EQ(DescribeSlip(SlipKind::kChanged, "", ""), "one character differs");
  EXPECT_EQ(DescribeSlip(SlipKind::kDoubled, "1", "222222"), "one character written twice");
  EXPECT_EQ(DescribeSlip(SlipKind::kRunTogether, "20012002", "2001"),
            "two references written as one");
}

TEST(DescribeSlipTest, EverySlipThatIsFoundCanBeDescribed) {
  std::set<std::string> names;
  for (size_t i = 0; i < kSlipKinds; ++i) {
    names.insert(std::string(Name(static_cast<SlipKind>(i))));
  }
  EXPECT_EQ(names.size(), kSlipKinds);
  EXPECT_EQ(names.count(""), 0U);
  SlipList slips;
  for (const std::string quoted : {"20260001079", "0012340", "110011", "98765432101234567890"}) {
    FindSlips(quoted, 1, SlipAlphabet::kDigits, &slips);
    for (size_t i = 0; i < slips.size(); ++i) {
      char text[32];
      const std::string found(text, WriteNumber(slips.key(i), text));
      const std::string words = DescribeSlip(slips.kind(i), quoted, found);
      // More than the kind alone: the digit is named.
      EXPECT_NE(words.find("digit"), std::string::npos) << quoted << " " << found << " " << words;
    }
  }
}

}  // namespace
}  // namespace kvitt
