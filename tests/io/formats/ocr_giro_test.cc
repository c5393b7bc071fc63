// OCR giro: what is accepted in spite of its looks, and what never is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kControl = DeviationCode::kControlTotalMismatch;
constexpr auto kMalformed = DeviationCode::kRecordMalformed;

const Format& OcrGiro() {
  return *FindFormat("ocr-giro");
}

std::string SampleBytes(std::string_view name) {
  for (const Sample& sample : Samples("ocr-giro")) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(OcrGiroTest, EachControlAloneSetsTheFileAside) {
  const auto expect = [](std::string_view name, std::string_view text) {
    ExpectProblem(OcrGiro(), SampleBytes(name), kControl, text);
  };
  expect("damaged_count.txt", "number of transactions (88");
  expect("damaged_records.txt", "number of records (88");
  expect("damaged_sum.txt", "sum of the assignment");
  expect("damaged_earliest.txt", "earliest Nets date");
  expect("damaged_latest.txt", "latest Nets date");
  expect("damaged_total_count.txt", "number of transactions (89");
  expect("damaged_total_records.txt", "number of records (89");
  expect("damaged_total_sum.txt", "sum of the transmission");
}

TEST(OcrGiroTest, EachDamagedRecordSetsTheFileAside) {
  const std::string payments = SampleBytes("payments.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(OcrGiro(), Replaced(payments, from, to), kMalformed, text);
  };
  expect("NY0913300000001", "NX0913300000001", "record (1-2)");
  expect("NY0913300000001", "NY0813300000001", "service and record type");
  expect("NY0913300000001", "NY0913380000001", "service and record type");
  expect("NY0913300000001", "NY091330000000X", "transaction number (9-15)");
  expect("NY0913310000001", "NY0913310000002", "expected its item 2 (31) behind it");
  expect("NY0913310000001", "NY0914310000001", "expected its item 2 (31) behind it");
  expect("000000102012601", "000000132012601", "Nets date (16-21)");
  expect("00042000000000000", "00042+00000000000", "sign (32)");
  expect("00000000000012345", "0000000000001234X", "amount (33-49)");
  expect("12345678903", "1234567890X", "creditor account (25-35)");
  expect("12345678903", "00000000000", "creditor account (25-35)");
  expect("NY09008800000002", "NY0900880000000X", "number of transactions (9-16)");
  expect("Retur kasse 4", "Retur\x01kasse 4", "control character");
}

TEST(OcrGiroTest, RecordsOutOfOrderSetTheFileAside) {
  const std::vector<std::string> lines = LinesOf(SampleBytes("payments.txt"));
  const auto expect = [&](std::vector<size_t> order, DeviationCode code, std::string_view text) {
    std::string bytes;
    for (const size_t i : order) bytes += lines[i];
    ExpectProblem(OcrGiro(), bytes, code, text);
  };
  expect({0, 1, 3, 2, 4, 5, 6, 7, 8}, kMalformed, "an amount item 1 (30) in front of it");
  expect({0, 1, 2, 3, 4, 6, 7, 8}, kMalformed, "expected its item 2 (31)");
  expect({0, 1, 2, 3, 3, 7, 8}, kMalformed, "expected one, found another");
  expect({0, 2, 3, 7, 8}, kMalformed, "a record of the frame");
  expect({0, 1, 2, 3, 1, 2, 3, 7, 8}, kMalformed, "expected an assignment end (88)");
  expect({0, 1, 2, 3, 8}, kMalformed, "expected an assignment end (88)");
  expect({1, 2, 3, 7, 8}, kMalformed, "expected a transmission start (10)");
  expect({0, 1, 2, 3, 4, 5, 6, 7}, DeviationCode::kFileTruncated, "a transmission end (89)");
  expect({0, 1, 2, 3}, DeviationCode::kFileTruncated, "an assignment end (88)");
}

TEST(OcrGiroTest, IsNeverHalfRead) {
  for (const std::string_view name :
       {"payments.txt", "mixed.txt", "trimmed_utf8.txt", "vipps.txt"}) {
    SCOPED_TRACE(name);
    ExpectNeverHalfRead(OcrGiro(), SampleBytes(name));
  }
}

TEST(OcrGiroTest, AStreamWithoutLineEndsIsNeverHalfRead) {
  const std::string bytes = SampleBytes("unbroken.txt");
  const std::vector<int64_t> amounts = ReadAll(OcrGiro(), bytes).amounts;
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const ReadOutcome outcome = ReadAll(OcrGiro(), bytes.substr(0, cut), 200);
    EXPECT_TRUE(outcome.report.set_aside || outcome.amounts == amounts) << "cut at " << cut;
  }
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const std::string_view insert : {"0", " ", "\n", "NY"}) {
      const ReadOutcome outcome = ReadAll(OcrGiro(), std::string(bytes).insert(place, insert), 200);
      EXPECT_TRUE(outcome.report.set_aside || outcome.amounts == amounts)
          << insert << " at " << place;
    }
  }
}

TEST(OcrGiroTest, AMinusThatNoSumConfirmsIsRefused) {
  // One character turns money in into money out; the sum does not follow.
  const ReadOutcome outcome = ReadAll(OcrGiro(), SampleBytes("damaged_sign.txt"));
  EXPECT_TRUE(outcome.report.set_aside);
  EXPECT_TRUE(outcome.report.only_controls_failed);
  ASSERT_EQ(outcome.report.problems.size(), 2u);
  EXPECT_THAT(outcome.report.problems[0].text,
              HasSubstr("expected 133.35 as declared, found -113.55"));
}

TEST(OcrGiroTest, ReversalsThatAreAddedInSpiteOfTheirSignAreAcceptedWithAWarning) {
  const ReadOutcome outcome = ReadAll(OcrGiro(), SampleBytes("gross_sum.txt"));
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_THAT(outcome.amounts, ElementsAre(-535, 700));
  EXPECT_THAT(outcome.report.warnings,
              ElementsAre(HasSubstr("adds reversals in spite of their sign - (2 times")));
}

TEST(OcrGiroTest, OdditiesAreWarnedOf) {
  EXPECT_THAT(ReadAll(OcrGiro(), SampleBytes("payments.txt")).report.warnings, IsEmpty());
  EXPECT_THAT(ReadAll(OcrGiro(), SampleBytes("vipps.txt")).report.warnings,
              ElementsAre(HasSubstr("sender other than Nets"), HasSubstr("transaction type 50")));
  EXPECT_THAT(ReadAll(OcrGiro(), SampleBytes("mixed.txt")).report.warnings,
              ElementsAre(HasSubstr("AvtaleGiro counted and passed over (2 times")));
  std::string numbers = Replaced(SampleBytes("vipps.txt"), "NY0950300000001", "NY0950300000007");
  numbers = Replaced(numbers, "NY0950310000001", "NY0950310000007");
  EXPECT_THAT(ReadAll(OcrGiro(), numbers).report.warnings,
              ElementsAre(HasSubstr("sender"), HasSubstr("do not ascend"), HasSubstr("type 50")));
}

TEST(OcrGiroTest, BlanksInsideAKidAreTakenOut) {
  const std::string bytes = Replaced(SampleBytes("payments.txt"), "  20260001019", "2026 000 1019");
  EXPECT_THAT(ReadAll(OcrGiro(), bytes).records[0], HasSubstr("\"value\":\"20260001019\""));
}

// Writes one payment in an assignment.
std::string Written(const PaymentBatch& batch, bool* accepted) {
  const std::unique_ptr<FormatWriter> writer = OcrGiro().make_writer();
  std::string bytes;
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 5);
  writer->Begin(header, &bytes);
  writer->BeginSection("bban-no:15064512345", Currency::FromCode("NOK"), header.created, &bytes);
  *accepted = writer->Write(batch, batch.payments[0], &bytes);
  writer->EndSection(&bytes);
  writer->End(&bytes);
  return bytes;
}

PaymentBatch OnePayment(int64_t minor) {
  PaymentBatch batch;
  Payment& payment = batch.payments.emplace_back();
  payment.amount_minor = minor;
  payment.currency = Currency::FromCode("NOK");
  return batch;
}

TEST(OcrGiroWriterTest, WhatIsWrittenReadsAsItWas) {
  PaymentBatch batch = OnePayment(99999999999999999);
  Payment& payment = batch.payments[0];
  batch.AddReference(&payment, {"1009-", ReferenceScheme::kKid, false, 0});
  payment.payer_account = "bban-no:98760512346";
  payment.bank_reference = "0102000042-1000000010555000111";
  payment.kind = PaymentKind::kDirectDebit;
  bool accepted = false;
  ReadOutcome outcome = ReadAll(OcrGiro(), Written(batch, &accepted));
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_THAT(outcome.records,
              ElementsAre("{\"kind\":\"direct_debit\",\"direction\":\"credit\","
                          "\"creditor_account\":\"bban-no:15064512345\","
                          "\"amount\":\"999999999999999.99\",\"currency\":\"NOK\","
                          "\"booking_date\":\"2026-01-05\",\"references\":["
                          "{\"value\":\"1009-\",\"scheme\":\"kid\"}],"
                          "\"payer_account\":\"bban-no:98760512346\","
                          "\"bank_reference\":\"0102000042-1000000010555000111\"}"));
  PaymentBatch refund = OnePayment(990);
  refund.payments[0].direction = Direction::kDebit;
  refund.payments[0].kind = PaymentKind::kReversal;
  refund.AddText(&refund.payments[0], "Retur på kjøp");
  outcome = ReadAll(OcrGiro(), Written(refund, &accepted));
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_THAT(outcome.amounts, ElementsAre(-990));
  EXPECT_THAT(outcome.records[0], HasSubstr("\"text\":[\"Retur på kjøp\"]"));
}

TEST(OcrGiroWriterTest, WhatTheFormatCannotSayIsDeclinedAndNothingIsWritten) {
  const auto declines = [](const PaymentBatch& batch) {
    bool accepted = true;
    const std::string bytes = Written(batch, &accepted);
    return !accepted && LinesOf(bytes).size() == 4;  // 10, 20, 88, 89
  };
  EXPECT_TRUE(declines(OnePayment(100000000000000000)));
  EXPECT_TRUE(declines(OnePayment(0)));
  PaymentBatch kronor = OnePayment(1);
  kronor.payments[0].currency = Currency::FromCode("SEK");
  EXPECT_TRUE(declines(kronor));
  PaymentBatch two = OnePayment(1);
  two.AddReference(&two.payments[0], {"1", ReferenceScheme::kKid, false, 0});
  two.AddReference(&two.payments[0], {"2", ReferenceScheme::kKid, false, 0});
  EXPECT_TRUE(declines(two));
  PaymentBatch long_text = OnePayment(1);
  long_text.AddText(&long_text.payments[0], std::string(41, 'x'));
  EXPECT_TRUE(declines(long_text));
  PaymentBatch both = OnePayment(1);
  both.AddReference(&both.payments[0], {"1", ReferenceScheme::kKid, false, 0});
  both.AddText(&both.payments[0], "text");
  EXPECT_TRUE(declines(both));
}

}  // namespace
}  // namespace kvitt
