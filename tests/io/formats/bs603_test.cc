#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

const Format& Bs603() {
  return *FindFormat("bs603");
}

std::string Agreements() {
  return Samples("bs603").at(0).bytes;
}

TEST(Bs603Test, EachControlAloneSetsTheFileAside) {
  constexpr auto kControl = DeviationCode::kControlTotalMismatch;
  const std::string agreements = Agreements();
  constexpr std::string_view kSection = "00000000002000000000046250";
  constexpr std::string_view kDelivery = "0000000000300000000007000000000046250";
  const auto expect = [&](std::string_view totals, size_t place, std::string_view text) {
    std::string broken(totals);
    broken[place] = broken[place] == '9' ? '8' : '9';
    ExpectProblem(Bs603(), Replaced(agreements, totals, broken), kControl, text);
  };
  expect(kSection, 10, "number of transactions in the section");
  expect(kSection, 25, "amount of the section");
  expect(kDelivery, 10, "number of sections in the delivery");
  expect(kDelivery, 21, "number of transactions in the delivery");
  expect(kDelivery, 36, "amount of the delivery");
}

TEST(Bs603Test, EachDamagedRecordSetsTheFileAside) {
  const std::string agreements = Agreements();
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(Bs603(), Replaced(agreements, from, to), DeviationCode::kRecordMalformed, text);
  };
  expect("000000001010120000000", "00000000X010120000000", "mandate");
  expect("000000001010120000000", "000000001320120000000", "start date");
  expect("000000004010119311225", "000000004010119311325", "end date");
  expect("000000000001001", "000000000000000", "customer number");
  expect("0000000045000F1006", "00000000450O0F1006", "amount");
  expect("0501260000000045000", "0532260000000045000", "date");
  expect("BS042012345670231", "BS042012345670236", "transaction code");
  expect("BS012012345670212", "BS012012345670213", "section");
}

TEST(Bs603Test, NeverHalfRead) {
  ExpectNeverHalfRead(Bs603(), Agreements());
}

TEST(Bs603Test, AgreementsAreCountedAndBecomeNoRecord) {
  const ReadOutcome outcome = ReadAll(Bs603(), Agreements());
  EXPECT_EQ(outcome.report.kind, FileKind::kAgreements);
  EXPECT_EQ(outcome.report.transactions, 7u);
  EXPECT_TRUE(outcome.records.empty());
  EXPECT_TRUE(outcome.report.credits.empty());
}

}  // namespace
}  // namespace kvitt
