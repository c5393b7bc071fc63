// What the driver itself costs: loading, hashing, cutting and handing over of blocks, with a reader
// that does nothing but count lines, beside a loop that only reads the file. The difference between
// the first two rows is the price of digest, cut and order; between one thread and two, what the
// chains of the cut and the context take from scaling.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "io/bytes/read_files.h"
#include "io/formats/format.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr uint64_t kLines = 2'000'000;
constexpr std::string_view kLine = "0123456789012345678901234567890123456789\n";

struct LineCount : BlockSummary {};

// Counts by length: every line is equally long.
class CountingReader : public FormatReader {
 public:
  bool parallel() const override { return true; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink*) const override {
    auto count = std::make_unique<LineCount>();
    KVITT_CHECK(block.bytes.size() % kLine.size() == 0);
    count->tally.entries = count->tally.lines = block.bytes.size() / kLine.size();
    return count;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return {JoinTallies("lines", "", FileKind::kPayments, summaries), {}};
  }
};

const std::vector<Format>& CountingFormat() {
  static const std::vector<Format>* formats = new std::vector<Format>{
      {"lines", FileKind::kPayments, "equal lines",
       [](std::string_view head) { return head.starts_with(kLine) ? 90 : 0; },
       [](const ReadOptions&, std::string_view) -> std::unique_ptr<FormatReader> {
         return std::make_unique<CountingReader>();
       },
       nullptr}};
  return *formats;
}

// A file of lines, removed when the program ends.
class LinesOnDisk {
 public:
  LinesOnDisk() {
    path_ = "/tmp/kvitt-bench-XXXXXX";
    const int descriptor = mkstemp(path_.data());
    KVITT_CHECK(descriptor >= 0);
    std::string bytes;
    for (uint64_t i = 0; i < kLines; ++i) bytes += kLine;
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t count = write(descriptor, bytes.data() + done, bytes.size() - done);
      KVITT_CHECK(count > 0);
      done += static_cast<size_t>(count);
    }
    close(descriptor);
  }

  ~LinesOnDisk() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string& Path() {
  static const LinesOnDisk lines;
  return lines.path();
}

int64_t BytesDone(const benchmark::State& state) {
  return static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kLines * kLine.size());
}

void BM_ReadOnly(benchmark::State& state) {
  std::string buffer(size_t{1} << 20, '\0');
  for (auto _ : state) {
    const int descriptor = open(Path().c_str(), O_RDONLY | O_CLOEXEC);
    uint64_t bytes = 0;
    for (;;) {
      const ssize_t count = read(descriptor, buffer.data(), buffer.size());
      if (count <= 0) break;
      bytes += static_cast<uint64_t>(count);
    }
    close(descriptor);
    KVITT_CHECK(bytes == kLines * kLine.size());
  }
  state.SetBytesProcessed(BytesDone(state));
}

BENCHMARK(BM_ReadOnly)->MeasureProcessCPUTime()->UseRealTime();

void BM_ReadFiles(benchmark::State& state) {
  ReadLimits limits;
  limits.formats = CountingFormat();
  limits.threads = static_cast<int>(state.range(0));
  limits.block_bytes = static_cast<size_t>(state.range(1)) << 10;
  const std::vector<InputSpec> inputs = {{Path(), FileKind::kUnknown, true}};
  for (auto _ : state) {
    const absl::StatusOr<ReadResult> read = ReadFiles(inputs, ReadOptions(), limits, nullptr);
    KVITT_CHECK(read.ok() && read->reports[0].entries == kLines);
  }
  state.SetBytesProcessed(BytesDone(state));
}

BENCHMARK(BM_ReadFiles)
    ->ArgNames({"threads", "KiB"})
    ->ArgsProduct({{1, 2}, {256, 1024, 4096}})
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace kvitt
