// Bank files to records, one core: bytes per second of parsing alone, a block of 1 MiB at a time,
// from memory. The files are written by the formats' own writers, so their totals agree; every run
// checks that all money came out.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr int kPayments = 100000;

struct Shape {
  const char* format;
  const char* account;
  const char* currency;
  NumberScheme scheme;
  PaymentKind kind;
};

constexpr Shape kShapes[] = {
    {"bs602", "pbs:01234567", "DKK", NumberScheme::kFik71, PaymentKind::kDirectDebit},
    {"ktl", "FI2112345600000785", "EUR", NumberScheme::kViite, PaymentKind::kPayment},
};

class MoneySink : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}

  void Payments(const PaymentBatch& batch) override {
    for (const Payment& payment : batch.payments) minor_ += payment.amount_minor;
  }

  int64_t minor() const { return minor_; }

 private:
  int64_t minor_ = 0;
};

std::string Written(const Shape& shape, int64_t* minor) {
  const Format* format = FindFormat(shape.format);
  KVITT_CHECK(format != nullptr && format->make_writer != nullptr);
  const std::unique_ptr<FormatWriter> writer = format->make_writer();
  const Currency currency = Currency::FromCode(shape.currency);
  std::string bytes;
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 5);
  writer->Begin(header, &bytes);
  for (int i = 0; i < kPayments; ++i) {
    if (i % 1000 == 0) writer->BeginSection(shape.account, currency, header.created, &bytes);
    std::string reason;
    const std::string reference = MakeNumber(shape.scheme, std::to_string(2026000 + i), &reason);
    PaymentBatch batch;
    Payment& payment = batch.payments.emplace_back();
    payment.creditor_account = shape.account;
    payment.kind = shape.kind;
    payment.amount_minor = 10000 + i * 37 % 1000000;
    payment.currency = currency;
    payment.booking_date = payment.value_date = header.created;
    payment.payer_name = "VIRTA VILLE";
    const std::string archive = "2601" + std::to_string(10000000 + i);
    payment.bank_reference = archive;
    batch.AddReference(&payment, {reference, ReferenceScheme::kUnknown, false, 0});
    KVITT_CHECK(writer->Write(batch, payment, &bytes));
    *minor += payment.amount_minor;
    if (i % 1000 == 999) writer->EndSection(&bytes);
  }
  writer->End(&bytes);
  return bytes;
}

void BM_Parse(benchmark::State& state) {
  const Shape& shape = kShapes[state.range(0)];
  int64_t minor = 0;
  std::string bytes = Written(shape, &minor);
  const size_t size = bytes.size();
  bytes.append(kBlockPadding, '\0');
  const Format* format = FindFormat(shape.format);
  const std::unique_ptr<FormatReader> reader =
      format->make_reader({}, std::string_view(bytes).substr(0, 65536));
  for (auto _ : state) {
    MoneySink sink;
    for (size_t begin = 0; begin < size;) {
      std::string_view rest(bytes.data() + begin, size - begin);
      const size_t cut =
          rest.size() <= kBlockBytes ? rest.size() : reader->CutBlock(rest.substr(0, kBlockBytes));
      Block block;
      block.bytes = rest.substr(0, cut);
      block.offset = begin;
      benchmark::DoNotOptimize(reader->ParseBlock(block, "", &sink));
      begin += cut;
    }
    KVITT_CHECK(sink.minor() == minor);
  }
  state.SetLabel(shape.format);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
  state.SetItemsProcessed(state.iterations() * kPayments);
}

BENCHMARK(BM_Parse)->DenseRange(0, std::size(kShapes) - 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvitt
