// The bench world: deterministic, unique references, the promised mix, flat memory.

#include "io/generate/bench_world.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "io/formats/format.h"
#include "kvitt/reference.h"
#include "tests/io/generate/generated_set.h"

namespace kvitt {
namespace {

const std::vector<uint32_t> kMix = {902, 50, 30, 18, 0, 0, 0};

GenerateRequest BenchRequest(uint64_t items, uint64_t payments) {
  GenerateRequest request;
  request.world = "bench";
  request.items = items;
  request.payments = payments;
  request.seed = 11;
  request.formats = {"items-jsonl", "payments-jsonl"};
  return request;
}

TEST(BenchWorld, ReferencesAreUniqueWellFormedAndOfManyLengths) {
  const BenchWorld world(3, 20'000, kMix);
  std::set<std::string> seen;
  std::set<size_t> lengths;
  for (uint64_t index = 0; index < 20'000; ++index) {
    const BenchItem item = world.Item(index);
    EXPECT_TRUE(CheckNumber(NumberScheme::kOcr, item.reference).ok) << item.reference;
    EXPECT_TRUE(seen.insert(item.reference).second) << item.reference;
    lengths.insert(item.reference.size());
  }
  EXPECT_EQ(*lengths.begin(), 10U);
  EXPECT_EQ(*lengths.rbegin(), 25U);
  EXPECT_EQ(lengths.size(), 16U);
}

TEST(BenchWorld, EachItemIsPaidInFullAtMostOnceBeforeItsSecondPayment) {
  const BenchWorld world(3, 20'000, kMix);
  std::map<uint64_t, int> settled;
  std::map<BenchKind, int> kinds;
  for (uint64_t index = 0; index < 20'000; ++index) {
    const BenchPayment payment = world.PaymentAt(index);
    ++kinds[payment.kind];
    if (payment.has_item) {
      EXPECT_EQ(payment.account, payment.item.account);
    }
    if (payment.kind == BenchKind::kExact || payment.kind == BenchKind::kOther) {
      EXPECT_EQ(settled[payment.item.index]++, 0);
    } else if (payment.kind == BenchKind::kSecond) {
      EXPECT_EQ(settled[payment.item.index], 1) << "the first payment comes before";
    }
  }
  EXPECT_NEAR(kinds[BenchKind::kExact], 18'040, 300);
  EXPECT_NEAR(kinds[BenchKind::kOther], 1'000, 150);
  EXPECT_NEAR(kinds[BenchKind::kUnknown], 600, 100);
  EXPECT_NEAR(kinds[BenchKind::kSecond], 360, 80);
}

TEST(BenchWorld, MorePaymentsThanItemsPayTheRestTwice) {
  const BenchWorld world(3, 1'500, kMix);
  for (uint64_t index = 1'500; index < 4'000; ++index) {
    const BenchKind kind = world.PaymentAt(index).kind;
    EXPECT_TRUE(kind == BenchKind::kSecond || kind == BenchKind::kUnknown);
  }
}

TEST(BenchWorld, TheTruthAddsUpToThePayment) {
  const BenchWorld world(5, 5'000, {1, 1, 1, 1, 1, 1, 1});
  for (uint64_t index = 0; index < 5'000; ++index) {
    const BenchPayment payment = world.PaymentAt(index);
    const ExpectedDecision truth = world.Truth(payment);
    int64_t posted = 0;
    for (const ExpectedRow& row : truth.rows) posted += row.amount_minor;
    EXPECT_EQ(posted, payment.kind == BenchKind::kUnknown ? 0 : payment.amount_minor);
  }
}

TEST(BenchWorld, TheSameRequestWritesTheSameBytes) {
  const GeneratedSet first(BenchRequest(3'000, 2'500), "bench-a");
  const GeneratedSet second(BenchRequest(3'000, 2'500), "bench-b");
  ASSERT_TRUE(first.status().ok()) << first.status();
  EXPECT_EQ(first.files().size(), 5U);
  EXPECT_EQ(first.files(), second.files());
  GenerateRequest other = BenchRequest(3'000, 2'500);
  other.seed = 12;
  const GeneratedSet third(other, "bench-c");
  EXPECT_NE(first.files().at("items/items.jsonl"), third.files().at("items/items.jsonl"));
}

TEST(BenchWorld, ShuffledItemsAreTheSameItemsInAnotherOrder) {
  GenerateRequest request = BenchRequest(2'000, 0);
  const GeneratedSet ascending(request, "bench-ascending");
  request.shuffle = true;
  const GeneratedSet shuffled(request, "bench-shuffled");
  const auto lines = [](const GeneratedSet& set) {
    const ReadFile file = ReadGenerated(set.files().at("items/items.jsonl"));
    std::vector<std::string> ids;
    for (const ReadItem& item : file.items) ids.push_back(item.item_id + item.references.at(0));
    return ids;
  };
  std::vector<std::string> straight = lines(ascending);
  std::vector<std::string> mixed = lines(shuffled);
  EXPECT_EQ(straight.size(), 2'000U);
  EXPECT_TRUE(std::is_sorted(straight.begin(), straight.end()));
  EXPECT_FALSE(std::is_sorted(mixed.begin(), mixed.end()));
  std::sort(mixed.begin(), mixed.end());
  EXPECT_EQ(straight, mixed);
}

long PeakKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(BenchWorld, MemoryStaysFlatWhateverTheSize) {
  // The set itself is not read back here: only its making counts.
  GenerateRequest request = BenchRequest(20'000, 20'000);
  request.out = std::string(KVITT_BINARY_DIR) + "/generated-flat";
  ASSERT_TRUE(Generate(request).ok());
  const long small = PeakKilobytes();
  request.items = request.payments = 200'000;
  ASSERT_TRUE(Generate(request).ok());
  EXPECT_LT(PeakKilobytes() - small, 4096) << "ten times the records took more memory";
}

// A writer that no data set can use would be no use: each one of the table, with the totals that its
// reader checks.
TEST(BenchWorld, WritesEveryFormatThatHasAWriter) {
  size_t written = 0;
  for (const Format& format : Formats()) {
    if (format.make_writer == nullptr) continue;
    SCOPED_TRACE(format.name);
    GenerateRequest request = BenchRequest(3'000, 2'500);
    request.formats = {std::string(format.name)};
    const GeneratedSet set(request, "every_format");
    ASSERT_TRUE(set.status().ok()) << set.status();
    ++written;
    for (const auto& [name, bytes] : set.files()) {
      if (name.find('/') == std::string::npos) continue;
      const ReadFile file = ReadGenerated(bytes);
      EXPECT_EQ(file.report.format, format.name);
      EXPECT_FALSE(file.report.set_aside);
      EXPECT_NE(file.report.control_totals, ControlState::kMismatch);
      const bool holds_items = name.starts_with("items/");
      const size_t records = file.payments.size() + file.items.size() + file.customers;
      EXPECT_EQ(records, holds_items ? 3'000U : name.starts_with("customers/") ? 750U : 2'500U);
      // The sums that files.jsonl declares are those that were read.
      const std::string& declared = set.files().at("files.jsonl");
      for (const auto& [currency, sum] : file.report.credits) {
        EXPECT_NE(declared.find("\"" + currency + "\":\"" + sum + "\""), std::string::npos);
      }
    }
  }
  EXPECT_GT(written, 12U);
}

TEST(BenchWorld, RefusesFormatsOfTwoCountriesInOneSet) {
  GenerateRequest request = BenchRequest(100, 100);
  request.formats = {"bgmax", "ktl"};
  const GeneratedSet set(request, "two_countries");
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(set.status().message().find("bgmax is in SEK, ktl in EUR"), std::string::npos);
}

}  // namespace
}  // namespace kvitt
