// How fast CSV record streams are read on one core: bytes per second and nanoseconds per row, from
// bytes in memory to batches of records, everything included: index, cells, amounts, dates, sums.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/formats/format.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// Keeps a sum of what it was given, so that answers can be checked.
class SumSink : public BlockSink {
 public:
  void Items(const OpenItemBatch& batch) override {
    for (const OpenItem& item : batch.items) sum += item.open_amount_minor;
    references += batch.references.size();
  }

  void Payments(const PaymentBatch& batch) override {
    for (const Payment& payment : batch.payments) sum += payment.amount_minor;
    references += batch.references.size();
  }

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override { ++problems; }

  int64_t sum = 0;
  uint64_t references = 0;
  uint64_t problems = 0;
};

struct Data {
  std::string bytes;
  size_t rows = 0;
  int64_t sum = 0;
};

constexpr size_t kRows = 100'000;

std::string Padded(uint64_t number, size_t digits) {
  std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

// Rows of about 89 bytes for items and 105 for payments.
Data MakeRows(bool payments, char quote) {
  Data data;
  data.rows = kRows;
  const std::string q(quote == 0 ? 0 : 1, quote);
  data.bytes = payments
                   ? "payment_id,creditor_account,references,amount,currency,booking_date,payer_"
                     "name,payer_account\n"
                   : "item_id,customer_id,creditor_account,references,amount,currency,issue_date,"
                     "due_date\n";
  uint64_t state = 1;
  const auto next = [&state] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  for (size_t i = 0; i < kRows; ++i) {
    const uint64_t minor = 100 + next() % 2'000'000;
    const std::string amount = std::to_string(minor / 100) + "." + Padded(minor % 100, 2);
    const std::string account =
        "NO93" + Padded(86011117000 + (payments ? i / 1000 : next() % 1000), 11);
    const std::string reference = Padded(next() * 1'000'003 % 10'000'000'000'000u, 13 + next() % 8);
    const std::string date =
        "2026-0" + std::to_string(1 + next() % 9) + "-" + Padded(1 + next() % 28, 2);
    const std::string id = Padded(i, 8);
    std::vector<std::string> cells;
    if (payments) {
      cells = {"P" + id,
               account,
               reference,
               amount,
               "NOK",
               date,
               "Payer " + std::to_string(next() % 100'000),
               "NO" + Padded(next(), 13)};
    } else {
      cells = {"I" + id, "C" + std::to_string(next() % 100'000),
               account,  reference,
               amount,   "NOK",
               date,     "2026-12-31"};
    }
    for (size_t c = 0; c < cells.size(); ++c) {
      data.bytes += (c == 0 ? "" : ",") + q + cells[c] + q;
    }
    data.bytes += '\n';
    data.sum += static_cast<int64_t>(minor);
  }
  return data;
}

// The steps of the driver, on one thread.
void ReadBlocks(const FormatReader& reader, const std::string& padded, size_t size, SumSink* sink) {
  constexpr size_t kBlockBytes = size_t{1} << 20;
  const std::string_view all(padded.data(), size);
  size_t begin = 0;
  for (uint32_t index = 0; begin < size; ++index) {
    Block block;
    size_t length = size - begin;
    if (length > kBlockBytes) length = reader.CutBlock(all.substr(begin, kBlockBytes));
    block.bytes = all.substr(begin, length);
    block.offset = begin;
    block.index = index;
    block.is_last = begin + length == size;
    benchmark::DoNotOptimize(reader.ParseBlock(block, "", sink));
    begin += length;
  }
}

void ReadCsv(benchmark::State& state, std::string_view format_name, bool payments, char quote) {
  const Data data = MakeRows(payments, quote);
  const std::string padded = data.bytes + std::string(kBlockPadding, '\0');
  const Format* format = FindFormat(format_name);
  const auto reader = format->make_reader({}, std::string_view(data.bytes).substr(0, 65536));
  SumSink check;
  ReadBlocks(*reader, padded, data.bytes.size(), &check);
  KVITT_CHECK(check.sum == data.sum);
  KVITT_CHECK(check.references == data.rows);
  KVITT_CHECK(check.problems == 0);
  for (auto _ : state) {
    SumSink sink;
    ReadBlocks(*reader, padded, data.bytes.size(), &sink);
    benchmark::DoNotOptimize(sink.sum);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(data.bytes.size()));
  state.counters["bytes/row"] =
      static_cast<double>(data.bytes.size()) / static_cast<double>(data.rows);
  state.counters["s/row"] = benchmark::Counter(
      static_cast<double>(data.rows),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(ReadCsv, items, "items-csv", false, char{0});
BENCHMARK_CAPTURE(ReadCsv, items_all_quoted, "items-csv", false, '"');
BENCHMARK_CAPTURE(ReadCsv, payments, "payments-csv", true, char{0});
BENCHMARK_CAPTURE(ReadCsv, payments_all_quoted, "payments-csv", true, '"');

}  // namespace
}  // namespace kvitt
