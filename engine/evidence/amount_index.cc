#include "engine/evidence/amount_index.h"

#include <algorithm>

#include "engine/evidence/hash_filter.h"
#include "engine/evidence/open_item_index.h"
#include "engine/parallel.h"

namespace kvitt {
namespace {

uint64_t HashOf(int64_t amount_minor, uint8_t currency) {
  const uint64_t product =
      (static_cast<uint64_t>(amount_minor) * 256 + currency) * 0x9e3779b97f4a7c15u;
  return product ^ (product >> 29);
}

}  // namespace

void AmountIndex::Build(const Books& books, const std::vector<const SearchCase*>& cases) {
  found_.clear();
  if (cases.empty()) return;
  HashFilter wanted(cases.size());
  for (const SearchCase* search : cases) {
    const int64_t amount = books.payments.At(search->payment).amount_minor;
    wanted.Add(HashOf(amount, search->currency));
    found_.try_emplace({amount, search->account, search->currency});
    found_.try_emplace({amount, kAnyAccount, search->currency});
  }
  std::vector<std::vector<ItemHandle>> hits(static_cast<size_t>(std::max(books.threads, 1)));
  const absl::Span<const ItemHandle> chunks = books.items.AllChunks();
  ParallelFor(chunks.size(), 512, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t c = begin; c < end; ++c) {
      for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
        const ItemRecord& item = books.items.At(chunks[c] + i);
        if (!item.has(ItemRecord::kFilled)) break;
        if (!IsOpen(item) || item.kind() == ItemKind::kCreditNote) continue;
        if (!wanted.MayHold(HashOf(item.open_minor, item.currency))) continue;
        hits[static_cast<size_t>(worker)].push_back(chunks[c] + i);
      }
    }
  });
  for (const std::vector<ItemHandle>& list : hits) {
    for (ItemHandle handle : list) {
      const ItemRecord& item = books.items.At(handle);
      const auto entry = found_.find({item.open_minor, item.key.account(), item.currency});
      if (entry == found_.end()) continue;
      ++entry->second.count;
      entry->second.item = handle;
    }
  }
}

AmountIndex::Found AmountIndex::Find(const SearchCase& search, int64_t amount_minor) const {
  Found sum;
  for (const AccountNumber account : {search.account, kAnyAccount}) {
    const auto entry = found_.find({amount_minor, account, search.currency});
    if (entry == found_.end() || entry->second.count == 0) continue;
    sum.count += entry->second.count;
    sum.item = entry->second.item;
    if (search.account == kAnyAccount) break;
  }
  return sum;
}

}  // namespace kvitt
