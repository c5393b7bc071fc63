#include "engine/evidence/text_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr AccountNumber kAccount = 3;

struct Read {
  std::vector<std::string> strong;
  std::vector<std::string> weak;  // "20260227 date"
  bool is_cut = false;
};

Read ReadLines(const std::vector<std::string_view>& lines,
               std::string_view creditor_account = "NO9386011117947",
               int64_t amount_minor = 0) {
  const OwnNumbers own(creditor_account);
  TextCandidates found;
  FindTextCandidates(
      {.lines = lines, .account = kAccount, .own = &own, .amount_minor = amount_minor}, &found);
  Read read;
  read.is_cut = found.is_cut();
  for (const TextCandidate& candidate : found.all()) {
    const std::string normal(found.normal(candidate));
    EXPECT_EQ(candidate.key, MakeReferenceKey(normal, kAccount)) << normal;
    EXPECT_LT(candidate.begin, candidate.end);
    EXPECT_LE(candidate.end, found.text().size());
    if (candidate.weak == WeakReason::kNone) {
      read.strong.push_back(normal);
    } else {
      read.weak.push_back(Concat(normal, " ", Name(candidate.weak)));
    }
  }
  return read;
}

std::vector<std::string> Strong(std::string_view text) {
  return ReadLines({text}).strong;
}

std::vector<std::string> Weak(std::string_view text) {
  return ReadLines({text}).weak;
}

TEST(TextTokensTest, OnlyWholeTokensWithADigitCount) {
  EXPECT_THAT(Strong("Faktura 18145"), ElementsAre("18145"));
  EXPECT_THAT(Strong("Ordre 1810017 hentet"), ElementsAre("1810017"));
  EXPECT_THAT(Strong("14 takk for 181"), IsEmpty());
  EXPECT_THAT(Strong("Takk for maten, hilsen Kari"), IsEmpty());
  EXPECT_THAT(Strong("0000123"), IsEmpty());  // three significant characters
  EXPECT_THAT(Strong("(1001)."), ElementsAre("1001"));
}

TEST(TextTokensTest, MarksInsideATokenDoNotCount) {
  EXPECT_THAT(Strong("INV-1001"), UnorderedElementsAre("INV1001", "1001"));
  EXPECT_THAT(Strong("inv1001"), UnorderedElementsAre("INV1001", "1001"));
  EXPECT_THAT(Strong("ABC-1001"), ElementsAre("ABC1001"));
  EXPECT_THAT(Strong("F/2026/17"), UnorderedElementsAre("F202617", "202617"));
  EXPECT_THAT(Strong("1234.5678.901"), ElementsAre("12345678901"));
  EXPECT_THAT(Strong("A1001/2"), ElementsAre("A10012"));
}

TEST(TextTokensTest, LabelsAreNoPartOfTheNumber) {
  EXPECT_THAT(Strong("FAKT.NR:10017"), Contains("10017"));
  EXPECT_THAT(Strong("Fakt.nr. 10017"), Contains("10017"));
  EXPECT_THAT(Strong("KID10017"), Contains("10017"));
  EXPECT_THAT(Strong("Ref:INV-10017"), UnorderedElementsAre("REFINV10017", "INV10017", "10017"));
  EXPECT_THAT(Strong("Laskun nro 10017"), ElementsAre("10017"));
  EXPECT_THAT(Strong("#10017"), ElementsAre("10017"));
}

TEST(TextTokensTest, GroupsOfANumberAreJoined) {
  const std::vector<std::string> strong = Strong("Faktura 1234 5678 901, takk");
  EXPECT_EQ(strong.front(), "12345678901");
  EXPECT_THAT(strong, UnorderedElementsAre("12345678901", "12345678", "5678901", "1234", "5678"));
  EXPECT_THAT(Strong("KID1234 5678 901"), Contains("12345678901"));
  EXPECT_THAT(Strong("nr.1234\xC2\xA0"
                     "5678 901"),
              Contains("12345678901"));
  EXPECT_THAT(Strong("1234, 5678"), UnorderedElementsAre("1234", "5678"));
}

TEST(TextTokensTest, WhatALineBorderCutIsJoined) {
  EXPECT_THAT(ReadLines({"Betaling 202600", "01019"}).strong, Contains("20260001019"));
  EXPECT_THAT(ReadLines({"Betaling 202600 ", " 01019 takk"}).strong, Contains("20260001019"));
  EXPECT_THAT(ReadLines({"Faktura INV-10", "017"}).strong, Contains("INV10017"));
  EXPECT_THAT(ReadLines({"Faktura INV-", "10017"}).strong, Contains("INV10017"));
  EXPECT_THAT(ReadLines({"FAKT.NR:1234", "5678"}).strong, Contains("12345678"));
  EXPECT_THAT(ReadLines({"1001,", "1002"}).strong, Not(Contains("10011002")));
}

TEST(TextTokensTest, ListsAreTakenApartAndRangesNotFilledIn) {
  EXPECT_THAT(Strong("1001, 1002;1003+1004 & 1005"),
              UnorderedElementsAre("1001", "1002", "1003", "1004", "1005"));
  EXPECT_THAT(Strong("1001/1002/1003"),
              UnorderedElementsAre("100110021003", "1001", "1002", "1003"));
  EXPECT_THAT(
      Strong("INV-1001/INV-1002"),
      UnorderedElementsAre("INV1001INV1002", "1001INV1002", "INV1001", "INV1002", "1001", "1002"));
  EXPECT_THAT(Strong("faktura 1001-1003"), UnorderedElementsAre("10011003", "1001", "1003"));
  EXPECT_THAT(Strong("faktura 1001 \xE2\x80\x93 1003"), UnorderedElementsAre("1001", "1003"));
}

TEST(TextTokensTest, PrintedReferencesOfTheSchemes) {
  EXPECT_THAT(Strong("RF18 5390 0754 7034"), Contains("539007547034"));
  EXPECT_THAT(Strong("maksu rf18 5390 0754 7034 kiitos"), Contains("539007547034"));
  // The id of a slip line, and nothing else of it: 81234567 is the creditor.
  EXPECT_THAT(Strong("+71<000000020260014+81234567<"), ElementsAre("20260014"));
  EXPECT_THAT(ReadLines({"Betaling +71<0000000202", "60014+81234567<"}).strong,
              ElementsAre("20260014"));
  EXPECT_THAT(Strong("KID 1009-"), UnorderedElementsAre("1009-", "1009"));
}

TEST(TextTokensTest, FiftyInvoicesInOneTextAreAllFound) {
  for (const std::string_view separator : {" ", ", ", "\n", "/", ";"}) {
    std::string text = "Betaling fakturaer ";
    for (int number = 100100; number < 100150; ++number) AppendParts(&text, number, separator);
    const Read read = ReadLines({text});
    EXPECT_FALSE(read.is_cut) << separator;
    for (int number = 100100; number < 100150; ++number) {
      EXPECT_THAT(read.strong, Contains(Concat(number))) << separator;
    }
  }
}

TEST(TextTokensTest, DatesAreWeak) {
  for (const std::string_view date : {"2026-02-27", "27.02.2026", "27.2.2026", "27/02/2026",
                                      "20260227", "27022026", "27 02 2026"}) {
    EXPECT_THAT(Strong(date), Not(Contains(testing::AnyOf("20260227", "27022026", "2722026"))))
        << date;
    EXPECT_THAT(Weak(date), Contains(testing::EndsWith("date"))) << date;
  }
  EXPECT_THAT(Weak("27.2.26"), ElementsAre("27226 date"));
  EXPECT_THAT(Strong("leie 12/2026, 2026-01 kl 12:30, 27.12"), IsEmpty());
  EXPECT_THAT(Strong("INV-2026-02-27"), Contains("INV20260227"));
  EXPECT_THAT(Strong("20261327"), ElementsAre("20261327"));  // no thirteenth month
  EXPECT_THAT(Strong("32.02.2026"), ElementsAre("32022026"));
}

TEST(TextTokensTest, YearsAndPostcodesAreWeakUnlessTheyAreCalledNumbers) {
  EXPECT_THAT(Weak("mars 2026"), ElementsAre("2026 year"));
  EXPECT_THAT(Weak("Kari, 5003 Bergen"), ElementsAre("5003 postcode"));
  EXPECT_THAT(Weak("Storgata 1, 9008 \xC3\x98vre"), ElementsAre("9008 postcode"));
  EXPECT_THAT(Weak("111 22 Stockholm"), ElementsAre("11122 postcode"));
  EXPECT_THAT(Strong("Faktura 2021"), ElementsAre("2021"));
  EXPECT_THAT(Strong("Faktura 5003 Bergen Bygg"), ElementsAre("5003"));
  EXPECT_THAT(Strong("fakturaer 2021, 2022 og 2023"), UnorderedElementsAre("2021", "2022", "2023"));
  EXPECT_THAT(Strong("5003 takk"), ElementsAre("5003"));
}

TEST(TextTokensTest, PhoneNumbersAreWeak) {
  EXPECT_THAT(Strong("tlf 22 33 44 55"), IsEmpty());
  EXPECT_THAT(Strong("Tel.: 22334455"), IsEmpty());
  EXPECT_THAT(Strong("puh. 040 1234567"), IsEmpty());
  EXPECT_THAT(Strong("mob 070-123 45 67"), IsEmpty());
  EXPECT_THAT(Strong("+47 22 33 44 55"), IsEmpty());
  EXPECT_THAT(Strong("+358 40 1234567"), IsEmpty());
  EXPECT_THAT(Weak("+4722334455"), ElementsAre("4722334455 phone number"));
  EXPECT_THAT(Strong("tlf 22 33 44 55, faktura 10017"), ElementsAre("10017"));
  EXPECT_THAT(Strong("10017+4711"), UnorderedElementsAre("10017", "4711"));
}

TEST(TextTokensTest, AmountsAreWeak) {
  EXPECT_THAT(Strong("12.345,67"), IsEmpty());
  EXPECT_THAT(Strong("1 234,50"), IsEmpty());
  EXPECT_THAT(Strong("1234.50 for faktura 10017"), ElementsAre("10017"));
  EXPECT_THAT(Strong("kr 15000"), IsEmpty());
  EXPECT_THAT(Strong("NOK 15 000"), IsEmpty());
  EXPECT_THAT(Strong("15000 kr"), IsEmpty());
  EXPECT_THAT(Strong("15000,-"), IsEmpty());
  EXPECT_THAT(Strong("\xE2\x82\xAC 15000"), IsEmpty());
  EXPECT_THAT(Strong("sum 15000"), IsEmpty());
  EXPECT_THAT(Strong("faktura 10017 kr 15000"), ElementsAre("10017"));
  EXPECT_THAT(Strong("faktura 1001 234,50"), ElementsAre("1001"));
}

TEST(TextTokensTest, ThePaidAmountIsWeakHoweverItIsWritten) {
  const std::string_view account = "bankgiro:50501055";
  EXPECT_THAT(ReadLines({"Faktura 1500"}, account, 150000).weak, ElementsAre("1500 amount"));
  EXPECT_THAT(ReadLines({"Faktura 150000"}, account, 150000).weak, ElementsAre("150000 amount"));
  EXPECT_THAT(ReadLines({"Faktura 1500"}, account, 150050).strong, ElementsAre("1500"));
}

TEST(TextTokensTest, TheCreditorsOwnNumbersAreNeverCandidates) {
  const auto candidates = [](std::string_view text, std::string_view account) {
    Read read = ReadLines({text}, account);
    read.strong.insert(read.strong.end(), read.weak.begin(), read.weak.end());
    return read.strong;
  };
  EXPECT_THAT(candidates("8601 11 17947", "NO9386011117947"), IsEmpty());
  EXPECT_THAT(candidates("til 8601.11.17947", "bban-no:86011117947"), IsEmpty());
  EXPECT_THAT(candidates("NO93 8601 1117 947", "NO9386011117947"), IsEmpty());
  EXPECT_THAT(candidates("NO9386011117947 fakt 10017", "NO9386011117947"), ElementsAre("10017"));
  EXPECT_THAT(candidates("BG 5050-1055", "bankgiro:50501055"), IsEmpty());
  EXPECT_THAT(candidates("+73<+81234567<", "fik:81234567"), IsEmpty());
  EXPECT_THAT(candidates("kreditor 81234567", "fik:81234567"), IsEmpty());
  EXPECT_THAT(candidates("konto 440116243", "DK5000400440116243"), IsEmpty());
  EXPECT_THAT(candidates("123456-785", "FI2112345600000785"), IsEmpty());
  EXPECT_THAT(candidates("5050-1055", "bankgiro:50501063"),
              ElementsAre("50501055", "5050", "1055"));
}

TEST(TextTokensTest, TheLongestComesFirstAndOverlapsAreSeen) {
  const std::vector<std::string_view> lines = {"1234 5678 und 999999"};
  TextCandidates found;
  FindTextCandidates({.lines = lines}, &found);
  ASSERT_EQ(found.all().size(), 4U);
  EXPECT_EQ(found.normal(found.all()[0]), "12345678");
  EXPECT_EQ(found.written(found.all()[0]), "1234 5678");
  EXPECT_EQ(found.normal(found.all()[1]), "999999");
  EXPECT_TRUE(found.all()[0].Overlaps(found.all()[2]));
  EXPECT_FALSE(found.all()[0].Overlaps(found.all()[1]));
}

TEST(TextTokensTest, HostileTextIsBounded) {
  std::string many;
  for (int i = 0; i < 20000; ++i) AppendParts(&many, 100000 + i, ",");
  EXPECT_TRUE(ReadLines({many}).is_cut);
  EXPECT_EQ(ReadLines({many}).strong.size(), kTextCandidatesMax);
  EXPECT_THAT(ReadLines({std::string(200000, '1')}).strong, IsEmpty());
  ReadLines({std::string(100000, '/'), std::string(100000, ' '), std::string(100000, '+')});
  std::string slashes;
  for (int i = 0; i < 20000; ++i) slashes += "FAKT-1001/";
  EXPECT_TRUE(ReadLines({slashes}).is_cut);
  std::string labels;
  for (int i = 0; i < 20000; ++i) labels += "NR-";
  ReadLines({labels + "1001"});
  for (const std::string_view again : {"0001,00 ", "123 ", "+73<+81234567< ", "RF18 ", "NO93 "}) {
    std::string text;
    while (text.size() < 1000000) text += again;
    ReadLines({text});
  }
  std::mt19937 random(5);
  const std::string_view bytes = "01289 \n-/+<.:,ARFfakt\xC2\xA0\xC3\xE2\x80\x93\xFF";
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (size_t size = random() % 80; size > 0; --size) text += bytes[random() % bytes.size()];
    const Read read = ReadLines({text, text});
    EXPECT_LE(read.strong.size() + read.weak.size(), kTextCandidatesMax);
  }
}

}  // namespace
}  // namespace kvitt
