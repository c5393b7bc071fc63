#include <gtest/gtest.h>

#include <random>
#include <string>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

TEST(NormalReferenceTest, Examples) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"20260011", "20260011"},
      {"00000000000020260011", "20260011"},
      {"RF52 2026 0011", "20260011"},
      {"rf5220260011", "20260011"},
      {"RF38000000000000000000552", "552"},
      {"RF5320260011", "RF5320260011"},  // not valid, so nothing is inside it
      {"inv-1001", "INV1001"},
      {"INV 1001", "INV1001"},
      {"FAKT.NR: 00077", "FAKTNR00077"},
      {"007-A", "7A"},
      {" 2026 0001 019", "20260001019"},
      {"#1001", "1001"},
      // The minus of a mod 11 KID is its check digit.
      {"1009-", "1009-"},
      {"0001009-", "1009-"},
      {" 1009 - ", "1009-"},
      {"1009", "1009"},
      {"1008-", "1008"},  // not its check digit: punctuation
      {"-1009", "1009"},
      {"INV-1009-", "INV1009"},
      // Fillers are no references.
      {"", ""},
      {"-", ""},
      {"0", ""},
      {"0000000000", ""},
      {"00000000000000000000000000000000", ""},
      {"000000000000000000000000000000000000", ""},
      {"0-0", ""},
      {"NOTPROVIDED", ""},
      {"Not Provided", ""},
      {"NOT-PROVIDED", ""},
      {"NONREF", ""},
      {"nonref", ""},
      {"N/A", ""},
      {"NONREF1", "NONREF1"},
      {"   ", ""},
      // Beyond ASCII.
      {"\xC3\xB8re 7", "\xC3\x98RE7"},
      {"2026\xC2\xA0"
       "0011",
       "20260011"},
      {"2026\xE2\x80\x93"
       "0011",
       "20260011"},
      {"\xEF\xBB\xBF"
       "20260011",
       "20260011"},
      {"\xC3", "\xC3"},
      {"12345678901234567890123456789012", "12345678901234567890123456789012"},
      {"123456789012345678901234567890123", "123456789012345678901234567890123"},
  };
  for (const auto& [value, normal] : cases) EXPECT_EQ(NormalReference(value), normal) << value;
}

// A second, slow and obvious body for digits.
std::string Obvious(const std::string& digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "" : digits.substr(first);
}

TEST(NormalReferenceTest, DigitsOfEveryLengthAndEveryNumberOfZeros) {
  for (size_t length = 0; length <= 40; ++length) {
    for (size_t zeros = 0; zeros <= length; ++zeros) {
      std::string digits(length, '0');
      for (size_t i = zeros; i < length; ++i) digits[i] = static_cast<char>('1' + i % 9);
      EXPECT_EQ(NormalReference(digits), Obvious(digits));
      std::string in_place = digits;
      in_place.resize(NormalReferenceTo(in_place, in_place.data()));
      EXPECT_EQ(in_place, Obvious(digits));
    }
  }
}

TEST(NormalReferenceTest, EveryOtherByteAtEveryPlaceLeavesTheFastPath) {
  for (size_t length : {8u, 9u, 15u, 16u, 17u, 25u, 31u, 32u}) {
    for (size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, '7');
        text[place] = static_cast<char>(byte);
        const std::string normal = NormalReference(text);
        const bool is_digit = byte >= '0' && byte <= '9';
        if (is_digit && !(byte == '0' && place == 0)) {
          ASSERT_EQ(normal, text);
        } else if (byte < 0x80 && byte != '-') {  // a final minus may be a check digit
          // One character less, or a letter kept in upper case, or a zero in front dropped.
          const bool is_letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
          ASSERT_LE(normal.size(), length) << byte;
          if (is_letter) {
            ASSERT_EQ(normal[place], byte & ~0x20);
          } else {
            ASSERT_NE(normal, text);
          }
        }
      }
    }
  }
}

TEST(NormalReferenceTest, NeverWritesBehindItsLength) {
  std::mt19937 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 40, '0');
    for (char& c : text)
      c = random() % 8 != 0 ? static_cast<char>('0' + random() % 10) : static_cast<char>(random());
    std::string buffer(text.size() + 8, '\x7E');
    const size_t size = NormalReferenceTo(text, buffer.data());
    ASSERT_LE(size, text.size());
    ASSERT_EQ(buffer.substr(text.size()), std::string(8, '\x7E'));
    ASSERT_EQ(buffer.substr(0, size), NormalReference(text));
  }
}

TEST(NormalReferenceTest, IsItsOwnNormalForm) {
  std::mt19937 random(9);
  constexpr std::string_view kAlphabet = "0011223456789RF-. aZ";
  for (int i = 0; i < 200000; ++i) {
    std::string text(random() % 26, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const std::string normal = NormalReference(text);
    ASSERT_EQ(NormalReference(normal), normal) << text;
  }
  // An RF reference around an RF reference.
  std::string reason;
  const std::string once = MakeNumber(NumberScheme::kRf, "2026", &reason);
  const std::string twice = MakeNumber(NumberScheme::kRf, once, &reason);
  EXPECT_EQ(NormalReference(twice), "2026");
}

TEST(NormalReferenceTest, EveryMinusKidStaysApartFromItsPayload) {
  int minus = 0;
  for (int payload = 100; payload < 20000; ++payload) {
    std::string reason;
    const std::string kid = MakeNumber(NumberScheme::kKidMod11, std::to_string(payload), &reason);
    EXPECT_EQ(NormalReference(kid), kid);
    minus += kid.back() == '-';
  }
  EXPECT_GT(minus, 1000);
}

}  // namespace
}  // namespace kvitt
