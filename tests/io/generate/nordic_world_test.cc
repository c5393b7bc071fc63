// The nordic world: exact numbers, files whose controls hold (but for those that are damaged on
// purpose), and a truth that agrees with what the files hold.

#include "io/generate/nordic_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "io/formats/format.h"
#include "simdjson.h"
#include "tests/io/generate/generated_set.h"

namespace kvitt {
namespace {

// One world for all tests of this file, of every format that can be written.
const GeneratedSet& Night() {
  static const GeneratedSet* night = [] {
    GenerateRequest request;
    request.items = 3'000;
    request.payments = 2'500;
    request.seed = 4;
    return new GeneratedSet(request, "night");
  }();
  return *night;
}

struct FileLine {
  std::string situation;
  std::string code;
  std::string same_as;
  bool set_aside = false;
  uint64_t bad_records = 0;
  uint64_t transactions = 0;
};

std::string TextOf(const simdjson::dom::element& line, const char* key) {
  std::string_view text;
  return line[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::map<std::string, FileLine> FileLines() {
  std::map<std::string, FileLine> lines;
  simdjson::dom::parser parser;
  const std::string& bytes = Night().files().at("files.jsonl");
  for (const simdjson::dom::element line : parser.parse_many(bytes)) {
    FileLine& file = lines[TextOf(line, "file")];
    file.situation = TextOf(line, "situation");
    file.code = TextOf(line, "code");
    file.same_as = TextOf(line, "same_as");
    file.set_aside = line["set_aside"].error() == simdjson::SUCCESS;
    if (line["bad_records"].get(file.bad_records) != simdjson::SUCCESS) file.bad_records = 0;
    EXPECT_EQ(line["transactions"].get(file.transactions), simdjson::SUCCESS);
  }
  return lines;
}

TEST(NordicWorld, TheNumbersAreExactlyThoseAsked) {
  ASSERT_TRUE(Night().status().ok()) << Night().status();
  size_t items = 0;
  for (const auto& [name, bytes] : Night().files()) {
    if (name.starts_with("items/")) items += ReadGenerated(bytes).items.size();
  }
  EXPECT_EQ(items, 3'000U);
  // A payment that two files bring has two lines of truth.
  size_t lines = 0;
  size_t again = 0;
  std::set<std::string> delivered;
  simdjson::dom::parser parser;
  for (const simdjson::dom::element line : parser.parse_many(Night().files().at("truth.jsonl"))) {
    // A booked batch is the sum of payments that are counted where their details come.
    if (TextOf(line, "situation") == "batch") continue;
    ++lines;
    const std::string delivery = TextOf(line, "delivery");
    if (!delivery.empty() && !delivered.insert(delivery).second) ++again;
  }
  EXPECT_GT(again, 0U);
  EXPECT_EQ(lines - again, 2'500U);
}

TEST(NordicWorld, WholeFilesVerifyAndDamagedOnesAreFound) {
  for (const auto& [name, line] : FileLines()) {
    const ReadFile file = ReadGenerated(Night().files().at(name));
    if (line.set_aside) {
      EXPECT_TRUE(file.report.set_aside) << name;
      EXPECT_FALSE(file.report.problems.empty()) << name;
      continue;
    }
    EXPECT_FALSE(file.report.set_aside) << name;
    EXPECT_NE(file.report.control_totals, ControlState::kMismatch) << name;
    EXPECT_EQ(file.report.transactions, line.transactions) << name;
    EXPECT_EQ(file.bad_lines, line.bad_records) << name;
  }
}

TEST(NordicWorld, TheTruthFitsTheRecordsOfTheFiles) {
  std::map<std::string, ReadFile> files;
  std::map<std::string, int64_t> item_amounts;
  for (const auto& [name, bytes] : Night().files()) {
    if (name.starts_with("payments/")) files[name] = ReadGenerated(bytes);
    if (!name.starts_with("items/")) continue;
    for (const ReadItem& item : ReadGenerated(bytes).items) {
      EXPECT_TRUE(item_amounts.emplace(item.item_id, item.amount_minor).second) << item.item_id;
    }
  }
  std::set<std::string> situations;
  simdjson::dom::parser parser;
  for (const simdjson::dom::element line : parser.parse_many(Night().files().at("truth.jsonl"))) {
    situations.insert(TextOf(line, "situation"));
    if (line["not_read"].error() == simdjson::SUCCESS) continue;
    uint64_t record = 0;
    ASSERT_EQ(line["record"].get(record), simdjson::SUCCESS);
    const ReadFile& file = files.at(TextOf(line, "file"));
    ASSERT_LE(record, file.payments.size()) << TextOf(line, "file");
    const ReadPayment& payment = file.payments[record - 1];
    EXPECT_EQ(FormatAmount(payment.amount_minor, payment.currency.decimals()),
              TextOf(line, "amount"));
    EXPECT_EQ(payment.currency.code(), TextOf(line, "currency"));
    EXPECT_EQ(payment.payment_id, TextOf(line, "payment_id"));
    // Money posted is the payment's, credit notes and differences aside.
    int64_t money = 0;
    for (const simdjson::dom::element row : line["allocations"].get_array()) {
      int64_t minor = 0;
      ASSERT_EQ(ParseAmount(TextOf(row, "amount"), 2, &minor), AmountError::kOk);
      const std::string kind = TextOf(row, "kind");
      const std::string item = TextOf(row, "item_id");
      if (!item.empty()) {
        EXPECT_EQ(item_amounts.count(item), 1U) << item;
      }
      if (kind == "credit_note") minor = -minor;
      if (kind == "discount" || (kind == "write_off" && !item.empty())) continue;
      money += minor;
    }
    const int64_t expected =
        payment.direction == Direction::kDebit ? -payment.amount_minor : payment.amount_minor;
    if (line["allocations"].get_array().size() != 0) {
      EXPECT_EQ(money, expected) << line;
    }
  }
  // The whole table is shown, as far as the channels can carry it.
  for (const Situation& situation : NordicSituations()) {
    const bool can = situation.payments > 0 && situation.weight > 0;
    bool any = false;
    for (const Channel& channel : NordicChannels()) {
      const Format* format = FindFormat(channel.format);
      any |= format != nullptr && format->make_writer != nullptr &&
             (channel.abilities & situation.needs) == situation.needs;
    }
    if (can && any) {
      EXPECT_EQ(situations.count(std::string(situation.name)), 1U) << situation.name;
    }
  }
}

TEST(NordicWorld, AccountsOfItemsAreThoseThatTheReadersWrite) {
  std::set<std::string> paid;
  for (const auto& [name, bytes] : Night().files()) {
    if (!name.starts_with("payments/")) continue;
    for (const ReadPayment& payment : ReadGenerated(bytes).payments) paid.insert(payment.account);
  }
  size_t known = 0;
  for (const auto& [name, bytes] : Night().files()) {
    if (!name.starts_with("items/")) continue;
    for (const ReadItem& item : ReadGenerated(bytes).items) known += paid.count(item.account);
  }
  EXPECT_EQ(known, 3'000U);
}

TEST(NordicWorld, TheSameRequestWritesTheSameBytes) {
  GenerateRequest request;
  request.items = 3'000;
  request.payments = 2'500;
  request.seed = 4;
  EXPECT_EQ(GeneratedSet(request, "night-again").files(), Night().files());
  request.seed = 5;
  EXPECT_NE(GeneratedSet(request, "night-other").files(), Night().files());
}

TEST(NordicWorld, AMixChoosesSituations) {
  GenerateRequest request;
  request.items = 300;
  request.payments = 300;
  request.formats = {"items-jsonl", "payments-jsonl"};
  request.mix = "empty,short=1,over=3";
  const GeneratedSet set(request, "mix");
  ASSERT_TRUE(set.status().ok()) << set.status();
  std::map<std::string, int> counts;
  simdjson::dom::parser parser;
  for (const simdjson::dom::element line : parser.parse_many(set.files().at("truth.jsonl"))) {
    ++counts[TextOf(line, "situation")];
  }
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_NEAR(counts["over"], 225, 40);
}

// Every number between two words of the text, in its order.
std::vector<uint64_t> NumbersBetween(const std::string& text,
                                     const std::string& open,
                                     const std::string& close) {
  std::vector<uint64_t> numbers;
  for (size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    at += open.size();
    const size_t end = text.find(close, at);
    if (end == std::string::npos) break;
    numbers.push_back(std::stoull(text.substr(at, end - at)));
  }
  return numbers;
}

TEST(NordicWorld, StatementsOfAnAccountAreNumberedOnOverItsFiles) {
  GenerateRequest request;
  request.items = 1'500;
  request.payments = 1'200;
  request.formats = {"items-jsonl", "mt940", "camt.053"};
  const GeneratedSet set(request, "numbers");
  ASSERT_TRUE(set.status().ok()) << set.status();
  std::vector<uint64_t> numbers;
  for (const auto& [name, bytes] : set.files()) {
    // The copy of a file and the end of a cut one tell nothing.
    if (name.find("-again") != std::string::npos) continue;
    std::vector<uint64_t> found;
    if (name.find("mt940") != std::string::npos) {
      found = NumbersBetween(bytes, ":28C:", "/");
    } else if (name.find("camt053") != std::string::npos) {
      found = NumbersBetween(bytes, "<ElctrncSeqNb>", "<");
    }
    // By file and account: files bring the statements of three accounts one after another.
    uint64_t account = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      if (i > 0 && found[i] != found[i - 1] + 1) ++account;
      numbers.push_back(found[i]);
    }
    EXPECT_LE(account, 2u) << name;
  }
  // Only the main file of each channel holds a first statement, of each of its three accounts.
  EXPECT_EQ(std::count(numbers.begin(), numbers.end(), 1u), 6);
}

TEST(NordicWorld, ClaimsAreTheItemsThatTheFormatCanSay) {
  GenerateRequest request;
  request.items = 1'500;
  request.payments = 1'200;
  request.formats = {"items-jsonl", "bs602",    "bs601",      "bgmax",
                     "autogiro",    "ocr-giro", "avtalegiro", "mt940"};
  const GeneratedSet set(request, "claims");
  ASSERT_TRUE(set.status().ok()) << set.status();
  std::set<std::pair<std::string, int64_t>> open;  // some references stand on several items
  for (const ReadItem& item : ReadGenerated(set.files().at("items/items.jsonl")).items) {
    for (const std::string& reference : item.references) open.emplace(reference, item.amount_minor);
  }
  for (const char* name :
       {"claims/dk-bs601.txt", "claims/se-autogiro.txt", "claims/no-avtalegiro.txt"}) {
    const ReadFile claims = ReadGenerated(set.files().at(name));
    EXPECT_FALSE(claims.report.set_aside) << name;
    EXPECT_GT(claims.items.size(), 50u) << name;
    for (const ReadItem& item : claims.items) {
      ASSERT_FALSE(item.references.empty()) << name;
      EXPECT_EQ(open.count({item.references.front(), item.amount_minor}), 1u)
          << name << " " << item.references.front();
    }
  }
  // Nothing answers claims alone.
  request.formats = {"items-jsonl", "bs601", "mt940"};
  const absl::Status alone = GeneratedSet(request, "refused").status();
  EXPECT_EQ(alone.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(alone.message().find("bs602"), absl::string_view::npos) << alone;
}

TEST(NordicWorld, EachSituationIsExplainedToUsers) {
  std::ifstream in(std::string(KVITT_SOURCE_DIR) + "/docs/generate.md");
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const SituationInfo& row : Situations()) {
    const std::string line = "| `" + std::string(row.name) + "` | " + std::to_string(row.weight) +
                             " | " + std::string(row.description) + " |";
    EXPECT_NE(page.find(line), std::string::npos) << "docs/generate.md lacks " << line;
  }
}

TEST(NordicWorld, RequestsThatCannotBeMetSayWhy) {
  GenerateRequest request;
  request.formats = {"items-jsonl", "payments-jsonl"};
  request.mix = "shrot=1";
  const absl::Status mix = GeneratedSet(request, "refused").status();
  EXPECT_EQ(mix.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(mix.message().find("nearest is 'short'"), absl::string_view::npos) << mix;
  request.mix = "";
  request.formats = {"items-jsonl"};
  EXPECT_EQ(GeneratedSet(request, "refused").status().code(), absl::StatusCode::kInvalidArgument);
  request.formats = {"papyrus"};
  EXPECT_EQ(GeneratedSet(request, "refused").status().code(), absl::StatusCode::kInvalidArgument);
  request.formats.clear();
  request.world = "mars";
  EXPECT_EQ(GeneratedSet(request, "refused").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kvitt
