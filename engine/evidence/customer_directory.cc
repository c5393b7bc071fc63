#include "engine/evidence/customer_directory.h"

#include <xxhash.h>

#include <algorithm>
#include <optional>

namespace kvitt {
namespace {

constexpr uint64_t kTextBit = uint64_t{1} << 63;

uint64_t TextKey(std::string_view id) {
  return XXH3_64bits(id.data(), id.size()) | kTextBit;
}

uint64_t Spread(uint64_t key) {
  const uint64_t product = key * 0x9e3779b97f4a7c15u;
  return product ^ (product >> 32);
}

}  // namespace

void CustomerDirectory::StartExistence(int threads) {
  // Customers of items have several, mostly.
  filter_ = std::make_unique<HashFilter>(items_->count() / 2 + customers_->customers().size());
  for (const CustomerRecord& customer : customers_->customers()) {
    filter_->Add(HashOf(customer.customer_id));
  }
  waiting_.assign(WorkersOf(threads), {});
}

void CustomerDirectory::FinishExistence() {
  for (const Waiting& waiting : waiting_) {
    for (size_t i = 0; i < std::min(waiting.count, waiting.hashes.size()); ++i) {
      filter_->Add(waiting.hashes[i]);
    }
  }
  waiting_.clear();
}

HashFilter CustomerDirectory::FilterOfNamed() const {
  HashFilter named(entries_.size());
  for (const auto& [key, number] : by_key_) named.Add(Spread(key));
  return named;
}

uint64_t CustomerDirectory::HashOfItem(const ItemRecord& item) const {
  if (!item.customer_id.in_arena()) return Spread(item.customer_id.bits());
  char scratch[kPackedTextBytesMax];
  return Spread(TextKey(items_->CustomerId(item, scratch)));
}

uint64_t CustomerDirectory::HashOf(std::string_view customer_id) const {
  return Spread(KeyOf(customer_id));
}

uint64_t CustomerDirectory::KeyOf(std::string_view customer_id) const {
  const std::optional<PackedText> packed = FindPacked(customer_id, items_->prefixes());
  return packed.has_value() ? packed->bits() : TextKey(customer_id);
}

CustomerNumber CustomerDirectory::Number(std::string_view customer_id) {
  const CustomerNumber number = static_cast<CustomerNumber>(entries_.size());
  const auto [place, is_new] = by_key_.try_emplace(KeyOf(customer_id), number);
  if (!is_new) {
    if (entries_[place->second].id == customer_id) return place->second;
    const auto [collision, is_first] = collisions_.try_emplace(std::string(customer_id), number);
    if (!is_first) return collision->second;
  }
  Entry& entry = entries_.emplace_back();
  entry.id = std::string(customer_id);
  entry.record = customers_->Find(customer_id);
  return number;
}

CustomerNumber CustomerDirectory::Find(std::string_view customer_id) const {
  const auto found = by_key_.find(KeyOf(customer_id));
  if (found == by_key_.end()) return kNobody;
  if (entries_[found->second].id == customer_id) return found->second;
  const auto collision = collisions_.find(std::string(customer_id));
  return collision == collisions_.end() ? kNobody : collision->second;
}

CustomerNumber CustomerDirectory::OfItem(const ItemRecord& item) const {
  char scratch[kPackedTextBytesMax];
  if (item.customer_id.in_arena()) return Find(items_->CustomerId(item, scratch));
  const auto found = by_key_.find(item.customer_id.bits());
  return found == by_key_.end() ? kNobody : found->second;
}

}  // namespace kvitt
