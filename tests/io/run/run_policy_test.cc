// A policy from kvitt.toml to the output: the same night under two policies.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using nlohmann::json;

constexpr std::string_view kItems =
    R"({"item_id":"INV-1","customer_id":"C1","references":["1001"],"amount":"100.00","currency":"NOK"}
{"item_id":"INV-2","customer_id":"C2","references":["1002"],"amount":"100.00","currency":"NOK"}
{"item_id":"INV-3","customer_id":"C1","references":["1003"],"amount":"100.00","currency":"NOK"}
)";
constexpr std::string_view kCustomers = R"({"customer_id":"C1","group":"public"}
{"customer_id":"C2","group":"private"}
)";
constexpr std::string_view kPayments =
    R"({"payment_id":"P1","creditor_account":"bban-no:86011117947","amount":"97.00","currency":"NOK","booking_date":"2026-02-27","references":["1001"]}
{"payment_id":"P2","creditor_account":"bban-no:86011117947","amount":"97.00","currency":"NOK","booking_date":"2026-02-27","references":["1002"]}
{"payment_id":"P3","creditor_account":"bban-no:15064512345","amount":"150.00","currency":"NOK","booking_date":"2026-02-27","references":["1003"]}
)";

class RunPolicyTest : public ::testing::Test {
 protected:
  // Outcome by payment; explanations of the deviations go to `explanations_`.
  std::map<std::string, std::string> Settle(const std::string& toml) {
    ConfigSources sources;
    sources.file = folder_.Write("kvitt.toml", toml);
    const absl::StatusOr<LoadedConfig> loaded = LoadConfig(sources);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    RunRequest request;
    request.config = loaded->config;
    request.invoices = {folder_.Write("items.jsonl", kItems)};
    request.payments = {folder_.Write("payments.jsonl", kPayments)};
    request.customers = {folder_.Write("customers.jsonl", kCustomers)};
    request.out = folder_.Path("out");
    const absl::StatusOr<RunResult> result = RunJob(request);
    EXPECT_TRUE(result.ok()) << result.status();
    std::map<std::string, std::string> outcomes;
    std::ifstream payments(request.out + "/payments.jsonl");
    for (std::string line; std::getline(payments, line);) {
      const json row = json::parse(line);
      outcomes[row.at("payment_id")] = row.at("outcome");
    }
    explanations_.clear();
    std::ifstream exceptions(request.out + "/exceptions.jsonl");
    for (std::string line; std::getline(exceptions, line);) {
      const json row = json::parse(line);
      explanations_[row.value("payment_id", "")] = row.at("explanation");
    }
    return outcomes;
  }

  ScratchFolder folder_;
  std::map<std::string, std::string> explanations_;
};

TEST_F(RunPolicyTest, WithoutAWordTheDefaultsHold) {
  EXPECT_EQ(Settle(""), (std::map<std::string, std::string>{
                            {"P1", "partial"}, {"P2", "partial"}, {"P3", "overpaid"}}));
  EXPECT_EQ(explanations_["P3"].find("refund"), std::string::npos);
  EXPECT_EQ(explanations_.size(), 3U) << explanations_.begin()->second;
}

TEST_F(RunPolicyTest, AccountAndGroupAreHeard) {
  EXPECT_EQ(Settle("[policy]\noverpayment = \"refund_proposal\"\n"
                   "[policy.account.\"NO93 8601 1117 947\"]\npart_payment = \"suggest\"\n"
                   "[policy.group.public]\ntolerance = \"5.00\"\n"),
            (std::map<std::string, std::string>{
                {"P1", "settled_with_difference"}, {"P2", "suggested"}, {"P3", "overpaid"}}));
  EXPECT_EQ(explanations_["P2"],
            "The payment is less than what it names. The policy lets a part payment only be "
            "suggested; nothing was posted. Paid 97.00 NOK; INV-2 was open with 100.00 NOK.");
  EXPECT_NE(explanations_["P3"].find("A refund of the surplus is proposed."), std::string::npos);
}

TEST_F(RunPolicyTest, AWrongPolicyReadsNothing) {
  RunRequest request;
  request.config.policy.terms.discount_grace_days = -1;
  request.invoices = {folder_.Write("items.jsonl", kItems)};
  request.payments = {folder_.Write("payments.jsonl", kPayments)};
  request.out = folder_.Path("out");
  const absl::StatusOr<RunResult> result = RunJob(request);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(result.status().message(), "policy: discount_grace_days must be from 0 to 366");
}

}  // namespace
}  // namespace kvitt
