// Text that had to be rewritten (unescaped, decoded) while a batch is being filled. What is stored
// stays where it is until Clear(), and kTextPadding bytes behind it may be read, as behind the
// bytes of a block. One object is used by one thread.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace kvitt {

inline constexpr size_t kTextPadding = 64;

// The engine's stores have a class of this name too. An inline namespace gives the two different symbols, so
// that the linker does not take the functions of one for those of the other.
inline namespace text_of_batches {

class TextArena {
 public:
  // Room for `size` bytes.
  char* Allocate(size_t size) {
    if (chunk_ == chunks_.size() || chunks_[chunk_].size - used_ < size) NextChunk(size);
    char* out = chunks_[chunk_].bytes.get() + used_;
    used_ += size;
    return out;
  }

  // Gives back the end of what was allocated last.
  void Shrink(size_t unused) { used_ -= unused; }

  std::string_view Store(std::string_view text) {
    if (text.empty()) return {};
    char* out = Allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  std::string_view Copy(std::string_view text) { return Join(text, {}); }

  // The two joined.
  std::string_view Join(std::string_view first, std::string_view second) {
    char* out = Allocate(first.size() + second.size());
    std::copy(first.begin(), first.end(), out);
    std::copy(second.begin(), second.end(), out + first.size());
    return {out, first.size() + second.size()};
  }

  // Forgets everything; the memory is used again.
  void Clear() {
    chunk_ = 0;
    used_ = 0;
  }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  void NextChunk(size_t size) {
    constexpr size_t kChunkBytes = 16 << 10;
    if (chunk_ != chunks_.size()) ++chunk_;
    while (chunk_ != chunks_.size() && chunks_[chunk_].size < size) ++chunk_;
    if (chunk_ == chunks_.size()) {
      const size_t bytes = std::max(size, kChunkBytes);
      chunks_.push_back({std::make_unique<char[]>(bytes + kTextPadding), bytes});
    }
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  size_t chunk_ = 0;
  size_t used_ = 0;
};

}  // namespace text_of_batches

}  // namespace kvitt
