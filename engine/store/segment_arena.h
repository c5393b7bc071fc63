// Memory for records of one fixed size, by the hundred million: segments of 16 MiB on huge pages,
// named by 32-bit handles. Nothing moves and nothing is freed before the arena is.
//
// Allocate() is thread-safe; lanes (one a thread) take runs and fill them on their own.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "kvitt/check.h"

namespace kvitt {

// `bytes` of zeroed memory, aligned to 2 MiB and advised to lie on huge pages.
// Never null: when the system has none, the program's new handler is called, as operator new does.
void* MapSegment(size_t bytes);
void UnmapSegment(void* segment, size_t bytes);

template <size_t kRecordBytes>
class SegmentArena {
 public:
  static constexpr size_t kSegmentBytes = size_t{16} << 20;
  static constexpr uint32_t kSegmentRecords = static_cast<uint32_t>(kSegmentBytes / kRecordBytes);
  static constexpr uint32_t kShift = [] {
    uint32_t shift = 0;
    while ((uint32_t{1} << shift) < kSegmentRecords) ++shift;
    return shift;
  }();
  static_assert((kRecordBytes & (kRecordBytes - 1)) == 0, "records tile a segment");
  static constexpr size_t kSegmentsMax = (uint64_t{1} << 32) / kSegmentRecords;

  SegmentArena() : segments_(new std::atomic<char*>[kSegmentsMax]) {
    for (size_t i = 0; i < kSegmentsMax; ++i)
      segments_[i].store(nullptr, std::memory_order_relaxed);
  }

  ~SegmentArena() { Release(); }

  SegmentArena(const SegmentArena&) = delete;
  SegmentArena& operator=(const SegmentArena&) = delete;

  // The first handle of `count` records that lie together, zeroed. REQUIRES: count is a power of
  // two of at most kSegmentRecords.
  uint32_t Allocate(uint32_t count) {
    KVITT_CHECK(count > 0 && (count & (count - 1)) == 0 && count <= kSegmentRecords);
    uint64_t first = next_.load(std::memory_order_relaxed);
    uint64_t aligned = 0;
    do {
      aligned = (first + count - 1) & ~uint64_t{count - 1};
    } while (!next_.compare_exchange_weak(first, aligned + count, std::memory_order_relaxed));
    KVITT_CHECK(aligned + count <= (uint64_t{1} << 32));
    std::atomic<char*>& slot = segments_[aligned >> kShift];
    if (slot.load(std::memory_order_acquire) == nullptr) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (slot.load(std::memory_order_relaxed) == nullptr) {
        char* segment = static_cast<char*>(MapSegment(kSegmentBytes));
        mapped_bytes_.fetch_add(kSegmentBytes, std::memory_order_relaxed);
        slot.store(segment, std::memory_order_release);
      }
    }
    return static_cast<uint32_t>(aligned);
  }

  // Aligned to kRecordBytes.
  void* At(uint32_t handle) const {
    return segments_[handle >> kShift].load(std::memory_order_relaxed) +
           size_t{handle & (kSegmentRecords - 1)} * kRecordBytes;
  }

  // Gives all memory back; every handle is void then.
  void Release() {
    for (size_t i = 0; i < kSegmentsMax; ++i) {
      char* segment = segments_[i].exchange(nullptr, std::memory_order_relaxed);
      if (segment != nullptr) UnmapSegment(segment, kSegmentBytes);
    }
    next_.store(0, std::memory_order_relaxed);
    mapped_bytes_.store(0, std::memory_order_relaxed);
  }

  // Records handed out so far, gaps included.
  uint64_t size() const { return next_.load(std::memory_order_relaxed); }

  uint64_t mapped_bytes() const { return mapped_bytes_.load(std::memory_order_relaxed); }

 private:
  std::unique_ptr<std::atomic<char*>[]> segments_;
  std::atomic<uint64_t> next_{0};
  std::atomic<uint64_t> mapped_bytes_{0};
  std::mutex mutex_;
};

}  // namespace kvitt
