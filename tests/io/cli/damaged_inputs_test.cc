// What `kvitt run` says of input that is damaged, hostile or no input at all: by the code of the deviation, the
// record and the words that a person reads. The good file beside it is settled every time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/io/bytes/packing.h"
#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/cli/program_run.h"

namespace kvitt {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kItem[] =
    R"({"item_id":"I1","customer_id":"C1","amount":"10.00","currency":"SEK","references":["12345682"]})"
    "\n";
constexpr char kPayment[] =
    R"({"payment_id":"P1","creditor_account":"bankgiro:50501055","amount":"10.00","currency":"SEK",)"
    R"("booking_date":"2026-01-20","references":["12345682"]})"
    "\n";

// A payment with one field as given, behind a line that is in order but for its account.
std::string SecondLine(const std::string& field) {
  return R"({"creditor_account":"X1","amount":"1.00","currency":"SEK","booking_date":"2026-01-20"})"
         "\n"
         R"({"creditor_account":"X1",)" +
         field + "}\n";
}

std::string WithAmount(const std::string& amount) {
  return SecondLine(R"("amount":")" + amount + R"(","currency":"SEK","booking_date":"2026-01-20")");
}

std::string WithDate(const std::string& date) {
  return SecondLine(R"("amount":"1.00","currency":"SEK","booking_date":")" + date + "\"");
}

std::string WithCurrency(const std::string& amount, const std::string& currency) {
  return SecondLine(R"("amount":")" + amount + R"(","currency":")" + currency +
                    R"(","booking_date":"2026-01-20")");
}

std::string Camt(const std::string& inside) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>)" + inside;
}

struct Damaged {
  std::string what;
  std::string bytes;
  std::string code;
  uint64_t record;  // 0: the file as a whole
  std::string words;
};

std::vector<Damaged> DamagedFiles() {
  const std::string zipped = Gzip(kPayment);
  std::string wrong_check = zipped;
  wrong_check[wrong_check.size() - 5] ^= 1;
  std::vector<Damaged> files = {
      {"nothing", "", "file_empty", 0, "found an empty file"},
      {"blanks", " \n\n", "file_empty", 0, "found only blanks"},
      {"a byte order mark", "\xef\xbb\xbf", "file_empty", 0, "found only blanks"},
      {"a letter", "Dear bank, attached the file.\n", "file_unknown", 0, "in no format"},
      {"a camt of payments to be made",
       Camt(R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>)"),
       "file_unknown", 0, "in no format"},
      {"half a gzip", zipped.substr(0, zipped.size() / 2), "file_truncated", 0, "ends too early"},
      {"a wrong check sum", wrong_check, "record_malformed", 0, "gzip"},
      {"bytes behind a gzip", zipped + "more", "record_malformed", 0,
       "bytes that are no gzip member after the end of member 1"},
      {"half a zstd", Zstd(kPayment).substr(0, 40), "file_truncated", 0, "ends too early"},
      {"a zip in a zip", Zip({{"a.zip", Zip({{"b", kPayment}})}}), "file_unknown", 0, ""},
      // The same bytes are the items of this run, and stay so.
      {"items where payments belong", kItem, "file_unknown", 0,
       "expected a file of payments, found items-jsonl"},
      {"a document type",
       Camt(R"(<!DOCTYPE a [<!ENTITY b "c">]><Document )"
            R"(xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>)"),
       "record_malformed", 0, "DOCTYPE"},
      {"half a line", SecondLine("").substr(0, 110), "record_malformed", 2,
       "expected one whole JSON object"},
      {"a lone surrogate", SecondLine(R"("payer_name":"\ud800")"), "record_malformed", 2,
       "expected one whole JSON object"},
  };
  for (const char* amount :
       {"1e5", "1,234.56", "1.234,56", "+5", " 5 ", ".5", "5.", "-0", "NaN", "\xd9\xa1\xd9\xa2"}) {
    files.push_back(
        {"amount", WithAmount(amount), "record_malformed", 2,
         std::string("expected an amount (digits, with at most one decimal point), found `") +
             amount + "`"});
  }
  files.push_back({"19 digits", WithAmount("92233720368547758.07"), "record_malformed", 2,
                   "expected at most 18 digits of minor units"});
  for (const auto& [amount, currency] : std::vector<std::pair<std::string, std::string>>{
           {"5.001", "NOK"}, {"5.1", "JPY"}, {"5.0001", "KWD"}, {"5.00001", "CLF"}}) {
    files.push_back({"decimals of " + currency, WithCurrency(amount, currency), "precision_lost", 2,
                     "it was refused, not rounded"});
  }
  for (const char* currency : {"ZZZ", "kr", "sek", ""}) {
    files.push_back({"currency", WithCurrency("5.00", currency), "record_malformed", 2,
                     "expected an ISO 4217 currency"});
  }
  for (const char* date : {"0000-00-00", "2026-02-30", "0001-01-01", "9999-12-31", "20260120",
                           "2026-1-2", "26-01-20"}) {
    files.push_back(
        {"date", WithDate(date), "record_malformed", 2,
         std::string("expected a date YYYY-MM-DD from 1900 to 2199, found `") + date + "`"});
  }
  return files;
}

class DamagedInputsTest : public ::testing::Test {
 protected:
  DamagedInputsTest() {
    items = folder.Write("items", kItem);
    good = folder.Write("good", kPayment);
  }

  ProgramRun Run(const std::string& more) {
    return RunProgram("run --no-progress --invoices " + items + " --out " + folder.Path("out") +
                      " " + more);
  }

  std::vector<json> Rows(const std::string& name) const {
    std::ifstream in(folder.Path("out/" + name + ".jsonl"));
    std::vector<json> rows;
    for (std::string line; std::getline(in, line);) rows.push_back(json::parse(line));
    return rows;
  }

  void ExpectGoodIsSettled() const {
    size_t settled = 0;
    for (const json& row : Rows("payments")) {
      if (row["payment_id"] == "P1") settled += row["outcome"] == "settled" ? 1u : 0u;
    }
    EXPECT_EQ(settled, 1u);
  }

  // The row of exceptions about the file says so.
  void ExpectSaid(const Damaged& expected) const {
    for (const json& row : Rows("exceptions")) {
      if (row["code"] != expected.code || row.value("record", uint64_t{0}) != expected.record)
        continue;
      EXPECT_THAT(std::string(row["explanation"]), HasSubstr(expected.words));
      EXPECT_THAT(std::string(row["file"]), HasSubstr(folder.Path("damaged")));
      return;
    }
    ADD_FAILURE() << "expected " << expected.code << " of record " << expected.record << ", found\n"
                  << json(Rows("exceptions")).dump(2);
  }

  ScratchFolder folder;
  std::string items;
  std::string good;
};

TEST_F(DamagedInputsTest, EachIsSaidByCodeRecordAndWords) {
  for (const Damaged& damaged : DamagedFiles()) {
    SCOPED_TRACE(damaged.what + ": " + damaged.bytes.substr(0, 200));
    const ProgramRun run = Run("--payments " + good + " " + folder.Write("damaged", damaged.bytes));
    EXPECT_EQ(run.exit_code, 3);
    ExpectSaid(damaged);
    ExpectGoodIsSettled();
  }
}

// A file of which nothing is used blocks; a line that was set aside alone is for review.
TEST_F(DamagedInputsTest, WhatCostsAFileBlocks) {
  const std::string zipped = Gzip(kPayment);
  std::string wrong_check = zipped;
  wrong_check[wrong_check.size() - 5] ^= 1;
  std::string packed = Zstd(kPayment);
  packed.back() = static_cast<char>(packed.back() ^ 1);
  std::string member = Zip({{"m", std::string(500, ' ') + kPayment}});
  member[60] = static_cast<char>(member[60] ^ 0x20);
  const std::vector<std::tuple<std::string, std::string, std::string>> files = {
      {wrong_check, "record_malformed", "block"},
      {zipped + "more", "record_malformed", "block"},
      {zipped.substr(0, 40), "file_truncated", "block"},
      {packed, "record_malformed", "block"},
      {member, "record_malformed", "block"},
      {Camt(R"(<!DOCTYPE a><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>)"),
       "record_malformed", "block"},
      {"no bank's", "file_unknown", "block"},
      {"", "file_empty", "review"},
      {WithAmount("NaN"), "record_malformed", "review"},
      {WithAmount("1.001"), "precision_lost", "review"}};
  for (const auto& [bytes, code, severity] : files) {
    SCOPED_TRACE(bytes.substr(0, 100));
    EXPECT_EQ(Run("--payments " + good + " " + folder.Write("damaged", bytes)).exit_code, 3);
    size_t said = 0;
    for (const json& row : Rows("exceptions")) {
      if (row["code"] != code || !row.contains("file")) continue;
      EXPECT_EQ(row["severity"], severity);
      ++said;
    }
    EXPECT_EQ(said, 1u);
    ExpectGoodIsSettled();
  }
}

// Nobody may take a night without files for a night without payments.
TEST_F(DamagedInputsTest, AFolderWithoutFilesIsSaid) {
  std::filesystem::create_directory(folder.Path("damaged"));
  const std::string inputs = "--payments " + good + " " + folder.Path("damaged");
  EXPECT_EQ(Run(inputs).exit_code, 3);
  ExpectSaid({"", "", "file_empty", 0, "expected files in the folder, found none"});
  ExpectGoodIsSettled();
  EXPECT_EQ(Run("--allow-empty " + inputs).exit_code, 0);
  EXPECT_TRUE(Rows("exceptions").empty());
  EXPECT_EQ(Run("--strict " + inputs).exit_code, 4);
  EXPECT_EQ(Run("--payments " + folder.Path("damaged")).exit_code, 3);
  const ProgramRun told = RunProgram("inspect --json " + folder.Path("damaged"));
  EXPECT_EQ(told.exit_code, 3);
  EXPECT_THAT(told.out, HasSubstr("file_empty"));
}

TEST_F(DamagedInputsTest, WhatIsSaidDoesNotDependOnThreadsAndBlocks) {
  std::string many = kPayment;
  for (int i = 0; many.size() < 3'000'000; ++i) many += WithAmount(std::to_string(i % 900 + 1));
  std::string half = Gzip(many);
  std::string wrong = half;
  half.resize(half.size() / 2);
  wrong[wrong.size() / 2] ^= 0x10;
  std::string paths = good;
  const std::vector<std::string> damaged = {
      half,
      wrong,
      many + "nonsense\n",
      many + SecondLine(R"("text":")" + std::string(1'500'000, 'x') + "\""),
      SecondLine(R"("text":")" + std::string(17'000'000, 'x') + "\"") + many,
      std::string(2'000'000, 'x'),
      std::string(2'000'000, ' ')};
  for (size_t i = 0; i < damaged.size(); ++i) {
    paths += " " + folder.Write("damaged" + std::to_string(i), damaged[i]);
  }
  std::string first;
  for (const char* how : {"--threads 1 --block-bytes 65536", "--threads 2 --block-bytes 1048576",
                          "--threads 3 --block-bytes 33554432"}) {
    ASSERT_EQ(Run(std::string(how) + " --payments " + paths).exit_code, 3);
    std::string all;
    for (const char* name : {"payments.jsonl", "exceptions.jsonl", "summary.json"}) {
      std::ifstream in(folder.Path(std::string("out/") + name));
      all.append((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    }
    if (first.empty()) first = all;
    EXPECT_TRUE(all == first) << how;
  }
}

TEST_F(DamagedInputsTest, StrictCommitsNothing) {
  const ProgramRun run =
      Run("--strict --payments " + good + " " + folder.Write("damaged", WithAmount("NaN")));
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_FALSE(std::filesystem::exists(folder.Path("out")));
}

TEST_F(DamagedInputsTest, WhatIsNoRegularFileIsNotRead) {
  for (const std::string make : {"mkfifo ", "ln -s /dev/zero "}) {
    ASSERT_EQ(RunShell(make + folder.Path("damaged")).exit_code, 0);
    EXPECT_EQ(Run("--payments " + good + " " + folder.Path("damaged")).exit_code, 3);
    ExpectSaid({"", "", "file_unknown", 0, "expected a regular file, found a "});
    ExpectGoodIsSettled();
    std::filesystem::remove(folder.Path("damaged"));
  }
  ASSERT_EQ(RunShell("ln -s loop " + folder.Path("loop")).exit_code, 0);
  const ProgramRun loop = Run("--payments " + folder.Path("loop"));
  EXPECT_EQ(loop.exit_code, 2);
  EXPECT_THAT(loop.err, HasSubstr("Too many levels of symbolic links"));
}

// A spreadsheet would run these; a terminal would obey those.
TEST_F(DamagedInputsTest, TextsOfPayersAreHarmlessInCsvAndOnATerminal) {
  const std::string evil = folder.Write(
      "damaged\x1b[31m\xe2\x80\xae",
      R"x({"payment_id":"=2+5","creditor_account":"@SUM(A1)","amount":"1.00","currency":"SEK",)x"
      R"x("booking_date":"2026-01-20","references":["+1-2"],"text":["=HYPERLINK(1)","-1"],)x"
      R"x("payer_name":"\t=cmd","payer_account":"-7","payer_org_no":"+1","customer_id":"=C",)x"
      R"x("bank_reference":"\uff1d1","end_to_end_id":"  =1"})x"
      "\n");
  const ProgramRun run = Run("--output-format csv --payments '" + evil + "'");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("\xe2\x80\xae")));
  for (const std::string name : {"payments", "allocations", "exceptions", "open_items"}) {
    std::ifstream in(folder.Path("out/" + name + ".csv"));
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    EXPECT_EQ(text.find_first_of("=+-@\t", 0) == 0, false) << name;
    for (const char* cell : {",=", ",+", ",-", ",@", ",\t", ",\"=", ",\"+", ",\"@", ",\"\t", ",\"-",
                             "\n=", "\n\"=", ",\xef\xbc\x9d", ",  ="}) {
      EXPECT_THAT(text, Not(HasSubstr(cell))) << name;
    }
  }
  const ProgramRun told = RunProgram("explain =2+5 " + folder.Path("out"));
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_THAT(told.out, Not(HasSubstr("\t=cmd")));
}

TEST_F(DamagedInputsTest, ADiskThatIsFullLeavesTheOldResults) {
  ASSERT_EQ(Run("--payments " + good).exit_code, 0);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += WithAmount("7.00");
  folder.Write("many", many);
  const ProgramRun run =
      RunShell("trap '' XFSZ; ulimit -f 100; $KVITT run --no-progress --invoices " + items +
               " --payments " + folder.Path("many") + " --out " + folder.Path("out"));
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.err, HasSubstr("Nothing was committed"));
  ExpectGoodIsSettled();
}

// Whatever the moment: the folder is whole or not there, and the next run needs no help.
TEST_F(DamagedInputsTest, KilledAtAnyMomentItLeavesAllOrNothing) {
  std::string many = kPayment;
  for (int i = 0; i < 20'000; ++i) many += WithAmount("7.00");
  const std::string payments = folder.Write("many", many);
  for (const char* signal : {"KILL", "TERM"}) {
    for (int milliseconds = 1; milliseconds < 400; milliseconds *= 2) {
      std::filesystem::remove_all(folder.Path("out"));
      RunShell("$KVITT run --quiet --threads 2 --invoices " + items + " --payments " + payments +
               " --out " + folder.Path("out") + " & pid=$!; sleep " +
               std::to_string(milliseconds / 1000.0) + "; kill -" + signal +
               " $pid 2>/dev/null; wait $pid");
      if (std::filesystem::exists(folder.Path("out"))) {
        EXPECT_TRUE(std::filesystem::exists(folder.Path("out/summary.json")));
        ExpectGoodIsSettled();
      }
    }
  }
  ASSERT_EQ(Run("--quiet --payments " + payments).exit_code, 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("partial")));
  }
}

}  // namespace
}  // namespace kvitt
