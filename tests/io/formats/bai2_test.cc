// BAI2: each control broken by itself, the forms that files in the wild have.

#include <gtest/gtest.h>

#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

constexpr std::string_view kFile =
    "01,BANKX,KVITT,260115,0600,1,80,,2/\n02,KVITT,BANKX,1,260114,,EUR,2/\n"
    "03,00123456,EUR,010,100000,,,015,225050,,/\n"
    "16,195,125050,0,BK0001,FA1001,ACME LTD INV 1001\n49,450100,3/\n98,450100,1,5/\n"
    "99,450100,1,7/\n";

ReadOutcome Read(std::string_view from = "", std::string_view to = "") {
  std::string text(kFile);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return ReadAll(*FindFormat("bai2"), text.replace(at, from.size(), to));
}

std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(Bai2Test, EachTotalAndCountIsChecked) {
  EXPECT_EQ(Read().report.control_totals, ControlState::kVerified);
  EXPECT_EQ(Fault(Read("49,450100,3", "49,450100,4")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read("98,450100,1,5", "98,450100,2,5")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read("98,450100,1,5", "98,450100,1,6")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read("99,450100,1,7", "99,450101,1,7")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read("99,450100,1,7", "99,450100,2,7")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read("99,450100,1,7", "99,450100,1,8")), "control_total_mismatch");
}

TEST(Bai2Test, BalancesAreChecked) {
  // The total agrees, but a debit cannot lead from 1000.00 to 2250.50.
  const ReadOutcome outcome = Read("16,195,", "16,495,");
  EXPECT_EQ(Fault(outcome), "balance_mismatch");
  EXPECT_TRUE(outcome.report.set_aside && outcome.report.only_controls_failed);
}

TEST(Bai2Test, OnlyUpdatesArePosted) {
  for (const std::string_view status : {"2", "3", "4", ""}) {
    const ReadOutcome outcome = Read("BANKX,1,260114", "BANKX," + std::string(status) + ",260114");
    EXPECT_EQ(Fault(outcome), "record_malformed") << status;
    EXPECT_FALSE(outcome.report.only_controls_failed);
  }
}

TEST(Bai2Test, AFileEndsWithItsTrailer) {
  EXPECT_EQ(Fault(Read("99,450100,1,7/\n", "")), "file_truncated");
  EXPECT_TRUE(Read("98,450100,1,5/\n", "").report.set_aside);
  EXPECT_TRUE(Read("49,450100,3/\n", "").report.set_aside);
  EXPECT_EQ(Fault(Read("99,450100,1,7/\n", "99,450100,1,7/\n16,195,1,0,,,X\n")),
            "record_malformed");
}

TEST(Bai2Test, TakesRecordsThatShareALine) {
  std::string text(kFile);
  for (const std::string_view code : {"02,", "49,", "98,", "99,"}) {
    if (code == "49,") continue;  // behind a text only the line ends
    text.erase(text.find("\n" + std::string(code)), 1);
  }
  const ReadOutcome outcome = ReadAll(*FindFormat("bai2"), text);
  EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified);
  EXPECT_EQ(outcome.amounts, std::vector<int64_t>{125050});
}

TEST(Bai2Test, FundsTypesMoveTheFieldsBehindThem) {
  for (const std::string_view funds :
       {"Z", "", "2", "S,1,2,3", "V,260115,1200", "V,260115,", "D,2,0,1,1,2"}) {
    const ReadOutcome outcome = Read("125050,0,BK", "125050," + std::string(funds) + ",BK");
    EXPECT_FALSE(outcome.report.set_aside) << funds;
    EXPECT_NE(outcome.records.at(0).find("\"bank_reference\":\"BK0001\""), std::string::npos)
        << funds;
  }
  EXPECT_TRUE(Read("125050,0,BK", "125050,Q,BK").report.set_aside);
}

}  // namespace
}  // namespace kvitt
