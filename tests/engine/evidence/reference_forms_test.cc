#include "engine/evidence/reference_forms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "engine/evidence/check_rule.h"
#include "engine/evidence/reference_slips.h"
#include "engine/reference/kid.h"
#include "engine/reference/luhn.h"
#include "engine/reference/viite.h"

namespace kvitt {
namespace {

constexpr AccountNumber kAccount = 7;

std::string RandomDigits(std::mt19937_64* random, size_t size) {
  std::string digits(1, static_cast<char>('1' + (*random)() % 9));
  while (digits.size() < size) digits.push_back(static_cast<char>('0' + (*random)() % 10));
  return digits;
}

// A number that keeps the rule.
std::string Checked(CheckRule::Name rule, std::mt19937_64* random, size_t size) {
  while (true) {
    const std::string payload = RandomDigits(random, size - 1);
    const char check = rule == CheckRule::kLuhn       ? reference::LuhnDigit(payload)
                       : rule == CheckRule::kKidMod11 ? reference::KidMod11Digit(payload)
                                                      : reference::ViiteDigit(payload);
    if (check != '-') return payload + check;
  }
}

TEST(CheckRuleTest, HoldsForWhatTheSchemesThemselvesAccept) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const size_t size = 4 + random() % 17;
    const std::string number =
        i % 2 == 0 ? RandomDigits(&random, size)
                   : Checked(static_cast<CheckRule::Name>(random() % 3), &random, size);
    const ReferenceKey key = MakeReferenceKey(number, kAccount);
    EXPECT_EQ(CheckRule::Of(CheckRule::kLuhn).HoldsFor(key), reference::PassesLuhn(number));
    EXPECT_EQ(CheckRule::Of(CheckRule::kKidMod11).HoldsFor(key), reference::PassesKidMod11(number));
    EXPECT_EQ(CheckRule::Of(CheckRule::kViite).HoldsFor(key), reference::PassesViite(number));
  }
}

TEST(CheckRuleTest, SolvesForAnyPlace) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 3000; ++i) {
    const CheckRule::Name name = static_cast<CheckRule::Name>(random() % 3);
    const CheckRule& rule = CheckRule::Of(name);
    std::string number = Checked(name, &random, 4 + random() % 17);
    const size_t at = random() % number.size();
    unsigned rest = 0;
    for (size_t k = 0; k < number.size(); ++k) {
      if (k != at) {
        rest += rule.Share(number.size() - 1 - k, static_cast<uint8_t>(number[k] - '0'));
      }
    }
    EXPECT_EQ(rule.Solve(number.size() - 1 - at, rest), number[at] - '0') << number << " at " << at;
  }
}

TEST(ReferenceFormsTest, KnowsARuleOnlyWhereAllReferencesKeepIt) {
  std::mt19937_64 random(3);
  ReferenceForms forms;
  for (int i = 0; i < 50; ++i) {
    forms.Note(MakeReferenceKey(Checked(CheckRule::kKidMod11, &random, 12), kAccount));
    forms.Note(MakeReferenceKey(RandomDigits(&random, 12), kAccount + 1));
  }
  EXPECT_EQ(forms.RuleOf(kAccount), &CheckRule::Of(CheckRule::kKidMod11));
  EXPECT_EQ(forms.RuleOf(kAccount + 1), nullptr);
  ReferenceForms more;
  more.Note(MakeReferenceKey("20260001078", kAnyAccount));
  forms.Join(more);
  EXPECT_EQ(forms.RuleOf(kAccount), nullptr) << "what is open on any account counts on each";
}

struct Open {
  std::vector<std::string> references;
  ReferenceForms forms;

  void Add(const std::string& reference) {
    references.push_back(reference);
    forms.Note(MakeReferenceKey(reference, kAccount));
  }
};

// Open references of one creditor: under one rule, under none, or with letters among them.
Open RandomOpen(std::mt19937_64* random) {
  Open open;
  const size_t rule = (*random)() % 4;
  const size_t count = 1 + (*random)() % 30;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = 5 + (*random)() % 9;
    open.Add(rule == 3 ? RandomDigits(random, size)
                       : Checked(static_cast<CheckRule::Name>(rule), random, size));
  }
  if ((*random)() % 2 == 0) open.Add("F" + RandomDigits(random, 4 + (*random)() % 8));
  return open;
}

// What somebody might quote for one of them, or for nothing at all.
std::string RandomQuote(const Open& open, std::mt19937_64* random) {
  std::string quote = open.references[(*random)() % open.references.size()];
  switch ((*random)() % 5) {
    case 0:
      quote[(*random)() % quote.size()] = static_cast<char>('0' + (*random)() % 10);
      return quote;
    case 1:
      return quote.substr((*random)() % 2, quote.size() - 1);
    case 2:
      return quote + open.references[(*random)() % open.references.size()];
    case 3:
      return "000" + quote + static_cast<char>('0' + (*random)() % 10);
    default:
      return RandomDigits(random, 4 + (*random)() % 20);
  }
}

TEST(ReferenceFormsTest, LeavesNoSlipOutThatLeadsSomewhere) {
  std::mt19937_64 random(4);
  size_t left_out = 0;
  for (int i = 0; i < 3000; ++i) {
    const Open open = RandomOpen(&random);
    const std::string quote = RandomQuote(open, &random);
    SlipList all;
    FindSlips(quote, kAccount,
              open.forms.has_letters() ? SlipAlphabet::kDigitsAndLetters : SlipAlphabet::kDigits,
              &all);
    SlipList some;
    FindSlips(quote, kAccount, open.forms, &some);
    // The same in the same order, but for those that are of another form.
    size_t at = 0;
    for (size_t s = 0; s < all.size(); ++s) {
      if (at < some.size() && some.key(at) == all.key(s)) {
        EXPECT_EQ(some.kind(at), all.kind(s));
        ++at;
        continue;
      }
      ++left_out;
      const ReferenceKey key = all.key(s);
      const bool is_open = std::any_of(
          open.references.begin(), open.references.end(),
          [&](const std::string& each) { return MakeReferenceKey(each, kAccount) == key; });
      EXPECT_FALSE(is_open) << quote << ", " << Name(all.kind(s));
    }
    EXPECT_EQ(at, some.size()) << quote;
  }
  EXPECT_GT(left_out, 100'000U);
}

TEST(ReferenceFormsTest, LeavesNoPairOutOfWhichBothAreOpen) {
  std::mt19937_64 random(5);
  size_t found = 0;
  for (int i = 0; i < 3000; ++i) {
    const Open open = RandomOpen(&random);
    const std::string quote = RandomQuote(open, &random);
    const auto is_open = [&](ReferenceKey key) {
      return std::any_of(
          open.references.begin(), open.references.end(),
          [&](const std::string& each) { return MakeReferenceKey(each, kAccount) == key; });
    };
    std::vector<TwoReferences> all;
    RunTogether(quote, kAccount, &all);
    std::vector<TwoReferences> some;
    RunTogether(quote, kAccount, open.forms, &some);
    size_t at = 0;
    for (const TwoReferences& pair : all) {
      if (at < some.size() && some[at].cut == pair.cut) {
        EXPECT_EQ(some[at].first, pair.first);
        EXPECT_EQ(some[at].second, pair.second);
        ++at;
        found += is_open(pair.first) && is_open(pair.second) ? 1U : 0U;
        continue;
      }
      EXPECT_FALSE(is_open(pair.first) && is_open(pair.second)) << quote << " cut at " << pair.cut;
    }
    EXPECT_EQ(at, some.size()) << quote;
  }
  EXPECT_GT(found, 300U);
}

}  // namespace
}  // namespace kvitt
