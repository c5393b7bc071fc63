// Normal forms of references and accounts: they are made once for every reference of a run.

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

enum Shape { kDigits, kZeroFilled, kWrapped, kInvoice };

std::vector<std::string> References(Shape shape) {
  std::mt19937_64 random(1);
  std::vector<std::string> made;
  for (int i = 0; i < 4096; ++i) {
    const size_t length = 8 + random() % 17;
    std::string digits;
    while (digits.size() < length) digits.push_back(static_cast<char>('1' + random() % 9));
    std::string reason;
    switch (shape) {
      case kDigits:
        made.push_back(digits);
        break;
      case kZeroFilled:
        made.push_back(std::string(25 - length, '0') + digits);
        break;
      case kWrapped:
        made.push_back(MakeNumber(NumberScheme::kRf, digits.substr(0, 20), &reason));
        break;
      case kInvoice:
        made.push_back("INV-" + digits.substr(0, 8));
        break;
    }
  }
  return made;
}

void BM_NormalReference(benchmark::State& state) {
  const std::vector<std::string> references = References(static_cast<Shape>(state.range(0)));
  char out[64];
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(NormalReferenceTo(references[i], out));
    benchmark::ClobberMemory();
    i = (i + 1) % references.size();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_NormalReference)->Arg(kDigits)->Arg(kZeroFilled)->Arg(kWrapped)->Arg(kInvoice);

void BM_NormalAccount(benchmark::State& state) {
  const std::string accounts[] = {"NO9386011117947", "bankgiro:50501055", "fik:84536784",
                                  "bban-no:86011117947"};
  const std::string& account = accounts[state.range(0)];
  char out[64];
  for (auto _ : state) {
    benchmark::DoNotOptimize(NormalAccountTo(account, out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_NormalAccount)->DenseRange(0, 3);

void BM_CheckNumber(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(IsWellFormedReference("20260001010"));
  }
}

BENCHMARK(BM_CheckNumber);

}  // namespace
}  // namespace kvitt
