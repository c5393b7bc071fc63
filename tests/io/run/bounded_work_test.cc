// Payments that are alike, by the ten thousands: the work grows with them, not with their pairs.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

// Far more than the work needs, far less than all pairs of the payments would fill.
constexpr uint64_t kBytesMax = uint64_t{1} << 30;

constexpr char kMoney[] = R"("creditor_account":"bankgiro:50501055","currency":"SEK")";

class BoundedWorkTest : public ::testing::Test {
 protected:
  RunResult Settle(const std::string& items,
                   const std::string& payments,
                   const std::string& customers) {
    RunRequest request;
    request.invoices = {folder.Write("items", items)};
    request.payments = {folder.Write("payments", payments)};
    if (!customers.empty()) request.customers = {folder.Write("customers", customers)};
    request.out = folder.Path("out");
    request.config.threads = 2;
    absl::StatusOr<RunResult> result = RunJob(request);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? *std::move(result) : RunResult();
  }

  // Rows of the exceptions that hold `text`.
  size_t ExceptionsWith(const std::string& text) const {
    std::ifstream in(folder.Path("out/exceptions.jsonl"));
    size_t count = 0;
    for (std::string line; std::getline(in, line);) {
      count += line.find(text) != std::string::npos ? 1u : 0u;
    }
    return count;
  }

  ScratchFolder folder;
};

TEST_F(BoundedWorkTest, OneReferenceQuotedByEverybody) {
  constexpr int kParts = 30'000;
  std::string payments;
  for (int i = 0; i < 2 * kParts; ++i) {
    payments.append("{").append(kMoney).append(
        R"(,"amount":"1.00","booking_date":"2026-01-20","references":["12345682"],"payment_id":"P)" +
        std::to_string(i) + "\"}\n");
  }
  const RunResult result =
      Settle(R"({"item_id":"I1","customer_id":"C1","amount":")" + std::to_string(kParts) +
                 R"(.00","currency":"SEK","references":["12345682"]})"
                 "\n",
             payments, "");
  EXPECT_EQ(ExceptionsWith(R"("code":"amount_short")"), size_t{kParts - 1});
  EXPECT_EQ(ExceptionsWith(R"("code":"item_already_settled")"), size_t{kParts});
  EXPECT_EQ(ExceptionsWith(R"("code":"possible_double_payment")"), size_t{kParts});
  EXPECT_EQ(ExceptionsWith("The payer seems to have paid the same thing twice. The other "
                           "transaction is P0."),
            size_t{kParts});
  EXPECT_LT(result.resident_bytes_peak, kBytesMax);
}

// A membership fee without any words, paid twice by each member: alike but for the payer.
TEST_F(BoundedWorkTest, OneAmountPaidTwiceByEverybody) {
  constexpr int kMembers = 30'000;
  std::string items;
  std::string customers;
  std::string payments;
  for (int i = 0; i < kMembers; ++i) {
    const std::string number = std::to_string(i);
    const std::string account = "bban-no:" + std::to_string(10'000'000'000 + i);
    items += R"({"item_id":"I)" + number + R"(","customer_id":"C)" + number +
             R"(","amount":"199.00","currency":"SEK"})" + "\n";
    customers +=
        R"({"customer_id":"C)" + number + R"(","name":"N","accounts":[")" + account + "\"]}\n";
    for (const char* time : {"A", "B"}) {
      payments.append("{").append(kMoney).append(
          R"(,"amount":"199.00","booking_date":"2026-01-20","payer_account":")" + account +
          R"(","payment_id":")" + time + number + "\"}\n");
    }
  }
  const RunResult result = Settle(items, payments, customers);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(ExceptionsWith(R"("code":"possible_double_payment")"), size_t{kMembers});
  EXPECT_EQ(ExceptionsWith("The other transaction is A"), size_t{kMembers});
  EXPECT_LT(result.wall_nanoseconds, int64_t{60} * 1'000'000'000);
}

}  // namespace
}  // namespace kvitt
