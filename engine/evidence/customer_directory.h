// The customers that a case may concern, as small numbers.
//
// A ledger has millions of customers and a night has few cases: only customers that some evidence
// names get a number here, not all that there are.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/evidence/hash_filter.h"
#include "engine/store/customer_book.h"
#include "engine/store/item_store.h"
#include "engine/store/scan.h"

namespace kvitt {

using CustomerNumber = uint32_t;
inline constexpr CustomerNumber kNobody = 0xffffffffu;

class CustomerDirectory {
 public:
  // `items` and `customers` outlive the directory and are sealed.
  CustomerDirectory(const ItemStore* items, const CustomerBook* customers)
      : items_(items), customers_(customers) {}

  // The number of a customer; a new one when it is named for the first time. Naming a customer says
  // nothing of whether there is one: see exists().
  CustomerNumber Number(std::string_view customer_id);
  // kNobody when nobody named it.
  CustomerNumber Find(std::string_view customer_id) const;
  // The customer of an item; kNobody when nobody named it.
  CustomerNumber OfItem(const ItemRecord& item) const;

  // Calls fn(customer, handle, item, worker) by several threads for each item whose customer has a
  // number.
  template <typename Fn>
  void ForEachItem(int threads, Fn fn) const {
    if (entries_.empty()) return;
    const HashFilter named = FilterOfNamed();
    ScanItems(*items_, threads, [&](ItemHandle handle, ItemRecord& item, size_t worker) {
      if (!named.MayHold(HashOfItem(item))) return;
      const CustomerNumber customer = OfItem(item);
      if (customer != kNobody) fn(customer, handle, item, worker);
    });
  }

  // Before MayExist: remembers coarsely which customers there are. NoteExistence is called for each item,
  // by any worker of ParallelFor.
  void StartExistence(int threads);

  void NoteExistence(const ItemRecord& item, size_t worker) {
    Waiting& waiting = waiting_[worker];
    uint64_t& place = waiting.hashes[waiting.count % waiting.hashes.size()];
    if (waiting.count >= waiting.hashes.size()) filter_->Add(place);
    place = HashOfItem(item);
    filter_->Prefetch(place);
    ++waiting.count;
  }

  void FinishExistence();

  // Whether some record may be of that customer; a no is certain.
  bool MayExist(std::string_view customer_id) const {
    return filter_->MayHold(HashOf(customer_id));
  }

  // Asks for what MayExist looks at.
  void PrefetchExistence(std::string_view customer_id) const {
    filter_->Prefetch(HashOf(customer_id));
  }

  size_t size() const { return entries_.size(); }

  const std::string& Id(CustomerNumber customer) const { return entries_[customer].id; }

  // Its record in the customer stream; null without one.
  const CustomerRecord* Record(CustomerNumber customer) const { return entries_[customer].record; }

  // Whether the customer stream or an item has it.
  bool exists(CustomerNumber customer) const {
    return entries_[customer].record != nullptr || entries_[customer].has_item;
  }

  void NoteItem(CustomerNumber customer) { entries_[customer].has_item = true; }

 private:
  struct Entry {
    std::string id;
    const CustomerRecord* record = nullptr;
    bool has_item = false;
  };

  // Each worker's hashes wait a little, so that the filter's lines have come when they are added.
  struct alignas(64) Waiting {
    std::array<uint64_t, 32> hashes{};
    size_t count = 0;
  };

  uint64_t HashOf(std::string_view customer_id) const;
  uint64_t HashOfItem(const ItemRecord& item) const;
  HashFilter FilterOfNamed() const;
  uint64_t KeyOf(std::string_view customer_id) const;

  const ItemStore* items_;
  const CustomerBook* customers_;
  std::vector<Entry> entries_;
  std::unique_ptr<HashFilter> filter_;
  std::vector<Waiting> waiting_;  // between StartExistence and FinishExistence
  // By the packed form of the id, or a hash of it when the items keep such ids as text.
  absl::flat_hash_map<uint64_t, CustomerNumber> by_key_;
  // Ids whose key an earlier one has: never seen, and still right.
  absl::flat_hash_map<std::string, CustomerNumber> collisions_;
};

}  // namespace kvitt
