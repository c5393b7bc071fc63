#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "kvitt/reference.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Format& Ktl() {
  return *FindFormat("ktl");
}

std::string SampleBytes(std::string_view name) {
  for (const Sample& sample : Samples("ktl")) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(KtlTest, EachControlAloneSetsTheFileAside) {
  const std::string day = SampleBytes("day.txt");
  constexpr auto kControl = DeviationCode::kControlTotalMismatch;
  constexpr std::string_view kSums = "9000001000000123450000010000000234500000100000005000";
  const auto expect = [&](std::string_view sums, std::string_view text) {
    ExpectProblem(Ktl(), Replaced(day, kSums, sums), kControl, text);
  };
  expect("9000002000000123450000010000000234500000100000005000", "number of payments");
  expect("9000001000000123460000010000000234500000100000005000", "sum of payments");
  expect("9000001000000123450000020000000234500000100000005000", "number of corrections");
  expect("9000001000000123450000010000000234600000100000005000", "sum of corrections");
  expect("9000001000000123450000010000000234500000200000005000", "number of failed debits");
  expect("9000001000000123450000010000000234500000100000005001", "sum of failed debits");
}

TEST(KtlTest, EachDamagedRecordSetsTheFileAside) {
  const std::string day = SampleBytes("day.txt");
  constexpr auto kMalformed = DeviationCode::kRecordMalformed;
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(Ktl(), Replaced(day, from, to), kMalformed, text);
  };
  expect("1A00000123450A", "1A0000O123450A", "amount");
  expect("1A00000123450A", "2A00000123450A", "currency code");
  expect("1A00000123450A", "1A00000123452A", "correction");
  expect("1A00000123450A ", "1A00000123450A3", "return code");
  expect("312345600000785260105260104", "312345600000785261305260104", "booking date");
  expect("312345600000785260105260104", "312345600000785000000260104", "booking date");
  expect("312345600000785260105260104", "312345600000785260105263104", "payment date");
  expect("312345600000785260105260104", "31234560000O785260105260104", "account");
  expect("312345600000785260105260104", "300000000000000260105260104", "account");
  expect("312345600000785260105260104", "412345600000785260105260104", "record type");
  expect("026010523591", "026013523591", "date of the batch");
  expect("026010523591", "026010524001", "time of the batch");
  expect("0123456781 ", "01234567829", "currency code of the batch");
  expect("9000001000000123450000010", "9000001000000123450000O10", "totals of the batch");
}

TEST(KtlTest, OrderIsChecked) {
  const std::vector<std::string> lines = LinesOf(SampleBytes("day.txt"));
  ASSERT_EQ(lines.size(), 5u);
  const auto joined = [&](std::initializer_list<size_t> order) {
    std::string bytes;
    for (const size_t line : order) bytes += lines[line];
    return bytes;
  };
  constexpr auto kMalformed = DeviationCode::kRecordMalformed;
  ExpectProblem(Ktl(), joined({0, 1, 2, 3}), DeviationCode::kFileTruncated, "no end");
  ExpectProblem(Ktl(), joined({1, 2, 3, 4}), kMalformed, "outside a batch");
  ExpectProblem(Ktl(), joined({0, 0, 1, 2, 3, 4}), kMalformed, "begins inside another");
  ExpectProblem(Ktl(), joined({0, 1, 2, 3, 4, 4}), kMalformed, "sum record outside a batch");
  ExpectProblem(Ktl(), joined({0, 1, 2, 3, 4, 1}), kMalformed, "payment outside a batch");
  ExpectProblem(Ktl(), "", DeviationCode::kFileTruncated, "batch record");
}

TEST(KtlTest, NeverHalfRead) {
  ExpectNeverHalfRead(Ktl(), SampleBytes("day.txt"));
  const std::string batches = SampleBytes("batches.txt");
  // Batches follow each other without a record around them: the first alone is a whole file.
  ExpectNeverHalfRead(Ktl(), batches, batches.find("\n0260106") + 2);
}

TEST(KtlTest, FailedDebitsAreToldAndNotPosted) {
  const ReadOutcome outcome = ReadAll(Ktl(), SampleBytes("day.txt"));
  EXPECT_EQ(outcome.amounts, (std::vector<int64_t>{12345, -2345}));
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_EQ(outcome.problems[0].code, DeviationCode::kDirectDebitReturned);
  EXPECT_THAT(outcome.problems[0].text, HasSubstr("50.00 EUR"));
  // A file of nothing but failed debits is no empty file.
  std::string failed = SampleBytes("day.txt");
  const std::vector<std::string> lines = LinesOf(failed);
  failed = lines[0] + lines[3] +
           Replaced(lines[4], "9000001000000123450000010000000234500000100000005000",
                    "9000000000000000000000000000000000000000100000005000");
  const ReadOutcome only = ReadAll(Ktl(), failed);
  EXPECT_FALSE(only.report.set_aside);
  EXPECT_EQ(only.report.transactions, 0u);
}

// Type 7 is never posted, wherever the totals put it.
TEST(KtlTest, WithdrawalsMayBeInTheTotalsOrNot) {
  const std::string batches = SampleBytes("batches.txt");
  const ReadOutcome without = ReadAll(Ktl(), batches);
  EXPECT_FALSE(without.report.set_aside);
  const ReadOutcome with =
      ReadAll(Ktl(), Replaced(batches, "900000310000012444", "900000410000013144"));
  EXPECT_FALSE(with.report.set_aside);
  EXPECT_EQ(with.amounts, without.amounts);
  ASSERT_THAT(with.problems, SizeIs(1));
  EXPECT_EQ(with.problems[0].code, DeviationCode::kNotBooked);
  EXPECT_THAT(with.report.warnings, Contains(HasSubstr("records of type 7")));
  EXPECT_TRUE(ReadAll(Ktl(), Replaced(batches, "900000310000012444", "900000310000013144"))
                  .report.set_aside);
}

TEST(KtlTest, LettersAreSevenBitUnlessTheFileHasEightBitOnes) {
  EXPECT_THAT(ReadAll(Ktl(), SampleBytes("batches.txt")).records,
              Contains(HasSubstr("\"M\xC3\xA4KINEN, \xC3\x85KE\"")));
  const std::vector<std::string> eight_bit = ReadAll(Ktl(), SampleBytes("latin1.txt")).records;
  EXPECT_THAT(eight_bit, Contains(HasSubstr("\"\xC3\x85"
                                            "BERG [1] AB\"")));
  EXPECT_THAT(eight_bit, Contains(HasSubstr("\"M\xC3\x84KINEN \xC3\x85ke\"")));
}

TEST(KtlTest, OtherFilesAreNotTakenForIt) {
  for (const std::string_view head :
       {"", "0", "0260105", "02601052359", "02601052359\n", "02601052359\nNY000010",
        "02601052359\n3123", "00BGMAX\n20", "0991305235912\r\n900000000000000000000\r\n"}) {
    EXPECT_EQ(Ktl().sniff(head), 0) << head;
  }
  EXPECT_GT(Ktl().sniff("\r\n026010523591 0123456781\r\n900000000000000000000000000\r\n"), 0);
}

// ---- writing

class Writing {
 public:
  explicit Writing(std::string_view account = "FI2112345600000785") : writer_(Ktl().make_writer()) {
    WriterHeader header;
    header.created = Date::FromCivil(2026, 1, 5);
    writer_->Begin(header, &bytes_);
    writer_->BeginSection(account, Currency::FromCode("EUR"), header.created, &bytes_);
  }

  bool Add(const Payment& payment, std::string_view reference) {
    PaymentBatch batch;
    Payment& added = batch.payments.emplace_back(payment);
    if (!reference.empty()) {
      batch.AddReference(&added, {reference, ReferenceScheme::kUnknown, false, 0});
    }
    return writer_->Write(batch, added, &bytes_);
  }

  std::string End() {
    writer_->EndSection(&bytes_);
    writer_->End(&bytes_);
    return bytes_;
  }

 private:
  std::unique_ptr<FormatWriter> writer_;
  std::string bytes_;
};

Payment Good(PaymentKind kind, int64_t minor) {
  Payment payment;
  payment.kind = kind;
  payment.amount_minor = minor;
  payment.currency = Currency::FromCode("EUR");
  payment.booking_date = payment.value_date = Date::FromCivil(2026, 1, 5);
  payment.payer_name = "M\xC3\xA4kinen, \xC3\x85ke ja Liisa";
  payment.bank_reference = "0105123456AA0001";
  const bool is_return = kind == PaymentKind::kReversal || kind == PaymentKind::kDirectDebitReturn;
  payment.direction = is_return ? Direction::kDebit : Direction::kCredit;
  return payment;
}

TEST(KtlTest, ReadsWhatItWrites) {
  Writing writing;
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kPayment, 12345), "20260011"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kPayment, 9999999999), "RF52 2026 0011"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kDirectDebit, 1), "00000000000020260011"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kReversal, 700), ""));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kDirectDebitReturn, 800), "13"));
  const ReadOutcome read = ReadAll(Ktl(), writing.End(), 200);
  EXPECT_FALSE(read.report.set_aside);
  EXPECT_EQ(read.report.control_totals, ControlState::kVerified);
  EXPECT_EQ(read.amounts, (std::vector<int64_t>{12345, 9999999999, 1, -700, -800}));
  EXPECT_THAT(read.records[0], HasSubstr("\"payer_name\":\"M\xC3\xA4kinen, \xC3\x85ke\""));
  EXPECT_THAT(read.records[1], HasSubstr("{\"value\":\"20260011\",\"scheme\":\"viite\"}"));
}

TEST(KtlTest, RefusesToWriteWhatItCannotSay) {
  const Payment good = Good(PaymentKind::kPayment, 100);
  Writing writing;
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kPayment, 10000000000), "20260011"));
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kFee, 100), "20260011"));
  EXPECT_FALSE(writing.Add(good, "INV-1001"));
  EXPECT_FALSE(writing.Add(good, "-000020260011"));
  EXPECT_FALSE(writing.Add(good, "123456789012345678901"));
  Payment other = good;
  other.currency = Currency::FromCode("SEK");
  EXPECT_FALSE(writing.Add(other, "20260011"));
  other = good;
  other.bank_reference = "01051234567890123";
  EXPECT_FALSE(writing.Add(other, "20260011"));
  other = good;
  other.direction = Direction::kDebit;
  EXPECT_FALSE(writing.Add(other, "20260011"));
  // The sum has eleven digits.
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(writing.Add(Good(PaymentKind::kPayment, 9999999999), "20260011"));
  }
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kPayment, 9), "20260011"));
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kPayment, 9999999999), "20260011"));
  EXPECT_FALSE(ReadAll(Ktl(), writing.End()).report.set_aside);
  Writing swedish("SE4550000000058398257466");
  EXPECT_FALSE(swedish.Add(good, "20260011"));
}

}  // namespace
}  // namespace kvitt
