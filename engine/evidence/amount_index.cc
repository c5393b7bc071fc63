#include "engine/evidence/amount_index.h"

#include "engine/evidence/hash_filter.h"
#include "engine/evidence/open_item_index.h"
#include "engine/parallel.h"
#include "engine/scatter.h"

namespace kvitt {
namespace {

uint64_t HashOf(int64_t amount_minor, uint8_t currency) {
  const uint64_t product =
      (static_cast<uint64_t>(amount_minor) * 256 + currency) * 0x9e3779b97f4a7c15u;
  return product ^ (product >> 29);
}

}  // namespace

void AmountIndex::Build(const Books& books,
                        const std::vector<ItemHandle>& items,
                        const std::vector<const SearchCase*>& cases) {
  found_.clear();
  if (cases.empty()) return;

  struct Hit {
    Key key;
    ItemHandle item;
  };

  HashFilter wanted(cases.size());
  Scatter<Key> keys(books.threads);
  ParallelFor(cases.size(), 4096, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t i = begin; i < end; ++i) {
      const int64_t amount = books.payments.At(cases[i]->payment).amount_minor;
      const uint64_t hash = HashOf(amount, cases[i]->currency);
      wanted.Add(hash);
      keys.Add(static_cast<size_t>(worker), hash, {amount, cases[i]->account, cases[i]->currency});
    }
  });
  Scatter<Hit> hits(books.threads);
  ParallelFor(items.size(), 4096, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t i = begin; i < end; ++i) {
      const ItemRecord& item = books.items.At(items[i]);
      if (!IsOpen(item) || item.kind() == ItemKind::kCreditNote) continue;
      const uint64_t hash = HashOf(item.open_minor, item.currency);
      if (!wanted.MayHold(hash)) continue;
      hits.Add(static_cast<size_t>(worker), hash,
               {{item.open_minor, item.key.account(), item.currency}, items[i]});
    }
  });
  present_ = std::make_unique<HashFilter>(hits.size());
  found_.resize(Scatter<Key>::kParts);
  keys.ForEachPart(books.threads, [&](size_t part, const std::vector<Key>& asked) {
    Map& map = found_[part];
    map.reserve(asked.size());
    for (const Key& key : asked) {
      map.try_emplace(key);
      map.try_emplace({key.amount_minor, kAnyAccount, key.currency});
    }
    for (const Hit& hit : hits.Take(part)) {
      const auto entry = map.find(hit.key);
      if (entry == map.end()) continue;
      ++entry->second.count;
      entry->second.item = hit.item;
      present_->Add(HashOf(hit.key.amount_minor, hit.key.currency));
    }
  });
}

AmountIndex::Found AmountIndex::Find(const SearchCase& search, int64_t amount_minor) const {
  Found sum;
  const uint64_t hash = HashOf(amount_minor, search.currency);
  if (found_.empty() || !present_->MayHold(hash)) return sum;
  const Map& map = found_[Scatter<Key>::PartOf(hash)];
  for (const AccountNumber account : {search.account, kAnyAccount}) {
    const auto entry = map.find({amount_minor, account, search.currency});
    if (entry == map.end() || entry->second.count == 0) continue;
    sum.count += entry->second.count;
    sum.item = entry->second.item;
    if (search.account == kAnyAccount) break;
  }
  return sum;
}

}  // namespace kvitt
