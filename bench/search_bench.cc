// What the search for payers costs through the public face of the engine: whole runs over the worlds that
// make other tools explode. Each world's answer is checked on one, two and three threads before it is timed.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "engine/value/concat.h"
#include "kvitt/reconcile.h"

namespace kvitt {
namespace {

// A world in memory; texts live as long as it.
class World {
 public:
  void AddItem(int64_t amount_minor, std::string_view customer) {
    OpenItem& item = items_.items.emplace_back();
    item.item_id = Keep(Concat("INV-", items_.items.size()));
    item.customer_id = Keep(customer);
    item.amount_minor = item.open_amount_minor = amount_minor;
    item.currency = sek_;
    item.issue_date = Date::FromDays(Date::FromCivil(2026, 1, 5).days() +
                                     static_cast<int32_t>(items_.items.size() % 50));
    item.due_date = Date::FromDays(item.issue_date.days() + 30);
    item.record = static_cast<uint32_t>(items_.items.size() - 1);
    items_.AddReference(&item, Keep(Concat("9", 1'000'000'000 + items_.items.size())));
  }

  // Names the item's reference, or only the payer.
  void AddPayment(int64_t amount_minor, std::string_view customer, size_t item = SIZE_MAX) {
    Payment& payment = payments_.payments.emplace_back();
    payment.payment_id = Keep(Concat("P", payments_.payments.size()));
    payment.creditor_account = "bankgiro:9912346";
    payment.customer_id = Keep(customer);
    payment.amount_minor = amount_minor;
    payment.currency = sek_;
    payment.booking_date = payment.value_date = Date::FromCivil(2026, 3, 2);
    payment.record = static_cast<uint32_t>(payments_.payments.size() - 1);
    if (item == SIZE_MAX) return;
    PaymentReference reference;
    reference.value = items_.references[items_.items[item].reference_first];
    payments_.AddReference(&payment, reference);
  }

  int64_t AmountOf(size_t item) const { return items_.items[item].amount_minor; }

  size_t payments() const { return payments_.payments.size(); }

  // What the run says of each payment, and why it is not settled, as text; the empty text when it did not
  // go through.
  std::string Settle(int threads) const {
    ReconcileOptions options;
    options.threads = threads;
    Reconciliation run(options);
    run.Add(items_, "items");
    run.Add(payments_, "payments");
    std::string said;
    if (!run.Run().ok()) return said;
    PaymentPage payments;
    ExceptionPage exceptions;
    for (size_t page = 0; page < run.pages(); ++page) {
      run.ReadPayments(page, &payments);
      for (const PaymentRow& row : payments.rows) {
        said += Concat(row.payment.payment_id, " ", Name(row.outcome), "\n");
      }
      run.ReadExceptions(page, &exceptions);
      for (const ExceptionRow& row : exceptions.rows) {
        said += Concat(row.payment_id, " ", Name(row.code));
        for (const Suggestion& suggestion : row.suggestions) {
          for (const SuggestedAllocation& part : suggestion.allocations) {
            said += Concat(" ", part.item_id);
          }
        }
        said += "\n";
      }
    }
    return said;
  }

 private:
  std::string_view Keep(std::string_view text) { return texts_.emplace_back(text); }

  std::deque<std::string> texts_;
  OpenItemBatch items_;
  PaymentBatch payments_;
  Currency sek_ = Currency::FromCode("SEK");
};

size_t CountOf(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// How many payments there must be of an outcome, or with a deviation.
struct Expected {
  std::string_view what;
  size_t count = 0;
};

void Run(benchmark::State& state, const World& world, Expected expected) {
  const std::string said = world.Settle(1);
  const size_t found = CountOf(said, Concat(" ", expected.what, "\n")) +
                       CountOf(said, Concat(" ", expected.what, " "));
  if (found != expected.count) {
    state.SkipWithError(
        Concat(found, " payments are ", expected.what, ", not ", expected.count).c_str());
    return;
  }
  if (world.Settle(2) != said || world.Settle(3) != said) {
    state.SkipWithError("the answer depends on the number of threads");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(world.Settle(1));
  state.counters["payments"] = static_cast<double>(world.payments());
}

// A run of one payment that pays five of thirteen equal items.
void BM_ThirteenEqualItems(benchmark::State& state) {
  World world;
  for (int i = 0; i < 13; ++i) world.AddItem(29'900, "C1");
  world.AddPayment(5 * 29'900, "C1");
  Run(state, world, {"settled", 1});
}

BENCHMARK(BM_ThirteenEqualItems)->Unit(benchmark::kMicrosecond);

// A run of one payment of half of sixty items: 2^60 sets. With amounts of six digits many sets make the
// amount; with amounts of thirteen the budget is spent before any is found.
void BM_SixtyItems(benchmark::State& state) {
  const int64_t scale = state.range(0);
  std::mt19937_64 random(1);
  World world;
  int64_t sum = 0;
  for (int i = 0; i < 60; ++i) {
    world.AddItem(
        scale * 10'000 + static_cast<int64_t>(random() % static_cast<uint64_t>(scale * 4'990'001)),
        "C1");
    if (i % 2 == 0) sum += world.AmountOf(static_cast<size_t>(i));
  }
  world.AddPayment(sum, "C1");
  Run(state, world, {scale == 1 ? "combination_ambiguous" : "search_limit", 1});
}

BENCHMARK(BM_SixtyItems)->Arg(1)->Arg(10'000'000)->Unit(benchmark::kMicrosecond);

// 200,000 items and 100,000 payments. Half of the items belong to customers of `range(0)` items each;
// `range(1)` payments name only such a customer and, with `range(2)`, an amount that nothing has. The rest
// names references of other customers' items.
void BM_LargeCustomer(benchmark::State& state) {
  const size_t items_each = static_cast<size_t>(state.range(0));
  const size_t by_payer = static_cast<size_t>(state.range(1));
  const bool fits = state.range(2) == 0;
  constexpr size_t kItems = 200'000;
  constexpr size_t kPayments = 100'000;
  // Amounts are all different, and further apart than twice the tolerance.
  constexpr int64_t kStep = 211;
  World world;
  std::vector<std::string> customer_of;
  for (size_t i = 0; i < kItems; ++i) {
    customer_of.push_back(i < kItems / 2 ? Concat("L", i / items_each) : Concat("C", i));
    world.AddItem(100'000 + static_cast<int64_t>(i) * kStep, customer_of.back());
  }
  for (size_t i = 0; i < by_payer; ++i) {
    const size_t item = i * (kItems / 2 / by_payer);
    world.AddPayment(world.AmountOf(item) + (fits ? 0 : kStep / 2), customer_of[item]);
  }
  for (size_t i = kItems; world.payments() < kPayments; --i) {
    world.AddPayment(world.AmountOf(i - 1), "", i - 1);
  }
  Run(state, world, {fits ? "settled" : "suggested", fits ? kPayments : by_payer});
}

BENCHMARK(BM_LargeCustomer)
    ->ArgNames({"items", "payments", "unclear"})
    ->Args({10, 10'000, 0})
    ->Args({100'000, 10'000, 0})
    ->Args({10, 10'000, 1})
    ->Args({100'000, 10'000, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvitt
