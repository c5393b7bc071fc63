#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;

const Format& Bs602() {
  return *FindFormat("bs602");
}

std::string SampleBytes(std::string_view name) {
  for (const Sample& sample : Samples("bs602")) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(Bs602Test, EachControlAloneSetsTheFileAside) {
  const std::string night = SampleBytes("night.txt");
  constexpr auto kControl = DeviationCode::kControlTotalMismatch;
  ExpectProblem(Bs602(),
                Replaced(night, "00000000002000000000012500", "00000000003000000000012500"),
                kControl, "number of transactions in the section");
  ExpectProblem(Bs602(),
                Replaced(night, "00000000002000000000012500", "00000000002000000000012501"),
                kControl, "amount of the section");
  ExpectProblem(
      Bs602(),
      Replaced(night, "0001250000000000000               ", "0001250000000000001               "),
      kControl, "number of text records in the section");
  ExpectProblem(Bs602(),
                Replaced(night, "               00000000000 ", "               00000000001 "),
                kControl, "number of name records in the section");
  ExpectProblem(Bs602(),
                Replaced(night, "06020000000000200000000003", "06020000000000300000000003"),
                kControl, "number of sections in the delivery");
  ExpectProblem(Bs602(),
                Replaced(night, "06020000000000200000000003", "06020000000000200000000004"),
                kControl, "number of transactions in the delivery");
  ExpectProblem(Bs602(), Replaced(night, "000000000018750", "000000000018751"), kControl,
                "amount of the delivery");
  ExpectProblem(Bs602(), Replaced(night, "00000001875000000000000", "00000001875000000000001"),
                kControl, "number of text records in the delivery");
  ExpectProblem(Bs602(),
                Replaced(night, "0000000187500000000000000000000000000000000000",
                         "0000000187500000000000000000000000000000000001"),
                kControl, "number of name records in the delivery");
}

TEST(Bs602Test, EachDamagedRecordSetsTheFileAside) {
  const std::string night = SampleBytes("night.txt");
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text,
                          int nth = 0) {
    ExpectProblem(Bs602(), Replaced(night, from, to, nth), DeviationCode::kRecordMalformed, text);
  };
  expect("0201260501260000000012500", "0201260501260000000O12500", "amount paid");
  expect("0201260501260000000012500", "3202260501260000000012500", "payment date");
  expect("0201260501260000000012500", "0201260513260000000012500", "booking date");
  expect("0201260501260000000012500", "0201260000000000000012500", "booking date of a payment");
  expect("02012610000000012500F1001", "02012610000000O12500F1001", "amount due");
  expect("02012610000000012500F1001", "02012630000000012500F1001", "sign of the amount");
  expect("02012610000000012500F1001", "02012600000000012500F1001", "sign of the amount");
  expect("02012610000000012500F1001", "02132610000000012500F1001", "due date");
  expect("BS042012345670236", "BS042012345670280", "transaction code");
  expect("BS042012345670236", "BS042012345680236", "another creditor");
  expect("BS012012345670211", "BS012012345670213", "section");
  expect("BS092012345670211000", "BS092012345670215000", "section of the section end");
  expect("BS09201234567021100000001", "BS09201234567021100000002", "debtor group");
  expect("BS09201234567", "BS09201234568", "creditor of the section end");
  expect("BS99212345674", "BS99212345673", "data supplier");
  expect("BS1060200000000002", "BSH060200000000002", "subsystem");
  expect("BS042012345670237", "BS032012345670237", "record type");
  // What was rejected cannot have been paid.
  expect("F1002                             0000000000000000000000000",
         "F1002                             0000000000000000000000100",
         "amount paid of a rejected or cancelled debit");
}

TEST(Bs602Test, OrderIsChecked) {
  const std::string night = SampleBytes("night.txt");
  std::vector<std::string> lines = LinesOf(night);
  ASSERT_EQ(lines.size(), 9u);
  const auto joined = [&](std::vector<int> order) {
    std::string bytes;
    for (int line : order) bytes += lines[static_cast<size_t>(line)];
    return bytes;
  };
  constexpr auto kMalformed = DeviationCode::kRecordMalformed;
  ExpectProblem(Bs602(), joined({0, 1, 2, 3, 4, 5, 6, 7}), DeviationCode::kFileTruncated, "992");
  EXPECT_TRUE(ReadAll(Bs602(), joined({1, 2, 3, 4, 5, 6, 7, 8})).report.set_aside);
  EXPECT_TRUE(ReadAll(Bs602(), joined({0, 2, 3, 4, 5, 6, 7, 8})).report.set_aside);
  EXPECT_TRUE(ReadAll(Bs602(), joined({0, 1, 2, 3, 5, 6, 7, 8})).report.set_aside);
  EXPECT_TRUE(ReadAll(Bs602(), joined({0, 1, 2, 3, 4, 5, 6, 7, 0, 8})).report.set_aside);
  ExpectProblem(Bs602(), joined({0, 1, 2, 3, 4, 5, 6, 7, 8, 6}), kMalformed, "outside a delivery");
  // The same delivery twice is told of and read: which payments are double is for the run to say.
  const ReadOutcome twice = ReadAll(Bs602(), night + night);
  EXPECT_FALSE(twice.report.set_aside);
  EXPECT_EQ(twice.report.transactions, 4u);
  EXPECT_THAT(twice.report.warnings, ::testing::Contains(HasSubstr("number of an earlier one")));
}

TEST(Bs602Test, NeverHalfRead) {
  ExpectNeverHalfRead(Bs602(), SampleBytes("night.txt"));
  ExpectNeverHalfRead(Bs602(), SampleBytes("mailbox.txt"));
}

TEST(Bs602Test, RejectedDebitsAreToldAndNotPosted) {
  const ReadOutcome outcome = ReadAll(Bs602(), SampleBytes("night.txt"));
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.problems[0].code, DeviationCode::kDirectDebitReturned);
  EXPECT_THAT(outcome.problems[0].text, HasSubstr("99.00 DKK"));
  EXPECT_THAT(outcome.problems[0].text, HasSubstr("F1002"));
  EXPECT_EQ(outcome.amounts, (std::vector<int64_t>{12500, 6250}));
}

// No public source says how returns are signed in the totals.
TEST(Bs602Test, ReturnsMayBeAddedOrSubtractedInTotals) {
  std::string box = SampleBytes("mailbox.txt");
  EXPECT_FALSE(ReadAll(Bs602(), box).report.set_aside);
  const std::vector<int64_t> amounts = ReadAll(Bs602(), box).amounts;
  box = Replaced(box, "00000000005000000000016200", "00000000005000000000033800");  // + 2 x 88.00
  box = Replaced(box, "00000000003000000000003150", "00000000003000000000009350");  // + 2 x 31.00
  box = Replaced(box, "00000000008000000000019350", "00000000008000000000043150");
  const ReadOutcome added = ReadAll(Bs602(), box);
  EXPECT_FALSE(added.report.set_aside);
  EXPECT_EQ(added.amounts, amounts);
  EXPECT_THAT(added.report.warnings,
              ::testing::Contains(HasSubstr("returned payments in a total")));
}

TEST(Bs602Test, OtherDeliveriesAndTransferLinesArePassedOver) {
  const ReadOutcome outcome = ReadAll(Bs602(), SampleBytes("mailbox.txt"));
  EXPECT_THAT(outcome.report.warnings,
              ::testing::Contains(HasSubstr("a delivery of another type was passed over")));
  EXPECT_THAT(outcome.report.warnings,
              ::testing::Contains(HasSubstr("none of Betalingsservice was passed over (3 times")));
  EXPECT_EQ(outcome.report.statements, 2u);
}

// ---- writing

class Writing {
 public:
  Writing() : writer_(Bs602().make_writer()) {
    WriterHeader header;
    header.created = Date::FromCivil(2026, 1, 5);
    header.message_number = 7;
    writer_->Begin(header, &bytes_);
    writer_->BeginSection("pbs:01234567", Currency::FromCode("DKK"), header.created, &bytes_);
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
  payment.creditor_account = "pbs:01234567";
  payment.kind = kind;
  payment.amount_minor = minor;
  payment.currency = Currency::FromCode("DKK");
  payment.booking_date = payment.value_date = Date::FromCivil(2026, 1, 5);
  payment.customer_id = "1001";
  const bool is_return = kind == PaymentKind::kReversal || kind == PaymentKind::kDirectDebitReturn;
  payment.direction = is_return ? Direction::kDebit : Direction::kCredit;
  return payment;
}

TEST(Bs602Test, ReadsWhatItWrites) {
  Writing writing;
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kDirectDebit, 12500), "F1001"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kPayment, 9999999999999), "F1002"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kDirectDebitReturn, 1), "F1001"));
  Payment slip = Good(PaymentKind::kPayment, 6250);
  slip.customer_id = "";
  EXPECT_TRUE(writing.Add(slip, "000000020260014"));
  EXPECT_TRUE(writing.Add(Good(PaymentKind::kReversal, 300), ""));
  Payment outgoing = Good(PaymentKind::kDirectDebit, 70);
  outgoing.direction = Direction::kDebit;
  EXPECT_TRUE(writing.Add(outgoing, "Godtg\xC3\xB8relse"));
  const ReadOutcome read = ReadAll(Bs602(), writing.End(), 300);
  EXPECT_FALSE(read.report.set_aside)
      << (read.report.problems.empty() ? "" : read.report.problems[0].text);
  EXPECT_EQ(read.amounts, (std::vector<int64_t>{12500, 9999999999999, -1, 6250, -300, -70}));
  EXPECT_EQ(read.report.control_totals, ControlState::kVerified);
  EXPECT_THAT(read.records[3], HasSubstr("000000020260014"));
  EXPECT_THAT(read.records[5], HasSubstr("Godtg\xC3\xB8relse"));
}

TEST(Bs602Test, RefusesToWriteWhatItCannotSay) {
  Writing writing;
  const Payment good = Good(PaymentKind::kPayment, 100);
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kPayment, 10000000000000), "F1"));
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kFee, 100), "F1"));
  EXPECT_FALSE(writing.Add(good, "F10000000001"));
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kDirectDebit, 100), std::string(31, 'F')));
  EXPECT_FALSE(writing.Add(Good(PaymentKind::kDirectDebit, 100), "\xD0\x96"));
  Payment other = good;
  other.currency = Currency::FromCode("EUR");
  EXPECT_FALSE(writing.Add(other, "F1"));
  other = good;
  other.booking_date = Date::FromCivil(2026, 1, 6);
  EXPECT_FALSE(writing.Add(other, "F1"));
  other = good;
  other.customer_id = "1234567890123456";
  EXPECT_FALSE(writing.Add(other, "F1"));
  EXPECT_TRUE(writing.Add(good, "F1"));
  EXPECT_EQ(ReadAll(Bs602(), writing.End()).amounts, std::vector<int64_t>{100});
}

}  // namespace
}  // namespace kvitt
