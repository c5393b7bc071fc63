// JSON Lines to records, one core: bytes and records per second, with simdjson on demand alone
// beside it.
//
// The lines are those of an invoice stream: eight string fields, about 209 bytes. "All included"
// means what a run pays: every byte checked, every value decoded into an OpenItem or a Payment.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/bytes/json_stream.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"
#include "simdjson.h"

namespace kvitt {
namespace {

constexpr uint64_t kRecords = 100000;
constexpr size_t kBlockBytes = size_t{1} << 20;

// Small, seeded, the same everywhere.
uint64_t Next(uint64_t* state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return *state >> 33;
}

std::string Digits(uint64_t value, size_t width) {
  std::string text = std::to_string(value);
  return text.size() >= width ? text : std::string(width - text.size(), '0') + text;
}

// `shapes` different sets of fields take turns at random.
std::string ItemLines(uint64_t shapes, int64_t* sum) {
  std::string lines;
  uint64_t state = 7;
  for (uint64_t i = 0; i < kRecords; ++i) {
    const uint64_t minor = 100 + Next(&state) % 10000000;
    *sum += static_cast<int64_t>(minor);
    lines += "{\"item_id\":\"INV-" + Digits(i, 8) + "\",\"customer_id\":\"C" +
             std::to_string(Next(&state) % 100000) +
             "\",\"creditor_account\":\"bankgiro:" + Digits(50501055 + i / 1000, 8) +
             "\",\"references\":[\"" + Digits(Next(&state) * 1000003, 10 + Next(&state) % 15) +
             "\"],";
    for (uint64_t extra = Next(&state) % shapes; extra > 0; --extra) {
      lines += "\"note_" + std::to_string(extra) + "\":\"" + std::to_string(extra) + "\",";
    }
    lines += "\"amount\":\"" + std::to_string(minor / 100) + "." + Digits(minor % 100, 2) +
             "\",\"currency\":\"SEK\",\"issue_date\":\"2026-0" +
             std::to_string(1 + Next(&state) % 9) + "-" + Digits(1 + Next(&state) % 28, 2) +
             "\",\"due_date\":\"2026-1" + std::to_string(Next(&state) % 3) + "-" +
             Digits(1 + Next(&state) % 28, 2) + "\"}\n";
  }
  return lines;
}

std::string PaymentLines() {
  std::string lines;
  uint64_t state = 7;
  for (uint64_t i = 0; i < kRecords; ++i) {
    lines += "{\"creditor_account\":\"bankgiro:" + Digits(50501055 + i / 1000, 8) +
             "\",\"amount\":\"" + std::to_string(1 + Next(&state) % 10000) + "." +
             Digits(Next(&state) % 100, 2) +
             "\",\"currency\":\"SEK\",\"booking_date\":\"2026-01-15\",\"references\":[\"" +
             Digits(Next(&state) * 1000003, 16) + "\"],\"payer_name\":\"Kund " +
             std::to_string(Next(&state) % 100000) + "\",\"payer_account\":\"SE" +
             Digits(Next(&state), 18) + "\",\"bank_reference\":\"BK" + Digits(i, 10) + "\"}\n";
  }
  return lines;
}

class CountingSink : public BlockSink {
 public:
  void Items(const OpenItemBatch& batch) override {
    for (const OpenItem& item : batch.items) sum += item.amount_minor;
    records += batch.items.size();
  }

  void Payments(const PaymentBatch& batch) override { records += batch.payments.size(); }

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override { ++problems; }

  int64_t sum = 0;
  uint64_t records = 0;
  uint64_t problems = 0;
};

void ParseBlocks(const FormatReader& reader, std::string_view bytes, BlockSink* sink) {
  for (size_t begin = 0; begin < bytes.size();) {
    const std::string_view window = bytes.substr(begin, kBlockBytes);
    Block block;
    block.bytes = window.substr(0, reader.CutBlock(window));
    block.offset = begin;
    benchmark::DoNotOptimize(reader.ParseBlock(block, {}, sink));
    begin += block.bytes.size();
  }
}

void Report(benchmark::State& state, size_t bytes) {
  const auto rows = static_cast<int64_t>(kRecords) * static_cast<int64_t>(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * static_cast<int64_t>(state.iterations()));
  state.SetItemsProcessed(rows);
}

void BM_ItemsAllIncluded(benchmark::State& state) {
  int64_t sum = 0;
  std::string lines = ItemLines(static_cast<uint64_t>(state.range(0)), &sum);
  const size_t size = lines.size();
  lines.append(kBlockPadding, '\0');
  const std::unique_ptr<FormatReader> reader = FindFormat("items-jsonl")->make_reader({}, lines);
  const std::string_view bytes(lines.data(), size);
  CountingSink check;
  ParseBlocks(*reader, bytes, &check);
  KVITT_CHECK(check.sum == sum && check.records == kRecords && check.problems == 0);
  CountingSink sink;
  for (auto _ : state) ParseBlocks(*reader, bytes, &sink);
  Report(state, size);
}

BENCHMARK(BM_ItemsAllIncluded)
    ->ArgName("shapes")
    ->Arg(1)
    ->Arg(4)
    ->Arg(12)
    ->Unit(benchmark::kMillisecond);

void BM_PaymentsAllIncluded(benchmark::State& state) {
  std::string lines = PaymentLines();
  const size_t size = lines.size();
  lines.append(kBlockPadding, '\0');
  const std::unique_ptr<FormatReader> reader = FindFormat("payments-jsonl")->make_reader({}, lines);
  const std::string_view bytes(lines.data(), size);
  CountingSink check;
  ParseBlocks(*reader, bytes, &check);
  KVITT_CHECK(check.records == kRecords && check.problems == 0);
  CountingSink sink;
  for (auto _ : state) ParseBlocks(*reader, bytes, &sink);
  Report(state, size);
}

BENCHMARK(BM_PaymentsAllIncluded)->Unit(benchmark::kMillisecond);

// Takes every record and keeps nothing: what is left is the reading of lines alone.
class NoBuilder : public JsonRecordBuilder {
 public:
  JsonRefusal Add(const JsonRecord& record) override {
    benchmark::DoNotOptimize(record.slots);
    return {};
  }

  void Flush() override {}
};

void BM_LinesAlone(benchmark::State& state) {
  static constexpr JsonField kSchema[] = {
      {"item_id"},
      {"customer_id"},
      {"creditor_account"},
      {"references", JsonFieldType::kTexts},
      {"amount", JsonFieldType::kAmount},
      {"currency"},
      {"issue_date"},
      {"due_date"},
  };
  int64_t sum = 0;
  std::string lines = ItemLines(1, &sum);
  const size_t size = lines.size();
  lines.append(kBlockPadding, '\0');
  NoBuilder builder;
  CountingSink sink;
  const auto mode = static_cast<JsonStream::Mode>(state.range(0));
  for (auto _ : state) {
    for (size_t begin = 0; begin < size;) {
      const std::string_view window =
          std::string_view(lines).substr(0, size).substr(begin, kBlockBytes);
      const std::string_view block = window.substr(0, window.rfind('\n') + 1);
      JsonStream stream(kSchema, &builder, &sink, mode);
      benchmark::DoNotOptimize(stream.Read(block, begin));
      begin += block.size();
    }
  }
  KVITT_CHECK(sink.problems == 0);
  Report(state, size);
}

BENCHMARK(BM_LinesAlone)
    ->ArgName("mode")
    ->Arg(static_cast<int>(JsonStream::Mode::kFast))
    ->Arg(static_cast<int>(JsonStream::Mode::kPortable))
    ->Arg(static_cast<int>(JsonStream::Mode::kStrictOnly))
    ->Unit(benchmark::kMillisecond);

// The peer: simdjson on demand with the batch size that suits it best, six of the eight fields
// fetched, nothing decoded, duplicate keys and skipped values unchecked.
void BM_SimdjsonAlone(benchmark::State& state) {
  int64_t sum = 0;
  std::string lines = ItemLines(1, &sum);
  const size_t size = lines.size();
  lines.append(simdjson::SIMDJSON_PADDING, '\0');
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document_stream stream;
    KVITT_CHECK(parser.iterate_many(lines.data(), size, size_t{64} << 10).get(stream) ==
                simdjson::SUCCESS);
    uint64_t records = 0;
    for (auto document : stream) {
      for (const char* key :
           {"item_id", "customer_id", "creditor_account", "amount", "currency", "due_date"}) {
        std::string_view value;
        KVITT_CHECK(document.find_field(key).get_string().get(value) == simdjson::SUCCESS);
        benchmark::DoNotOptimize(value);
      }
      ++records;
    }
    KVITT_CHECK(records == kRecords);
  }
  Report(state, size);
}

BENCHMARK(BM_SimdjsonAlone)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvitt
