// Sixteen and eight bytes of text at a time, on the SSE2 that every x86-64 has. The leaf under the
// normal forms, which see every reference of a run.

#pragma once

#include <emmintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kvitt::reference {

inline uint64_t Load8(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline void Store8(char* p, uint64_t word) {
  std::memcpy(p, &word, sizeof word);
}

inline __m128i Load16(const char* p) {
  __m128i block;
  std::memcpy(&block, p, sizeof block);
  return block;
}

inline void Store16(char* p, __m128i block) {
  std::memcpy(p, &block, sizeof block);
}

// Whether all eight bytes are digits: the high half of each is 3, also after adding 6.
inline bool IsDigits8(uint64_t word) {
  constexpr uint64_t kHigh = 0xF0F0F0F0F0F0F0F0;
  constexpr uint64_t kThree = 0x3030303030303030;
  constexpr uint64_t kSix = 0x0606060606060606;
  return (((word & kHigh) ^ kThree) | (((word + kSix) & kHigh) ^ kThree)) == 0;
}

// One bit for each of the sixteen bytes that is a digit.
inline uint32_t DigitMask16(__m128i block) {
  // Moves '0'..'9' to the ten smallest signed bytes.
  const __m128i shifted = _mm_add_epi8(block, _mm_set1_epi8(static_cast<char>(0x80 - '0')));
  const __m128i is_digit = _mm_cmplt_epi8(shifted, _mm_set1_epi8(static_cast<char>(0x80 + 10)));
  return static_cast<uint32_t>(_mm_movemask_epi8(is_digit));
}

// Copies `size` bytes, 8 to 32, as two overlapping loads and then two stores, so that source and
// target may overlap.
inline void Copy8To32(char* to, const char* from, size_t size) {
  if (size >= 16) {
    const __m128i head = Load16(from);
    const __m128i tail = Load16(from + size - 16);
    Store16(to, head);
    Store16(to + size - 16, tail);
  } else {
    const uint64_t head = Load8(from);
    const uint64_t tail = Load8(from + size - 8);
    Store8(to, head);
    Store8(to + size - 8, tail);
  }
}

}  // namespace kvitt::reference
