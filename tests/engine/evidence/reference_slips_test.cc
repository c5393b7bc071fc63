#include "engine/evidence/reference_slips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr AccountNumber kAccount = 7;

// The kind of the slip that leads from what was quoted to the right reference; "" when none does.
std::string SlipTo(std::string_view quoted,
                   std::string_view right,
                   SlipAlphabet alphabet = SlipAlphabet::kDigitsAndLetters) {
  SlipList slips;
  FindSlips(quoted, kAccount, alphabet, &slips);
  const ReferenceKey key = MakeReferenceKey(right, kAccount);
  for (size_t i = 0; i < slips.size(); ++i) {
    if (slips.key(i) == key) return std::string(Name(slips.kind(i)));
  }
  return "";
}

TEST(ReferenceSlipsTest, FindsWhatAHandOrAnEyeDoesToAKid) {
  const std::string right = "20260001019";
  EXPECT_EQ(SlipTo("20260001079", right), "changed");
  EXPECT_EQ(SlipTo("20260010019", right), "swapped");
  EXPECT_EQ(SlipTo("20260001091", right), "swapped");
  EXPECT_EQ(SlipTo("2026000101", right), "last_lost");
  EXPECT_EQ(SlipTo("0260001019", right), "first_lost");
  EXPECT_EQ(SlipTo("202600010193", right), "last_added");
  EXPECT_EQ(SlipTo("720260001019", right), "first_added");
  EXPECT_EQ(SlipTo("202600010199", right), "doubled");
  EXPECT_EQ(SlipTo("202660001019", right), "doubled");
  EXPECT_EQ(SlipTo("2026001019", right), "double_lost");
  EXPECT_EQ(SlipTo("2O26OOO1O19", right), "letters_for_digits");
  EXPECT_EQ(SlipTo("2026000I0l9", right), "letters_for_digits");
  EXPECT_EQ(SlipTo("2026 0001 079", right), "changed");
}

TEST(ReferenceSlipsTest, TwoSlipsAreTooMuch) {
  EXPECT_EQ(SlipTo("20267001079", "20260001019"), "");
  EXPECT_EQ(SlipTo("2026000119", "20260001019"), "");    // a digit lost in the middle
  EXPECT_EQ(SlipTo("202600041019", "20260001019"), "");  // a digit put into the middle
  EXPECT_EQ(SlipTo("20261000019", "20260001019"), "");   // no neighbours
  EXPECT_EQ(SlipTo("2O2600O1079", "20260001019"), "");   // letters and a digit
  EXPECT_EQ(SlipTo("14", "1814"), "");
  EXPECT_EQ(SlipTo("180", "1800"), "");
  EXPECT_EQ(SlipTo("000180", "1800"), "");
}

TEST(ReferenceSlipsTest, SlipsAreMadeBeforeLeadingZerosAreDropped) {
  EXPECT_EQ(SlipTo("0072026001", "2026001"), "changed");
  EXPECT_EQ(SlipTo("0202600191", "202600119"), "swapped");
  EXPECT_EQ(SlipTo("0002026001", "9002026001"), "changed");
  EXPECT_EQ(SlipTo("0002026001", "90002026001"), "first_lost");
  EXPECT_EQ(SlipTo("0002026001", "2026001"), "");  // the same reference
}

TEST(ReferenceSlipsTest, FindsInvoiceNumbersWithLetters) {
  EXPECT_EQ(SlipTo("INV-1OO1", "INV-1001"), "letters_for_digits");
  EXPECT_EQ(SlipTo("1NV-1001", "INV-1001"), "digit_for_letter");
  EXPECT_EQ(SlipTo("INV-1010", "INV-1001"), "swapped");
  EXPECT_EQ(SlipTo("INV-1007", "INV-1001"), "changed");
  EXPECT_EQ(SlipTo("INW-1001", "INV-1001"), "changed");
  EXPECT_EQ(SlipTo("NV1001", "INV-1001"), "first_lost");
  EXPECT_EQ(SlipTo("INV-42", "INV-0042"), "inner_zeros");
  EXPECT_EQ(SlipTo("INV-000042", "INV-42"), "inner_zeros");
  EXPECT_EQ(SlipTo("1001", "F1001"), "first_lost");
  EXPECT_EQ(SlipTo("81001", "B1001"), "digit_for_letter");
  EXPECT_EQ(SlipTo("81001", "B1001", SlipAlphabet::kDigits), "");
  EXPECT_EQ(SlipTo("FAKTURA", "FAKTURB"), "");  // no digit, no reference
  EXPECT_EQ(SlipTo("IOOL", "1001"), "letters_for_digits");
}

TEST(ReferenceSlipsTest, KnowsTheMinusThatEndsAKid) {
  EXPECT_EQ(SlipTo("10099", "1009-"), "changed");
  EXPECT_EQ(SlipTo("1009", "1009-"), "last_lost");
  EXPECT_EQ(SlipTo("1008-", "1009-"), "changed");
  EXPECT_NE(SlipTo("1009-", "10099"), "");
}

TEST(ReferenceSlipsTest, UnwrapsRfReferencesThatASlipBroke) {
  EXPECT_EQ(SlipTo("RF18539007547O34", "539007547034"), "letters_for_digits");
  EXPECT_EQ(SlipTo("RF18 5390 0754 7043", "539007547034"), "swapped");
  EXPECT_EQ(SlipTo("RF81 5390 0754 7034", "539007547034"), "swapped");
  EXPECT_EQ(SlipTo("F18539007547034", "539007547034"), "first_lost");
}

TEST(ReferenceSlipsTest, HostileTextHasNoSlips) {
  SlipList slips;
  for (const std::string& text :
       {std::string(), std::string("-"), std::string("NOTPROVIDED"), std::string("0000000000"),
        std::string(37, '1'), std::string(100000, '1'), std::string(36, '\xC3'),
        std::string("\0\0\0\0", 4)}) {
    FindSlips(text, kAccount, SlipAlphabet::kDigitsAndLetters, &slips);
    EXPECT_EQ(slips.size(), 0U) << text;
  }
  // The longest texts that have slips stay within the list.
  for (const std::string& text : {std::string(35, 'Q') + "1", std::string(36, '1'),
                                  std::string("A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8")}) {
    FindSlips(text, kAccount, SlipAlphabet::kDigitsAndLetters, &slips);
    EXPECT_GT(slips.size(), 0U);
    EXPECT_LE(slips.size(), SlipList::kMax);
  }
}

// The same from the definition: every text that the steps make, in its normal form.
class SlowSlips {
 public:
  explicit SlowSlips(const std::string& text) : own_(NormalReference(text)) {
    for (size_t i = 0; i < text.size(); ++i) AtPlace(text, i);
    Add(text.substr(1));
    Add(text.substr(0, text.size() - 1));
    Letters(text);
    Zeros(text);
    for (const char c : std::string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
      AddWithLetter(std::string(1, c) + text, text, c, 17);
      AddWithLetter(text + c, text, c, 17);
    }
    if (IsNumber(text)) {
      AddMinus(text.substr(0, text.size() - 1) + "-");
      AddMinus(text + "-");
    }
  }

  std::set<std::string> normal_forms() const { return forms_; }

 private:
  static bool IsNumber(const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos;
  }

  static bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

  void Add(const std::string& value) {
    const std::string normal = NormalReference(value);
    if (!normal.empty() && normal != own_) forms_.insert(normal);
  }

  // Letters are looked for among up to 18 digits.
  void AddWithLetter(const std::string& value, const std::string& text, char c, size_t max) {
    if (IsLetter(c) && IsNumber(text) && text.size() > max && text.size() <= 27) return;
    Add(value);
  }

  void AddMinus(const std::string& value) {
    if (CheckNumber(NumberScheme::kKidMod11, value).ok) Add(value);
  }

  void AtPlace(const std::string& text, size_t i) {
    std::string value = text;
    for (char c = '0'; c <= '9'; ++c) {
      value[i] = c;
      if (!IsLetter(text[i])) Add(value);
    }
    for (char c = 'A'; c <= 'Z'; ++c) {
      value[i] = c;
      if (IsLetter(text[i])) Add(value);
    }
    value = text;
    value.insert(value.begin() + static_cast<std::ptrdiff_t>(i), text[i]);
    Add(value);
    if (i + 1 == text.size()) return;
    value = text;
    std::swap(value[i], value[i + 1]);
    Add(value);
    if (text[i] == text[i + 1]) Add(text.substr(0, i) + text.substr(i + 1));
  }

  void Letters(const std::string& text) {
    const std::string pairs[] = {"O0", "Q0", "D0", "I1", "L1", "Z2", "S5", "G6", "B8"};
    std::string tail = text;
    for (size_t i = text.size(); i-- > 0;) {
      for (const std::string& pair : pairs) {
        std::string value = text;
        if (text[i] == pair[0]) {
          tail[i] = value[i] = pair[1];
          Add(value);
          Add(tail);
        } else if (text[i] == pair[1]) {
          value[i] = pair[0];
          AddWithLetter(value, text, pair[0], 18);
        }
      }
    }
  }

  void Zeros(const std::string& text) {
    const size_t last = text.find_last_not_of("0123456789");
    if (last == std::string::npos || last + 1 == text.size()) return;
    std::string number = text.substr(last + 1);
    while (!number.empty() && number[0] == '0') number.erase(0, 1);
    if (number.empty()) return;
    for (; number.size() <= 10; number = "0" + number) Add(text.substr(0, last + 1) + number);
  }

  std::string own_;
  std::set<std::string> forms_;
};

using KeyBits = std::pair<uint64_t, uint64_t>;

void ExpectSameAsSlow(const std::string& quoted) {
  SlipList slips;
  FindSlips(quoted, kAccount, SlipAlphabet::kDigitsAndLetters, &slips);
  std::set<KeyBits> found;
  for (const ReferenceKey key : slips.keys()) {
    EXPECT_TRUE(found.insert({key.low, key.high}).second) << quoted << ": a key twice";
    EXPECT_FALSE(key.is_none()) << quoted;
  }
  std::set<KeyBits> expected;
  for (const std::string& form : SlowSlips(quoted).normal_forms()) {
    const ReferenceKey key = MakeReferenceKey(form, kAccount);
    expected.insert({key.low, key.high});
    if (found.count({key.low, key.high}) == 0) ADD_FAILURE() << quoted << " lacks " << form;
  }
  EXPECT_EQ(found.size(), expected.size()) << quoted;
}

std::string RandomText(std::string_view alphabet, size_t size, std::mt19937* random) {
  std::string text;
  while (text.size() < size) text.push_back(alphabet[(*random)() % alphabet.size()]);
  return text;
}

size_t Significant(const std::string& text) {
  return text.size() - std::min(text.find_first_not_of('0'), text.size());
}

TEST(ReferenceSlipsTest, DigitsHaveTheSlipsOfTheDefinition) {
  std::mt19937 random(20260227);
  for (int i = 0; i < 1500; ++i) {
    // Few different digits make runs and leading zeros, where slips of different kinds meet.
    const std::string_view alphabet = i % 3 == 0 ? "0123456789" : i % 3 == 1 ? "01" : "0028";
    const std::string text = RandomText(alphabet, 4 + random() % 25, &random);
    if (Significant(text) >= 4) ExpectSameAsSlow(text);
  }
  for (int number = 1000; number < 10000; number += 17) {
    ExpectSameAsSlow(std::to_string(number));
    ExpectSameAsSlow("0" + std::to_string(number));
    ExpectSameAsSlow("00" + std::to_string(number));
  }
}

TEST(ReferenceSlipsTest, LettersAndDigitsHaveTheSlipsOfTheDefinition) {
  std::mt19937 random(20260228);
  for (int i = 0; i < 300; ++i) {
    const std::string number = RandomText("0123456789OISB", 4 + random() % 10, &random) + "1";
    const std::string letters = RandomText("ABFILNORV0", 1 + random() % 4, &random);
    if (Significant(letters + number) >= 4) ExpectSameAsSlow(letters + number);
  }
  std::string reason;
  for (int i = 0; i < 30; ++i) {
    std::string rf = MakeNumber(NumberScheme::kRf, RandomText("123456789", 10, &random), &reason);
    std::swap(rf[5], rf[6]);
    ExpectSameAsSlow(rf);
  }
}

TEST(ReferenceSlipsTest, TheOrderIsThatOfTheTextAlone) {
  SlipList one;
  SlipList other;
  FindSlips("20260001079", 1, SlipAlphabet::kDigitsAndLetters, &one);
  FindSlips("20260001079", 2, SlipAlphabet::kDigitsAndLetters, &other);
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one.key(i).On(2), other.key(i));
}

TEST(RunTogetherTest, CutsAtEachPlaceThatLeavesTwoReferences) {
  std::vector<TwoReferences> pairs;
  RunTogether("2026000101920260001027", kAccount, &pairs);
  const auto has = [&](std::string_view first, std::string_view second) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const TwoReferences& pair) {
      return pair.first == MakeReferenceKey(first, kAccount) &&
             pair.second == MakeReferenceKey(second, kAccount);
    });
  };
  EXPECT_EQ(pairs.size(), 22U - 7U);
  EXPECT_TRUE(has("20260001019", "20260001027"));
  EXPECT_TRUE(has("2026", "000101920260001027"));
  RunTogether("INV-1001 / INV-1002", kAccount, &pairs);
  EXPECT_TRUE(has("INV1001", "INV1002"));
}

TEST(RunTogetherTest, ShortAndEqualPartsAreNoReferences) {
  std::vector<TwoReferences> pairs;
  RunTogether("1234567", kAccount, &pairs);
  EXPECT_TRUE(pairs.empty());
  RunTogether("12340005", kAccount, &pairs);  // 0005 has one significant character
  EXPECT_TRUE(pairs.empty());
  RunTogether("12341234", kAccount, &pairs);
  EXPECT_TRUE(pairs.empty());
}

TEST(ContinuedTest, TheFirstWordsOfTheTextContinueWhatWasCut) {
  std::vector<ContinuedReference> found;
  const std::vector<std::string_view> lines = {"1019 takk", "for maten"};
  Continued("2026000", lines, kAccount, &found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, MakeReferenceKey("20260001019", kAccount));
  EXPECT_EQ(found[0].text, "20260001019");

  const std::vector<std::string_view> groups = {"  0001", "019, 17.02.2026"};
  Continued("2026", groups, kAccount, &found);
  ASSERT_GE(found.size(), 2U);
  EXPECT_EQ(found[1].key, MakeReferenceKey("20260001019", kAccount));
  EXPECT_EQ(found[1].words, 2U);
}

TEST(ContinuedTest, WordsAreNoContinuation) {
  std::vector<ContinuedReference> found;
  const std::vector<std::string_view> words = {"takk 1019"};
  Continued("2026000", words, kAccount, &found);
  EXPECT_TRUE(found.empty());
  const std::vector<std::string_view> endless = {
      std::string_view("1111111111111111111111111111111")};
  Continued("2026000", endless, kAccount, &found);
  EXPECT_TRUE(found.empty());
  Continued("2026000", {}, kAccount, &found);
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace kvitt
