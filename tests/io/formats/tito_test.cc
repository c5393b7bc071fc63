#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Format& Tito() {
  return *FindFormat("tito");
}

std::string SampleBytes(std::string_view name) {
  for (const Sample& sample : Samples("tito")) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(TitoTest, EachControlAloneSetsTheFileAside) {
  const std::string day = SampleBytes("day.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text,
                          DeviationCode code = DeviationCode::kControlTotalMismatch) {
    ExpectProblem(Tito(), Replaced(day, from, to), code, text);
  };
  constexpr auto kBalance = DeviationCode::kBalanceMismatch;
  expect("T40050260105+000000000000112345", "T40050260105+000000000000112346", "closing balance",
         kBalance);
  expect("T40050260105+", "T40050260105-", "closing balance", kBalance);
  expect("260104+000000000000100000", "260104+000000000000100001", "closing balance", kBalance);
  expect("000005EUR", "000006EUR", "number of records in the statement");
  expect("T50067126010500000001+", "T50067126010500000002+", "number of credits of the day");
  expect("00000001+000000000000012345", "00000001+000000000000012346", "sum of credits of the day");
  expect("0001234500000000-", "0001234500000001-", "number of debits of the day");
  expect("00000000-000000000000000000", "00000000-000000000000000001", "sum of debits of the day");
}

TEST(TitoTest, TotalsOfStatementsAndCorrectionsAreChecked) {
  const std::string statements = SampleBytes("statements.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(Tito(), Replaced(statements, from, to), DeviationCode::kControlTotalMismatch,
                  text);
  };
  expect("T50067226010700000005", "T50067226010700000004", "number of credits of the statement");
  expect("00000005+000000000000068000", "00000005+000000000000067999",
         "sum of credits of the statement");
  expect("T51067126010600000000+00000000000000000000000001",
         "T51067126010600000000+00000000000000000000000002", "number of debits corrected");
  expect("00000001-000000000000012345", "00000001-000000000000012346", "sum of debits corrected");
  // A correction of a credit may also be named on the side of the credits.
  const std::string swapped =
      Replaced(statements, "T51067126010600000000+00000000000000000000000001-000000000000012345",
               "T51067126010600000001+00000000000001234500000000-000000000000000000");
  EXPECT_FALSE(ReadAll(Tito(), swapped).report.set_aside);
  // The opening balance goes on where the statement before ended.
  std::string gap = Replaced(statements, "260104+000000000000112345", "260104+000000000000112346");
  gap = Replaced(gap, "T40050260106+000000000000161650", "T40050260106+000000000000161651");
  gap = Replaced(gap, "T40050260107+000000000000167650", "T40050260107+000000000000167651");
  ExpectProblem(Tito(), gap, DeviationCode::kBalanceMismatch, "the statement before");
}

TEST(TitoTest, AGapInTheNumbersIsTold) {
  const std::string statements = SampleBytes("statements.txt");
  const ReadOutcome outcome =
      ReadAll(Tito(), Replaced(statements, "12345600000785006", "12345600000785008"));
  EXPECT_FALSE(outcome.report.set_aside);
  ASSERT_THAT(outcome.problems, SizeIs(2));
  EXPECT_EQ(outcome.problems[0].code, DeviationCode::kSequenceGap);
  EXPECT_THAT(outcome.problems[0].text, HasSubstr("expected 6, found 8"));
}

TEST(TitoTest, EachDamagedRecordSetsTheFileAside) {
  const std::string day = SampleBytes("day.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(Tito(), Replaced(day, from, to), DeviationCode::kRecordMalformed, text);
  };
  expect("+000000000000012345 A", "+0000000000000I2345 A", "amount");
  expect("+000000000000012345 A", "-000000000000012345 A", "sign of a credit");
  expect("2601041705", "2601047705", "type of the entry");
  expect("AA0001260105260105", "AA0001261305260105", "booking date");
  expect("AA0001260105260105", "AA0001000000260105", "booking date");
  expect("AA0001260105260105", "AA0001260105269905", "value date");
  expect("2601041705", "2699041705", "payment date");
  expect("20260011         \r", "20260011        X\r", "level");
  expect("000005EUR", "000005EUX", "currency");
  expect("000005EUR", "00000XEUR", "number of records");
  expect("FI2112345600000785", "FI2112345600000786", "IBAN");
  expect("T0032210012345600000785", "T0032210012345600000786", "IBAN");
  expect("785005260105", "785X05260105", "number of the statement");
  expect("785005260105260105", "785005269905260105", "period of the statement");
  expect("260104+0000000000001", "260104 0000000000001", "opening balance");
  expect("T40050260105+", "T40050260105 ", "closing balance");
  expect("T40050260105+", "T40050269905+", "date of the balance");
  expect("T500671260105", "T500677260105", "period of the totals");
  expect("T500671260105", "T500671269905", "date of the totals");
  expect("0000001234500000000-", "0000001234500000000 ", "sum of entries");
  expect("T10188", "X10188", "start of a record");
  expect("T10188", "T10003", "start of a record");
  ExpectProblem(Tito(), day.substr(day.find("T10")), DeviationCode::kRecordMalformed,
                "outside a statement");
}

TEST(TitoTest, NeverHalfRead) {
  ExpectNeverHalfRead(Tito(), SampleBytes("day.txt"));
  ExpectNeverHalfRead(Tito(), SampleBytes("unbroken.txt"));
  const std::string statements = SampleBytes("statements.txt");
  // Statements follow each other without a record around them: the first two are a whole file.
  ExpectNeverHalfRead(Tito(), statements, statements.find("T0032210020001800001234") + 1);
}

TEST(TitoTest, AStatementWithoutItsClosingBalanceIsTruncated) {
  std::string day = SampleBytes("day.txt");
  day.resize(day.find("T40"));
  ExpectProblem(Tito(), day, DeviationCode::kFileTruncated, "T40");
  ExpectProblem(Tito(), "", DeviationCode::kFileTruncated, "T00");
}

TEST(TitoTest, ItemsThatDoNotAddUpLeaveTheEntryWhole) {
  const std::string broken =
      Replaced(SampleBytes("statements.txt"), "+000000000000010000", "+000000000000010001");
  const ReadOutcome outcome = ReadAll(Tito(), broken);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_THAT(outcome.amounts, Contains(30000));
  EXPECT_THAT(outcome.amounts, ::testing::Not(Contains(10001)));
  EXPECT_THAT(outcome.records,
              Contains(::testing::AllOf(HasSubstr("\"300.00\""), HasSubstr("details_missing"))));
  EXPECT_THAT(outcome.report.warnings, Contains(HasSubstr("do not add up")));
}

TEST(TitoTest, RejectedEntriesAndT80AreToldAndNotPosted) {
  const std::string statements = SampleBytes("statements.txt");
  const ReadOutcome outcome = ReadAll(Tito(), statements);
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_EQ(outcome.problems[0].code, DeviationCode::kNotBooked);
  EXPECT_THAT(outcome.problems[0].text, HasSubstr("99.00 EUR"));
  // Were rejected entries in the balance, the file would be set aside.
  EXPECT_TRUE(ReadAll(Tito(), Replaced(statements, "T40050260107+000000000000167650",
                                       "T40050260107+000000000000177550"))
                  .report.set_aside);
  std::vector<std::string> lines = LinesOf(SampleBytes("day.txt"));
  std::string t80 = Replaced(lines[1], "T10", "T80");
  const std::string with = Replaced(lines[0], "000005EUR", "000006EUR") + lines[1] + t80 +
                           lines[2] + lines[3] + lines[4];
  const ReadOutcome read = ReadAll(Tito(), with);
  EXPECT_FALSE(read.report.set_aside);
  EXPECT_EQ(read.amounts, std::vector<int64_t>{12345});
  ASSERT_THAT(read.problems, SizeIs(1));
  EXPECT_EQ(read.problems[0].code, DeviationCode::kNotBooked);
}

TEST(TitoTest, OtherFilesAreNotTakenForIt) {
  for (const std::string_view head : {"", "T", "T00", "T00322", "TEXT", "T10188000001"}) {
    EXPECT_EQ(Tito().sniff(head), 0) << head;
  }
  EXPECT_EQ(Tito().sniff(SampleBytes("day.txt").substr(0, 90)), 0);
  EXPECT_GT(Tito().sniff("\r\n" + SampleBytes("day.txt")), 0);
}

}  // namespace
}  // namespace kvitt
