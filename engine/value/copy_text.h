// Copying short texts of any length by at most two overlapping moves, without a library call.

#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace kvitt {

namespace copy_text_internal {

template <size_t kWidth>
void MoveEnds(const char* in, size_t size, char* out) {
  char first[kWidth];
  char last[kWidth];
  std::memcpy(first, in, kWidth);
  std::memcpy(last, in + size - kWidth, kWidth);
  std::memcpy(out, first, kWidth);
  std::memcpy(out + size - kWidth, last, kWidth);
}

}  // namespace copy_text_internal

// Copies `text` to `out` and returns the end. Nothing behind it is written.
inline char* CopyText(std::string_view text, char* out) {
  using copy_text_internal::MoveEnds;
  const char* const in = text.data();
  const size_t size = text.size();
  if (size > 32) {
    std::memcpy(out, in, size);
  } else if (size >= 16) {
    MoveEnds<16>(in, size, out);
  } else if (size >= 8) {
    MoveEnds<8>(in, size, out);
  } else if (size >= 4) {
    MoveEnds<4>(in, size, out);
  } else {
    for (size_t i = 0; i < size; ++i) out[i] = in[i];
  }
  return out + size;
}

}  // namespace kvitt
