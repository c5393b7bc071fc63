// CFONB 120: the balance, the order of records, the account that belongs to each, the IBAN that follows from it.

#include <gtest/gtest.h>

#include "io/bytes/account_name.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

std::string Whole() {
  return Samples("cfonb120").at(1).bytes;
}

ReadOutcome Read(std::string_view from = "", std::string_view to = "") {
  std::string text = Whole();
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return ReadAll(*FindFormat("cfonb120"), text.replace(at, from.size(), to));
}

std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(Cfonb120Test, MovementsLeadToTheNewBalance) {
  EXPECT_EQ(Read().report.control_totals, ControlState::kVerified);
  EXPECT_EQ(Fault(Read("0000000012505{", "0000000012506{")), "balance_mismatch");
  EXPECT_EQ(Fault(Read("0000000012505{", "0000000012505}")), "balance_mismatch");
  EXPECT_EQ(Fault(Read("0000000022505{", "0000000022505A")), "balance_mismatch");
  EXPECT_EQ(Fault(Read("0000000010000{", "0000000010000}")), "balance_mismatch");
}

TEST(Cfonb120Test, AnAccountHasBothBalances) {
  std::string text = Whole();
  const size_t last = text.find("07300");
  EXPECT_EQ(Fault(ReadAll(*FindFormat("cfonb120"), text.substr(0, last))), "file_truncated");
  EXPECT_TRUE(ReadAll(*FindFormat("cfonb120"), text.substr(text.find('\n') + 1)).report.set_aside);
}

TEST(Cfonb120Test, EachRecordBelongsToTheOpenAccount) {
  EXPECT_TRUE(Read("0001234567805150126  ", "0001234567905150126  ").report.set_aside);
}

TEST(Cfonb120Test, AmountsAreExact) {
  EXPECT_EQ(Fault(Read("0000000012505{", "0000000012505X")), "record_malformed");
  EXPECT_TRUE(Read("00123EUR2", "00123XXX2").report.set_aside);
  EXPECT_TRUE(Read("0000000012505{", "000000001250 {").report.set_aside);
}

TEST(Cfonb120Test, TheIbanFollowsFromTheAccount) {
  for (const Sample& sample : Samples("cfonb120")) {
    const ReadOutcome outcome = ReadAll(*FindFormat("cfonb120"), sample.bytes);
    for (const std::string& account : outcome.report.accounts)
      EXPECT_TRUE(IsIban(account)) << account;
  }
}

}  // namespace
}  // namespace kvitt
