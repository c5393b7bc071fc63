#include "kvitt/amount.h"

#include <gtest/gtest.h>

namespace kvitt {
namespace {

int64_t Parsed(std::string_view text, int decimals, char mark = '.') {
  int64_t minor = -1;
  EXPECT_EQ(ParseAmount(text, decimals, &minor, mark), AmountError::kOk) << text;
  return minor;
}

AmountError Refused(std::string_view text, int decimals, char mark = '.') {
  int64_t minor = 77;
  const AmountError error = ParseAmount(text, decimals, &minor, mark);
  EXPECT_EQ(minor, 77) << "a refused amount must not be stored: " << text;
  return error;
}

TEST(AmountTest, ReadsMinorUnits) {
  EXPECT_EQ(Parsed("1250.50", 2), 125050);
  EXPECT_EQ(Parsed("80", 2), 8000);
  EXPECT_EQ(Parsed("000000000000149.87", 2), 14987);
  EXPECT_EQ(Parsed("8.85000", 2), 885);
  EXPECT_EQ(Parsed("1.5", 3), 1500);
  EXPECT_EQ(Parsed("100", 0), 100);
  EXPECT_EQ(Parsed("-0.01", 2), -1);
  EXPECT_EQ(Parsed("12,5", 2, ','), 1250);
  EXPECT_EQ(Parsed("9999999999999999.99", 2), 999999999999999999);
}

TEST(AmountTest, RefusesWhatIsNotExact) {
  EXPECT_EQ(Refused("5.001", 2), AmountError::kTooManyDecimals);
  EXPECT_EQ(Refused("0.5", 0), AmountError::kTooManyDecimals);
  EXPECT_EQ(Refused("10000000000000000.00", 2), AmountError::kTooLarge);
  for (const char* text : {"1e5", "1,234.56", "1.234,56", "+5", " 5 ", ".5", "5.", "-0", "-0.00",
                           "NaN", "-", "5.0.0", "\xd9\xa3"}) {
    EXPECT_EQ(Refused(text, 2), AmountError::kMalformed) << text;
  }
  EXPECT_EQ(Refused("", 2), AmountError::kEmpty);
}

// The commonest form is read by whole words: it must take and refuse what one digit at a time does.
TEST(AmountTest, ReadsEveryLengthTheSame) {
  const std::string digits = "907856341290785634";
  for (size_t major = 1; major <= 16; ++major) {
    const std::string text = digits.substr(0, major) + ".27";
    int64_t expected = 0;
    for (const char c : text) {
      if (c != '.') expected = expected * 10 + (c - '0');
    }
    ASSERT_EQ(Parsed(text.c_str(), 2), expected) << text;
    for (size_t at = 0; at < text.size(); ++at) {
      for (int byte = 1; byte < 256; ++byte) {
        std::string changed = text;
        changed[at] = static_cast<char>(byte);
        const bool digit = byte >= '0' && byte <= '9';
        const bool is_mark = at + 3 == text.size();
        if (digit && !is_mark) {
          ASSERT_EQ(Parsed(changed.c_str(), 2) == expected, changed == text) << changed;
          continue;
        }
        // A mark at another place, a minus in front and more digits are other amounts, not faults.
        if ((is_mark && digit) || byte == '.' || byte == '-') continue;
        ASSERT_EQ(Refused(changed.c_str(), 2), AmountError::kMalformed) << changed;
      }
    }
  }
}

TEST(AmountTest, WritesExactlyTheCurrencysDecimals) {
  EXPECT_EQ(FormatAmount(125050, 2), "1250.50");
  EXPECT_EQ(FormatAmount(-1, 2), "-0.01");
  EXPECT_EQ(FormatAmount(5, 0), "5");
  EXPECT_EQ(FormatAmount(5, 3), "0.005");
  EXPECT_EQ(FormatAmount(INT64_MIN, 4), "-922337203685477.5808");
}

TEST(CurrencyTest, KnowsDecimals) {
  EXPECT_EQ(Currency::FromCode("NOK").decimals(), 2);
  EXPECT_EQ(Currency::FromCode("JPY").decimals(), 0);
  EXPECT_EQ(Currency::FromCode("KWD").decimals(), 3);
  EXPECT_EQ(Currency::FromCode("CLF").decimals(), 4);
  EXPECT_EQ(Currency::FromCode("NOK").code(), "NOK");
  EXPECT_TRUE(Currency::FromCode("XYZ").is_none());
  EXPECT_TRUE(Currency::FromCode("nok").is_none());
  EXPECT_TRUE(Currency::FromCode("").is_none());
  EXPECT_EQ(Currency::FromCode("NOK").half_major_minor(), 50);
  EXPECT_EQ(Currency::FromCode("JPY").half_major_minor(), 0) << "half a yen is no money";
}

}  // namespace
}  // namespace kvitt
