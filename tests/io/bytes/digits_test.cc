// The quick ways to an amount and a date give what the careful ways give, or nothing.

#include "io/bytes/digits.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "kvitt/amount.h"

namespace kvitt {
namespace {

constexpr int64_t kUntouched = -77;

// Whether the quick way took it.
bool ExpectSameAmount(const std::string& text, int decimals, char mark) {
  const std::string padded = text + "99999999999999999999";
  int64_t careful = kUntouched;
  int64_t quick = kUntouched;
  const AmountError error = ParseAmount(text, decimals, &careful, mark);
  const bool taken = DecodeAmount(padded.data(), text.size(), decimals, mark, &quick);
  if (taken) {
    EXPECT_EQ(error, AmountError::kOk) << text;
    EXPECT_EQ(quick, careful) << text << ' ' << decimals;
  } else {
    EXPECT_EQ(quick, kUntouched) << text;
  }
  return taken;
}

TEST(DecodeAmount, TakesTheUsualShapes) {
  for (const char* text :
       {"0.00", "1.50", "12.34", "99999.99", "1234567890123.45", "7", "1250", "001.00"}) {
    EXPECT_TRUE(ExpectSameAmount(text, 2, '.')) << text;
  }
  EXPECT_TRUE(ExpectSameAmount("1234", 0, '.'));
  EXPECT_TRUE(ExpectSameAmount("1.234", 3, '.'));
  EXPECT_TRUE(ExpectSameAmount("1,25", 2, ','));
  EXPECT_TRUE(ExpectSameAmount("12345.6789", 4, '.'));
}

TEST(DecodeAmount, LeavesTheRestToTheCarefulWay) {
  for (const char* text :
       {"", "-1.00", "+1.00", ".50", "1.", "1.5", "1.500", "1,50", " 1.00", "1.00 ", "1e5", "1.0a",
        "a.00", "12345678901234.56", "1.2.3", "1..0", "..00", "."}) {
    EXPECT_FALSE(ExpectSameAmount(text, 2, '.')) << text;
  }
}

TEST(DecodeAmount, AgreesOnRandomText) {
  std::mt19937_64 random(3);
  int taken = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string text(random() % 20, ' ');
    for (char& c : text) c = "0123456789012345678901234567890123456789.,-/:"[random() % 45];
    const int decimals = static_cast<int>(random() % 5);
    const size_t shown = static_cast<size_t>(decimals);
    if (random() % 2 == 0 && text.size() > shown) text[text.size() - 1 - shown] = '.';
    taken += ExpectSameAmount(text, decimals, '.') ? 1 : 0;
  }
  EXPECT_GT(taken, 1000);
}

TEST(DecodeDate, KnowsEveryDayAndNoOther) {
  const auto two = [](int n) {
    return std::string(1, static_cast<char>('0' + n / 10)) + static_cast<char>('0' + n % 10);
  };
  for (int year = 1898; year <= 2201; ++year) {
    for (int month = 0; month <= 13; ++month) {
      for (int day = 0; day <= 32; ++day) {
        const std::string text =
            two(year / 100) + two(year % 100) + "-" + two(month) + "-" + two(day) + "-padding";
        Date careful;
        Date quick;
        ASSERT_EQ(DecodeDate(text.data(), &quick),
                  ParseDate(std::string_view(text).substr(0, 10), &careful))
            << text;
        ASSERT_EQ(quick, careful) << text;
      }
    }
  }
}

TEST(DecodeDate, RefusesWhatIsNoDate) {
  const std::string date = "2026-03-01padding";
  for (size_t i = 0; i < 10; ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string text = date;
      text[i] = static_cast<char>(c);
      Date careful;
      Date quick;
      EXPECT_EQ(DecodeDate(text.data(), &quick),
                ParseDate(std::string_view(text).substr(0, 10), &careful))
          << text;
      EXPECT_EQ(quick, careful) << text;
    }
  }
}

}  // namespace
}  // namespace kvitt
