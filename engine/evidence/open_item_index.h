// The open items of a run by what can be quoted for them: each reference, and the item id.
//
// Built once, when exact references have taken what they could. Items are only closed afterwards, so
// whoever looks something up asks the item whether it is still open.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/allocate/books.h"
#include "engine/evidence/hash_filter.h"
#include "engine/evidence/reference_forms.h"
#include "engine/scatter.h"
#include "engine/store/reference_key.h"

namespace kvitt {

class OpenItemIndex {
 public:
  // Indexes everything that stands open in the books: Start, then Note for each item there is, by any
  // worker of ParallelFor, then Finish.
  void Start(const Books& books);
  void Note(ItemHandle handle, const ItemRecord& item, size_t worker);
  void Finish();

  // Appends the items that carry `key` on `account` or on any, each once, in no order that means
  // something; of a reference that stands on more than kItemsPerReferenceMax items only so many and
  // one more. Keys of long texts (Kind::kHashed) are very likely, not certainly, the text's:
  // `normal` (its NormalReference) is compared then; with an empty one the caller compares.
  static constexpr size_t kItemsPerReferenceMax = 100;
  void Find(ReferenceKey key,
            AccountNumber account,
            std::string_view normal,
            std::vector<ItemHandle>* out) const;

  // Whether a lookup may find something: one load, for callers that try many keys.
  bool MayFind(ReferenceKey key) const {
    return filter_ == nullptr || filter_->MayHold(BareHash(key));
  }

  // Asks for what MayFind looks at.
  void Prefetch(ReferenceKey key) const {
    if (filter_ != nullptr) filter_->Prefetch(BareHash(key));
  }

  // Ask for what Find looks at, each one what the one before has found; for callers with many keys that
  // MayFind did not rule out.
  void PrefetchSlot(ReferenceKey key) const;
  void PrefetchEntry(ReferenceKey key) const;
  void PrefetchItem(ReferenceKey key) const;

  // What stood open, in no order that means something.
  const std::vector<ItemHandle>& items() const { return items_; }

  // What the references look like.
  const ReferenceForms& forms() const { return forms_; }

 private:
  struct Entry {
    ReferenceKey key;
    ItemHandle item;
    uint32_t next;  // another item under the same reference
  };

  // Open addressing to the first entry of a reference. Parts are those of Scatter.
  struct Part {
    std::vector<Entry> entries;
    std::vector<uint32_t> slots;
    uint64_t mask = 0;
  };

  // What one worker has found while items are noted.
  struct alignas(64) Noted {
    std::vector<ItemHandle> items;
    ReferenceForms forms;
  };

  void NoteKey(ReferenceKey key, ItemHandle item, size_t worker);
  static void Insert(const Entry& entry, Part* part);

  bool Carries(ItemHandle handle, std::string_view normal) const;

  const Books* books_ = nullptr;
  std::vector<Noted> noted_;  // by worker, between Start and Finish
  std::unique_ptr<Scatter<Entry>> found_;
  std::vector<ItemHandle> items_;
  std::vector<Part> parts_;
  std::unique_ptr<HashFilter> filter_;
  ReferenceForms forms_;
};

// Whether anything can still be paid on the item (or used, of a credit note).
inline bool IsOpen(const ItemRecord& item) {
  return item.open_minor > 0 && item.status() != ItemStatus::kClosed &&
         !item.has(ItemRecord::kDead);
}

}  // namespace kvitt
