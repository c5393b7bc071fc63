#include "engine/evidence/customer_directory.h"

#include <xxhash.h>

#include <optional>

#include "engine/parallel.h"

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

void CustomerDirectory::PrepareExistence(int threads) {
  filter_ = std::make_unique<HashFilter>(items_->count() + customers_->customers().size());
  for (const CustomerRecord& customer : customers_->customers()) {
    filter_->Add(HashOf(customer.customer_id));
  }
  const absl::Span<const ItemHandle> chunks = items_->AllChunks();
  ParallelFor(chunks.size(), 512, threads, [&](size_t begin, size_t end, int) {
    char scratch[kPackedTextBytesMax];
    for (size_t c = begin; c < end; ++c) {
      for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
        const ItemRecord& item = items_->At(chunks[c] + i);
        if (!item.has(ItemRecord::kFilled)) break;
        filter_->Add(Spread(item.customer_id.in_arena() ? TextKey(items_->CustomerId(item, scratch))
                                                        : item.customer_id.bits()));
      }
    }
  });
}

uint64_t CustomerDirectory::HashOf(std::string_view customer_id) const {
  return Spread(KeyOf(customer_id));
}

uint64_t CustomerDirectory::KeyOf(std::string_view customer_id) const {
  const std::optional<PackedText> packed = FindPacked(customer_id, items_->prefixes());
  return packed.has_value() ? packed->bits() : TextKey(customer_id);
}

CustomerNumber CustomerDirectory::Number(std::string_view customer_id) {
  const CustomerNumber known = Find(customer_id);
  if (known != kNobody) return known;
  const CustomerNumber number = static_cast<CustomerNumber>(entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.id = std::string(customer_id);
  entry.record = customers_->Find(customer_id);
  if (!by_key_.try_emplace(KeyOf(customer_id), number).second) collisions_[entry.id] = number;
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
