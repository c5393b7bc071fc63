// Exact subset sums as rule combination asks for them: one payment against the open items of a customer.
// Each world's verdict is checked before it is timed.

#include <benchmark/benchmark.h>

#include <map>
#include <random>
#include <vector>

#include "engine/match/subset_search.h"

namespace kvitt {
namespace {

struct World {
  std::vector<SubsetClass> classes;
  int64_t target = 0;
};

// Distinct amounts from 100.00 to 50,000.00 times `scale`; the payment takes the first `paid` of them, or
// all but those.
World Distinct(size_t items, size_t paid, bool all_but, int64_t scale) {
  std::mt19937_64 random(5);
  std::map<int64_t, uint32_t> made;
  World world;
  while (world.classes.size() < items) {
    const int64_t amount = (10000 + static_cast<int64_t>(random() % 4990001)) * scale +
                           static_cast<int64_t>(random() % static_cast<uint64_t>(scale));
    if (!made.emplace(amount, 1).second) continue;
    world.classes.push_back({amount, 1});
    if ((world.classes.size() <= paid) != all_but) world.target += amount;
  }
  return world;
}

void Run(benchmark::State& state, const World& world, SubsetVerdict expected) {
  const SubsetResult checked = FindSubsets(world.classes, world.target, SubsetLimits{});
  if (checked.verdict != expected) {
    state.SkipWithError("the verdict is not the expected one");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(FindSubsets(world.classes, world.target, SubsetLimits{}));
  }
  state.counters["steps"] = static_cast<double>(checked.steps);
  state.counters["answers"] = static_cast<double>(checked.alternatives);
}

void BM_EqualItems(benchmark::State& state) {
  const uint32_t count = static_cast<uint32_t>(state.range(0));
  Run(state, {{{29900, count}}, int64_t{29900} * (count / 2)}, SubsetVerdict::kUnique);
}

BENCHMARK(BM_EqualItems)->Arg(13)->Arg(100000);

// Pays `range(1)` of `range(0)` items.
void BM_PaysFew(benchmark::State& state) {
  const size_t items = static_cast<size_t>(state.range(0));
  const SubsetVerdict expected = static_cast<SubsetVerdict>(state.range(2));
  Run(state, Distinct(items, static_cast<size_t>(state.range(1)), false, 1), expected);
}

constexpr int kUnique = static_cast<int>(SubsetVerdict::kUnique);
constexpr int kSeveral = static_cast<int>(SubsetVerdict::kSeveral);

BENCHMARK(BM_PaysFew)
    ->Args({5, 3, kUnique})
    ->Args({10, 4, kUnique})
    ->Args({20, 4, kUnique})
    ->Args({30, 4, kUnique})
    ->Args({40, 2, kUnique})
    ->Args({40, 4, kSeveral})
    ->Args({60, 2, kUnique})
    ->Args({60, 4, kSeveral})
    ->Args({60, 30, kSeveral});

void BM_PaysAllButTwo(benchmark::State& state) {
  Run(state, Distinct(static_cast<size_t>(state.range(0)), 2, true, 1), SubsetVerdict::kUnique);
}

BENCHMARK(BM_PaysAllButTwo)->Arg(20)->Arg(40)->Arg(60);

// No set makes it: one minor unit beside what three items make.
void BM_MakesNothing(benchmark::State& state) {
  World world = Distinct(static_cast<size_t>(state.range(0)), 3, false, 1);
  world.target += 1;
  Run(state, world, SubsetVerdict::kNone);
}

BENCHMARK(BM_MakesNothing)->Arg(5)->Arg(20)->Arg(40);

// Amounts of thirteen digits, half of them paid: no accident makes a second set, and the budget is spent.
void BM_SpendsTheBudget(benchmark::State& state) {
  Run(state, Distinct(60, 30, false, 1000000), SubsetVerdict::kSearchLimit);
}

BENCHMARK(BM_SpendsTheBudget);

// 1,000 items in ten classes, six of different classes paid.
void BM_TenClasses(benchmark::State& state) {
  World world = Distinct(10, 6, false, 1);
  for (SubsetClass& each : world.classes) each.count = 100;
  Run(state, world, SubsetVerdict::kUnique);
}

BENCHMARK(BM_TenClasses);

// The same with half of all items paid, and with round amounts.
void BM_TenRoundClasses(benchmark::State& state) {
  World world;
  for (int64_t i = 1; i <= 10; ++i) {
    world.classes.push_back({i * 50000 + 10000, 100});
    world.target += 50 * world.classes.back().amount_minor;
  }
  Run(state, world, SubsetVerdict::kSeveral);
}

BENCHMARK(BM_TenRoundClasses);

}  // namespace
}  // namespace kvitt
