// CSV record streams: headers that cannot be read, rows set aside alone, dialects, and the round
// trip of anything that the writers write.

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <random>
#include <string>

#include "io/formats/format_writer.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

ReadOutcome Read(std::string_view format,
                 const std::string& bytes,
                 const ReadOptions& options = {},
                 size_t block_bytes = size_t{1} << 20) {
  return ReadAll(*FindFormat(format), bytes, block_bytes, options);
}

std::string OnlyProblem(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1u);
  return outcome.report.problems.empty() ? "" : outcome.report.problems[0].text;
}

TEST(CsvHeader, WithoutARequiredColumnSetsTheFileAside) {
  const ReadOutcome outcome = Read("items-csv", "item_id,amount,issue_date\nA,1.00,2026-01-01\n");
  EXPECT_TRUE(outcome.report.set_aside);
  EXPECT_TRUE(outcome.records.empty());
  EXPECT_EQ(
      OnlyProblem(outcome),
      "expected columns item_id, customer_id, amount, currency in the header, found none named "
      "customer_id, currency");
  EXPECT_EQ(outcome.report.problems[0].record, 1u);
  EXPECT_EQ(SniffFormat("item_id,amount,issue_date\n")->name, "items-csv");
}

TEST(CsvHeader, WithAColumnTwiceSetsTheFileAside) {
  const ReadOutcome outcome =
      Read("payments-csv", "creditor_account,amount,currency,amount\nA,1.00,EUR,2.00\n");
  EXPECT_TRUE(outcome.report.set_aside);
  EXPECT_EQ(OnlyProblem(outcome), "expected each column once, found `amount` twice");
}

TEST(CsvHeader, WithUnknownColumnsIsReadAndCounted) {
  const ReadOutcome outcome =
      Read("customers-csv", "shoe_size,customer_id,note\n44,C-1,\"a,b\"\n45,C-2,=1+1\n");
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.records.size(), 2u);
  EXPECT_EQ(outcome.report.unknown_fields, 2u);
  ASSERT_EQ(outcome.report.warnings.size(), 1u);
  EXPECT_EQ(outcome.report.warnings[0], "columns that are no field were ignored: shoe_size, note");
}

TEST(CsvHeader, AloneIsAnEmptyFile) {
  const ReadOutcome outcome = Read("items-csv", "item_id,customer_id,amount,currency\n");
  EXPECT_TRUE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.problems[0].code, DeviationCode::kFileEmpty);
  ReadOptions options;
  options.settings.allow_empty = true;
  EXPECT_FALSE(
      Read("items-csv", "item_id,customer_id,amount,currency\n", options).report.set_aside);
}

TEST(CsvHeader, TellsTheKindsApart) {
  const auto name = [](std::string_view head) -> std::string_view {
    const Format* format = SniffFormat(head);
    return format == nullptr ? "none" : format->name;
  };
  EXPECT_EQ(name("customer_id,item_id,amount,currency\n"), "items-csv");
  EXPECT_EQ(name("creditor_account;amount;currency;customer_id\n"), "payments-csv");
  EXPECT_EQ(name("customer_id\tname\tcountry\n"), "customers-csv");
  EXPECT_EQ(name("\"customer_id\",\"currency\",\"status\"\n"), "customers-csv");
  EXPECT_EQ(name("Amount, Currency ,ITEM_ID,Customer_Id\r\n"), "items-csv");
  EXPECT_EQ(name("shoe,size\n"), "none");
}

TEST(CsvRows, GiveTheirLineByteAndReason) {
  const std::string bytes =
      "item_id,customer_id,amount,currency,customer_name\n"
      "A,C,1.00,EUR,\"two\nlines\"\n"
      "\n"
      "B,C,1.005,EUR,\n"
      "C,C,1.00\n";
  for (const size_t block : {size_t{1}, size_t{30}, size_t{1} << 20}) {
    const ReadOutcome outcome = Read("items-csv", bytes, {}, block);
    EXPECT_EQ(outcome.records.size(), 1u);
    ASSERT_EQ(outcome.report.problems.size(), 2u);
    EXPECT_EQ(outcome.report.bad_records, 2u);
    EXPECT_FALSE(outcome.report.set_aside);
    const RecordProblem& precision = outcome.report.problems[0];
    EXPECT_EQ(precision.code, DeviationCode::kPrecisionLost);
    EXPECT_EQ(precision.record, 5u);
    EXPECT_EQ(precision.byte_offset, bytes.find("B,C"));
    EXPECT_EQ(
        precision.text,
        "field amount: expected an amount of EUR with '.' and at most 2 decimals, found `1.005`");
    EXPECT_EQ(outcome.report.problems[1].record, 6u);
    EXPECT_EQ(outcome.report.problems[1].text, "expected 5 cells, as in the header, found 3");
    ASSERT_EQ(outcome.problems.size(), 2u);
  }
}

// One of the two figures must be wrong, and nobody can say which: the row is set aside alone.
TEST(CsvRows, OfItemsWithMoreOpenOrMoreDiscountThanTheirAmountAreSetAside) {
  const ReadOutcome csv = Read("items-csv",
                               "item_id,customer_id,amount,open_amount,discount_amount,currency\n"
                               "A,C,1.00,1.00,1.00,EUR\n"
                               "B,C,1.00,1.01,,EUR\n"
                               "D,C,1.00,,1.01,EUR\n"
                               "E,C,1.00,,,EUR\n");
  const std::string start = "{\"item_id\":\"A\",\"customer_id\":\"C\",\"currency\":\"EUR\",";
  const ReadOutcome jsonl =
      Read("items-jsonl", start + "\"open_amount\":\"1.00\",\"amount\":\"1.00\"}\n" + start +
                              "\"open_amount\":\"1.01\",\"amount\":\"1.00\"}\n" + start +
                              "\"discount_amount\":\"1.01\",\"amount\":\"1.00\"}\n" + start +
                              "\"discount_amount\":\"1.00\",\"amount\":\"1.00\"}\n");
  for (const ReadOutcome& outcome : {csv, jsonl}) {
    EXPECT_FALSE(outcome.report.set_aside);
    EXPECT_EQ(outcome.records.size(), 2u);
    ASSERT_EQ(outcome.report.problems.size(), 2u);
    EXPECT_NE(outcome.report.problems[0].text.find("open_amount"), std::string::npos);
    EXPECT_NE(outcome.report.problems[1].text.find("discount_amount"), std::string::npos);
    EXPECT_EQ(outcome.report.problems[0].code, DeviationCode::kRecordMalformed);
  }
  EXPECT_EQ(csv.report.problems[0].text,
            "field open_amount: expected at most the amount of 1.00, found 1.01");
}

TEST(CsvRows, WithAnEnormousCellAreSetAsideAlone) {
  const std::string header = "item_id,customer_id,amount,currency,customer_name\n";
  const std::string good = "A,C,1.00,EUR,ok\n";
  const std::string size(size_t{1} << 20, 'x');
  EXPECT_EQ(Read("items-csv", header + "B,C,1.00,EUR," + size + "\n" + good).records.size(), 2u);
  const ReadOutcome plain = Read("items-csv", header + "B,C,1.00,EUR," + size + "y\n" + good);
  EXPECT_EQ(plain.records.size(), 1u);
  EXPECT_EQ(OnlyProblem(plain), "expected cells of at most 1048576 bytes, found one of 1048577");
  const ReadOutcome quoted = Read("items-csv", header + "B,C,1.00,EUR,\"" + size + "y\"\n" + good);
  EXPECT_EQ(quoted.records.size(), 1u);
  EXPECT_EQ(quoted.report.bad_records, 1u);
}

TEST(CsvRows, ReadDecimalCommaWhenTold) {
  ReadOptions options;
  options.settings.decimal_mark = ',';
  const std::string bytes =
      "item_id;customer_id;amount;currency\nA;C;1250,50;NOK\nB;C;1250.50;NOK\nC;C;7;NOK\n";
  const ReadOutcome outcome = Read("items-csv", bytes, options);
  EXPECT_EQ(outcome.report.credits.at("NOK"), "1257.50");
  EXPECT_EQ(
      OnlyProblem(outcome),
      "field amount: expected an amount of NOK with ',' and at most 2 decimals, found `1250.50`");
}

TEST(CsvRows, OfPaymentsNeedAnAmountAboveZero) {
  const std::string bytes =
      "creditor_account,amount,currency\nA,0.00,EUR\nA,-1.00,EUR\nA,1.00,EUR\n";
  const ReadOutcome outcome = Read("payments-csv", bytes);
  EXPECT_EQ(outcome.records.size(), 1u);
  ASSERT_EQ(outcome.report.problems.size(), 2u);
  EXPECT_EQ(outcome.report.problems[1].text,
            "field amount: expected an amount above zero, found `-1.00`");
}

TEST(CsvRows, ReadReferencesInEverySpelling) {
  const std::string bytes =
      "creditor_account;amount;currency;references\n"
      "A;1.00;EUR;1|2\n"
      "A;1.00;EUR;\"1; 2\"\n"
      "A;1.00;EUR;\"[\"\"1\"\",\"\"2\"\"]\"\n"
      "A;1.00;EUR;\"[\"\"1\"\",2]\"\n"
      "A;1.00;EUR;\"[{\"\"value\"\":\"\"1\"\",\"\"amount\"\":\"\"1.001\"\"}]\"\n"
      "A;1.00;EUR;\"[{\"\"value\"\":\"\"1\"\",\"\"scheme\"\":\"\"nonsense\"\"}]\"\n";
  const ReadOutcome outcome = Read("payments-csv", bytes);
  ASSERT_EQ(outcome.records.size(), 3u);
  EXPECT_EQ(outcome.records[0], outcome.records[1]);
  EXPECT_EQ(outcome.records[0], outcome.records[2]);
  ASSERT_EQ(outcome.report.problems.size(), 3u);
  EXPECT_EQ(outcome.report.problems[1].code, DeviationCode::kPrecisionLost);
}

// The same rows spelled otherwise: all cells quoted, another separator, CRLF.
std::string Respelled(const std::string& csv, char separator, std::string_view line_end) {
  std::string out;
  bool quoted = false;
  bool cell_is_open = false;
  const auto end_cell = [&] {
    if (!cell_is_open) out += '"';
    out += '"';
    cell_is_open = false;
  };
  for (size_t i = 0; i < csv.size(); ++i) {
    const char c = csv[i];
    if (!quoted && (c == ',' || c == '\n')) {
      end_cell();
      if (c == ',') {
        out += separator;
      } else {
        out += line_end;
      }
      continue;
    }
    if (!cell_is_open) out += '"';
    cell_is_open = true;
    if (c == '"' && !quoted) {
      quoted = true;
    } else if (c == '"' && i + 1 < csv.size() && csv[i + 1] == '"') {
      out += "\"\"";
      ++i;
    } else if (c == '"') {
      quoted = false;
    } else {
      out += c;
    }
  }
  return out;
}

class RandomRecords {
 public:
  std::string Text(size_t most) {
    static const std::vector<std::string> kParts = {"a", "B",  "7", " ",   ",",  ";",
                                                    "|", "\"", "'", "=",   "-",  "\n",
                                                    "å", "ø",  "€", "[\"", "\t", "x1"};
    std::string text;
    for (size_t i = Number(most + 1); i > 0; --i) text += kParts[Number(kParts.size())];
    return text;
  }

  // Without blanks at the ends, which references lose.
  std::string Reference() { return "r" + Text(4) + "r"; }

  size_t Number(size_t end) { return random_() % end; }

  Date Day() {
    return Number(4) == 0 ? Date() : Date::FromDays(static_cast<int32_t>(20000 + Number(900)));
  }

  int64_t Minor() {
    return static_cast<int64_t>(Number(3) == 0 ? Number(200) : Number(1'000'000'000));
  }

  Currency Money() {
    static const std::string_view kCodes[] = {"NOK", "EUR", "JPY", "KWD", "CLF"};
    return Currency::FromCode(kCodes[Number(5)]);
  }

  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::mt19937_64 random_{11};
  std::deque<std::string> kept_;
};

// Writes the same records with both writers and expects that both readers read the same.
void ExpectSameFromBoth(std::string_view kind,
                        const std::function<void(FormatWriter*, std::string*)>& write) {
  const std::string csv_name = std::string(kind) + "-csv";
  const std::string jsonl_name = std::string(kind) + "-jsonl";
  std::string csv;
  std::string jsonl;
  const auto csv_writer = FindFormat(csv_name)->make_writer();
  const auto jsonl_writer = FindFormat(jsonl_name)->make_writer();
  csv_writer->Begin({}, &csv);
  jsonl_writer->Begin({}, &jsonl);
  write(csv_writer.get(), &csv);
  write(jsonl_writer.get(), &jsonl);
  const ReadOutcome expected = Read(jsonl_name, jsonl);
  ASSERT_TRUE(expected.problems.empty());
  const auto expect = [&](const std::string& bytes, size_t block_bytes) {
    const ReadOutcome outcome = Read(csv_name, bytes, {}, block_bytes);
    EXPECT_TRUE(outcome.report.problems.empty())
        << (outcome.report.problems.empty() ? "" : outcome.report.problems[0].text);
    ASSERT_EQ(outcome.records.size(), expected.records.size());
    for (size_t i = 0; i < outcome.records.size(); ++i) {
      ASSERT_EQ(outcome.records[i], expected.records[i]) << i;
    }
    EXPECT_EQ(outcome.report.credits, expected.report.credits);
    EXPECT_EQ(outcome.report.debits, expected.report.debits);
  };
  expect(csv, size_t{1} << 20);
  expect(csv, 1000);
  expect(Respelled(csv, ',', "\r\n"), size_t{1} << 20);
  expect(Respelled(csv, '\t', "\n"), 5000);
}

TEST(CsvRoundTrip, OfItems) {
  ExpectSameFromBoth("items", [](FormatWriter* writer, std::string* out) {
    RandomRecords random;
    for (int i = 0; i < 3000; ++i) {
      OpenItemBatch batch;
      OpenItem& item = batch.items.emplace_back();
      item.item_id = random.Keep("I" + random.Text(5));
      item.customer_id = random.Keep("C" + random.Text(3));
      item.creditor_account = random.Keep(random.Text(3));
      item.customer_name = random.Keep(random.Text(30));
      item.currency = random.Money();
      item.amount_minor = random.Minor();
      item.open_amount_minor =
          random.Number(2) == 0 ? item.amount_minor : random.Minor() % (item.amount_minor + 1);
      item.discount_minor = random.Number(3) == 0 ? random.Minor() % (item.amount_minor + 1) : 0;
      item.issue_date = random.Day();
      item.due_date = random.Day();
      item.kind = static_cast<ItemKind>(random.Number(5));
      item.status = static_cast<ItemStatus>(random.Number(5));
      for (size_t n = random.Number(4); n > 0; --n)
        batch.AddReference(&item, random.Keep(random.Reference()));
      ASSERT_TRUE(writer->Write(batch, item, out));
    }
  });
}

TEST(CsvRoundTrip, OfPayments) {
  ExpectSameFromBoth("payments", [](FormatWriter* writer, std::string* out) {
    RandomRecords random;
    for (int i = 0; i < 3000; ++i) {
      PaymentBatch batch;
      Payment& payment = batch.payments.emplace_back();
      payment.creditor_account = random.Keep("A" + random.Text(4));
      payment.payer_name = random.Keep(random.Text(30));
      payment.bank_reference = random.Keep(random.Text(5));
      payment.currency = random.Money();
      payment.amount_minor = random.Minor() + 1;
      payment.booking_date = random.Day();
      payment.statement_id = random.Keep(random.Text(4));
      payment.kind = static_cast<PaymentKind>(random.Number(7));
      payment.direction = static_cast<Direction>(random.Number(2));
      for (size_t n = random.Number(4); n > 0; --n) {
        PaymentReference reference;
        reference.value = random.Keep(random.Reference());
        reference.scheme = static_cast<ReferenceScheme>(random.Number(10));
        reference.has_amount = random.Number(2) == 0;
        if (reference.has_amount) reference.amount_minor = random.Minor() - 100;
        batch.AddReference(&payment, reference);
      }
      for (size_t n = random.Number(3); n > 0; --n) {
        const std::string line = random.Text(6);
        batch.AddText(&payment, random.Keep(line.empty() ? "t" : line));
      }
      ASSERT_TRUE(writer->Write(batch, payment, out));
    }
  });
}

TEST(CsvRoundTrip, OfCustomers) {
  ExpectSameFromBoth("customers", [](FormatWriter* writer, std::string* out) {
    RandomRecords random;
    for (int i = 0; i < 2000; ++i) {
      CustomerBatch batch;
      Customer& customer = batch.customers.emplace_back();
      customer.customer_id = random.Keep("C" + random.Text(5));
      customer.name = random.Keep(random.Text(20));
      customer.email = random.Keep(random.Text(5));
      customer.currency = random.Money();
      customer.credit_limit_minor = random.Number(2) == 0 ? -1 : random.Minor();
      customer.status = static_cast<CustomerStatus>(random.Number(3));
      customer.dunning = static_cast<DunningLevel>(random.Number(2));
      for (size_t n = random.Number(4); n > 0; --n)
        batch.AddAccount(&customer, random.Keep(random.Reference()));
      ASSERT_TRUE(writer->Write(batch, customer, out));
    }
  });
}

TEST(CsvWriter, WritesTheColumnsAskedFor) {
  const auto writer = FindFormat("items-csv")->make_writer();
  std::string out;
  const std::string_view columns[] = {"amount", "item_id"};
  WriterHeader header;
  header.columns = columns;
  writer->Begin(header, &out);
  OpenItemBatch batch;
  OpenItem& item = batch.items.emplace_back();
  item.item_id = "=1";
  item.amount_minor = 550;
  item.currency = Currency::FromCode("EUR");
  EXPECT_TRUE(writer->Write(batch, item, &out));
  EXPECT_EQ(out, "amount,item_id\n5.50,\"'=1\"\n");
}

}  // namespace
}  // namespace kvitt
