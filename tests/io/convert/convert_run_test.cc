// What was converted settles as the file that it came from: every sample is run as it is, as JSON
// Lines and as CSV, against items that its own references pay.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kvitt/io.h"
#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

using nlohmann::json;

std::vector<json> LinesOf(std::istream& in) {
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string Converted(const std::vector<std::string>& paths, std::string_view to) {
  std::string out;
  InspectOptions options;
  options.threads = 1;
  const absl::StatusOr<std::vector<FileReport>> reports =
      ConvertFiles(paths, to, options, [&out](std::string_view text) {
        out.append(text);
        return absl::OkStatus();
      });
  EXPECT_TRUE(reports.ok()) << paths.front() << ": " << reports.status();
  if (!reports.ok() || reports->front().kind != FileKind::kPayments) return {};
  return out;
}

// An open item for each payment, by its amount and references: what is not to be posted would be.
std::string ItemsFor(const std::string& payments) {
  std::istringstream in(payments);
  std::string items;
  size_t number = 0;
  for (const json& payment : LinesOf(in)) {
    json item;
    item["item_id"] = "ITEM-" + std::to_string(++number);
    item["customer_id"] = "CUSTOMER-" + std::to_string(number);
    item["amount"] = payment["amount"];
    item["currency"] = payment["currency"];
    item["references"] = json::array();
    for (const json& reference : payment["references"]) {
      item["references"].push_back(reference.is_string() ? reference : reference["value"]);
    }
    items.append(item.dump()).push_back('\n');
  }
  return items;
}

// What a run decided, without what names the file.
struct Decided {
  std::vector<json> payments;
  std::vector<json> allocations;
  std::vector<json> open_items;
  std::vector<std::string> exceptions;  // of payments: code and id
};

Decided Settled(const ScratchFolder& folder,
                const std::string& items,
                const std::vector<std::string>& payments,
                size_t block_bytes = 0) {
  RunRequest request;
  request.invoices = {items};
  request.payments = payments;
  if (block_bytes != 0) request.block_bytes = block_bytes;
  request.out = folder.Path("out");
  request.config.threads = 1;
  Decided decided;
  const absl::StatusOr<RunResult> result = RunJob(request);
  EXPECT_TRUE(result.ok()) << payments.front() << ": " << result.status();
  if (!result.ok()) return decided;
  const auto read = [&request](const std::string& name) {
    std::ifstream in(std::filesystem::path(request.out) / name);
    return LinesOf(in);
  };
  decided.payments = read("payments.jsonl");
  for (json& payment : decided.payments) payment.erase("source");
  decided.allocations = read("allocations.jsonl");
  decided.open_items = read("open_items.jsonl");
  for (const json& exception : read("exceptions.jsonl")) {
    if (!exception.contains("payment_id")) continue;
    decided.exceptions.push_back(exception["code"].get<std::string>() + " " +
                                 exception["payment_id"].get<std::string>());
  }
  return decided;
}

TEST(ConvertRunTest, ConvertedSampleSettlesAsTheSample) {
  int compared = 0;
  int posted = 0;
  for (const Sample& sample : Samples("")) {
    const std::string lines = Converted({sample.path}, "jsonl");
    if (lines.empty()) continue;
    ++compared;
    const ScratchFolder folder;
    const std::string items = folder.Write("items.jsonl", ItemsFor(lines));
    const Decided original = Settled(folder, items, {sample.path});
    posted += original.allocations.empty() ? 0 : 1;
    for (const std::string to : {"jsonl", "csv"}) {
      const std::string path = folder.Write("payments." + to, Converted({sample.path}, to));
      const Decided again = Settled(folder, items, {path});
      EXPECT_EQ(again.payments, original.payments) << sample.path << " as " << to;
      EXPECT_EQ(again.allocations, original.allocations) << sample.path << " as " << to;
      EXPECT_EQ(again.open_items, original.open_items) << sample.path << " as " << to;
      EXPECT_EQ(again.exceptions, original.exceptions) << sample.path << " as " << to;
    }
  }
  EXPECT_GT(compared, 50);
  EXPECT_GT(posted, 30);
}

// --- Equal lines of overlapping statements.

constexpr std::string_view kEqual = ":61:2601020102C10,00NTRFNONREF\r\n:86:Betaling\r\n";
constexpr int kOthers = 1500;

// Lines of 1,00 that differ from each other, enough for several blocks.
std::string Others() {
  std::string lines;
  for (int i = 0; i < kOthers; ++i) {
    lines += ":61:2601020102C1,00NTRFNONREF//B" + std::to_string(i) + "\r\n:86:Betaling\r\n";
  }
  return lines;
}

// A statement of mt940. Numbers that do not follow each other are told, not checked.
std::string Statement(int number, const std::string& lines, int sum) {
  return ":20:S\r\n:25:DE89370400440532013000\r\n:28C:" + std::to_string(number) +
         "/1\r\n:60F:C260101EUR0,\r\n" + lines + ":62F:C260102EUR" + std::to_string(sum) +
         ",\r\n-\r\n";
}

size_t Duplicates(const Decided& decided) {
  return static_cast<size_t>(
      std::count_if(decided.payments.begin(), decided.payments.end(),
                    [](const json& payment) { return payment["outcome"] == "duplicate"; }));
}

// Runs the files as they are, in blocks of several sizes, and converted: all must be the same decisions.
void ExpectDuplicates(const std::vector<std::string>& statements, size_t duplicates) {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (size_t i = 0; i < statements.size(); ++i) {
    paths.push_back(folder.Write("statement" + std::to_string(i) + ".txt", statements[i]));
  }
  const std::string items = folder.Write(
      "items.jsonl", R"({"item_id":"INV-1","customer_id":"C7","amount":"10.00","currency":"EUR"})"
                     "\n");
  const Decided original = Settled(folder, items, paths);
  EXPECT_EQ(Duplicates(original), duplicates);
  const Decided small = Settled(folder, items, paths, size_t{64} << 10);
  EXPECT_EQ(small.payments, original.payments);
  for (const std::string to : {"jsonl", "csv"}) {
    const std::string path = folder.Write("payments." + to, Converted(paths, to));
    const Decided again = Settled(folder, items, {path});
    // The order of payments is that of the files' digests.
    std::vector<json> ordered = again.payments;
    std::vector<json> expected = original.payments;
    std::sort(ordered.begin(), ordered.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(ordered, expected) << to;
  }
}

TEST(ConvertRunTest, EqualLinesOfOneStatementAreAsManyPayments) {
  const std::string line(kEqual);
  ExpectDuplicates({Statement(1, line + Others() + line, kOthers + 20)}, 0);
}

TEST(ConvertRunTest, EqualLinesOfOverlappingStatementsAreTheSame) {
  const std::string line(kEqual);
  const std::string first = Statement(1, line + line + Others(), kOthers + 20);
  const std::string second = Statement(5, Others() + line + line + line, kOthers + 30);
  // Of two and three equal lines three are payments; the others all came twice.
  ExpectDuplicates({first + second}, kOthers + 2);
  ExpectDuplicates({first, second}, kOthers + 2);
  ExpectDuplicates({second + first + second}, 2 * (kOthers + 3) - 1);
}

}  // namespace
}  // namespace kvitt
