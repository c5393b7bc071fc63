// Converting keeps order and dates whatever the size of the file, and gives nothing of a damaged
// one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/io.h"
#include "tests/io/bytes/packing.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;

// A BgMax file of several blocks: its dates stand behind the payments they belong to.
std::string LargeBgmax(int sections, int payments) {
  const std::unique_ptr<FormatWriter> writer = FindFormat("bgmax")->make_writer();
  std::string out;
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 31);
  writer->Begin(header, &out);
  for (int section = 0; section < sections; ++section) {
    const Date date = Date::FromCivil(2026, 1, section % 28 + 1);
    writer->BeginSection("bankgiro:9912346", Currency::FromCode("SEK"), date, &out);
    for (int i = 0; i < payments; ++i) {
      PaymentBatch batch;
      Payment& payment = batch.payments.emplace_back();
      payment.creditor_account = "bankgiro:9912346";
      payment.amount_minor = section * payments + i + 1;
      payment.currency = Currency::FromCode("SEK");
      payment.booking_date = payment.value_date = date;
      const std::string number = absl::StrCat(100'000'000 + section * payments + i);
      payment.bank_reference = number;
      EXPECT_TRUE(writer->Write(batch, payment, &out));
    }
    writer->EndSection(&out);
  }
  writer->End(&out);
  return out;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

class ConvertFilesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<FileReport>> Convert(const std::vector<std::string>& paths,
                                                  int threads) {
    out.clear();
    InspectOptions options;
    options.threads = threads;
    return ConvertFiles(paths, "jsonl", options, [this](std::string_view text) {
      out.append(text);
      return absl::OkStatus();
    });
  }

  ScratchFolder folder;
  std::string out;
};

TEST_F(ConvertFilesTest, OrderAndDatesAreKept) {
  const std::string bytes = LargeBgmax(300, 100);
  ASSERT_GT(bytes.size(), size_t{2} << 20);
  const std::vector<std::string> paths = {
      folder.Write("a", bytes), folder.Write("b.gz", Gzip(bytes)),
      folder.Write("c.zip", Zip({{"m", bytes}, {"n", LargeBgmax(2, 3)}}))};
  std::string first;
  for (const int threads : {1, 3}) {
    const absl::StatusOr<std::vector<FileReport>> reports = Convert(paths, threads);
    ASSERT_TRUE(reports.ok()) << reports.status();
    const std::vector<std::string> lines = Lines(out);
    ASSERT_EQ(lines.size(), 90'006U);
    for (const size_t file : {0U, 1U, 2U}) {
      for (const size_t i : {0U, 99U, 100U, 12'345U, 29'999U}) {
        const std::string& line = lines[file * 30'000 + i];
        EXPECT_THAT(line, HasSubstr(absl::StrCat(100'000'000 + i, "\"")));
        const std::string date =
            FormatDate(Date::FromCivil(2026, 1, static_cast<int>(i / 100 % 28) + 1));
        EXPECT_THAT(line, HasSubstr("\"booking_date\":\"" + date + "\""));
      }
    }
    if (first.empty()) first = out;
    EXPECT_TRUE(out == first) << threads << " threads";
  }
}

TEST_F(ConvertFilesTest, DamagedFileGivesNothing) {
  std::string bytes = LargeBgmax(300, 100);
  bytes.resize(bytes.size() - 83);
  const absl::StatusOr<std::vector<FileReport>> reports =
      Convert({folder.Write("cut", bytes), folder.Write("good", LargeBgmax(1, 2))}, 2);
  ASSERT_TRUE(reports.ok());
  EXPECT_TRUE((*reports)[0].set_aside);
  EXPECT_EQ(Lines(out).size(), 2U);
}

TEST_F(ConvertFilesTest, ConsumerThatRefusesEndsIt) {
  const std::vector<std::string> paths = {folder.Write("a", LargeBgmax(300, 100))};
  int calls = 0;
  const absl::StatusOr<std::vector<FileReport>> reports =
      ConvertFiles(paths, "jsonl", InspectOptions(), [&](std::string_view) {
        ++calls;
        return absl::UnavailableError("full");
      });
  EXPECT_EQ(reports.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace kvitt
