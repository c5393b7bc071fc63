// Exact subset sums as rule combination asks for them: one payment against the open items of a customer.
// Each world's verdict is checked before it is timed.

#include <benchmark/benchmark.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

#include "engine/match/subset_search.h"

namespace kvitt {
namespace {

struct World {
  std::vector<SubsetClass> classes;
  int64_t target = 0;
};

// How a customer's items and the payment are drawn.
struct Shape {
  size_t items = 0;
  size_t paid = 0;       // the payment takes so many items,
  bool all_but = false;  // or all but so many
  int64_t scale = 1;     // amounts are 100.00 to 50,000.00 times this
  int64_t off = 0;       // what the payment is beside the sum
};

World Distinct(const Shape& shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::map<int64_t, uint32_t> made;
  World world;
  world.target = shape.off;
  while (world.classes.size() < shape.items) {
    const int64_t amount = (10000 + static_cast<int64_t>(random() % 4990001)) * shape.scale +
                           static_cast<int64_t>(random() % static_cast<uint64_t>(shape.scale));
    if (!made.emplace(amount, 1).second) continue;
    world.classes.push_back({amount, 1});
    if ((world.classes.size() <= shape.paid) != shape.all_but) world.target += amount;
  }
  return world;
}

// Different worlds in turn: of one alone the processor learns every comparison.
void Run(benchmark::State& state, const std::vector<World>& worlds, SubsetVerdict expected) {
  SubsetMemory memory;
  uint64_t steps = 0;
  for (const World& world : worlds) {
    const SubsetResult checked = FindSubsets(world.classes, world.target, SubsetLimits{}, &memory);
    steps += checked.steps;
    if (checked.verdict != expected) {
      state.SkipWithError("the verdict is not the expected one");
      return;
    }
  }
  size_t i = 0;
  for (auto _ : state) {
    const World& world = worlds[i];
    benchmark::DoNotOptimize(FindSubsets(world.classes, world.target, SubsetLimits{}, &memory));
    i = i + 1 == worlds.size() ? 0 : i + 1;
  }
  state.counters["steps"] = static_cast<double>(steps) / static_cast<double>(worlds.size());
}

// Worlds of the shape with the verdict; which have it depends on accidents among the sums.
std::vector<World> WorldsOf(const Shape& shape, SubsetVerdict verdict) {
  std::vector<World> worlds;
  for (uint64_t seed = 0; seed < 1000 && worlds.size() < 32; ++seed) {
    World world = Distinct(shape, seed);
    const SubsetResult found = FindSubsets(world.classes, world.target, SubsetLimits{});
    if (found.verdict == verdict) worlds.push_back(std::move(world));
  }
  return worlds;
}

void RunShape(benchmark::State& state, const Shape& shape, SubsetVerdict verdict) {
  const std::vector<World> worlds = WorldsOf(shape, verdict);
  if (worlds.size() < 32) {
    state.SkipWithError("too few worlds have the expected verdict");
    return;
  }
  Run(state, worlds, verdict);
}

void BM_EqualItems(benchmark::State& state) {
  const uint32_t count = static_cast<uint32_t>(state.range(0));
  Run(state, {{{{29900, count}}, int64_t{29900} * (count / 2)}}, SubsetVerdict::kUnique);
}

BENCHMARK(BM_EqualItems)->Arg(13)->Arg(100000);

// Pays `range(1)` of `range(0)` items.
void BM_PaysFew(benchmark::State& state) {
  const Shape shape = {.items = static_cast<size_t>(state.range(0)),
                       .paid = static_cast<size_t>(state.range(1))};
  RunShape(state, shape, static_cast<SubsetVerdict>(state.range(2)));
}

constexpr int kUnique = static_cast<int>(SubsetVerdict::kUnique);
constexpr int kSeveral = static_cast<int>(SubsetVerdict::kSeveral);

BENCHMARK(BM_PaysFew)
    ->Args({5, 3, kUnique})
    ->Args({10, 4, kUnique})
    ->Args({20, 4, kUnique})
    ->Args({30, 4, kUnique})
    ->Args({40, 3, kUnique})
    ->Args({40, 2, kUnique})
    ->Args({40, 4, kSeveral})
    ->Args({60, 2, kUnique})
    ->Args({60, 4, kSeveral})
    ->Args({60, 30, kSeveral});

void BM_PaysAllButTwo(benchmark::State& state) {
  const Shape shape = {.items = static_cast<size_t>(state.range(0)), .paid = 2, .all_but = true};
  RunShape(state, shape, SubsetVerdict::kUnique);
}

BENCHMARK(BM_PaysAllButTwo)->Arg(20)->Arg(40)->Arg(60);

// No set makes it: one minor unit beside what three items make.
void BM_MakesNothing(benchmark::State& state) {
  const Shape shape = {.items = static_cast<size_t>(state.range(0)), .paid = 3, .off = 1};
  RunShape(state, shape, SubsetVerdict::kNone);
}

BENCHMARK(BM_MakesNothing)->Arg(5)->Arg(20)->Arg(40);

// Amounts of thirteen digits, half of them paid: no accident makes a second set, and the budget is spent.
void BM_SpendsTheBudget(benchmark::State& state) {
  const Shape shape = {.items = 60, .paid = 30, .scale = 1000000};
  RunShape(state, shape, SubsetVerdict::kSearchLimit);
}

BENCHMARK(BM_SpendsTheBudget);

// 1,000 items in ten classes, four of different classes paid.
void BM_TenClasses(benchmark::State& state) {
  std::vector<World> worlds;
  for (uint64_t seed = 0; seed < 32; ++seed) {
    World world = Distinct({.items = 10, .paid = 4}, seed);
    for (SubsetClass& each : world.classes) each.count = 100;
    const SubsetResult found = FindSubsets(world.classes, world.target, SubsetLimits{});
    if (found.verdict == SubsetVerdict::kUnique) worlds.push_back(std::move(world));
  }
  if (worlds.empty()) {
    state.SkipWithError("no world has the expected verdict");
    return;
  }
  Run(state, worlds, SubsetVerdict::kUnique);
}

BENCHMARK(BM_TenClasses);

// The same with half of all items paid, and with round amounts.
void BM_TenRoundClasses(benchmark::State& state) {
  World world;
  for (int64_t i = 1; i <= 10; ++i) {
    world.classes.push_back({i * 50000 + 10000, 100});
    world.target += 50 * world.classes.back().amount_minor;
  }
  Run(state, {world}, SubsetVerdict::kSeveral);
}

BENCHMARK(BM_TenRoundClasses);

}  // namespace
}  // namespace kvitt
