// A payer of more items than are added up and walked over for each payment: what was paid in the run is
// not counted again, and the whole balance is still found.

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "engine/value/concat.h"
#include "kvitt/reconcile.h"

namespace kvitt {
namespace {

constexpr int kItems = 2'400;

struct Said {
  Outcome outcome = Outcome::kUnmatched;
  Rule rule = Rule::kNone;

  friend bool operator==(const Said&, const Said&) = default;
};

// One customer with many items of different amounts, every second one due, and payments of it that name
// nothing but the customer.
class LargePayer {
 public:
  LargePayer() {
    for (int i = 0; i < kItems; ++i) {
      OpenItem& item = items_.items.emplace_back();
      item.item_id = Keep(Concat("INV-", i));
      item.customer_id = "LARGE";
      item.amount_minor = item.open_amount_minor = AmountOf(i);
      item.currency = sek_;
      item.due_date = IsDue(i) ? Date::FromCivil(2026, 1, 1 + i % 28) : Date::FromCivil(2026, 6, 1);
      item.record = static_cast<uint32_t>(i);
    }
  }

  // Different, and no two of them within the tolerance of each other.
  static int64_t AmountOf(int item) { return 1'000'000 + 207 * int64_t{item}; }

  static bool IsDue(int item) { return item % 2 == 0; }

  void Pay(int64_t amount_minor, int day) {
    Payment& payment = payments_.payments.emplace_back();
    payment.payment_id = Keep(Concat("P", payments_.payments.size() - 1));
    payment.creditor_account = "bankgiro:9912346";
    payment.customer_id = "LARGE";
    payment.amount_minor = amount_minor;
    payment.currency = sek_;
    payment.booking_date = Date::FromCivil(2026, 3, day);
    payment.record = static_cast<uint32_t>(payments_.payments.size() - 1);
  }

  // What is said of each payment, in their order.
  std::map<std::string, Said> Settle(int threads) const {
    ReconcileOptions options;
    options.threads = threads;
    Reconciliation run(options);
    run.Add(items_, "items");
    run.Add(payments_, "payments");
    std::map<std::string, Said> said;
    if (!run.Run().ok()) return said;
    PaymentPage payments;
    for (size_t page = 0; page < run.pages(); ++page) {
      run.ReadPayments(page, &payments);
      for (const PaymentRow& row : payments.rows) {
        said[std::string(row.payment.payment_id)] = {row.outcome, row.rule};
      }
    }
    return said;
  }

 private:
  std::string_view Keep(std::string_view text) { return texts_.emplace_back(text); }

  std::deque<std::string> texts_;
  OpenItemBatch items_;
  PaymentBatch payments_;
  Currency sek_ = Currency::FromCode("SEK");
};

// Pays the first `paid` items one by one, then what is left of `due` items or of all in one payment.
void ExpectBalance(int paid, bool due_only) {
  LargePayer world;
  int64_t rest = 0;
  for (int i = 0; i < kItems; ++i) {
    if (i < paid) {
      world.Pay(LargePayer::AmountOf(i), 1 + i % 28);
    } else if (!due_only || LargePayer::IsDue(i)) {
      rest += LargePayer::AmountOf(i);
    }
  }
  world.Pay(rest, 5);
  const std::map<std::string, Said> said = world.Settle(1);
  ASSERT_EQ(said.size(), static_cast<size_t>(paid) + 1);
  for (int i = 0; i < paid; ++i) {
    EXPECT_EQ(said.at(Concat("P", i)), (Said{Outcome::kSettled, Rule::kPayerAmount})) << i;
  }
  EXPECT_EQ(said.at(Concat("P", paid)), (Said{Outcome::kSettled, Rule::kBalanceExact}));
  EXPECT_EQ(world.Settle(3), said);
}

TEST(LargePayer, PaysAllThatIsDue) {
  ExpectBalance(0, true);
  ExpectBalance(1'500, true);
}

TEST(LargePayer, PaysAllThatIsOpen) {
  ExpectBalance(0, false);
  ExpectBalance(1'500, false);
}

// Two payments of the whole balance: the second finds nothing left.
TEST(LargePayer, OwesNothingAfterTheBalance) {
  LargePayer world;
  int64_t all = 0;
  for (int i = 0; i < kItems; ++i) all += LargePayer::AmountOf(i);
  world.Pay(all, 5);
  world.Pay(all, 6);
  world.Pay(100, 7);
  const std::map<std::string, Said> said = world.Settle(2);
  EXPECT_EQ(said.at("P0"), (Said{Outcome::kSettled, Rule::kBalanceExact}));
  EXPECT_EQ(said.at("P1").outcome, Outcome::kOnAccount);
  EXPECT_EQ(said.at("P2"), (Said{Outcome::kOnAccount, Rule::kPayerOldest}));
}

}  // namespace
}  // namespace kvitt
