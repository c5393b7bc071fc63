// The slips of references: rule 4 makes them for every payment whose reference is unknown.
//
// Read "items_per_second" as slips a second; "slips" is how many one reference has.

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "engine/evidence/reference_slips.h"

namespace kvitt {
namespace {

enum Shape { kDigits, kZeroFilled, kInvoice, kWrapped };

std::vector<std::string> References(Shape shape) {
  std::mt19937_64 random(1);
  std::vector<std::string> made;
  for (int i = 0; i < 1024; ++i) {
    std::string digits;
    while (digits.size() < 8 + random() % 17) {
      digits.push_back(static_cast<char>('0' + random() % 10));
    }
    switch (shape) {
      case kDigits:
        made.push_back("1" + digits);
        break;
      case kZeroFilled:
        made.push_back(std::string(25 - digits.size(), '0') + digits);
        break;
      case kInvoice:
        made.push_back("INV-" + digits.substr(0, 8));
        break;
      case kWrapped:
        made.push_back("RF18" + digits);
        break;
    }
  }
  return made;
}

void BM_FindSlips(benchmark::State& state) {
  const std::vector<std::string> references = References(static_cast<Shape>(state.range(0)));
  const SlipAlphabet alphabet =
      state.range(1) == 0 ? SlipAlphabet::kDigits : SlipAlphabet::kDigitsAndLetters;
  SlipList slips;
  size_t made = 0;
  size_t i = 0;
  for (auto _ : state) {
    FindSlips(references[i], 1, alphabet, &slips);
    benchmark::DoNotOptimize(slips.keys().data());
    benchmark::ClobberMemory();
    made += slips.size();
    i = (i + 1) % references.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(made));
  state.counters["slips"] =
      benchmark::Counter(static_cast<double>(made), benchmark::Counter::kAvgIterations);
}

BENCHMARK(BM_FindSlips)
    ->ArgNames({"shape", "letters"})
    ->Args({kDigits, 0})
    ->Args({kDigits, 1})
    ->Args({kZeroFilled, 0})
    ->Args({kInvoice, 1})
    ->Args({kWrapped, 1});

void BM_RunTogether(benchmark::State& state) {
  const std::vector<std::string> references = References(kDigits);
  std::vector<TwoReferences> pairs;
  size_t i = 0;
  for (auto _ : state) {
    RunTogether(references[i], 1, &pairs);
    benchmark::DoNotOptimize(pairs.data());
    i = (i + 1) % references.size();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_RunTogether);

}  // namespace
}  // namespace kvitt
