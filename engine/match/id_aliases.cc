#include "engine/match/id_aliases.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/evidence/hash_filter.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"

namespace kvitt {
namespace {

// The hashes of what payments quote in the shape of an item id.
HashFilter QuotedLikeIds(const Books& books) {
  const PaymentStore& payments = books.payments;
  const ShapeSet& ids = books.items.id_shapes();
  std::vector<std::vector<uint64_t>> found(WorkersOf(books.threads));
  ParallelFor(kBuckets, 16, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t bucket = begin; bucket < end; ++bucket) {
      for (uint32_t chunk : payments.ClaimChunksOf(static_cast<uint32_t>(bucket))) {
        for (uint32_t i = 0; i < PaymentStore::kChunkClaims; ++i) {
          const Claim& claim = payments.ClaimAt(chunk + i);
          if ((claim.flags & Claim::kFilled) == 0) break;
          if (ids.Has(claim.key)) found[static_cast<size_t>(worker)].push_back(BareHash(claim.key));
        }
      }
    }
  });
  size_t count = 0;
  for (const std::vector<uint64_t>& list : found) count += list.size();
  HashFilter quoted(count);
  for (const std::vector<uint64_t>& list : found) {
    for (uint64_t hash : list) quoted.Add(hash);
  }
  return quoted;
}

}  // namespace

void AddIdAliases(Books* books) {
  ItemStore& items = books->items;
  const ShapeSet& shapes = books->payments.reference_shapes();
  if (!shapes.Intersects(items.id_shapes())) return;
  const HashFilter quoted = QuotedLikeIds(*books);
  std::vector<std::vector<ItemAlias>> found(WorkersOf(books->threads));
  ScanItems(items, books->threads, [&](ItemHandle handle, ItemRecord& item, size_t worker) {
    if (item.has(ItemRecord::kNoReference) || item.has(ItemRecord::kDead)) return;
    char scratch[kPackedTextBytesMax];
    const AccountNumber account = item.key.account();
    const ReferenceKey key = MakeReferenceKey(items.ItemId(item, scratch), account);
    if (key.is_none() || key == item.key || !shapes.Has(key)) return;
    if (!quoted.MayHold(BareHash(key))) return;
    item.set(ItemRecord::kIdIsAlias);
    found[worker].push_back({key, handle, BucketOf(StableHash(key, books->account_hash[account]))});
  });
  std::vector<ItemAlias> aliases;
  for (const std::vector<ItemAlias>& list : found) {
    aliases.insert(aliases.end(), list.begin(), list.end());
  }
  items.AddAliases(std::move(aliases));
}

}  // namespace kvitt
