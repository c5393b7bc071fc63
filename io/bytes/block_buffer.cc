#include "io/bytes/block_buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "io/formats/format.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// Most left-over records are far shorter; a longer one costs one more copy.
constexpr size_t kFrontRoom = size_t{64} << 10;

}  // namespace

void BlockBuffer::Free::operator()(char* memory) const {
  std::free(memory);
}

BlockBuffer::Memory BlockBuffer::Allocate(size_t bytes, size_t* granted) {
  const size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  Memory memory(static_cast<char*>(std::aligned_alloc(kHugePage, rounded)));
  if (memory == nullptr) return memory;
  // Only advice: where it is refused, small pages do.
  madvise(memory.get(), rounded, MADV_HUGEPAGE);
  *granted = rounded;
  return memory;
}

char* BlockBuffer::Prepare(size_t capacity) {
  const size_t needed = kFrontRoom + capacity + kBlockPadding;
  if (needed > granted_) {
    memory_ = nullptr;
    granted_ = 0;
    memory_ = Allocate(needed, &granted_);
    if (memory_ == nullptr) return nullptr;
  }
  content_ = memory_.get() + kFrontRoom;
  size_ = 0;
  capacity_ = capacity;
  return content_;
}

void BlockBuffer::SetSize(size_t size) {
  KVITT_CHECK(size <= capacity_);
  size_ = size;
  std::memset(content_ + size_, 0, kBlockPadding);
}

std::string_view BlockBuffer::Prepend(std::string_view front) {
  if (front.size() > static_cast<size_t>(content_ - memory_.get())) {
    size_t granted = 0;
    Memory larger = Allocate(front.size() + size_ + kBlockPadding, &granted);
    if (larger == nullptr) return {};
    std::memcpy(larger.get() + front.size(), content_, size_ + kBlockPadding);
    memory_ = std::move(larger);
    granted_ = granted;
    content_ = memory_.get() + front.size();
  }
  content_ -= front.size();
  std::memcpy(content_, front.data(), front.size());
  size_ += front.size();
  capacity_ = size_;
  return bytes();
}

char* BlockBuffer::Grow(size_t capacity) {
  const auto front = static_cast<size_t>(content_ - memory_.get());
  if (front + capacity + kBlockPadding > granted_) {
    size_t granted = 0;
    // Doubling keeps the copying linear when the end is not known.
    Memory larger = Allocate(std::max(front + capacity + kBlockPadding, granted_ * 2), &granted);
    if (larger == nullptr) return nullptr;
    std::memcpy(larger.get() + front, content_, size_);
    memory_ = std::move(larger);
    granted_ = granted;
    content_ = memory_.get() + front;
  }
  capacity_ = capacity;
  return content_;
}

}  // namespace kvitt
