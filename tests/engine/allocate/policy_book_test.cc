// Which terms hold for an account and a group.

#include "engine/allocate/policy_book.h"

#include <gtest/gtest.h>

namespace kvitt {
namespace {

const uint8_t kNok = Currency::FromCode("NOK").index();
const uint8_t kJpy = Currency::FromCode("JPY").index();
const uint8_t kKwd = Currency::FromCode("KWD").index();

class PolicyBookTest : public ::testing::Test {
 protected:
  void Resolve() { book_.Resolve(policy_, accounts_); }

  Policy policy_;
  AccountBook accounts_;
  AccountNumber first_ = accounts_.Number("bban-no:86011117947");
  AccountNumber second_ = accounts_.Number("bban-no:15064512345");
  PolicyBook book_;
};

TEST_F(PolicyBookTest, TheDefaultIsHalfAMajorUnit) {
  const ResolvedTerms& terms = book_.For(first_, kNoGroup);
  EXPECT_EQ(terms.ToleratedShort(kNok, 100'00), 50);
  EXPECT_EQ(terms.ToleratedOver(kKwd, 100'000), 500);
  EXPECT_EQ(terms.ToleratedShort(kJpy, 100), 0);
  EXPECT_TRUE(book_.exact_references_post());
  EXPECT_FALSE(book_.has_groups());
}

TEST_F(PolicyBookTest, PerCentIsRoundedDownAndNeverOverflows) {
  policy_.terms.tolerance_minor["NOK"] = 900'000'000'000'000'000;
  policy_.terms.tolerance_basis_points = 100'00;
  Resolve();
  const ResolvedTerms& terms = book_.For(first_, kNoGroup);
  EXPECT_EQ(terms.ToleratedShort(kNok, 999'999'999'999'999'999), 900'000'000'000'000'000);
  policy_.terms.tolerance_basis_points = 33;
  Resolve();
  EXPECT_EQ(book_.For(first_, kNoGroup).ToleratedShort(kNok, 999), 3);
}

TEST_F(PolicyBookTest, GroupOverAccountOverAll) {
  policy_.terms.discount_grace_days = 1;
  policy_.by_account["NO9386011117947"].discount_grace_days = 2;
  policy_.by_account["NO9386011117947"].pay_order = PayOrder::kCostsFirst;
  policy_.by_group["g"].discount_grace_days = 3;
  Resolve();
  const GroupNumber group = book_.GroupNumberOf("g");
  EXPECT_NE(group, kNoGroup);
  EXPECT_EQ(book_.GroupNumberOf("h"), kNoGroup);
  EXPECT_EQ(book_.For(second_, kNoGroup).discount_grace_days, 1);
  EXPECT_EQ(book_.For(first_, kNoGroup).discount_grace_days, 2);
  EXPECT_EQ(book_.For(first_, group).discount_grace_days, 3);
  EXPECT_EQ(book_.For(second_, group).discount_grace_days, 3);
  EXPECT_EQ(book_.For(first_, group).pay_order, PayOrder::kCostsFirst);
  EXPECT_EQ(book_.For(second_, group).pay_order, PayOrder::kOldestFirst);
}

TEST_F(PolicyBookTest, AnAccountThatNobodyMetConcernsNobody) {
  policy_.by_account["bankgiro:50501055"].SetMode(Rule::kReferenceExact, RuleMode::kSuggest);
  Resolve();
  EXPECT_TRUE(book_.exact_references_post());
  EXPECT_EQ(accounts_.Find("bankgiro:50501055"), kAnyAccount);
  policy_.by_account["NO93 8601 1117 947"].SetMode(Rule::kReferenceExact, RuleMode::kSuggest);
  Resolve();
  EXPECT_FALSE(book_.exact_references_post());
  EXPECT_EQ(book_.ModeOf(Rule::kReferenceExact, first_, kNoGroup), RuleMode::kSuggest);
  EXPECT_EQ(book_.ModeOf(Rule::kReferenceExact, second_, kNoGroup), RuleMode::kPost);
}

}  // namespace
}  // namespace kvitt
