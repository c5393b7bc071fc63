// BgMax: what is accepted in spite of its looks, and what never is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kControl = DeviationCode::kControlTotalMismatch;
constexpr auto kMalformed = DeviationCode::kRecordMalformed;

const Format& BgMax() {
  return *FindFormat("bgmax");
}

std::string SampleBytes(std::string_view name) {
  for (const Sample& sample : Samples("bgmax")) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

// A record of 80 characters and its line end.
std::string Record(std::string cells) {
  cells.resize(80, ' ');
  return cells + "\r\n";
}

TEST(BgMaxTest, EachControlAloneSetsTheFileAside) {
  const auto expect = [](std::string_view name, std::string_view text) {
    ExpectProblem(BgMax(), SampleBytes(name), kControl, text);
  };
  expect("damaged_deposit_amount.txt", "amount of the deposit");
  expect("damaged_deposit_count.txt", "number of payments of the deposit");
  expect("damaged_deposit_currency.txt", "currency of the deposit");
  expect("damaged_parts.txt", "amounts of the extra references");
  expect("damaged_count_20.txt", "number of payments (70");
  expect("damaged_count_21.txt", "number of deductions (70");
  expect("damaged_count_22.txt", "number of extra references (70");
  expect("damaged_count_15.txt", "number of deposits (70");
}

TEST(BgMaxTest, EachDamagedRecordSetsTheFileAside) {
  const std::string deposit = SampleBytes("deposit.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(BgMax(), Replaced(deposit, from, to), kMalformed, text);
  };
  for (const std::string tail : {"0", "\n0\n", "2O", "x"}) {
    ExpectProblem(BgMax(), deposit + tail, kMalformed, "record: expected a code of two digits");
  }
  expect("BGMAX ", "BGMAY ", "layout (3-22)");
  expect("   0120260105", "   0220260105", "version (23-24)");
  expect("050009912346", "05000991234X", "creditor bankgiro");
  expect("050009912346", "050000000000", "creditor account");
  expect("SEK      ", "NOK      ", "currency (23-25)");
  expect("000000000000125000", "00000000000012500X", "amount (38-55)");
  expect("000000000000125000", "           1250 00", "amount (38-55)");
  expect("200005555551", "20000555555X", "payer bankgiro");
  expect("000001000010", "00000100001X", "BGC serial number");

  expect("53000001000030", "53000001000031", "BGC serial number");
  expect("20260105000070", "20261305000070", "deposit date");
  expect("20260105000070", "99991231000070", "deposit date");
  expect("20260105000070", "19691231000070", "deposit date");
  expect("20260105000070", "00000000000070", "deposit date");
  expect("00000003 ", "0000000X ", "number of payments");
  expect("7000000002", "70000000 2", "counts of the end record");
  expect("EXEMPEL",
         "EXEM\x01"
         "EL",
         "control character");
  ExpectProblem(BgMax(),
                Replaced(deposit, "HANDEL AB" + std::string(61, ' ') + "\r",
                         "HANDEL AB" + std::string(61, ' ') + "X\r"),
                kMalformed, "longer than a record");
}

TEST(BgMaxTest, RecordsOutOfOrderSetTheFileAside) {
  const std::vector<std::string> lines = LinesOf(SampleBytes("deposit.txt"));
  const auto joined = [&](std::vector<size_t> order) {
    std::string bytes;
    for (const size_t i : order) bytes += lines[i];
    return bytes;
  };
  const auto expect = [&](std::vector<size_t> order, DeviationCode code, std::string_view text) {
    ExpectProblem(BgMax(), joined(std::move(order)), code, text);
  };
  expect({0, 1, 3, 10, 11}, kMalformed, "a payment record (20 or 21) in front of it");
  expect({0, 2, 3, 10, 11}, kMalformed, "an opening record (05) in front of a payment");
  expect({0, 1, 1, 2, 10, 11}, kMalformed, "expected a deposit record (15)");
  expect({0, 1, 2, 11}, kMalformed, "expected a deposit record (15)");
  expect({0, 0, 1, 2, 10, 11}, kMalformed, "expected an end record (70)");
  expect({1, 2, 10, 11}, kMalformed, "expected a start record (01)");
  expect({0, 10, 11}, kMalformed, "expected an opening record (05)");
  expect({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, DeviationCode::kFileTruncated, "a deposit record (15)");
  expect({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, DeviationCode::kFileTruncated, "an end record (70)");
}

TEST(BgMaxTest, IsNeverHalfRead) {
  for (const std::string_view name : {"deposit.txt", "sections.txt", "trimmed_utf8.txt"}) {
    SCOPED_TRACE(name);
    ExpectNeverHalfRead(BgMax(), SampleBytes(name));
  }
}

TEST(BgMaxTest, AnEmptyFileIsAProblemUnlessAllowed) {
  const std::string empty = SampleBytes("empty.txt");
  EXPECT_TRUE(ReadAll(BgMax(), empty).report.set_aside);
  ReadOptions options;
  options.settings.allow_empty = true;
  const ReadOutcome allowed = ReadAll(BgMax(), empty, 1 << 20, options);
  EXPECT_FALSE(allowed.report.set_aside);
  EXPECT_EQ(allowed.report.control_totals, ControlState::kVerified);
}

TEST(BgMaxTest, SumsDoNotOverflow) {
  // Ten payments of the largest amount are more than 64 bits hold; no deposit can declare them.
  std::string bytes =
      Record("01BGMAX               0120260105060000000000P") + Record("050009912346          SEK");
  for (int i = 0; i < 10; ++i) {
    bytes += Record("200000000000" + std::string(25, ' ') + "999999999999999999" + "01" +
                    "00000000000" + std::to_string(i) + "0");
  }
  bytes += Record("15" + std::string(35, '0') + "20260105" + "00001" + "999999999999999990" +
                  "SEK" + "00000010") +
           Record("7000000010000000000000000000000001");
  ExpectProblem(BgMax(), bytes, kControl, "found 99999999999999999.90");
}

TEST(BgMaxTest, APaymentOfZeroMovesNoMoneyButCounts) {
  std::string bytes = SampleBytes("deposit.txt");
  bytes = Replaced(bytes, "000000000000125000", "000000000000000000");
  bytes = Replaced(bytes, "000000000000200000SEK", "000000000000075000SEK");
  const ReadOutcome outcome = ReadAll(BgMax(), bytes);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.transactions, 2u);
  EXPECT_THAT(outcome.amounts, ElementsAre(-25000, 100000));
  EXPECT_THAT(outcome.report.warnings, ElementsAre(HasSubstr("payment of zero")));
}

TEST(BgMaxTest, OdditiesAreWarnedOf) {
  std::string bytes = SampleBytes("trimmed_utf8.txt");
  EXPECT_THAT(ReadAll(BgMax(), bytes).report.warnings,
              ElementsAre(HasSubstr("the unknown code 24 skipped (1 time"),
                          HasSubstr("saved as UTF-8"), HasSubstr("a tab in a record")));
  bytes = Replaced(SampleBytes("deposit.txt"), "0000P", "0000T");
  EXPECT_THAT(ReadAll(BgMax(), bytes).report.warnings, ElementsAre(HasSubstr("marked as a test")));
}

TEST(BgMaxTest, DatesFollowPaymentsAcrossBlocks) {
  // The deposit record of the first section lies in another block than its payments.
  const ReadOutcome outcome = ReadAll(BgMax(), SampleBytes("sections.txt"), 81);
  ASSERT_EQ(outcome.records.size(), 8u);
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_THAT(outcome.records[i], HasSubstr("\"booking_date\":\"2026-01-07\"")) << i;
  }
  EXPECT_THAT(outcome.records[7], HasSubstr("\"booking_date\":\"2026-01-08\""));
}

// Writes one payment in a section.
std::string Written(const PaymentBatch& batch, bool* accepted) {
  const std::unique_ptr<FormatWriter> writer = BgMax().make_writer();
  std::string bytes;
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 5);
  writer->Begin(header, &bytes);
  writer->BeginSection("bankgiro:9912346", Currency::FromCode("SEK"), header.created, &bytes);
  *accepted = writer->Write(batch, batch.payments[0], &bytes);
  writer->EndSection(&bytes);
  writer->End(&bytes);
  return bytes;
}

PaymentBatch OnePayment(int64_t minor) {
  PaymentBatch batch;
  Payment& payment = batch.payments.emplace_back();
  payment.amount_minor = minor;
  payment.currency = Currency::FromCode("SEK");
  return batch;
}

TEST(BgMaxWriterTest, WhatIsWrittenReadsAsItWas) {
  PaymentBatch batch = OnePayment(100000);
  Payment& payment = batch.payments[0];
  batch.AddReference(&payment, {"202600094", ReferenceScheme::kOcr, true, 110000});
  batch.AddReference(&payment, {"KREDIT 89", ReferenceScheme::kText, true, -10000});
  batch.AddText(&payment, "TACK FÖR LEVERANSEN");
  payment.payer_name = "ÅKESSON OCH SÖNERS ALLDELES FÖR LÅNGA HANDELSBOLAG";
  payment.payer_account = "bankgiro:5555551";
  payment.payer_org_no = "1234567897";
  payment.bank_reference = "000001000030";
  payment.kind = PaymentKind::kDirectDebit;
  bool accepted = false;
  const std::string bytes = Written(batch, &accepted);
  ASSERT_TRUE(accepted);
  const ReadOutcome outcome = ReadAll(BgMax(), bytes);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified);
  EXPECT_THAT(outcome.records,
              ElementsAre("{\"kind\":\"direct_debit\",\"direction\":\"credit\","
                          "\"creditor_account\":\"bankgiro:9912346\",\"amount\":\"1000.00\","
                          "\"currency\":\"SEK\",\"booking_date\":\"2026-01-05\",\"references\":["
                          "{\"value\":\"202600094\",\"scheme\":\"ocr\",\"amount\":\"1100.00\"},"
                          "{\"value\":\"KREDIT 89\",\"scheme\":\"text\",\"amount\":\"-100.00\"}],"
                          "\"text\":[\"TACK FÖR LEVERANSEN\"],"
                          "\"payer_name\":\"ÅKESSON OCH SÖNERS ALLDELES FÖR LÅNGA HANDELSBOLAG\","
                          "\"payer_account\":\"bankgiro:5555551\",\"payer_org_no\":\"1234567897\","
                          "\"bank_reference\":\"000001000030\"}"));
}

TEST(BgMaxWriterTest, WhatTheFormatCannotSayIsDeclinedAndNothingIsWritten) {
  bool accepted = true;
  PaymentBatch large = OnePayment(1000000000000000000);
  const std::string nothing = Written(large, &accepted);
  EXPECT_FALSE(accepted);
  EXPECT_EQ(LinesOf(nothing).size(), 4u);  // 01, 05, 15, 70
  PaymentBatch zero = OnePayment(0);
  Written(zero, &accepted);
  EXPECT_FALSE(accepted);
  PaymentBatch dollars = OnePayment(1);
  dollars.payments[0].currency = Currency::FromCode("USD");
  Written(dollars, &accepted);
  EXPECT_FALSE(accepted);
  PaymentBatch long_reference = OnePayment(1);
  long_reference.AddReference(&long_reference.payments[0],
                              {"12345678901234567890123456", ReferenceScheme::kOcr, false, 0});
  Written(long_reference, &accepted);
  EXPECT_FALSE(accepted);
  PaymentBatch parts = OnePayment(100);
  parts.AddReference(&parts.payments[0], {"1", ReferenceScheme::kOcr, true, 60});
  parts.AddReference(&parts.payments[0], {"2", ReferenceScheme::kOcr, true, 50});
  Written(parts, &accepted);
  EXPECT_FALSE(accepted);
}

}  // namespace
}  // namespace kvitt
