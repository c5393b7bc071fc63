// The terms of a policy as text: what each key takes, shows and refuses.

#include <gtest/gtest.h>

#include <string>

#include "kvitt/policy.h"

namespace kvitt {
namespace {

// "ok: " and the value as it is shown afterwards, or the refusal.
std::string Set(std::string_view key, std::string_view text, PolicyOverride terms = {}) {
  const PolicyKey* const row = FindPolicyKey(key);
  if (row == nullptr) return "no such key";
  const absl::Status status = row->set(text, &terms);
  return status.ok() ? "ok: " + row->show(terms) : std::string(status.message());
}

TEST(PolicyKeys, ToleranceIsAnAmountOrAmountsByCurrency) {
  EXPECT_EQ(Set("tolerance", "0.5"), "ok: 0.50");
  EXPECT_EQ(Set("tolerance", "0"), "ok: 0.00");
  EXPECT_EQ(Set("tolerance", "0.0025"), "ok: 0.0025");
  EXPECT_EQ(Set("tolerance", "SEK=1,JPY=3"), "ok: JPY=3,SEK=1.00");
  EXPECT_EQ(Set("tolerance", "SEK=1.00, other=0.10"), "ok: 0.10,SEK=1.00");
}

TEST(PolicyKeys, ToleranceRefusesWhatIsNoAmount) {
  const std::string expected =
      "expected an amount such as 0.50, or amounts by currency such as SEK=1.00,other=0.50, found ";
  EXPECT_EQ(Set("tolerance", "0,50"), expected + "'0,50'");
  EXPECT_EQ(Set("tolerance", "-1"), expected + "'-1'");
  EXPECT_EQ(Set("tolerance", ""), expected + "''");
  EXPECT_EQ(Set("tolerance", "SEK=1,SEK=2"), expected + "'SEK=1,SEK=2'");
  EXPECT_EQ(Set("tolerance", "KRO=1"), "expected an ISO 4217 currency or 'other', found 'KRO'");
  EXPECT_EQ(Set("tolerance", "JPY=0.5"), "expected at most 0 decimals, found '0.5'");
}

TEST(PolicyKeys, ToleranceOfAllCurrenciesReplacesThoseByCurrency) {
  PolicyOverride terms;
  terms.tolerance_minor["SEK"] = 500;
  EXPECT_EQ(Set("tolerance", "NOK=1.00", terms), "ok: NOK=1.00,SEK=5.00");
  EXPECT_EQ(Set("tolerance", "1.00", terms), "ok: 1.00");
}

TEST(PolicyKeys, NumbersHaveTheirRanges) {
  EXPECT_EQ(Set("tolerance_percent", "0.5"), "ok: 0.5");
  EXPECT_EQ(Set("tolerance_percent", "100"), "ok: 100");
  EXPECT_EQ(Set("tolerance_percent", "100.01"),
            "expected per cent from 0 to 100 with at most two decimals, found '100.01'");
  EXPECT_EQ(Set("tolerance_percent", "0.125"),
            "expected per cent from 0 to 100 with at most two decimals, found '0.125'");
  EXPECT_EQ(Set("discount_grace_days", "3"), "ok: 3");
  EXPECT_EQ(Set("discount_grace_days", "-1"), "expected a whole number from 0 to 366, found '-1'");
}

TEST(PolicyKeys, WordsAreOfTheirList) {
  EXPECT_EQ(Set("write_off", "short"), "ok: short");
  EXPECT_EQ(Set("write_off", "small"), "expected both, short, over or none, found 'small'");
  EXPECT_EQ(Set("overpayment", "refund_proposal"), "ok: refund_proposal");
  EXPECT_EQ(Set("part_payment", "suggest"), "ok: suggest");
  EXPECT_EQ(Set("part_payment", "off"), "expected post or suggest, found 'off'");
  EXPECT_EQ(Set("pay_order", "costs_first"), "ok: costs_first");
}

TEST(PolicyKeys, RulesHaveTheModesThatSuitThem) {
  EXPECT_EQ(Set("rules", "payer_oldest=post, payer_name=off"),
            "ok: payer_oldest=post,payer_name=off");
  EXPECT_EQ(Set("rules", "payer_name=post"),
            "expected suggest or off for payer_name, found 'post'");
  EXPECT_EQ(Set("rules", "reference_exact=off"),
            "expected post or suggest for reference_exact, found 'off'");
  EXPECT_EQ(Set("rules", "duplicate=off"),
            "expected RULE=MODE with a rule whose mode can be set, found 'duplicate'");
  EXPECT_EQ(Set("rules", "payer_oldest=auto"), "expected post, suggest or off, found 'auto'");
}

// What a key shows, it takes.
TEST(PolicyKeys, WhatIsShownCanBeSet) {
  const PolicyOverride all = AllOf(PolicyTerms());
  for (const PolicyKey& key : PolicyKeys()) {
    PolicyOverride copy;
    ASSERT_TRUE(key.set(key.show(all), &copy).ok()) << key.name;
    EXPECT_EQ(key.show(copy), key.show(all));
    EXPECT_EQ(key.show(PolicyOverride()), "") << key.name;
  }
}

TEST(PolicyOverride, SaysOnlyWhatItSays) {
  PolicyTerms terms;
  terms.tolerance_minor["SEK"] = 500;
  terms.discount_grace_days = 3;
  PolicyOverride account;
  account.tolerance_minor["NOK"] = 100;
  account.part_payment = PartPaymentUse::kSuggest;
  account.SetMode(Rule::kPayerOldest, RuleMode::kPost);
  account.ApplyTo(&terms);
  EXPECT_EQ(terms.tolerance_minor, (std::map<std::string, int64_t>{{"NOK", 100}, {"SEK", 500}}));
  EXPECT_EQ(terms.discount_grace_days, 3);
  EXPECT_EQ(terms.part_payment, PartPaymentUse::kSuggest);
  EXPECT_EQ(terms.rules[static_cast<size_t>(Rule::kPayerOldest)], RuleMode::kPost);
  EXPECT_EQ(terms.rules[static_cast<size_t>(Rule::kPayerName)], RuleMode::kSuggest);
}

std::string Check(const Policy& policy) {
  return std::string(CheckPolicy(policy).message());
}

TEST(CheckPolicy, NamesWhatIsWrong) {
  EXPECT_EQ(Check({}), "");
  EXPECT_EQ(Check({.search_steps = 0}), "policy: search_steps must be from 1 to 1000000000");
  EXPECT_EQ(Check({.suggestions_max = 0}), "policy: suggestions_max must be from 1 to 20");
  Policy policy;
  policy.by_group["G"].discount_grace_days = -1;
  EXPECT_EQ(Check(policy), "policy of group G: discount_grace_days must be from 0 to 366");
  policy = {};
  policy.by_account["A"].SetMode(Rule::kReversal, RuleMode::kSuggest);
  EXPECT_EQ(Check(policy), "policy of account A: rules must be other than reversal=suggest");
  policy = {};
  policy.terms.tolerance_minor["nok"] = 1;
  EXPECT_EQ(Check(policy), "policy: tolerance must be by ISO 4217 currency, which 'nok' is not");
}

TEST(CheckPolicy, OneAccountInTwoSpellings) {
  Policy policy;
  policy.by_account["bban-no:86011117947"];
  policy.by_account["NO93 8601 1117 947"];
  EXPECT_EQ(Check(policy), "policy: account bban-no:86011117947 is named twice, in two spellings");
}

}  // namespace
}  // namespace kvitt
