#include "engine/match/account_mismatch.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/composed.h"
#include "engine/evidence/hash_filter.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"

namespace kvitt {
namespace {

struct Hit {
  uint32_t miss;
  ItemHandle item;
};

}  // namespace

void MarkOtherAccountReferences(Books* books, const std::vector<Miss>& misses) {
  if (misses.empty() || !books->items.has_own_account()) return;
  HashFilter filter(misses.size());
  // The last miss of each hash, and for each miss the one before it.
  constexpr uint32_t kNone = 0xffffffffu;
  absl::flat_hash_map<uint64_t, uint32_t> by_hash;
  by_hash.reserve(misses.size());
  std::vector<uint32_t> before(misses.size());
  for (uint32_t i = 0; i < misses.size(); ++i) {
    const uint64_t hash = BareHash(misses[i].key);
    filter.Add(hash);
    uint32_t& last = by_hash.try_emplace(hash, kNone).first->second;
    before[i] = last;
    last = i;
  }
  std::vector<std::vector<Hit>> hits(WorkersOf(books->threads));
  const auto look = [&](ReferenceKey key, ItemHandle item, std::vector<Hit>* out) {
    const uint64_t hash = BareHash(key);
    if (!filter.MayHold(hash)) return;
    const auto found = by_hash.find(hash);
    if (found == by_hash.end()) return;
    for (uint32_t miss = found->second; miss != kNone; miss = before[miss]) {
      if (misses[miss].key.On(kAnyAccount) == key.On(kAnyAccount) &&
          misses[miss].key.account() != key.account()) {
        out->push_back({miss, item});
      }
    }
  };
  ParallelFor(books->items.chunk_count(), 1024, books->threads,
              [&](size_t begin, size_t end, int worker) {
                for (size_t c = begin; c < end; ++c) {
                  const ItemHandle chunk = books->items.Chunk(c);
                  const ItemRecord* const items = &books->items.At(chunk);
                  for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
                    if (!items[i].has(ItemRecord::kFilled)) break;
                    if (items[i].has(ItemRecord::kDead)) continue;
                    look(items[i].key, chunk + i, &hits[static_cast<size_t>(worker)]);
                  }
                }
              });
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (const ItemAlias& alias : books->items.AliasesOf(bucket)) {
      if (!books->items.At(alias.item).has(ItemRecord::kDead))
        look(alias.key, alias.item, &hits[0]);
    }
  }
  absl::flat_hash_map<PaymentHandle, std::vector<ItemHandle>> elsewhere;
  for (const std::vector<Hit>& list : hits) {
    for (const Hit& hit : list) {
      const PaymentHandle handle = misses[hit.miss].payment;
      if (books->payments.At(handle).decided != PaymentCase::kUndecided) continue;
      elsewhere[handle].push_back(hit.item);
    }
  }
  for (auto& [handle, items] : elsewhere) {
    books->payments.At(handle).set(PaymentRecord::kOtherAccountReference);
    SortItems(*books, &items);
    ComposedDecision& composed = books->decisions.Compose(handle);
    // Of all that is wrong with a payment's references this is the most particular.
    for (Finding& finding : composed.findings) {
      if (finding.code == DeviationCode::kReferenceUnknown ||
          finding.code == DeviationCode::kReferenceInvalid) {
        finding.code = DeviationCode::kAccountMismatch;
      }
    }
    composed.named.insert(composed.named.end(), items.begin(), items.end());
  }
}

}  // namespace kvitt
