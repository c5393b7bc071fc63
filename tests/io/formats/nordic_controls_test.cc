// The controls of the Norwegian and Swedish formats that are read in one piece: each broken alone in a
// sample of its own, and files damaged at every byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;

constexpr auto kControl = DeviationCode::kControlTotalMismatch;
constexpr auto kMalformed = DeviationCode::kRecordMalformed;

std::string SampleBytes(std::string_view format, std::string_view name) {
  for (const Sample& sample : Samples(format)) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << format << "/" << name;
  return {};
}

struct BrokenControl {
  std::string_view format;
  std::string_view sample;
  std::string_view text;
  DeviationCode code = kControl;
};

constexpr BrokenControl kBroken[] = {
    {"avtalegiro", "damaged_count.txt", "number of transactions of the assignment"},
    {"avtalegiro", "damaged_records.txt", "number of records of the assignment"},
    {"avtalegiro", "damaged_sum.txt", "sum of the assignment"},
    {"avtalegiro", "damaged_first_due.txt", "first due date (88"},
    {"avtalegiro", "damaged_last_due.txt", "last due date (88"},
    {"avtalegiro", "damaged_total_count.txt", "number of transactions of the transmission"},
    {"avtalegiro", "damaged_total_records.txt", "number of records of the transmission"},
    {"avtalegiro", "damaged_total_sum.txt", "sum of the transmission"},
    {"avtalegiro", "damaged_total_first_due.txt", "first due date (89"},
    {"avtalegiro", "damaged_number.txt", "expected its item 2 (31)", kMalformed},
    {"avtalegiro", "damaged_filler.txt", "amount (33-49)", kMalformed},
    {"bg-ocr", "damaged_section_count.txt", "number of items of the section"},
    {"bg-ocr", "damaged_section_sum.txt", "sum of the section"},
    {"bg-ocr", "damaged_section_date.txt", "date of the section"},
    {"bg-ocr", "damaged_section_account.txt", "bankgiro of the section"},
    {"bg-ocr", "damaged_file_count.txt", "number of items of the file"},
    {"bg-ocr", "damaged_file_sum.txt", "sum of the file"},
    {"bg-ocr", "damaged_sign.txt", "only LB has negative amounts", kMalformed},
    {"autogiro", "damaged_section_amount.txt", "amount of the section (15)"},
    {"autogiro", "damaged_section_count.txt", "number of items of the section (15)"},
    {"autogiro", "damaged_sections_15.txt", "number of sections 15"},
    {"autogiro", "damaged_items_82.txt", "number of paid items 82"},
    {"autogiro", "damaged_sections_16.txt", "number of sections 16"},
    {"autogiro", "damaged_items_32.txt", "number of paid items 32"},
    {"autogiro", "damaged_sections_17.txt", "number of sections 17"},
    {"autogiro", "damaged_items_77.txt", "number of items 77"},
    {"autogiro", "damaged_old_sum_32.txt", "sum of items 32 (09, 29-40)"},
    {"autogiro", "damaged_old_items_32.txt", "number of items 32 (09, 41-46)"},
    {"autogiro", "damaged_old_items_82.txt", "number of items 82 (09, 47-52)"},
    {"autogiro", "damaged_old_sum_82.txt", "sum of items 82 (09, 57-68)"},
    {"autogiro", "damaged_rejected_items_32.txt", "number of items 32 (09, 15-20)"},
    {"autogiro", "damaged_rejected_sum_32.txt", "sum of items 32 (09, 21-32)"},
    {"autogiro", "damaged_rejected_items_82.txt", "number of items 82 (09, 33-38)"},
    {"autogiro", "damaged_rejected_sum_82.txt", "sum of items 82 (09, 39-50)"},
    {"autogiro", "damaged_seal.txt", "the seal (99)", DeviationCode::kFileTruncated},
    {"totalin", "refused.txt", "a layout that a public source confirms",
     DeviationCode::kFileUnknown},
};

TEST(NordicControlsTest, EachAloneSetsTheFileAside) {
  for (const BrokenControl& broken : kBroken) {
    SCOPED_TRACE(broken.sample);
    ExpectProblem(*FindFormat(broken.format), SampleBytes(broken.format, broken.sample),
                  broken.code, broken.text);
  }
}

TEST(NordicControlsTest, NoFileIsHalfRead) {
  constexpr std::pair<std::string_view, std::string_view> kWhole[] = {{"avtalegiro", "claims.txt"},
                                                                      {"bg-ocr", "payments.txt"}};
  for (const auto& [format, sample] : kWhole) {
    SCOPED_TRACE(sample);
    ExpectNeverHalfRead(*FindFormat(format), SampleBytes(format, sample));
  }
}

TEST(AvtaleGiroTest, DamagedRecordsSetTheFileAside) {
  const std::string claims = SampleBytes("avtalegiro", "claims.txt");
  const std::string agreements = SampleBytes("avtalegiro", "agreements.txt");
  const auto expect = [](const std::string& bytes, std::string_view from, std::string_view to,
                         std::string_view text) {
    ExpectProblem(*FindFormat("avtalegiro"), Replaced(bytes, from, to), kMalformed, text);
  };
  expect(claims, "NY2121300000001", "NY0910300000001", "a claim (21/02 or 21/21");
  expect(claims, "150226  ", "150226X ", "filler (22-32)");
  expect(claims, " 20260001019000", "20260001019 000", "KID (50-74)");
  expect(claims, "      20260001019", "     20260001O019", "KID (50-74)");
  expect(claims, "NY21023000000020", "NY21023000000010", "transaction number (9-15)");
  expect(claims, "40011Faktura", "40431Faktura", "place of the text");
  expect(claims, "40011Faktura", "40013Faktura", "place of the text");
  expect(claims, "3000000011502", "3000000013202", "due date (16-21)");
  expect(claims, "12345678903", "1234567890X", "creditor account");
  expect(agreements, "00000010  ", "00000013  ", "registration type");
  expect(agreements, "20260001019J", "20260001019X", "notice (42)");
  expect(agreements, "20260001019J", "2026000101 J", "KID (17-41)");
}

// What the writer makes of the records of a file: read and written, they read again as they were.
class WritingSink : public RecordSink {
 public:
  explicit WritingSink(FormatWriter* writer) : writer_(writer) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Writing>(this);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, Date, Date) override {}

  std::string bytes;

 private:
  class Writing : public BlockSink {
   public:
    explicit Writing(WritingSink* sink) : sink_(sink) {}

    void Payments(const PaymentBatch&) override {}

    void Customers(const CustomerBatch&) override {}

    void Problem(const RecordProblem&) override {}

    void Items(const OpenItemBatch& batch) override {
      for (const OpenItem& item : batch.items) {
        EXPECT_TRUE(sink_->writer_->Write(batch, item, &sink_->bytes)) << item.item_id;
      }
    }

   private:
    WritingSink* sink_;
  };

  FormatWriter* writer_;
};

std::string Rewritten(std::string_view format,
                      std::string_view sample,
                      std::string_view account,
                      std::string_view currency) {
  const std::unique_ptr<FormatWriter> writer = FindFormat(format)->make_writer();
  WritingSink sink(writer.get());
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 5);
  writer->Begin(header, &sink.bytes);
  writer->BeginSection(account, Currency::FromCode(currency), header.created, &sink.bytes);
  ReadBytes(*FindFormat(format), SampleBytes(format, sample), {}, 1 << 20, 0, &sink);
  writer->EndSection(&sink.bytes);
  writer->End(&sink.bytes);
  return sink.bytes;
}

TEST(AvtaleGiroWriterTest, ClaimsAndCancellationsReadAsTheyWere) {
  const Format& format = *FindFormat("avtalegiro");
  const ReadOutcome before = ReadAll(format, SampleBytes("avtalegiro", "claims.txt"));
  const ReadOutcome after =
      ReadAll(format, Rewritten("avtalegiro", "claims.txt", "bban-no:12345678903", "NOK"));
  EXPECT_FALSE(after.report.set_aside);
  EXPECT_EQ(after.records, before.records);
  EXPECT_EQ(after.report.credits, before.report.credits);
  EXPECT_EQ(after.report.debits, before.report.debits);
}

TEST(AvtaleGiroWriterTest, CustomersBecomeAgreements) {
  const std::unique_ptr<FormatWriter> writer = FindFormat("avtalegiro")->make_writer();
  std::string bytes;
  writer->Begin({}, &bytes);
  writer->BeginSection("bban-no:12345678903", Currency::FromCode("NOK"), Date(), &bytes);
  CustomerBatch batch;
  Customer customer;
  customer.customer_id = "20260001019";
  EXPECT_TRUE(writer->Write(batch, customer, &bytes));
  customer.status = CustomerStatus::kClosed;
  EXPECT_TRUE(writer->Write(batch, customer, &bytes));
  customer.customer_id = "C7";  // not a KID
  EXPECT_FALSE(writer->Write(batch, customer, &bytes));
  writer->EndSection(&bytes);
  writer->End(&bytes);
  const ReadOutcome outcome = ReadAll(*FindFormat("avtalegiro"), bytes);
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.kind, FileKind::kAgreements);
  EXPECT_EQ(outcome.report.transactions, 2u);
}

// Keeps the notices that a reader gives beside its records.
std::vector<RecordProblem> NoticesOf(std::string_view sample) {
  return ReadAll(*FindFormat("autogiro"), SampleBytes("autogiro", sample)).problems;
}

TEST(AutogiroTest, AFailedDebitIsToldAndIsNoMoney) {
  const std::vector<RecordProblem> notices = NoticesOf("specification.txt");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].code, DeviationCode::kDirectDebitReturned);
  EXPECT_EQ(notices[0].record, 3u);
  EXPECT_THAT(notices[0].text, HasSubstr("a direct debit of 200.00 was not paid: no cover"));
  EXPECT_EQ(NoticesOf("specification_old.txt").size(), 1u);
  EXPECT_EQ(NoticesOf("rejected.txt").size(), 2u);
  // Failed debits alone are not an empty file.
  const FileReport rejected =
      ReadAll(*FindFormat("autogiro"), SampleBytes("autogiro", "rejected.txt")).report;
  EXPECT_FALSE(rejected.set_aside);
  EXPECT_EQ(rejected.bad_records, 2u);
}

TEST(AutogiroTest, AStatusThatTheLayoutDoesNotHaveIsRefused) {
  const auto refused = [](std::string_view sample, std::string_view from, std::string_view to) {
    const ReadOutcome outcome =
        ReadAll(*FindFormat("autogiro"), Replaced(SampleBytes("autogiro", sample), from, to));
    for (const RecordProblem& problem : outcome.report.problems) {
      if (problem.text.find("status (80)") != std::string::npos) return outcome.report.set_aside;
    }
    return false;
  };
  const std::string blanks(17, ' ');
  EXPECT_TRUE(refused("specification.txt", "FAKT 1001" + blanks + "0", "FAKT 1001" + blanks + "7"));
  EXPECT_TRUE(refused("specification.txt", "FAKT 1001" + blanks + "0", "FAKT 1001" + blanks + " "));
  // A zero is a status of the new layout alone.
  EXPECT_TRUE(
      refused("specification_old.txt", "FAKT 1001" + blanks + " ", "FAKT 1001" + blanks + "0"));
}

TEST(AutogiroTest, FilesOfOtherKindsAreRefused) {
  const std::string other = Replaced(SampleBytes("autogiro", "specification.txt"),
                                     "BET. SPEC & STOPP TK", "MEDGIVANDEAVISERING ");
  const ReadOutcome outcome = ReadAll(*FindFormat("autogiro"), other);
  EXPECT_TRUE(outcome.report.set_aside);
  EXPECT_FALSE(outcome.report.only_controls_failed);
  EXPECT_THAT(outcome.report.problems[0].text, HasSubstr("kind of the file (01)"));
}

TEST(AutogiroTest, ASealIsPartOfTheFrame) {
  const Format& format = *FindFormat("autogiro");
  const std::string sealed = SampleBytes("autogiro", "request_sealed.txt");
  EXPECT_EQ(ReadAll(format, sealed).records,
            ReadAll(format, SampleBytes("autogiro", "request.txt")).records);
  ExpectProblem(format, Replaced(sealed, "HMAC", "HMAX"), kMalformed, "seal (00)");
  ExpectProblem(format, Replaced(sealed, "00112233", "0011223X"), kMalformed, "seal (99)");
  ExpectProblem(format, sealed + sealed, kMalformed, "nothing behind the seal");
}

TEST(AutogiroWriterTest, RequestsReadAsTheyWere) {
  const Format& format = *FindFormat("autogiro");
  const ReadOutcome before = ReadAll(format, SampleBytes("autogiro", "request.txt"));
  const ReadOutcome after =
      ReadAll(format, Rewritten("autogiro", "request.txt", "bankgiro:9912346", "SEK"));
  EXPECT_FALSE(after.report.set_aside);
  EXPECT_EQ(after.records, before.records);
}

TEST(TotalInTest, IsNeverPostedWhateverTheSettings) {
  const ReadOutcome outcome =
      ReadAll(*FindFormat("totalin"), SampleBytes("totalin", "refused.txt"));
  EXPECT_TRUE(outcome.records.empty());
  EXPECT_FALSE(outcome.report.only_controls_failed);
  EXPECT_EQ(outcome.report.transactions, 2u);
}

}  // namespace
}  // namespace kvitt
