// What was converted settles as the file that it came from: every sample is run as it is, as JSON
// Lines and as CSV, against items that its own references pay.

#include <gtest/gtest.h>

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

std::string Converted(const std::string& path, std::string_view to) {
  std::string out;
  InspectOptions options;
  options.threads = 1;
  const absl::StatusOr<std::vector<FileReport>> reports =
      ConvertFiles({path}, to, options, [&out](std::string_view text) {
        out.append(text);
        return absl::OkStatus();
      });
  EXPECT_TRUE(reports.ok()) << path << ": " << reports.status();
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

// A cell of CSV cannot tell a line break inside a line of text from the end of the line.
bool HasBrokenLine(const std::string& payments) {
  std::istringstream in(payments);
  for (const json& payment : LinesOf(in)) {
    for (const json& line : payment.value("text", json::array())) {
      if (line.get<std::string>().find('\n') != std::string::npos) return true;
    }
  }
  return false;
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
                const std::string& payments) {
  RunRequest request;
  request.invoices = {items};
  request.payments = {payments};
  request.out = folder.Path("out");
  request.config.threads = 1;
  Decided decided;
  const absl::StatusOr<RunResult> result = RunJob(request);
  EXPECT_TRUE(result.ok()) << payments << ": " << result.status();
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
    const std::string lines = Converted(sample.path, "jsonl");
    if (lines.empty()) continue;
    ++compared;
    const ScratchFolder folder;
    const std::string items = folder.Write("items.jsonl", ItemsFor(lines));
    const Decided original = Settled(folder, items, sample.path);
    posted += original.allocations.empty() ? 0 : 1;
    for (const std::string to : {"jsonl", "csv"}) {
      if (to == "csv" && HasBrokenLine(lines)) continue;
      const std::string path = folder.Write("payments." + to, Converted(sample.path, to));
      const Decided again = Settled(folder, items, path);
      EXPECT_EQ(again.payments, original.payments) << sample.path << " as " << to;
      EXPECT_EQ(again.allocations, original.allocations) << sample.path << " as " << to;
      EXPECT_EQ(again.open_items, original.open_items) << sample.path << " as " << to;
      EXPECT_EQ(again.exceptions, original.exceptions) << sample.path << " as " << to;
    }
  }
  EXPECT_GT(compared, 50);
  EXPECT_GT(posted, 30);
}

}  // namespace
}  // namespace kvitt
