#include <gtest/gtest.h>

#include <random>
#include <string>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

TEST(NormalAccountTest, Examples) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"NO9386011117947", "NO9386011117947"},
      {"no93 8601 1117 947", "NO9386011117947"},
      {"IBAN:NO93 8601 1117 947", "NO9386011117947"},
      {"bankgiro:50501055", "bankgiro:50501055"},
      {"Bankgiro: 5050-1055", "bankgiro:50501055"},
      {"bankgiro:0050501055", "bankgiro:50501055"},
      {"plusgiro:28 65 43-4", "plusgiro:2865434"},
      {"BBAN-NO:1506 45 12345", "bban-no:15064512345"},
      {"bban-no:0000 12 34567", "bban-no:00001234567"},
      {"fik:84536784", "fik:84536784"},
      {"pbs:01234567", "pbs:01234567"},
      {"1234.56.78903", "12345678903"},
      {"", ""},
      {":", ":"},
      {"bankgiro:", "bankgiro:"},
      {"bankgiro:000", "bankgiro:0"},
  };
  for (const auto& [value, normal] : cases) EXPECT_EQ(NormalAccount(value), normal) << value;
}

TEST(NormalAccountTest, IsItsOwnNormalFormAndFitsInPlace) {
  std::mt19937 random(13);
  constexpr std::string_view kAlphabet = "0123:NObank-. ";
  for (int i = 0; i < 100000; ++i) {
    std::string text(random() % 30, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const std::string normal = NormalAccount(text);
    ASSERT_LE(normal.size(), text.size());
    ASSERT_EQ(NormalAccount(normal), normal) << text;
    std::string in_place = text;
    in_place.resize(NormalAccountTo(in_place, in_place.data()));
    ASSERT_EQ(in_place, normal);
  }
}

TEST(AccountAliasTest, ANationalNumberAndItsIbanAreOneAccount) {
  EXPECT_EQ(AccountAlias("bban-no:86011117947"), "NO9386011117947");
  EXPECT_EQ(AccountAlias("BBAN-NO: 8601.11.17947"), "NO9386011117947");
  EXPECT_EQ(AccountAlias("no93 8601 1117 947"), "NO9386011117947");
  EXPECT_EQ(AccountAlias("bban-dk:00400440116243"), "DK5000400440116243");
  EXPECT_EQ(AccountAlias("bban-fi:12345600000785"), "FI2112345600000785");
  // Not the whole account part of an IBAN: they stay what they are.
  EXPECT_EQ(AccountAlias("bban-no:860111"), "bban-no:860111");
  EXPECT_EQ(AccountAlias("bban-no:8601111794X"), "bban-no:8601111794X");
  EXPECT_EQ(AccountAlias("bankgiro:50501055"), "bankgiro:50501055");
  EXPECT_EQ(AccountAlias("86011117947"), "86011117947");
}

TEST(AccountAliasTest, EveryMadeIbanIsValid) {
  for (int i = 0; i < 2000; ++i) {
    const std::string digits = std::to_string(10000000000 + i * 7919);
    const std::string iban = AccountAlias("bban-no:" + digits);
    EXPECT_TRUE(CheckNumber(NumberScheme::kIban, iban).ok) << iban;
    EXPECT_EQ(iban.substr(4), digits);
  }
}

}  // namespace
}  // namespace kvitt
