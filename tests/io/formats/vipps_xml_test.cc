// Vipps settlements: each control broken by itself; the wallet account ends at zero.

#include <gtest/gtest.h>

#include <numeric>

#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

constexpr size_t kSettlements = 1;

ReadOutcome Read(std::string_view from = "", std::string_view to = "") {
  std::string text = Samples("vipps-xml").at(kSettlements).bytes;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return ReadAll(*FindFormat("vipps-xml"), text.replace(at, from.size(), to));
}

std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(VippsXmlTest, PayoutsTieToTheTransactions) {
  const ReadOutcome outcome = Read();
  EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified);
  EXPECT_EQ(std::accumulate(outcome.amounts.begin(), outcome.amounts.end(), int64_t{0}), 0);
}

TEST(VippsXmlTest, EachSumIsChecked) {
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"<NumOfTransactions>3", "<NumOfTransactions>4"},
           {"<CaptureSettlementAmount>1349.50", "<CaptureSettlementAmount>1349.51"},
           {"<RefundSettlementAmount>-50.00", "<RefundSettlementAmount>-50.01"},
           {"<FeeSettlementAmount>16.99", "<FeeSettlementAmount>17.00"},
           {"<SettledAmount>1282.51", "<SettledAmount>1299.50"},
       }) {
    EXPECT_EQ(Fault(Read(from, to)), "control_total_mismatch") << from;
  }
  // The gross is also what the type Gross pays out, the net what the type Net does.
  EXPECT_TRUE(
      Read("<GrossSettlementAmount>1299.50", "<GrossSettlementAmount>1299.51").report.set_aside);
  EXPECT_TRUE(
      Read("<NetSettlementAmount>1282.51", "<NetSettlementAmount>1282.52").report.set_aside);
  EXPECT_TRUE(Read("<SettlementType>Net", "<SettlementType>Gross").report.set_aside);
}

TEST(VippsXmlTest, EachTransactionIsChecked) {
  EXPECT_TRUE(Read("<GrossAmount>1250.50", "<GrossAmount>1250.51").report.set_aside);
  EXPECT_TRUE(Read("<NetAmount>1235.50", "<NetAmount>1235.51").report.set_aside);
  EXPECT_EQ(Fault(Read("<CaptureAmount>1250.50", "<CaptureAmount>1250,50")), "record_malformed");
  EXPECT_EQ(Fault(Read("<CaptureAmount>1250.50", "<CaptureAmount>1250.505")), "precision_lost");
  EXPECT_EQ(Fault(Read("<TransactionTime>2026-01-15T10", "<TransactionTime>2026-02-30T10")),
            "record_malformed");
}

TEST(VippsXmlTest, NothingButTheWholeFileIsRead) {
  const std::string text = Samples("vipps-xml").at(kSettlements).bytes;
  const size_t end = text.rfind('>') + 1;
  for (size_t cut = 0; cut < end; ++cut) {
    ASSERT_TRUE(ReadAll(*FindFormat("vipps-xml"), text.substr(0, cut)).report.set_aside) << cut;
  }
}

TEST(VippsXmlTest, WhatIsMissingIsNotGuessed) {
  EXPECT_EQ(Fault(Read("<SaleUnitNumber>12345</SaleUnitNumber>", "")), "record_malformed");
  EXPECT_EQ(Fault(Read("<SettlementType>Net</SettlementType>", "")), "record_malformed");
  EXPECT_EQ(Fault(Read("<SettlementDate>2026-01-16</SettlementDate>", "")), "record_malformed");
  EXPECT_EQ(Read("<Currency>NOK</Currency>", "").report.warnings.size(), 1U);
  EXPECT_EQ(Fault(Read("<SettlementReport>", "<!DOCTYPE x><SettlementReport>")),
            "record_malformed");
}

}  // namespace
}  // namespace kvitt
