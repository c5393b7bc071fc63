#include "engine/store/segment_arena.h"

#include <sys/mman.h>

#include <new>

namespace kvitt {
namespace {
constexpr size_t kHugePage = size_t{2} << 20;

// When memory is out, what operator new would ask is asked: the handler of the program, which ends it.
void* Map(size_t bytes) {
  for (;;) {
    void* const base =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base != MAP_FAILED) return base;
    const std::new_handler handler = std::get_new_handler();
    KVITT_CHECK(handler != nullptr);
    handler();
  }
}

}  // namespace

void* MapSegment(size_t bytes) {
  // Mapped too large by one huge page and trimmed, so that the segment begins on a huge page.
  const size_t wide = bytes + kHugePage;
  char* const first = static_cast<char*>(Map(wide));
  const size_t misaligned = reinterpret_cast<uintptr_t>(first) % kHugePage;
  const size_t head = misaligned == 0 ? 0 : kHugePage - misaligned;
  if (head > 0) munmap(first, head);
  if (kHugePage - head > 0) munmap(first + head + bytes, kHugePage - head);
  char* segment = first + head;
  // Advice only: without huge pages everything still works, a third slower.
  madvise(segment, bytes, MADV_HUGEPAGE);
  return segment;
}

void UnmapSegment(void* segment, size_t bytes) {
  munmap(segment, bytes);
}

}  // namespace kvitt
