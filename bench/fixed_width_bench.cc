// How fast the fixed-width bank formats are parsed on one core: bytes per second of ParseBlock, all
// checks on, records handed over and dropped.
//
// Before the timed loop each file is read once as a whole and must be accepted, with the number of
// payments that was written. The files come from the formats' own writers; one megabyte a block, as
// the parallel driver cuts them.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr size_t kPayments = 200000;
constexpr size_t kBlockBytes = size_t{1} << 20;

// What a file is made of.
struct Shape {
  std::string_view format;
  std::string_view account;
  std::string_view currency;
  ReferenceScheme scheme;
  bool names;    // every third payment has a name and text
  bool several;  // every fifth payment has three references with amounts
};

std::string MakeFile(const Shape& shape) {
  std::string bytes;
  std::unique_ptr<FormatWriter> writer = FindFormat(shape.format)->make_writer();
  const Date date = Date::FromCivil(2026, 1, 5);
  const Currency currency = Currency::FromCode(shape.currency);
  WriterHeader header;
  header.created = date;
  writer->Begin(header, &bytes);
  writer->BeginSection(shape.account, currency, date, &bytes);
  PaymentBatch batch;
  for (size_t i = 0; i < kPayments; ++i) {
    batch.Clear();
    const std::string reference = std::to_string(20260000000 + i * 7);
    const std::string account = shape.format == "ocr-giro"
                                    ? "bban-no:" + std::to_string(15060000000 + i)
                                    : "bankgiro:" + std::to_string(5000000 + i);
    Payment& payment = batch.payments.emplace_back();
    payment.amount_minor = static_cast<int64_t>(10000 + i % 99991);
    payment.currency = currency;
    payment.booking_date = date;
    payment.payer_account = account;
    if (shape.several && i % 5 == 0) {
      batch.AddReference(&payment, {reference, shape.scheme, true, payment.amount_minor - 5000});
      batch.AddReference(&payment, {"88", ReferenceScheme::kText, true, 6000});
      batch.AddReference(&payment, {"KREDIT 9", ReferenceScheme::kText, true, -1000});
    } else {
      batch.AddReference(&payment, {reference, shape.scheme, false, 0});
    }
    if (shape.names && i % 3 == 0) {
      payment.payer_name = "EXEMPEL HANDEL AB";
      batch.AddText(&payment, "TACK FOR LEVERANSEN");
    }
    KVITT_CHECK(writer->Write(batch, payment, &bytes));
  }
  writer->EndSection(&bytes);
  writer->End(&bytes);
  return bytes;
}

// Counts what it is given.
class CountingSink : public BlockSink {
 public:
  void Items(const OpenItemBatch& batch) override { records_ += batch.items.size(); }

  void Payments(const PaymentBatch& batch) override {
    records_ += batch.payments.size();
    for (const Payment& payment : batch.payments) minor_ += payment.amount_minor;
  }

  void Customers(const CustomerBatch& batch) override { records_ += batch.customers.size(); }

  void Problem(const RecordProblem&) override {}

  size_t records() const { return records_; }

  int64_t minor() const { return minor_; }

 private:
  size_t records_ = 0;
  int64_t minor_ = 0;
};

struct Prepared {
  std::string bytes;
  std::vector<Block> blocks;
  std::vector<std::string> contexts;
};

Prepared Prepare(const FormatReader& reader, std::string bytes) {
  Prepared prepared;
  prepared.bytes = std::move(bytes);
  const size_t size = prepared.bytes.size();
  prepared.bytes.append(kBlockPadding, '\0');
  const std::string_view all(prepared.bytes.data(), size);
  std::string context;
  for (size_t begin = 0; begin < size;) {
    size_t length = size - begin;
    if (length > kBlockBytes) length = reader.CutBlock(all.substr(begin, kBlockBytes));
    Block block;
    block.bytes = all.substr(begin, length);
    block.offset = begin;
    block.index = static_cast<uint32_t>(prepared.blocks.size());
    block.is_last = begin + length == size;
    prepared.contexts.push_back(context);
    if (std::string exit = reader.ExitContext(block); !exit.empty()) context = exit;
    prepared.blocks.push_back(block);
    begin += length;
  }
  return prepared;
}

void Parse(benchmark::State& state, const Shape& shape) {
  const Format* format = FindFormat(shape.format);
  const std::string bytes = MakeFile(shape);
  const FileReport report = ReadBytes(*format, bytes, {}, kBlockBytes, 0, nullptr);
  KVITT_CHECK(!report.set_aside && report.transactions == kPayments);
  const std::unique_ptr<FormatReader> reader =
      format->make_reader({}, std::string_view(bytes).substr(0, 1 << 16));
  const Prepared prepared = Prepare(*reader, bytes);
  size_t records = 0;
  for (auto _ : state) {
    CountingSink sink;
    for (size_t i = 0; i < prepared.blocks.size(); ++i) {
      const auto summary = reader->ParseBlock(prepared.blocks[i], prepared.contexts[i], &sink);
      benchmark::DoNotOptimize(summary.get());
    }
    records += sink.records();
  }
  KVITT_CHECK(records == kPayments * static_cast<size_t>(state.iterations()));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPayments));
}

// The scan backwards that gives each block its context.
void Contexts(benchmark::State& state, const Shape& shape) {
  const Format* format = FindFormat(shape.format);
  const std::string bytes = MakeFile(shape);
  const std::unique_ptr<FormatReader> reader =
      format->make_reader({}, std::string_view(bytes).substr(0, 1 << 16));
  const Prepared prepared = Prepare(*reader, bytes);
  KVITT_CHECK(prepared.blocks.size() > 2 && !prepared.contexts[1].empty());
  for (auto _ : state) {
    for (const Block& block : prepared.blocks) {
      std::string context = reader->ExitContext(block);
      benchmark::DoNotOptimize(context.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}

constexpr Shape kBgMaxPlain{"bgmax", "bankgiro:9912346", "SEK", ReferenceScheme::kOcr, false,
                            false};
constexpr Shape kBgMaxMixed{"bgmax", "bankgiro:9912346", "SEK", ReferenceScheme::kOcr, true, true};

constexpr Shape kOcrGiro{"ocr-giro", "bban-no:15064512345", "NOK", ReferenceScheme::kKid, false,
                         false};

BENCHMARK_CAPTURE(Parse, bgmax_plain, kBgMaxPlain);
BENCHMARK_CAPTURE(Parse, bgmax_mixed, kBgMaxMixed);
BENCHMARK_CAPTURE(Parse, ocr_giro, kOcrGiro);
BENCHMARK_CAPTURE(Contexts, bgmax_plain, kBgMaxPlain);
BENCHMARK_CAPTURE(Contexts, ocr_giro, kOcrGiro);

}  // namespace
}  // namespace kvitt
