// The controls of the Norwegian and Swedish formats that are read in one piece: each broken alone in a
// sample of its own, and files damaged at every byte.

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

}  // namespace
}  // namespace kvitt
