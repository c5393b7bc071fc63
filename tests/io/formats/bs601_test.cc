#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/formats/format_writer.h"
#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const Format& Bs601() {
  return *FindFormat("bs601");
}

std::string Claims() {
  return Samples("bs601").at(0).bytes;
}

TEST(Bs601Test, EachControlAloneSetsTheFileAside) {
  constexpr auto kControl = DeviationCode::kControlTotalMismatch;
  const std::string claims = Claims();
  constexpr std::string_view kSection =
      "00000000005000000000110299"
      "00000000003"
      "               "
      "00000000004";
  constexpr std::string_view kDelivery =
      "00000000002"
      "00000000006000000000155299"
      "00000000003"
      "000000000000000"
      "00000000005";
  const auto expect = [&](std::string_view totals, size_t place, std::string_view text) {
    std::string broken(totals);
    broken[place] = broken[place] == '9' ? '8' : '9';
    ExpectProblem(Bs601(), Replaced(claims, totals, broken), kControl, text);
  };
  expect(kSection, 10, "number of transactions in the section");
  expect(kSection, 24, "amount of the section");
  expect(kSection, 36, "number of text records in the section");
  expect(kSection, 62, "number of name records in the section");
  expect(kDelivery, 10, "number of sections in the delivery");
  expect(kDelivery, 21, "number of transactions in the delivery");
  expect(kDelivery, 35, "amount of the delivery");
  expect(kDelivery, 47, "number of text records in the delivery");
  expect(kDelivery, 73, "number of name records in the delivery");
}

TEST(Bs601Test, EachDamagedRecordSetsTheFileAside) {
  const std::string claims = Claims();
  const auto expect = [&](std::string_view from, std::string_view to, std::string_view text) {
    ExpectProblem(Bs601(), Replaced(claims, from, to), DeviationCode::kRecordMalformed, text);
  };
  expect("0202202610000000012500", "0202202610000000O12500", "amount");
  expect("0202202610000000012500", "0202202630000000012500", "sign of the amount");
  expect("0202202610000000012500", "0202202600000000012500", "sign of the amount");
  expect("0202202610000000012500", "3002202610000000012500", "due date");
  expect("0202202610000000012500", "0000000010000000012500", "due date");
  expect("028000000000010000000000010010", "028000000000010000000000000000", "customer number");
  expect("BS042012345670280", "BS042012345670236", "transaction code");
  expect("BS022012345670240", "BS022012345670241", "transaction code");
  expect("BS052012345670241", "BS052012345670240", "transaction code");
  expect("BS012012345670112", "BS012012345670100", "section");
  expect("BS042012345670285", "BS042012345670280", "transaction code");
}

TEST(Bs601Test, NeverHalfRead) {
  ExpectNeverHalfRead(Bs601(), Claims());
}

class Writing {
 public:
  Writing() : writer_(Bs601().make_writer()) {
    WriterHeader header;
    header.created = Date::FromCivil(2026, 1, 5);
    header.recipient = "EKSEMPEL FORENING";
    writer_->Begin(header, &bytes_);
    writer_->BeginSection("pbs:01234567", Currency::FromCode("DKK"), {}, &bytes_);
  }

  bool Add(const OpenItem& item) {
    OpenItemBatch batch;
    return writer_->Write(batch, batch.items.emplace_back(item), &bytes_);
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

OpenItem Good(ItemKind kind, int64_t minor) {
  OpenItem item;
  item.item_id = "F1001";
  item.customer_id = "1001";
  item.customer_name = "Karen S\xC3\xB8rensen";
  item.kind = kind;
  item.amount_minor = item.open_amount_minor = minor;
  item.currency = Currency::FromCode("DKK");
  item.due_date = Date::FromCivil(2026, 2, 2);
  return item;
}

TEST(Bs601Test, ReadsWhatItWrites) {
  Writing writing;
  EXPECT_TRUE(writing.Add(Good(ItemKind::kInvoice, 9999999999999)));
  EXPECT_TRUE(writing.Add(Good(ItemKind::kCreditNote, 700)));
  OpenItem nameless = Good(ItemKind::kInvoice, 1);
  nameless.customer_name = "";
  EXPECT_TRUE(writing.Add(nameless));
  const ReadOutcome read = ReadAll(Bs601(), writing.End());
  EXPECT_FALSE(read.report.set_aside);
  EXPECT_EQ(read.report.kind, FileKind::kClaims);
  ASSERT_THAT(read.records, SizeIs(3));
  EXPECT_THAT(read.records[0], HasSubstr("Karen S\xC3\xB8rensen"));
  EXPECT_THAT(read.records[0], HasSubstr("99999999999.99"));
  EXPECT_THAT(read.records[1], HasSubstr("credit_note"));
  EXPECT_EQ(read.report.credits.at("DKK"), "100000000000.00");
  EXPECT_EQ(read.report.debits.at("DKK"), "7.00");
}

TEST(Bs601Test, RefusesToWriteWhatItCannotSay) {
  Writing writing;
  EXPECT_FALSE(writing.Add(Good(ItemKind::kInvoice, 10000000000000)));
  EXPECT_FALSE(writing.Add(Good(ItemKind::kPrepayment, 1)));
  OpenItem item = Good(ItemKind::kInvoice, 1);
  item.currency = Currency::FromCode("SEK");
  EXPECT_FALSE(writing.Add(item));
  item = Good(ItemKind::kInvoice, 1);
  item.due_date = Date();
  EXPECT_FALSE(writing.Add(item));
  item = Good(ItemKind::kInvoice, 1);
  item.customer_id = "C-1234567890123456";
  EXPECT_FALSE(writing.Add(item));
  item = Good(ItemKind::kInvoice, 1);
  item.status = ItemStatus::kBlocked;
  EXPECT_FALSE(writing.Add(item));
  EXPECT_TRUE(writing.Add(Good(ItemKind::kInvoice, 1)));
  EXPECT_THAT(ReadAll(Bs601(), writing.End()).records, SizeIs(1));
}

}  // namespace
}  // namespace kvitt
