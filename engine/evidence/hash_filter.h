// Two bits for each hash: says "no" for sure and "perhaps" cheaply, so that a scan over all items
// touches the table of what is wanted for few of them.

#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace kvitt {

class HashFilter {
 public:
  // For about `count` hashes. Holds none at first.
  explicit HashFilter(size_t count)
      : mask_(std::bit_ceil(std::max<size_t>(count * 16, 64)) - 1),
        words_(new std::atomic<uint64_t>[(mask_ + 1) / 64]()) {}

  // Thread-safe.
  void Add(uint64_t hash) {
    std::atomic<uint64_t>& word = words_[(hash & mask_) / 64];
    const uint64_t bits = BitsOf(hash);
    // Most bits of a run of equal hashes are set already; a plain load keeps the line shared.
    if ((word.load(std::memory_order_relaxed) & bits) != bits) {
      word.fetch_or(bits, std::memory_order_relaxed);
    }
  }

  void Prefetch(uint64_t hash) const { __builtin_prefetch(&words_[(hash & mask_) / 64]); }

  bool MayHold(uint64_t hash) const {
    const uint64_t bits = BitsOf(hash);
    return (words_[(hash & mask_) / 64].load(std::memory_order_relaxed) & bits) == bits;
  }

 private:
  // Two bits of one word: one wrong "perhaps" in two hundred.
  static uint64_t BitsOf(uint64_t hash) {
    return (uint64_t{1} << (hash % 64)) | (uint64_t{1} << (hash >> 58));
  }

  uint64_t mask_;
  std::unique_ptr<std::atomic<uint64_t>[]> words_;
};

}  // namespace kvitt
