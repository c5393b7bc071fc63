// Where plain characters of a JSON string end, eight bytes at a time.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace kvitt {
namespace json_internal {

constexpr uint64_t Repeat(uint8_t byte) {
  return 0x0101010101010101ULL * byte;
}

// The high bit of each byte of `word` that is zero. Exact only up to the first one, which is all
// that is asked.
inline uint64_t ZeroBytes(uint64_t word) {
  return (word - Repeat(1)) & ~word & Repeat(0x80);
}

}  // namespace json_internal

// The first quote, backslash or control character at or after `p`; at or beyond `end` when there is
// none before it. Reads up to 7 bytes past `end`.
inline const char* JsonPlainEnd(const char* p, const char* end) {
  using json_internal::Repeat;
  using json_internal::ZeroBytes;
  for (; p < end; p += 8) {
    uint64_t word = 0;
    std::memcpy(&word, p, sizeof(word));
    // A byte below 0x20 is one whose high bit is clear and stays clear after adding 0x60.
    const uint64_t plain = ((word & Repeat(0x7f)) + Repeat(0x60)) | word;
    const uint64_t special =
        ZeroBytes(word ^ Repeat('"')) | ZeroBytes(word ^ Repeat('\\')) | (~plain & Repeat(0x80));
    if (special == 0) continue;
    if constexpr (std::endian::native == std::endian::little) {
      return p + (std::countr_zero(special) >> 3);
    }
    while (static_cast<unsigned char>(*p) >= 0x20 && *p != '"' && *p != '\\') ++p;
    return p;
  }
  return p;
}

}  // namespace kvitt
