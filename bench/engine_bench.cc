// The two inner steps of rule reference_exact on one core: claims meeting the items of their bucket
// (probe), and a payment deciding on the item that it names (allocate). Nanoseconds a payment.

#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "bench/ledger_records.h"
#include "engine/allocate/books.h"
#include "engine/allocate/posting.h"
#include "engine/match/bucket_join.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// Everything up to the first rule, as Reconciliation does it.
void Fill(const LedgerRecords& records, Books* books) {
  books->items.AddLane()->Add(records.items, 0, 0, 0);
  books->items.Seal();
  uint32_t part = 0;
  books->payments.AddLane()->Add(records.payments, 1, 0, &part);
  books->file_rank = {0, 1};
  books->file_dead = {false, false};
  books->PrepareAccounts();
  books->payments.Seal(books->file_rank);
  books->customers.Seal(books->file_rank, books->file_dead);
  books->PreparePolicies();
}

template <typename Fn>
void ForEachPayment(const Books& books, Fn fn) {
  for (const PaymentRun& run : books.payments.runs()) {
    for (uint32_t i = 0; i < run.count; ++i) fn(run.first + i);
  }
}

// Undoes every decision.
void Forget(Books* books) {
  for (size_t c = 0; c < books->items.chunk_count(); ++c) {
    for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
      ItemRecord& item = books->items.At(books->items.Chunk(c) + i);
      item.open_minor = item.first_minor;
    }
  }
  ForEachPayment(*books, [&](PaymentHandle handle) {
    PaymentRecord& payment = books->payments.At(handle);
    payment.decided = PaymentCase::kUndecided;
    payment.outcome = Outcome::kUnmatched;
    payment.rule = Rule::kNone;
    payment.item = kNoItem;
  });
}

void CheckDecisions(const LedgerRecords& records, const Books& books) {
  size_t exact = 0;
  size_t partial = 0;
  size_t over = 0;
  size_t undecided = 0;
  std::vector<Posting> postings;
  ForEachPayment(books, [&](PaymentHandle handle) {
    const PaymentRecord& payment = books.payments.At(handle);
    exact += payment.decided == PaymentCase::kExact;
    partial += payment.decided == PaymentCase::kShort;
    over += payment.decided == PaymentCase::kOver;
    undecided += payment.decided == PaymentCase::kUndecided;
    PostingsOf(books, handle, &postings);
    const PaymentSums sums = SumsOf(payment, postings);
    KVITT_CHECK(payment.decided == PaymentCase::kUndecided || sums.unallocated_minor == 0);
  });
  KVITT_CHECK(exact == records.exact);
  KVITT_CHECK(partial == records.half);
  KVITT_CHECK(over == records.twofold);
  KVITT_CHECK(undecided == records.unknown);
}

void BM_Probe(benchmark::State& state) {
  const LedgerRecords records(static_cast<size_t>(state.range(0)));
  Books books;
  Fill(records, &books);
  const JoinResult joined = JoinBuckets(&books, false);
  KVITT_CHECK(joined.misses.size() == records.unknown);
  KVITT_CHECK(joined.entangled.empty() && joined.crowds.empty());
  CheckDecisions(records, books);
  for (auto _ : state) {
    state.PauseTiming();
    Forget(&books);
    state.ResumeTiming();
    benchmark::DoNotOptimize(JoinBuckets(&books, false));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Probe)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void BM_Allocate(benchmark::State& state) {
  const LedgerRecords records(static_cast<size_t>(state.range(0)));
  Books books;
  Fill(records, &books);
  JoinBuckets(&books, false);
  std::vector<std::pair<PaymentHandle, ItemHandle>> decisions;
  ForEachPayment(books, [&](PaymentHandle handle) {
    const ItemHandle item = books.payments.At(handle).item;
    if (item != kNoItem) decisions.emplace_back(handle, item);
  });
  const auto decide_all = [&] {
    for (const auto& [payment, item] : decisions) {
      DecideOnItem(&books, &books.payments.At(payment), item, Rule::kReferenceExact,
                   Confidence::kHigh);
    }
  };
  Forget(&books);
  decide_all();
  CheckDecisions(records, books);
  for (auto _ : state) {
    state.PauseTiming();
    Forget(&books);
    state.ResumeTiming();
    decide_all();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(decisions.size()));
}

BENCHMARK(BM_Allocate)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvitt
