#include "engine/evidence/open_item_index.h"

#include <algorithm>
#include <bit>
#include <string>

#include "engine/store/scan.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr uint32_t kNone = 0xffffffffu;

}  // namespace

void OpenItemIndex::Start(const Books& books) {
  books_ = &books;
  noted_.assign(WorkersOf(books.threads), {});
  found_ = std::make_unique<Scatter<Entry>>(books.threads);
}

void OpenItemIndex::Note(ItemHandle handle, const ItemRecord& item, size_t worker) {
  if (!IsOpen(item)) return;
  noted_[worker].items.push_back(handle);
  NoteKey(item.key, handle, worker);
  // Of an item without reference the id is the key already.
  if (item.has(ItemRecord::kNoReference) || item.has(ItemRecord::kIdIsAlias)) return;
  char scratch[kPackedTextBytesMax];
  const ReferenceKey id = MakeReferenceKey(books_->items.ItemId(item, scratch), item.key.account());
  if (id != item.key) NoteKey(id, handle, worker);
}

void OpenItemIndex::NoteKey(ReferenceKey key, ItemHandle item, size_t worker) {
  if (key.is_none()) return;
  noted_[worker].forms.Note(key);
  found_->Add(worker, BareHash(key), {key, item, kNone});
}

void OpenItemIndex::Finish() {
  const ItemStore& items = books_->items;
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (const ItemAlias& alias : items.AliasesOf(bucket)) {
      if (IsOpen(items.At(alias.item))) NoteKey(alias.key, alias.item, 0);
    }
  }
  for (const Noted& noted : noted_) {
    items_.insert(items_.end(), noted.items.begin(), noted.items.end());
    forms_.Join(noted.forms);
  }
  noted_.clear();
  filter_ = std::make_unique<HashFilter>(found_->size());
  parts_.assign(Scatter<Entry>::kParts, {});
  found_->ForEachPart(books_->threads, [&](size_t p, const std::vector<Entry>& entries) {
    Part& part = parts_[p];
    part.entries.reserve(entries.size());
    part.slots.assign(std::bit_ceil(std::max<size_t>(entries.size() * 2, 8)), kNone);
    part.mask = part.slots.size() - 1;
    for (const Entry& entry : entries) {
      filter_->Add(BareHash(entry.key));
      Insert(entry, &part);
    }
  });
  found_.reset();
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

void OpenItemIndex::PrefetchSlot(ReferenceKey key) const {
  const uint64_t hash = BareHash(key);
  const Part& part = parts_[Scatter<Entry>::PartOf(hash)];
  __builtin_prefetch(&part.slots[hash & part.mask]);
}

void OpenItemIndex::PrefetchEntry(ReferenceKey key) const {
  const uint64_t hash = BareHash(key);
  const Part& part = parts_[Scatter<Entry>::PartOf(hash)];
  const uint32_t slot = part.slots[hash & part.mask];
  if (slot != kNone) __builtin_prefetch(&part.entries[slot]);
}

void OpenItemIndex::PrefetchItem(ReferenceKey key) const {
  const uint64_t hash = BareHash(key);
  const Part& part = parts_[Scatter<Entry>::PartOf(hash)];
  const uint32_t slot = part.slots[hash & part.mask];
  if (slot != kNone) __builtin_prefetch(&books_->items.At(part.entries[slot].item));
}

void OpenItemIndex::Find(ReferenceKey key,
                         AccountNumber account,
                         std::string_view normal,
                         std::vector<ItemHandle>* out) const {
  if (key.is_none() || parts_.empty() || !MayFind(key)) return;
  const uint64_t hash = BareHash(key);
  const Part& part = parts_[Scatter<Entry>::PartOf(hash)];
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
