// What several threads find, sorted into parts by a hash, so that each part is then finished by one
// thread without a lock.
//
//   Scatter<Entry> found(threads);
//   ParallelFor(..., [&](size_t begin, size_t end, int worker) { found.Add(worker, hash, entry); });
//   found.ForEachPart(threads, [&](size_t part, std::vector<Entry> entries) { ... });
//
// Equal hashes meet in one part. In which order the entries of a part come is open.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/parallel.h"

namespace kvitt {

template <typename Entry>
class Scatter {
 public:
  static constexpr int kPartBits = 6;
  static constexpr size_t kParts = size_t{1} << kPartBits;

  explicit Scatter(int threads)
      : found_(static_cast<size_t>(std::max(threads, 1)), std::vector<std::vector<Entry>>(kParts)) {
  }

  // By the highest bits of the hash.
  static size_t PartOf(uint64_t hash) { return hash >> (64 - kPartBits); }

  // Thread-safe for different workers.
  void Add(size_t worker, uint64_t hash, const Entry& entry) {
    found_[worker][PartOf(hash)].push_back(entry);
  }

  size_t size() const {
    size_t count = 0;
    for (const auto& lists : found_) {
      for (const std::vector<Entry>& list : lists) count += list.size();
    }
    return count;
  }

  // Calls fn for every entry, on this thread.
  template <typename Fn>
  void ForEach(Fn fn) const {
    for (const auto& lists : found_) {
      for (const std::vector<Entry>& list : lists) {
        for (const Entry& entry : list) fn(entry);
      }
    }
  }

  // All entries of a part; they are gone afterwards. Thread-safe for different parts.
  std::vector<Entry> Take(size_t part) {
    std::vector<Entry> all = std::move(found_[0][part]);
    for (size_t w = 1; w < found_.size(); ++w) {
      all.insert(all.end(), found_[w][part].begin(), found_[w][part].end());
      found_[w][part] = {};
    }
    return all;
  }

  // Calls fn(part, entries) in parallel for each part and lets its entries go.
  template <typename Fn>
  void ForEachPart(int threads, Fn fn) {
    ParallelFor(kParts, 1, threads, [&](size_t begin, size_t end, int) {
      for (size_t part = begin; part < end; ++part) fn(part, Take(part));
    });
  }

 private:
  std::vector<std::vector<std::vector<Entry>>> found_;  // by worker and part
};

}  // namespace kvitt
