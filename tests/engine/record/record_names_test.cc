// The words of enumerated fields: each value has one, each word leads back, nothing else is a word.

#include <gtest/gtest.h>

#include "kvitt/record_batch.h"

namespace kvitt {
namespace {

template <typename Enum>
void ExpectRoundTrip(Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const Enum value = static_cast<Enum>(i);
    ASSERT_FALSE(Name(value).empty()) << i;
    Enum back{};
    ASSERT_TRUE(FromName(Name(value), &back)) << Name(value);
    EXPECT_EQ(back, value);
  }
  EXPECT_TRUE(Name(static_cast<Enum>(static_cast<int>(last) + 1)).empty());
  Enum untouched = last;
  EXPECT_FALSE(FromName("", &untouched));
  EXPECT_FALSE(FromName("Invoice", &untouched));
  EXPECT_EQ(untouched, last);
}

TEST(RecordNames, LeadThereAndBack) {
  ExpectRoundTrip(ItemKind::kPrepayment);
  ExpectRoundTrip(ItemStatus::kCollection);
  ExpectRoundTrip(CustomerStatus::kClosed);
  ExpectRoundTrip(DunningLevel::kCustomer);
  ExpectRoundTrip(PaymentKind::kTransfer);
  ExpectRoundTrip(Direction::kDebit);
  ExpectRoundTrip(ReferenceScheme::kText);
}

TEST(RecordNames, AreThoseOfTheContract) {
  EXPECT_EQ(Name(ItemKind::kCreditNote), "credit_note");
  EXPECT_EQ(Name(ItemStatus::kCollection), "collection");
  EXPECT_EQ(Name(CustomerStatus::kInsolvent), "insolvent");
  EXPECT_EQ(Name(DunningLevel::kCustomer), "customer");
  EXPECT_EQ(Name(PaymentKind::kDirectDebitReturn), "direct_debit_return");
  EXPECT_EQ(Name(Direction::kDebit), "debit");
  EXPECT_EQ(Name(ReferenceScheme::kViite), "viite");
}

}  // namespace
}  // namespace kvitt
