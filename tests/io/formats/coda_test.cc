// CODA: each control broken by itself, parts in the place of their movement, numbers that become IBANs.

#include <gtest/gtest.h>

#include "io/bytes/account_name.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

ReadOutcome Read(size_t sample, std::string_view from = "", std::string_view to = "") {
  std::string text = Samples("coda").at(sample).bytes;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return ReadAll(*FindFormat("coda"), text.replace(at, from.size(), to));
}

constexpr size_t kBatches = 0;
constexpr size_t kStructured = 1;

std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(CodaTest, BalancesTotalsAndCountsAreChecked) {
  EXPECT_EQ(Read(kStructured).report.control_totals, ControlState::kVerified);
  EXPECT_EQ(Fault(Read(kStructured, "EUR0000000002250500", "EUR0000000002250600")),
            "balance_mismatch");
  EXPECT_EQ(Fault(Read(kStructured, "EUR0000000001000000", "EUR1000000001000000")),
            "balance_mismatch");
  EXPECT_EQ(Fault(Read(kStructured, "000005000000", "000006000000")), "control_total_mismatch");
  EXPECT_EQ(Fault(Read(kStructured, "000005000000000000000000000001250500",
                       "000005000000000010000000000001250500")),
            "control_total_mismatch");
  EXPECT_EQ(Fault(Read(kStructured, "000005000000000000000000000001250500",
                       "000005000000000000000000000001250600")),
            "control_total_mismatch");
}

TEST(CodaTest, PartsAddUpToTheirMovement) {
  EXPECT_EQ(Read(kBatches).report.control_totals, ControlState::kVerified);
  const ReadOutcome outcome = Read(kBatches, "0000000000100000160126", "0000000000100010160126");
  EXPECT_EQ(Fault(outcome), "control_total_mismatch");
}

TEST(CodaTest, AStatementHasItsParts) {
  const std::string text = Samples("coda").at(kStructured).bytes;
  EXPECT_EQ(Fault(ReadAll(*FindFormat("coda"), text.substr(0, text.rfind("\n9") + 1))),
            "file_truncated");
  EXPECT_TRUE(Read(kStructured, "\n8001", "\n4001").report.set_aside);
  EXPECT_TRUE(Read(kStructured, "\n12001", "\n42001").report.set_aside);
  EXPECT_TRUE(Read(kStructured, "\n2200010000", "\n2200020000").report.set_aside);
}

TEST(CodaTest, AmountsFitTheCurrency) {
  EXPECT_EQ(Fault(Read(kStructured, "0000000001250500150126", "0000000001250505150126")),
            "precision_lost");
}

TEST(CodaTest, StatementsFollowEachOther) {
  std::string text = Samples("coda").at(kStructured).bytes;
  std::string later = text;
  later.replace(later.find("\n12001"), 6, "\n12004");
  const ReadOutcome outcome = ReadAll(*FindFormat("coda"), text + later);
  EXPECT_EQ(Fault(outcome), "sequence_gap");
  EXPECT_FALSE(outcome.report.set_aside);
}

TEST(CodaTest, ADuplicateNeverPosts) {
  const ReadOutcome outcome = Read(kBatches);
  EXPECT_NE(outcome.records.back().find("\"copy\":true"), std::string::npos);
  for (const std::string& account : outcome.report.accounts)
    EXPECT_TRUE(IsIban(account)) << account;
  EXPECT_EQ(outcome.report.accounts.size(), 1U);  // the number and the IBAN are one account
}

}  // namespace
}  // namespace kvitt
