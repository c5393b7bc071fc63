// Of very many alike items the oldest are taken, in the order that a handful of them is taken in: due
// date, issue date, item id.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/value/concat.h"
#include "kvitt/reconcile.h"

namespace kvitt {
namespace {

constexpr int kItems = 300;
constexpr int kPaid = 220;
constexpr int64_t kAmount = 29'900;

Date DayOr(int day) {
  return day == 0 ? Date() : Date::FromCivil(2026, 1, day);
}

TEST(ManyAlike, TheOldestAreTaken) {
  std::deque<std::string> texts;
  OpenItemBatch items;
  std::vector<std::tuple<Date, Date, std::string_view>> by_age;
  for (int i = 0; i < kItems; ++i) {
    OpenItem& item = items.items.emplace_back();
    // Neither the order of the dates nor that of the ids is that of the records; some have no date.
    item.item_id = texts.emplace_back(Concat(i % 3 == 0 ? "INVOICE-NUMBER-" : "F", i * 7 % kItems));
    item.customer_id = "C1";
    item.amount_minor = item.open_amount_minor = kAmount;
    item.currency = Currency::FromCode("SEK");
    item.due_date = DayOr(i * 11 % 5);
    item.issue_date = DayOr(i * 13 % 3);
    item.record = static_cast<uint32_t>(i);
    by_age.emplace_back(item.due_date, item.issue_date, item.item_id);
  }
  std::sort(by_age.begin(), by_age.end());
  std::vector<std::string> oldest;
  for (int i = 0; i < kPaid; ++i) oldest.emplace_back(std::get<2>(by_age[static_cast<size_t>(i)]));
  std::sort(oldest.begin(), oldest.end());

  PaymentBatch payments;
  Payment& payment = payments.payments.emplace_back();
  payment.payment_id = "P1";
  payment.creditor_account = "bankgiro:9912346";
  payment.customer_id = "C1";
  payment.amount_minor = kPaid * kAmount;
  payment.currency = Currency::FromCode("SEK");
  // Nothing is due on this day but what has no date, so that it is no balance.
  payment.booking_date = Date::FromCivil(2025, 12, 31);

  ReconcileOptions options;
  options.threads = 2;
  Reconciliation run(options);
  run.Add(items, "items");
  run.Add(payments, "payments");
  ASSERT_TRUE(run.Run().ok());
  std::vector<std::string> paid;
  AllocationPage page;
  for (size_t p = 0; p < run.pages(); ++p) {
    run.ReadAllocations(p, &page);
    for (const AllocationRow& row : page.rows) {
      EXPECT_EQ(row.rule, Rule::kCombination);
      paid.emplace_back(row.item_id);
    }
  }
  std::sort(paid.begin(), paid.end());
  EXPECT_EQ(paid, oldest);
}

}  // namespace
}  // namespace kvitt
