// SWIFT statements to payments, one core: bytes and entries per second in the dialect that is
// richest (German subfields with SEPA keywords), and in plain text.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr uint32_t kStatements = 100;
constexpr uint32_t kEntries = 1000;

class CountingSink : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Payments(const PaymentBatch& batch) override {
    payments += batch.payments.size();
    texts += batch.text.size();
  }

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}

  uint64_t payments = 0;
  uint64_t texts = 0;
};

std::string Structured() {
  const std::unique_ptr<FormatWriter> writer = FindFormat("mt940")->make_writer();
  std::string out;
  writer->Begin({}, &out);
  uint64_t state = 7;
  for (uint32_t s = 0; s < kStatements; ++s) {
    const Date date = Date::FromDays(20000 + static_cast<int32_t>(s));
    writer->BeginSection("DE89370400440532013000", Currency::FromCode("EUR"), date, &out);
    for (uint32_t i = 0; i < kEntries; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::string number = std::to_string(state >> 40);
      const std::string text = "Rechnung " + number + " vom Januar, Kunde " + std::to_string(i);
      const std::string id = "E2E-" + number;
      PaymentBatch batch;
      Payment& payment = batch.payments.emplace_back();
      payment.amount_minor = static_cast<int64_t>(1 + (state >> 45));
      payment.currency = Currency::FromCode("EUR");
      payment.end_to_end_id = id;
      payment.bank_reference = number;
      payment.payer_account = "DE89370400440532013000";
      payment.payer_name = "Max Mustermann GmbH";
      batch.AddText(&payment, text);
      KVITT_CHECK(writer->Write(batch, payment, &out));
    }
    writer->EndSection(&out);
  }
  return out;
}

// The same entries with two lines of text.
std::string Plain() {
  constexpr std::string_view kCode = ":86:166?20";
  const std::string text = Structured();
  std::string plain;
  size_t from = 0;
  for (size_t at = text.find(kCode); at != std::string::npos; at = text.find(kCode, from)) {
    plain.append(text, from, at - from).append(":86:Betaling ");
    from = at + kCode.size();
  }
  return plain.append(text, from);
}

void Parse(benchmark::State& state, std::string text) {
  const size_t size = text.size();
  text.append(kBlockPadding, '\0');
  const std::string_view bytes(text.data(), size);
  const FileReport report = ReadBytes(*FindFormat("mt940"), bytes, {}, kBlockBytes, 0, nullptr);
  KVITT_CHECK(report.control_totals == ControlState::kVerified);
  KVITT_CHECK(report.transactions == uint64_t{kStatements} * kEntries);
  const std::unique_ptr<FormatReader> reader = FindFormat("mt940")->make_reader({}, bytes);
  CountingSink sink;
  for (auto _ : state) {
    std::string context;
    for (size_t begin = 0; begin < size;) {
      const std::string_view window = bytes.substr(begin, kBlockBytes);
      Block block;
      block.bytes =
          window.size() < kBlockBytes ? window : window.substr(0, reader->CutBlock(window));
      block.offset = begin;
      block.index = begin == 0 ? 0 : 1;
      benchmark::DoNotOptimize(reader->ParseBlock(block, context, &sink));
      std::string exit = reader->ExitContext(block);
      if (!exit.empty()) context = std::move(exit);
      begin += block.bytes.size();
    }
  }
  const auto rounds = static_cast<int64_t>(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(size) * rounds);
  state.SetItemsProcessed(int64_t{kStatements} * kEntries * rounds);
}

void BM_Structured(benchmark::State& state) {
  Parse(state, Structured());
}

BENCHMARK(BM_Structured)->Unit(benchmark::kMillisecond);

void BM_Plain(benchmark::State& state) {
  Parse(state, Plain());
}

BENCHMARK(BM_Plain)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvitt
