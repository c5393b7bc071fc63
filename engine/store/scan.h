// Walks over all items or all payments by several threads, in the order of memory: what follows in no
// bucket order must not depend on the order at all.
//
//   ScanItems(items, threads, [&](ItemHandle handle, ItemRecord& item, size_t worker) { ... });
//
// `worker` is that of ParallelFor: it can index what each thread finds.

#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/parallel.h"
#include "engine/store/item_store.h"
#include "engine/store/payment_store.h"

namespace kvitt {

// How many workers there can be, for scratch space.
inline size_t WorkersOf(int threads) {
  return static_cast<size_t>(std::max(threads, 1));
}

// Calls fn for every item, dead and closed ones too. REQUIRES: Seal was called.
template <typename Fn>
void ScanItems(const ItemStore& items, int threads, Fn fn) {
  constexpr size_t kChunksPerTask = 1024;
  ParallelFor(items.chunk_count(), kChunksPerTask, threads,
              [&](size_t begin, size_t end, int worker) {
                for (size_t c = begin; c < end; ++c) {
                  const ItemHandle first = items.Chunk(c);
                  for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
                    ItemRecord& item = items.At(first + i);
                    if (!item.has(ItemRecord::kFilled)) break;
                    fn(first + i, item, static_cast<size_t>(worker));
                  }
                }
              });
}

// Calls fn for every payment, dead ones too. REQUIRES: Seal was called.
template <typename Fn>
void ScanPayments(const PaymentStore& payments, int threads, Fn fn) {
  constexpr size_t kRunsPerTask = 16;
  const std::vector<PaymentRun>& runs = payments.runs();
  ParallelFor(runs.size(), kRunsPerTask, threads, [&](size_t begin, size_t end, int worker) {
    for (size_t r = begin; r < end; ++r) {
      for (uint32_t i = 0; i < runs[r].count; ++i) {
        const PaymentHandle handle = runs[r].first + i;
        fn(handle, payments.At(handle), static_cast<size_t>(worker));
      }
    }
  });
}

}  // namespace kvitt
