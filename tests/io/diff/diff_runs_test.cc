// What differs between two output folders: each kind of change, whatever the order of payments and the form of
// the files, and on a generated night what a slow and obvious comparison finds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "kvitt/diff.h"
#include "kvitt/generate.h"
#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/run_folder/settled_folder.h"

namespace kvitt {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

RunDiff Diff(const std::string& a, const std::string& b, size_t examples_max = 10) {
  const absl::StatusOr<RunDiff> diff = DiffRuns({.a = a, .b = b, .examples_max = examples_max});
  EXPECT_TRUE(diff.ok()) << diff.status().message();
  return diff.ok() ? *diff : RunDiff();
}

std::string Item(const std::string& id, const std::string& reference, const std::string& amount) {
  return R"({"item_id":")" + id + R"(","customer_id":"C)" + id + R"(","references":[")" +
         reference + R"("],"amount":")" + amount +
         R"(","currency":"EUR"})"
         "\n";
}

std::string Payment(const std::string& id,
                    const std::string& reference,
                    const std::string& amount) {
  return R"({"payment_id":")" + id + R"(","creditor_account":"NO9386011117947","amount":")" +
         amount + R"(","currency":"EUR","booking_date":"2026-03-01","references":[")" + reference +
         "\"]}\n";
}

class DiffRunsTest : public ::testing::Test {
 protected:
  // Runs in a subfolder of the scratch folder; `format` also is part of its name.
  std::string Run(const std::string& name,
                  const std::string& items,
                  const std::vector<std::string>& payments,
                  const char* format = "jsonl") {
    RunRequest request = RequestInto(scratch, name + "." + format, format);
    request.invoices = {scratch.Write(name + ".items", items)};
    for (size_t i = 0; i < payments.size(); ++i) {
      request.payments.push_back(
          scratch.Write(name + ".payments" + std::to_string(i), payments[i]));
    }
    Settle(request);
    return request.out;
  }

  ScratchFolder scratch;
};

// P1 stays, P2 is lost, P3 gained, P4 moves to another item, P5 leaves and P6 comes.
TEST_F(DiffRunsTest, TellsEachKindOfChange) {
  const std::string a = Run("a",
                            Item("I1", "3141592", "10.00") + Item("I2", "2718281", "20.00") +
                                Item("I4", "5772156", "40.00"),
                            {Payment("P1", "3141592", "10.00") + Payment("P2", "2718281", "20.00") +
                             Payment("P3", "1618033", "30.00") + Payment("P4", "5772156", "40.00") +
                             Payment("P5", "9", "50.00")});
  const std::string b_items = Item("I1", "3141592", "10.00") + Item("I3", "1618033", "1030.00") +
                              Item("I4b", "5772156", "40.00");
  const std::string b_payments = Payment("P6", "9", "60.00") + Payment("P4", "5772156", "40.00") +
                                 Payment("P3", "1618033", "30.00") +
                                 Payment("P2", "2718281", "20.00") +
                                 Payment("P1", "3141592", "10.00");
  const std::string text = DiffText(Diff(a, Run("b", b_items, {b_payments})));
  EXPECT_THAT(text, HasSubstr(R"(
Payments
  the same                                             1
  gained: posted in B only                             1   30.00 EUR
  lost: posted in A only                               1   20.00 EUR
  moved to other items or amounts                      1   40.00 EUR
  in A only                                            1   50.00 EUR
  in B only                                            1   60.00 EUR

From outcome in A to outcome in B
  (not there) -> unmatched                             1   60.00 EUR
  settled -> settled                                   1   40.00 EUR
  settled -> unmatched                                 1   20.00 EUR
  unmatched -> (not there)                             1   50.00 EUR
  unmatched -> partial                                 1   30.00 EUR

Gained: posted in B only
  P3  2026-03-01  30.00 EUR
    A  unmatched
    B  partial by reference_exact (high)
         I3  payment  30.00 EUR  customer CI3

Lost: posted in A only
  P2  2026-03-01  20.00 EUR
    A  settled by reference_exact (high)
         I2  payment  20.00 EUR  customer CI2
    B  unmatched

Moved to other items or amounts
  P4  2026-03-01  40.00 EUR
    A  settled by reference_exact (high)
         I4  payment  40.00 EUR  customer CI4
    B  settled by reference_exact (high)
         I4b  payment  40.00 EUR  customer CI4b

In A only
  P5  2026-03-01  50.00 EUR
    A  unmatched

In B only
  P6  2026-03-01  60.00 EUR
    B  unmatched
)"));
  EXPECT_THAT(text, HasSubstr("\n  amount_short                             0           1\n"));
  EXPECT_THAT(text, HasSubstr(R"(
Open items after                           A                   B
  count                                    0                   1
  EUR                                   0.00            1 000.00
)"));
  // The other form of files, on either side, changes nothing but the names of the folders.
  const std::string b_csv = Run("b", b_items, {b_payments}, "csv");
  std::string from_csv = DiffText(Diff(a, b_csv));
  EXPECT_EQ(from_csv.substr(from_csv.find("\n\n")), text.substr(text.find("\n\n")));
  const json told = json::parse(DiffJson(Diff(b_csv, a)));
  EXPECT_EQ(told["different"], true);
  EXPECT_EQ(told["changes"]["gained"]["sums"], json({{"EUR", "20.00"}}));
  EXPECT_EQ(told["changes"]["lost"]["count"], 1);
  EXPECT_EQ(told["examples"]["moved"][0]["a"]["allocations"][0]["item_id"], "I4b");
  EXPECT_FALSE(told["examples"]["only_in_b"][0].contains("a"));
}

TEST_F(DiffRunsTest, TheSameDecisionsInAnotherOrderAreTheSame) {
  std::string items;
  std::vector<std::string> parts(3);
  std::string all;
  // More than a chunk of rows, all of which wait for their partners.
  for (int i = 0; i < 30'000; ++i) {
    const std::string number = std::to_string(i);
    items += Item("I" + number, "8" + number, "1.00");
    const std::string payment = Payment("P" + number, "8" + number, "1.00");
    parts[static_cast<size_t>(i) / 10'000] += payment;
    all += payment;
  }
  const std::string a = Run("a", items, {all});
  for (const char* format : {"jsonl", "csv"}) {
    const RunDiff diff = Diff(a, Run("b", items, {parts[2], parts[1], parts[0]}, format));
    EXPECT_EQ(diff[Change::kSame].count, 30'000U);
    EXPECT_FALSE(diff.has_changes());
    EXPECT_THAT(DiffText(diff), HasSubstr("No difference in payments (30 000)"));
  }
}

TEST_F(DiffRunsTest, ShowsTheLargestExamplesOnly) {
  const std::string a = Run("a", Item("I", "7", "1.00"), {Payment("P1", "8001", "1.00")});
  std::string payments = Payment("P1", "8001", "1.00");
  for (const char* number : {"2", "9", "4", "8", "3"}) {
    payments += Payment(std::string("P") + number, "9", std::string(number) + "000.00");
  }
  const std::string text = DiffText(Diff(a, Run("b", Item("I", "7", "1.00"), {payments}), 2));
  EXPECT_THAT(text, HasSubstr("In B only (the largest 2 of 5)\n  P9  2026-03-01  9 000.00 EUR"));
  EXPECT_THAT(text, HasSubstr("  P8  2026-03-01  8 000.00 EUR"));
  EXPECT_THAT(text, Not(HasSubstr("P4")));
}

TEST_F(DiffRunsTest, WithoutAllocationsItSaysWhatCannotBeTold) {
  const std::string items = Item("I1", "7001", "10.00");
  const std::string a = Run("a", items, {Payment("P1", "7001", "10.00")});
  const std::string b = Run("b", Item("I2", "7001", "10.00"), {Payment("P1", "7001", "10.00")});
  std::filesystem::remove(b + "/allocations.jsonl");
  EXPECT_THAT(DiffText(Diff(a, b)), HasSubstr("No difference"));
  EXPECT_THAT(DiffText(Diff(a, b)), HasSubstr("Allocations were not emitted by both runs"));
  const std::string c = Run("c", Item("I2", "7001", "9.00"), {Payment("P1", "7001", "10.00")});
  std::filesystem::remove(c + "/allocations.jsonl");
  EXPECT_THAT(DiffText(Diff(a, c)), HasSubstr("Allocations were not emitted by both runs"));
  EXPECT_EQ(Diff(a, c)[Change::kMoved].count, 1U);
  std::filesystem::remove(b + "/payments.jsonl");
  const absl::Status status = DiffRuns({.a = a, .b = b}).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("did not emit"));
}

TEST_F(DiffRunsTest, DamagedFoldersAreNotCompared) {
  const std::string items = Item("I1", "7001", "10.00");
  const std::string a = Run("a", items, {Payment("P1", "7001", "10.00")});
  const std::string b = Run("b", items, {Payment("P2", "7001", "10.00")});
  std::filesystem::copy_file(a + "/allocations.jsonl", b + "/allocations.jsonl",
                             std::filesystem::copy_options::overwrite_existing);
  absl::Status status = DiffRuns({.a = a, .b = b}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status.message();
  EXPECT_THAT(std::string(status.message()), HasSubstr("allocations of payment P1"));
  std::filesystem::resize_file(a + "/payments.jsonl", 50);
  status = DiffRuns({.a = a, .b = a}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status.message();
  EXPECT_TRUE(absl::IsNotFound(DiffRuns({.a = a, .b = scratch.path()}).status()));
}

TEST_F(DiffRunsTest, NothingOfATextReachesTheTerminalRaw) {
  const std::string items = Item("I1", "7001", "10.00");
  const std::string a = Run("a", items, {Payment("P1", "9", "10.00")});
  const std::string b = Run("b", items, {Payment("\\u001b[2J\\\"", "9", "10.00")});
  const std::string text = DiffText(Diff(a, b));
  EXPECT_THAT(text, HasSubstr("<0x1B>[2J\""));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

// --- A slow and obvious second opinion.

struct Plain {
  json row;
  std::multiset<std::string> postings;
};

// By id; a further delivery, which carries the id of the first one, gets a name of its own.
std::map<std::string, Plain> ReadPlain(const std::string& folder) {
  std::map<std::string, Plain> payments;
  std::map<std::string, int> deliveries;
  std::ifstream in(folder + "/payments.jsonl");
  for (std::string line; std::getline(in, line);) {
    const json row = json::parse(line);
    std::string id = row["payment_id"];
    if (row["outcome"] == "duplicate") id += " again " + std::to_string(deliveries[id]++);
    EXPECT_TRUE(payments.emplace(id, Plain{row, {}}).second) << id;
  }
  std::ifstream allocations(folder + "/allocations.jsonl");
  for (std::string line; std::getline(allocations, line);) {
    const json row = json::parse(line);
    payments[row["payment_id"]].postings.insert(
        row.value("item_id", "") + " " + row.value("customer_id", "") + " " +
        std::string(row["kind"]) + " " + std::string(row["amount"]));
  }
  return payments;
}

Change PlainChange(const Plain& a, const Plain& b) {
  if (a.postings.empty() != b.postings.empty()) {
    return a.postings.empty() ? Change::kGained : Change::kLost;
  }
  if (a.postings != b.postings) return Change::kMoved;
  if (a.row["outcome"] != b.row["outcome"]) return Change::kOutcome;
  const bool same_rule = a.row.value("rule", "") == b.row.value("rule", "") &&
                         a.row.value("confidence", "") == b.row.value("confidence", "");
  return same_rule ? Change::kSame : Change::kRule;
}

TEST_F(DiffRunsTest, ANightIsComparedAsASlowReaderDoes) {
  GenerateRequest generate;
  generate.items = 2000;
  generate.payments = 1500;
  generate.seed = 5;
  generate.out = scratch.Path("night");
  ASSERT_TRUE(Generate(generate).ok());
  RunRequest request = RequestInto(scratch, "a", "jsonl");
  request.invoices = {scratch.Path("night/items")};
  request.payments = {scratch.Path("night/payments")};
  request.customers = {scratch.Path("night/customers")};
  Settle(request);
  // The other run misses an item file's every seventh line, and one file of payments.
  for (const auto& entry : std::filesystem::directory_iterator(scratch.Path("night/items"))) {
    std::ifstream in(entry.path());
    std::string kept;
    size_t count = 0;
    for (std::string line; std::getline(in, line); ++count) {
      if (count % 7 != 3) kept += line + "\n";
    }
    in.close();
    std::ofstream(entry.path()) << kept;
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.Path("night/payments"))) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  files.erase(files.begin() + 2);
  request.payments = files;
  request.out = scratch.Path("b");
  Settle(request);

  std::map<std::string, Plain> a = ReadPlain(scratch.Path("a"));
  std::map<std::string, Plain> b = ReadPlain(scratch.Path("b"));
  std::array<uint64_t, kChanges> expected{};
  for (const auto& [id, payment] : a) {
    const auto other = b.find(id);
    const Change change = other == b.end() ? Change::kOnlyInA : PlainChange(payment, other->second);
    ++expected[static_cast<size_t>(change)];
  }
  for (const auto& [id, payment] : b) {
    if (a.count(id) == 0) ++expected[static_cast<size_t>(Change::kOnlyInB)];
  }
  const RunDiff diff = Diff(scratch.Path("a"), scratch.Path("b"));
  for (size_t i = 0; i < kChanges; ++i) {
    EXPECT_EQ(diff.changes[i].count, expected[i]) << Name(static_cast<Change>(i));
  }
  EXPECT_GT(diff[Change::kSame].count, 500U);
  EXPECT_GT(diff[Change::kLost].count, 50U);
  EXPECT_GT(diff[Change::kOnlyInA].count, 0U);
}

}  // namespace
}  // namespace kvitt
