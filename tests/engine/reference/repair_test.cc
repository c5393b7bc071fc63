#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(RepairTest, FindsEachKindOfSlip) {
  const auto repairs = [](std::string_view value) {
    return RepairNumber(NumberScheme::kKidMod10, value);
  };
  EXPECT_THAT(repairs("20260001079"), Contains("20260001019"));   // a digit changed
  EXPECT_THAT(repairs("20260010019"), Contains("20260001019"));   // neighbours swapped
  EXPECT_THAT(repairs("2026000101"), Contains("20260001019"));    // the last digit lost
  EXPECT_THAT(repairs("0260001019"), Contains("20260001019"));    // the first digit lost
  EXPECT_THAT(repairs("202600010190"), Contains("20260001019"));  // a digit added behind
  EXPECT_THAT(repairs("720260001019"), Contains("20260001019"));  // a digit added before
  EXPECT_THAT(repairs("2O26OOO1O19"), Contains("20260001019"));   // letters for digits
  EXPECT_THAT(repairs("2026000I0l9"), Contains("20260001019"));
  // A digit lost in the middle, or two digits wrong, is more than one small slip.
  EXPECT_THAT(repairs("2026001019"), Not(Contains("20260001019")));
  EXPECT_THAT(repairs("20260001099"), Contains("20260001019"));
  EXPECT_THAT(repairs("20267001099"), Not(Contains("20260001019")));
}

TEST(RepairTest, KnowsTheAlphabetOfTheScheme) {
  EXPECT_THAT(RepairNumber(NumberScheme::kKidMod11, "10099"), Contains("1009-"));
  EXPECT_THAT(RepairNumber(NumberScheme::kRf, "RF5220260O11"), Contains("RF5220260011"));
  EXPECT_THAT(RepairNumber(NumberScheme::kRf, "RF5220260012"), Contains("RF5220260011"));
  EXPECT_THAT(RepairNumber(NumberScheme::kIban, "NO9386011117974"), Contains("NO9386011117947"));
}

TEST(RepairTest, NeverOffersTheValueItself) {
  EXPECT_THAT(RepairNumber(NumberScheme::kViite, "20260011"), Not(Contains("20260011")));
  EXPECT_THAT(RepairNumber(NumberScheme::kViite, "0020260011"), Not(Contains("20260011")));
  EXPECT_THAT(RepairNumber(NumberScheme::kKidMod10, ""), IsEmpty());
  EXPECT_THAT(RepairNumber(NumberScheme::kKidMod10, std::string(1000, '1')), IsEmpty());
}

TEST(RepairTest, EveryRepairIsValidSortedAndSingle) {
  std::mt19937 random(11);
  for (const SchemeInfo& info : NumberSchemes()) {
    for (int i = 0; i < 100; ++i) {
      std::string value = std::to_string(1000000 + random() % 1000000000);
      if (info.name == "rf") value = "RF" + value;
      if (info.name == "iban") value = "NO" + value + "1234";
      const std::vector<std::string> repairs = RepairNumber(info.scheme, value);
      EXPECT_TRUE(std::is_sorted(repairs.begin(), repairs.end()));
      EXPECT_EQ(std::adjacent_find(repairs.begin(), repairs.end()), repairs.end());
      for (const std::string& repair : repairs) {
        EXPECT_TRUE(CheckNumber(info.scheme, repair).ok) << info.name << " " << repair;
      }
    }
  }
}

// Luhn repairs each changed digit in exactly one way: one candidate for each place.
TEST(RepairTest, LuhnHasOneRepairForEachPlace) {
  const std::vector<std::string> repairs = RepairNumber(NumberScheme::kKidMod10, "20260001010");
  const auto same_length = std::count_if(repairs.begin(), repairs.end(), [](const std::string& r) {
    int different = 0;
    for (size_t i = 0; i < r.size() && r.size() == 11; ++i) different += r[i] != "20260001010"[i];
    return different == 1;
  });
  EXPECT_EQ(same_length, 11);
}

}  // namespace
}  // namespace kvitt
