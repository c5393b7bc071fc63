// The main job on a generated night: the answers are the known ones, the money adds up when it is counted
// again from the files, and neither threads, blocks nor the order of files change a byte.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kvitt/generate.h"
#include "kvitt/run.h"

namespace kvitt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<json> ReadLines(const fs::path& path) {
  std::vector<json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "kvitt-run-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }

  ~Folder() { fs::remove_all(path_); }

  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// One night for all tests of this file.
const fs::path& Night() {
  static const Folder* folder = new Folder;
  static const fs::path* night = [] {
    auto* path = new fs::path(*folder / "night");
    GenerateRequest request;
    request.items = 2000;
    request.payments = 1500;
    request.seed = 7;
    request.out = path->string();
    EXPECT_TRUE(Generate(request).ok());
    return path;
  }();
  return *night;
}

std::vector<std::string> FilesIn(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

RunRequest NightRequest(const fs::path& out) {
  RunRequest request;
  request.invoices = FilesIn(Night() / "items");
  request.payments = FilesIn(Night() / "payments");
  request.customers = FilesIn(Night() / "customers");
  request.out = out.string();
  request.config.threads = 2;
  return request;
}

RunResult Settle(const RunRequest& request) {
  absl::StatusOr<RunResult> result = RunJob(request);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? *std::move(result) : RunResult();
}

std::map<std::string, std::string> Outputs(const fs::path& out) {
  std::map<std::string, std::string> outputs;
  for (const auto& entry : fs::directory_iterator(out)) {
    outputs[entry.path().filename().string()] = ReadText(entry.path());
  }
  return outputs;
}

TEST(RunJobTest, NeitherThreadsNorBlocksNorOrderOfFilesChangeAByte) {
  const Folder folder;
  for (const char* format : {"jsonl", "csv"}) {
    RunRequest request = NightRequest(folder / "first");
    request.config.output_format = format;
    request.config.threads = 1;
    Settle(request);
    const auto expected = Outputs(folder / "first");
    ASSERT_EQ(expected.size(), 5u);
    for (const int threads : {1, 2, 3, 8}) {
      for (const size_t block_bytes : {size_t{64} << 10, size_t{256} << 10, size_t{1} << 20}) {
        RunRequest other = request;
        other.out = (folder / "other").string();
        other.config.threads = threads;
        other.block_bytes = block_bytes;
        if (threads % 2 == 0) {
          std::reverse(other.payments.begin(), other.payments.end());
          std::reverse(other.invoices.begin(), other.invoices.end());
        } else {
          std::rotate(other.payments.begin(), other.payments.begin() + 3, other.payments.end());
        }
        Settle(other);
        for (const auto& [name, text] : Outputs(folder / "other")) {
          EXPECT_EQ(expected.at(name) == text, true) << format << " " << name << " with " << threads
                                                     << " threads and blocks of " << block_bytes;
        }
      }
    }
  }
}

TEST(RunJobTest, EveryPaymentOfTheNightHasItsKnownOutcome) {
  const Folder folder;
  Settle(NightRequest(folder / "out"));
  std::map<std::pair<std::string, uint64_t>, json> payments;
  for (json& payment : ReadLines(folder / "out" / "payments.jsonl")) {
    const std::string file =
        fs::relative(std::string(payment["source"]["file"]), Night()).generic_string();
    const uint64_t record = payment["source"]["record"];
    payments[{file, record}] = std::move(payment);
  }
  size_t compared = 0;
  for (const json& truth : ReadLines(Night() / "truth.jsonl")) {
    // Situations of later rules are honestly unmatched today; what stands in overlapping files may be
    // posted from either; what stands in damaged or repeated ones is not read.
    if (!truth.contains("outcome") || !truth["record"].is_number() ||
        truth.value("needs_later_rule", false) || truth.value("not_read", false) ||
        truth.contains("delivery") || truth["situation"] == "in_repeated_file") {
      continue;
    }
    const auto found = payments.find({truth["file"], truth["record"]});
    ASSERT_NE(found, payments.end()) << truth;
    std::vector<std::string> right = {truth["outcome"]};
    if (truth.contains("outcome_may")) {
      for (const json& may : truth["outcome_may"]) right.push_back(may);
    }
    EXPECT_NE(std::find(right.begin(), right.end(), found->second["outcome"]), right.end())
        << truth << "\n"
        << found->second;
    ++compared;
  }
  EXPECT_GT(compared, 1000u);
}

int64_t Minor(const json& row, const char* field) {
  int64_t minor = 0;
  const std::string text = row[field];
  EXPECT_EQ(ParseAmount(text, Currency::FromCode(std::string(row["currency"])).decimals(), &minor),
            AmountError::kOk)
      << text;
  return minor;
}

TEST(RunJobTest, TheMoneyAddsUpWhenItIsCountedAgain) {
  const Folder folder;
  Settle(NightRequest(folder / "out"));
  std::map<std::string, int64_t> allocated;  // by payment
  std::map<std::string, int64_t> on_account;
  std::map<std::string, int64_t> on_item;
  for (const json& row : ReadLines(folder / "out" / "allocations.jsonl")) {
    const std::string payment = row["payment_id"];
    const std::string kind = row["kind"];
    const int64_t amount = Minor(row, "amount");
    const bool has_item = row.contains("item_id");
    if (has_item) on_item[row["item_id"]] += amount;
    if (kind == "on_account" || (kind == "reversal" && !has_item)) {
      on_account[payment] += amount;
    } else if (kind == "credit_note") {
      allocated[payment] -= amount;
    } else if (kind == "payment" || kind == "reversal" || (kind == "write_off" && !has_item)) {
      allocated[payment] += amount;
    }
  }
  for (const json& row : ReadLines(folder / "out" / "payments.jsonl")) {
    const std::string id = row["payment_id"];
    if (row["outcome"] == "duplicate") continue;  // carries the id of the payment that it repeats
    EXPECT_EQ(Minor(row, "amount"),
              Minor(row, "allocated") + Minor(row, "on_account") + Minor(row, "unallocated"))
        << row;
    EXPECT_EQ(Minor(row, "allocated"), std::abs(allocated[id])) << row;
    EXPECT_EQ(Minor(row, "on_account"), std::abs(on_account[id])) << row;
  }
  RunRequest untouched = NightRequest(folder / "before");
  untouched.payments.clear();
  Settle(untouched);
  std::map<std::string, int64_t> open_after;
  for (const json& row : ReadLines(folder / "out" / "open_items.jsonl")) {
    open_after[row["item_id"]] = Minor(row, "open_amount");
  }
  for (const json& row : ReadLines(folder / "before" / "open_items.jsonl")) {
    const std::string id = row["item_id"];
    EXPECT_EQ(Minor(row, "open_amount"), on_item[id] + open_after[id]) << row;
  }
}

TEST(RunJobTest, WhatIsLeftOpenIsTheNextRunsInput) {
  const Folder folder;
  for (const char* format : {"jsonl", "csv"}) {
    RunRequest first = NightRequest(folder / "first");
    first.config.output_format = format;
    Settle(first);
    RunRequest second;
    second.invoices = {(folder / "first" / ("open_items." + std::string(format))).string()};
    second.payments = {};
    second.out = (folder / "second").string();
    second.config.output_format = format;
    const RunResult result = Settle(second);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(ReadText(folder / "first" / ("open_items." + std::string(format))),
              ReadText(folder / "second" / ("open_items." + std::string(format))));
  }
}

TEST(RunJobTest, SaysByExitCodeHowItWent) {
  const Folder folder;
  RunRequest request = NightRequest(folder / "out");
  EXPECT_EQ(Settle(request).exit_code, 3) << "the night holds damaged files";
  request.fail_on = {"exceptions>5"};
  EXPECT_EQ(Settle(request).exit_code, 5);
  request.fail_on = {"rate>99%"};
  EXPECT_EQ(Settle(request).exit_code, 3);
  for (const char* nonsense : {"weather>5", "rate>100%", "rate>101%", "rate>-1%", "rate>5",
                               "exceptions>-1", "exceptions>1.5", "amount>x", "amount>1.234"}) {
    request.fail_on = {nonsense};
    const absl::Status refused = RunJob(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(refused)) << nonsense;
    EXPECT_NE(refused.message().find(nonsense), std::string::npos) << refused;
  }
  request.fail_on.clear();
  request.config.strict = true;
  request.out = (folder / "strict").string();
  const RunResult strict = Settle(request);
  EXPECT_EQ(strict.exit_code, 4);
  EXPECT_FALSE(strict.committed);
  EXPECT_FALSE(fs::exists(folder / "strict"));
  request.payments = {"no-such-file"};
  EXPECT_TRUE(absl::IsNotFound(RunJob(request).status()));
}

TEST(RunJobTest, WritesAFolderWholeOrNotAtAll) {
  const Folder folder;
  fs::create_directory(folder / "foreign");
  std::ofstream(folder / "foreign" / "letter.txt") << "keep me";
  RunRequest request = NightRequest(folder / "foreign");
  EXPECT_TRUE(absl::IsInvalidArgument(RunJob(request).status()));
  EXPECT_EQ(ReadText(folder / "foreign" / "letter.txt"), "keep me");

  request.out = (folder / "dry").string();
  request.dry_run = true;
  EXPECT_FALSE(Settle(request).committed);
  EXPECT_FALSE(fs::exists(folder / "dry"));

  request.dry_run = false;
  request.out = (folder / "again").string();
  Settle(request);
  request.config.emit = {"exceptions"};
  Settle(request);
  EXPECT_EQ(Outputs(folder / "again").size(), 2u)
      << "the older files are gone with the older folder";
  for (const auto& entry : fs::directory_iterator(folder / ".")) {
    EXPECT_EQ(entry.path().string().find(".partial"), std::string::npos) << entry.path();
  }
}

TEST(RunJobTest, AFileWhoseTotalsFailIsPostedOnlyWhenSomebodySaysSo) {
  const Folder folder;
  RunRequest request = NightRequest(folder / "out");
  const RunResult careful = Settle(request);
  std::string spoiled;
  for (const FileReport& report : careful.files) {
    if (report.only_controls_failed) spoiled = report.file;
  }
  ASSERT_FALSE(spoiled.empty());
  request.accept_mismatch = {spoiled};
  const RunResult accepted = Settle(request);
  EXPECT_EQ(accepted.accepted_mismatch, std::vector<std::string>{spoiled});
  EXPECT_GT(accepted.totals.payments.count, careful.totals.payments.count);
  // Every report says so, and the row no longer claims that the file was set aside.
  std::istringstream rows(ReadText(folder / "out" / "exceptions.jsonl"));
  size_t said = 0;
  for (std::string row; std::getline(rows, row);) {
    if (row.find("control_total_mismatch") == std::string::npos) continue;
    if (row.find(spoiled) == std::string::npos) continue;
    EXPECT_NE(row.find(R"("severity":"review")"), std::string::npos) << row;
    EXPECT_NE(row.find("posted all the same, as --accept-mismatch said"), std::string::npos) << row;
    ++said;
  }
  EXPECT_GT(said, 0u);
}

}  // namespace
}  // namespace kvitt
