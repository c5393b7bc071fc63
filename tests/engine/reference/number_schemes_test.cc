#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

NumberScheme Scheme(std::string_view name) {
  const std::optional<NumberScheme> scheme = FindNumberScheme(name);
  EXPECT_TRUE(scheme.has_value()) << name;
  return scheme.value_or(NumberScheme::kOcr);
}

struct Vector {
  std::string_view scheme;
  std::string_view value;
  std::string_view normal;  // empty: the value is not valid
  std::string_view printed;
};

constexpr Vector kVectors[] = {
    {"kid10", "20260001019", "20260001019", "20260001019"},
    {"kid10", "123456782", "123456782", "123456782"},
    {"kid10", " 2026 0001 019 ", "20260001019", "20260001019"},
    {"kid10", "20260001010", "", ""},
    {"kid10", "2026000101-", "", ""},
    {"kid10", "8", "", ""},
    {"kid11", "202600018", "202600018", "202600018"},
    {"kid11", "123456785", "123456785", "123456785"},
    {"kid11", "1009-", "1009-", "1009-"},
    {"kid11", "10090", "", ""},
    {"kid11", "1-09-", "", ""},
    {"kid11", "-", "", ""},
    {"ocr", "202600094", "202600094", "202600094"},
    {"ocr", "202600093", "", ""},
    {"ocr-length", "202600094", "202600094", "202600094"},
    {"ocr-length", "20260001019", "20260001019", "20260001019"},
    {"ocr-length", "123456782", "", ""},  // Luhn holds, the length digit does not
    {"fik71", "000000020260014", "000000020260014", "+71<000000020260014"},
    {"fik71", "20260014", "000000020260014", "+71<000000020260014"},
    {"fik71", "+71<000000020260014+81234567<", "000000020260014", "+71<000000020260014"},
    {"fik71", "+75<0000000020260014+81234567<", "", ""},
    {"fik71", "000100017156728", "000100017156728", "+71<000100017156728"},
    {"fik71", "18", "000000000000018", "+71<000000000000018"},
    {"fik71", "0000000020260014", "", ""},
    {"fik75", "2150263480000023", "2150263480000023", "+75<2150263480000023"},
    {"fik75", "2150263480000024", "", ""},
    {"fik04", "26", "0000000000000026", "+04<0000000000000026"},
    {"fik04", "27", "", ""},
    {"viite", "20260011", "20260011", "202 60011"},
    {"viite", "00000000000020260011", "20260011", "202 60011"},
    {"viite", "2004486", "2004486", "20 04486"},
    {"viite", "20260012", "", ""},
    {"viite", "00013", "0013", "0013"},
    {"viite", "00000", "", ""},
    {"viite", "123", "", ""},
    {"rf", "RF5220260011", "RF5220260011", "RF52 2026 0011"},
    {"rf", "rf52 2026 0011", "RF5220260011", "RF52 2026 0011"},
    {"rf", "RF911234567890120", "RF911234567890120", "RF91 1234 5678 9012 0"},
    {"rf", "RF38000000000000000000552", "RF38000000000000000000552",
     "RF38 0000 0000 0000 0000 0055 2"},
    {"rf", "RF18539007547034", "RF18539007547034", "RF18 5390 0754 7034"},
    {"rf", "RF5320260011", "", ""},
    {"rf", "RF52", "", ""},
    {"rf", "FR5220260011", "", ""},
    {"qrr", "210000000003139471430009017", "210000000003139471430009017",
     "21 00000 00003 13947 14300 09017"},
    {"qrr", "210000000003139471430009016", "", ""},
    {"qrr", "21000000000313947143000901", "", ""},
    {"bankgiro", "991-2346", "9912346", "991-2346"},
    {"bankgiro", "50501055", "50501055", "5050-1055"},
    {"bankgiro", "9912345", "", ""},
    {"plusgiro", "28 65 43-4", "2865434", "28 65 43-4"},
    {"plusgiro", "2865433", "", ""},
    {"account-no", "86011117947", "86011117947", "8601 11 17947"},
    {"account-no", "1234.56.78903", "12345678903", "1234 56 78903"},
    {"account-no", "86011117949", "", ""},
    {"account-no", "00000000000", "", ""},
    {"iban", "NO9386011117947", "NO9386011117947", "NO93 8601 1117 947"},
    {"iban", "dk50 0040 0440 1162 43", "DK5000400440116243", "DK50 0040 0440 1162 43"},
    {"iban", "NO9386011117948", "", ""},
    {"iban", "NO938601111794", "", ""},
    {"iban", "XX9386011117947", "", ""},
    {"cvr", "13585628", "13585628", "13 58 56 28"},
    {"cvr", "DK12345674", "12345674", "12 34 56 74"},
    {"cvr", "13585627", "", ""},
    {"org-no", "988077917", "988077917", "988 077 917"},
    {"org-no", "NO 123 456 785 MVA", "123456785", "123 456 785"},
    {"org-no", "988077918", "", ""},
    {"org-se", "123456-7897", "1234567897", "123456-7897"},
    {"org-se", "161234567897", "1234567897", "123456-7897"},
    {"org-se", "001234567897", "1234567897", "123456-7897"},
    {"org-se", "SE123456789701", "1234567897", "123456-7897"},
    {"org-se", "1234567891", "", ""},
    {"y-tunnus", "2077474-0", "20774740", "2077474-0"},
    {"y-tunnus", "1234567-1", "12345671", "1234567-1"},
    {"y-tunnus", "FI20774740", "20774740", "2077474-0"},
    {"y-tunnus", "2077474-1", "", ""},
};

TEST(NumberSchemesTest, PublishedVectors) {
  for (const Vector& vector : kVectors) {
    const NumberCheck check = CheckNumber(Scheme(vector.scheme), vector.value);
    EXPECT_EQ(check.ok, !vector.normal.empty())
        << vector.scheme << " " << vector.value << ": " << check.reason;
    EXPECT_EQ(check.normal, vector.normal) << vector.scheme << " " << vector.value;
    EXPECT_EQ(check.printed, vector.printed) << vector.scheme << " " << vector.value;
    EXPECT_EQ(check.reason.empty(), check.ok) << vector.scheme << " " << vector.value;
  }
}

struct Making {
  std::string_view scheme;
  std::string_view base;
  std::string_view number;  // empty: there is none
};

constexpr Making kMakings[] = {
    {"kid10", "12345678", "123456782"},
    {"kid11", "12345678", "123456785"},
    {"kid11", "1009", "1009-"},
    {"ocr-length", "2026000", "202600094"},
    {"fik71", "1", "000000000000018"},
    {"fik71", "2", "000000000000026"},
    {"fik71", "123456789012345", ""},
    {"viite", "2026001", "20260011"},
    {"viite", "12", ""},
    {"rf", "20260011", "RF5220260011"},
    {"rf", "12345678901234567890AB", ""},
    {"iban", "NO86011117947", "NO9386011117947"},
    {"iban", "NO8601111794", ""},
    {"account-no", "8601111794", "86011117947"},
    {"cvr", "1234567", "12345674"},
    {"cvr", "0234567", ""},
    {"org-no", "98807791", "988077917"},
    {"org-se", "123456789", "1234567897"},
    {"y-tunnus", "2077474", "20774740"},
    {"bankgiro", "5050105", "50501055"},
    {"kid10", "", ""},
    {"kid10", "12a", ""},
    {"kid10", "1234567890123456789012345", ""},
};

TEST(NumberSchemesTest, MakesWhatIsPublished) {
  for (const Making& making : kMakings) {
    std::string reason = "left over";
    EXPECT_EQ(MakeNumber(Scheme(making.scheme), making.base, &reason), making.number)
        << making.scheme << " " << making.base << ": " << reason;
    EXPECT_EQ(reason.empty(), !making.number.empty()) << making.scheme << " " << making.base;
  }
}

TEST(NumberSchemesTest, SomePayloadsHaveNoCheckDigit) {
  // One payload in eleven of these schemes is not issued; making one must say so.
  for (const std::string_view name : {"account-no", "cvr", "org-no", "y-tunnus"}) {
    const size_t length = name == "account-no" ? 10 : name == "org-no" ? 8 : 7;
    int refused = 0;
    for (int i = 0; i < 1100; ++i) {
      std::string base = std::to_string(1000000000 + i * 977).substr(0, length - 4);
      base += std::to_string(10000 + i).substr(1);
      std::string reason;
      const std::string number = MakeNumber(Scheme(name), base, &reason);
      if (number.empty()) {
        ++refused;
        EXPECT_NE(reason.find("no check digit"), std::string::npos) << reason;
        for (char c = '0'; c <= '9'; ++c) EXPECT_FALSE(CheckNumber(Scheme(name), base + c).ok);
      }
    }
    EXPECT_GT(refused, 50) << name;
    EXPECT_LT(refused, 200) << name;
  }
}

// A random base that suits the scheme.
std::string RandomBase(std::string_view name, std::mt19937* random) {
  auto digits = [&](size_t min, size_t max) {
    std::string text(min + (*random)() % (max - min + 1), '0');
    for (char& c : text) c = static_cast<char>('0' + (*random)() % 10);
    text[0] = static_cast<char>('1' + (*random)() % 9);
    return text;
  };
  if (name == "kid10" || name == "kid11" || name == "ocr") return digits(1, 24);
  if (name == "ocr-length") return digits(1, 23);
  if (name == "fik71") return digits(1, 14);
  if (name == "fik75" || name == "fik04") return digits(1, 15);
  if (name == "viite") return digits(3, 19);
  if (name == "rf") {
    std::string text = digits(1, 21);
    for (char& c : text) {
      if ((*random)() % 3 == 0) c = static_cast<char>('A' + (*random)() % 26);
    }
    return text;
  }
  if (name == "qrr") return digits(1, 26);
  if (name == "bankgiro") return digits(6, 7);
  if (name == "plusgiro") return digits(1, 7);
  if (name == "account-no") return digits(10, 10);
  if (name == "iban") return (*random)() % 2 == 0 ? "NO" + digits(11, 11) : "FI" + digits(14, 14);
  if (name == "org-no") return digits(8, 8);
  if (name == "org-se") return digits(9, 9);
  return digits(7, 7);
}

TEST(NumberSchemesTest, WhatIsMadePasses) {
  std::mt19937 random(20260105);
  for (const SchemeInfo& info : NumberSchemes()) {
    int made = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string base = RandomBase(info.name, &random);
      std::string reason;
      const std::string number = MakeNumber(info.scheme, base, &reason);
      if (number.empty()) continue;
      ++made;
      const NumberCheck check = CheckNumber(info.scheme, number);
      ASSERT_TRUE(check.ok) << info.name << " " << number << ": " << check.reason;
      // The printed form is the same number, and so is the normal form.
      ASSERT_EQ(CheckNumber(info.scheme, check.normal).normal, check.normal) << info.name;
      if (info.name.substr(0, 3) != "fik") {
        ASSERT_EQ(CheckNumber(info.scheme, check.printed).normal, check.normal)
            << info.name << " " << check.printed;
      }
    }
    EXPECT_GT(made, 1700) << info.name;
  }
}

// Every scheme with one check digit over 10 or 11 detects every change of one digit.
TEST(NumberSchemesTest, EveryChangedDigitFails) {
  std::mt19937 random(7);
  for (const SchemeInfo& info : NumberSchemes()) {
    // An eighth fails for a reason: mod 11 over 25 characters repeats its weights but stays
    // coprime.
    for (int i = 0; i < 60; ++i) {
      std::string reason;
      const std::string number = MakeNumber(info.scheme, RandomBase(info.name, &random), &reason);
      for (size_t place = 0; place < number.size(); ++place) {
        if (number[place] < '0' || number[place] > '9') continue;
        for (char c = '0'; c <= '9'; ++c) {
          if (c == number[place]) continue;
          std::string changed = number;
          changed[place] = c;
          ASSERT_FALSE(CheckNumber(info.scheme, changed).ok)
              << info.name << " " << number << " " << changed;
        }
      }
    }
  }
}

TEST(NumberSchemesTest, LuhnSeesEverySwapButNineAndZero) {
  for (int payload = 1; payload < 20000; ++payload) {
    std::string reason;
    const std::string number = MakeNumber(NumberScheme::kOcr, std::to_string(payload), &reason);
    for (size_t i = 0; i + 1 < number.size(); ++i) {
      if (number[i] == number[i + 1]) continue;
      std::string swapped = number;
      std::swap(swapped[i], swapped[i + 1]);
      const bool is_blind =
          (number[i] == '0' && number[i + 1] == '9') || (number[i] == '9' && number[i + 1] == '0');
      ASSERT_EQ(CheckNumber(NumberScheme::kOcr, swapped).ok, is_blind) << number;
    }
  }
}

TEST(NumberSchemesTest, TheTableNamesEverySchemeOnce) {
  EXPECT_EQ(NumberSchemes().size(), 18u);
  for (const SchemeInfo& info : NumberSchemes()) {
    EXPECT_EQ(FindNumberScheme(info.name), info.scheme);
    EXPECT_FALSE(info.description.empty());
  }
  EXPECT_FALSE(FindNumberScheme("kid12").has_value());
}

TEST(NumberSchemesTest, ReasonsSayWhatWasExpectedAndFound) {
  EXPECT_EQ(CheckNumber(NumberScheme::kKidMod10, "20260001013").reason,
            "check digit is 3, expected 9");
  EXPECT_EQ(CheckNumber(NumberScheme::kOcrLength, "123456782").reason,
            "length digit is 8, expected 9");
  EXPECT_EQ(CheckNumber(NumberScheme::kRf, "RF5320260011").reason,
            "check digits are 53, expected 52");
  EXPECT_EQ(CheckNumber(NumberScheme::kBankgiro, "12345").reason,
            "it has 5 digits, expected 7 to 8");
  EXPECT_EQ(CheckNumber(NumberScheme::kIban, "NO12").reason, "it has 4 characters, expected more");
}

TEST(NumberSchemesTest, WellFormedReferences) {
  for (const char* good : {"20260001019", "202600018", "1009-", "202600094", "20260011",
                           "RF52 2026 0011", "000000020260014", "210000000003139471430009017"}) {
    EXPECT_TRUE(IsWellFormedReference(good)) << good;
  }
  for (const char* bad : {"", "0", "0000", "-", "RF5320260011", "INV-1001", "20260001015",
                          "210000000003139471430009016", "NOTPROVIDED"}) {
    EXPECT_FALSE(IsWellFormedReference(bad)) << bad;
  }
}

TEST(NumberSchemesTest, HostileValuesAreRefused) {
  const std::string endless(100000, '7');
  for (const SchemeInfo& info : NumberSchemes()) {
    for (const std::string& value :
         {std::string(), std::string(" "), endless, std::string("\xC2"), std::string("\0\0", 2),
          std::string("\xFF\xFE"), std::string("+71<"), std::string("RF")}) {
      EXPECT_FALSE(CheckNumber(info.scheme, value).ok) << info.name;
      std::string reason;
      if (value.size() != 2 || info.name != "rf") {
        EXPECT_EQ(MakeNumber(info.scheme, value, &reason), "") << info.name;
        EXPECT_FALSE(reason.empty());
      }
      RepairNumber(info.scheme, value);
    }
  }
}

}  // namespace
}  // namespace kvitt
