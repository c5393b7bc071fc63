#include "engine/evidence/open_item_index.h"

#include <algorithm>
#include <bit>
#include <string>

#include "engine/parallel.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr size_t kChunksPerTask = 512;
constexpr uint32_t kNone = 0xffffffffu;

}  // namespace

void OpenItemIndex::Build(const Books& books) {
  books_ = &books;
  const ItemStore& items = books.items;
  const size_t workers = static_cast<size_t>(std::max(books.threads, 1));
  // Entries wait by worker and part, so that each part is then filled by one thread.
  std::vector<std::vector<std::vector<Entry>>> found(workers,
                                                     std::vector<std::vector<Entry>>(kParts));
  std::vector<ReferenceForms> forms(workers);
  const auto note = [&](ReferenceKey key, ItemHandle item, size_t worker) {
    if (key.is_none()) return;
    forms[worker].Note(key);
    found[worker][PartOf(BareHash(key))].push_back({key, item, kNone});
  };
  const absl::Span<const ItemHandle> chunks = items.AllChunks();
  ParallelFor(chunks.size(), kChunksPerTask, books.threads,
              [&](size_t begin, size_t end, int worker) {
                const size_t w = static_cast<size_t>(worker);
                char scratch[kPackedTextBytesMax];
                for (size_t c = begin; c < end; ++c) {
                  for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
                    const ItemHandle handle = chunks[c] + i;
                    const ItemRecord& item = items.At(handle);
                    if (!item.has(ItemRecord::kFilled)) break;
                    if (!IsOpen(item)) continue;
                    note(item.key, handle, w);
                    // Of an item without reference the id is the key already.
                    if (item.has(ItemRecord::kNoReference) || item.has(ItemRecord::kIdIsAlias)) {
                      continue;
                    }
                    const ReferenceKey id =
                        MakeReferenceKey(items.ItemId(item, scratch), item.key.account());
                    if (id != item.key) note(id, handle, w);
                  }
                }
              });
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (const ItemAlias& alias : items.AliasesOf(bucket)) {
      if (IsOpen(items.At(alias.item))) note(alias.key, alias.item, 0);
    }
  }
  for (const ReferenceForms& each : forms) forms_.Join(each);
  parts_.assign(kParts, {});
  size_t entries = 0;
  for (const auto& list : found) {
    for (const auto& part : list) entries += part.size();
  }
  filter_ = std::make_unique<HashFilter>(entries);
  ParallelFor(kParts, 1, books.threads, [&](size_t begin, size_t end, int) {
    for (size_t p = begin; p < end; ++p) {
      size_t count = 0;
      for (const auto& list : found) count += list[p].size();
      Part& part = parts_[p];
      part.entries.reserve(count);
      part.slots.assign(std::bit_ceil(std::max<size_t>(count * 2, 8)), kNone);
      part.mask = part.slots.size() - 1;
      for (auto& list : found) {
        for (const Entry& entry : list[p]) {
          filter_->Add(BareHash(entry.key));
          Insert(entry, &part);
        }
        list[p] = {};
      }
    }
  });
}

void OpenItemIndex::Insert(const Entry& entry, Part* part) {
  const uint32_t index = static_cast<uint32_t>(part->entries.size());
  part->entries.push_back(entry);
  size_t slot = BareHash(entry.key) & part->mask;
  while (part->slots[slot] != kNone && part->entries[part->slots[slot]].key != entry.key) {
    slot = (slot + 1) & part->mask;
  }
  part->entries[index].next = part->slots[slot];
  part->slots[slot] = index;
}

void OpenItemIndex::Find(ReferenceKey key,
                         AccountNumber account,
                         std::string_view normal,
                         std::vector<ItemHandle>* out) const {
  if (key.is_none() || parts_.empty() || !MayFind(key)) return;
  const uint64_t hash = BareHash(key);
  const Part& part = parts_[PartOf(hash)];
  const size_t first = out->size();
  // The same reference on other accounts lies in the same run of slots.
  for (size_t slot = hash & part.mask; part.slots[slot] != kNone; slot = (slot + 1) & part.mask) {
    const ReferenceKey carried = part.entries[part.slots[slot]].key;
    if (carried != key.On(account) && carried != key.On(kAnyAccount)) continue;
    for (uint32_t i = part.slots[slot]; i != kNone; i = part.entries[i].next) {
      if (out->size() - first > kItemsPerReferenceMax) return;
      const ItemHandle item = part.entries[i].item;
      if (key.kind() == ReferenceKey::Kind::kHashed && !normal.empty() && !Carries(item, normal)) {
        continue;
      }
      if (std::find(out->begin() + static_cast<ptrdiff_t>(first), out->end(), item) == out->end()) {
        out->push_back(item);
      }
    }
  }
}

bool OpenItemIndex::Carries(ItemHandle handle, std::string_view normal) const {
  OpenItem row;
  std::vector<std::string_view> carried;
  std::string scratch;
  scratch.reserve(ItemStore::kItemTextBytesMax);
  books_->items.Read(books_->items.At(handle), &row, &carried, &scratch);
  carried.push_back(row.item_id);
  return std::any_of(carried.begin(), carried.end(),
                     [&](std::string_view text) { return NormalReference(text) == normal; });
}

}  // namespace kvitt
