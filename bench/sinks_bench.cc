// How fast the outputs are written on one core: from decisions to bytes in memory, for each stream and
// both formats. Bytes a second and rows a second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>

#include "bench/ledger_records.h"
#include "io/sinks/sink.h"
#include "kvitt/check.h"
#include "kvitt/reconcile.h"

namespace kvitt {
namespace {

constexpr size_t kPayments = 50'000;

ReconcileOptions OneThread() {
  ReconcileOptions options;
  options.threads = 1;
  return options;
}

struct Decided {
  LedgerRecords records{kPayments};
  Reconciliation run{OneThread()};

  Decided() {
    run.Add(records.items);
    run.Add(records.payments);
    KVITT_CHECK(run.Run().ok());
    run.PrepareOpenItems();
  }

  size_t RowsOf(std::string_view sink) const {
    if (sink == "payments") return kPayments;
    // What is too much is a row of its own.
    if (sink == "allocations") return records.exact + records.half + 2 * records.twofold;
    if (sink == "exceptions") return records.half + records.twofold + records.unknown;
    KVITT_CHECK(sink == "open_items");
    return records.half + records.unknown;
  }
};

const Decided& Run() {
  static const Decided* decided = new Decided();
  return *decided;
}

void WriteAll(const Sink& sink, OutputFormat format, RowBuffer* out) {
  const std::unique_ptr<PageWriter> writer = sink.make_writer(format);
  const size_t pages = sink.pages(Run().run);
  out->Clear();
  for (size_t page = 0; page < pages; ++page) writer->Write(Run().run, page, out);
}

void BM_Write(benchmark::State& state, const Sink* sink, OutputFormat format) {
  RowBuffer out;
  WriteAll(*sink, format, &out);
  const std::string_view bytes = out.view();
  const auto rows = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  KVITT_CHECK(rows == Run().RowsOf(sink->name));
  for (auto _ : state) {
    WriteAll(*sink, format, &out);
    benchmark::DoNotOptimize(out.view().data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(out.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rows));
}

const bool kRegistered = [] {
  for (const Sink& sink : Sinks()) {
    for (const OutputFormat format : {OutputFormat::kCsv, OutputFormat::kJsonLines}) {
      const std::string name =
          "BM_Write/" + std::string(sink.name) + std::string(Extension(format));
      benchmark::RegisterBenchmark(name.c_str(), BM_Write, &sink, format)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace kvitt
