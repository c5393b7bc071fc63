// The memory that a block is read into and parsed from: reused from block to block, readable
// kBlockPadding bytes past its content, with room in front for the unfinished record that the block
// before left over, and on huge pages where the system grants them.
//
//   BlockBuffer buffer;
//   char* to = buffer.Prepare(block_bytes);      // where the bytes of the file go
//   buffer.SetSize(bytes_read);
//   std::string_view all = buffer.Prepend(tail); // tail + bytes, contiguous

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace kvitt {

class BlockBuffer {
 public:
  BlockBuffer() = default;
  BlockBuffer(const BlockBuffer&) = delete;
  BlockBuffer& operator=(const BlockBuffer&) = delete;

  // Empties the buffer and returns room for `capacity` bytes. Null when there is no memory.
  char* Prepare(size_t capacity);
  // The first `size` bytes at what Prepare returned are content. REQUIRES: size <= capacity.
  void SetSize(size_t size);

  std::string_view bytes() const { return {content_, size_}; }

  // Puts `front` before the content and returns both as one. The padding after it is zero. The
  // empty view with a null data() when there is no memory.
  std::string_view Prepend(std::string_view front);
  // Room for `capacity` bytes in all, the content kept: for files that are read whole. Null when
  // there is no memory.
  char* Grow(size_t capacity);

 private:
  struct Free {
    void operator()(char* memory) const;
  };

  using Memory = std::unique_ptr<char, Free>;
  static Memory Allocate(size_t bytes, size_t* granted);

  Memory memory_;
  size_t granted_ = 0;
  char* content_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace kvitt
