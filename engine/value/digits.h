// Sixteen digits at a time. Text of at most 16 bytes is loaded right-aligned into one register
// without reading outside it, told apart into digits and others, and turned into a number by four
// multiply-adds. The same on every x86-64 machine of level 2.

#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace kvitt {

inline uint64_t Load8(const char* p) {
  uint64_t value;
  std::memcpy(&value, p, 8);
  return value;
}

// The last (at most) 16 bytes of [p, p + size) in the high end of a register; zero bytes before
// them.
inline __m128i LoadTail16(const char* p, size_t size) {
  if (size >= 16) {
    __m128i bytes;
    std::memcpy(&bytes, p + size - 16, 16);
    return bytes;
  }
  if (size >= 8) {
    const uint64_t high = Load8(p + size - 8);
    const uint64_t low = size == 8 ? 0 : Load8(p) << ((16 - size) * 8);
    return _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
  }
  uint64_t high = 0;
  if (size >= 4) {
    uint32_t first;
    uint32_t last;
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + size - 4, 4);
    high = (uint64_t{first} << ((8 - size) * 8)) | (uint64_t{last} << 32);
  } else if (size > 0) {
    high = static_cast<uint64_t>(static_cast<unsigned char>(p[size - 1])) << 56;
    if (size > 1) high |= static_cast<uint64_t>(static_cast<unsigned char>(p[size - 2])) << 48;
    if (size > 2) high |= static_cast<uint64_t>(static_cast<unsigned char>(p[size - 3])) << 40;
  }
  return _mm_set_epi64x(static_cast<int64_t>(high), 0);
}

// Bit i is set when byte i is a digit.
inline uint32_t DigitMask(__m128i bytes) {
  const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(9)), shifted);
  return static_cast<uint32_t>(_mm_movemask_epi8(digit));
}

// The number that the last `count` bytes spell. REQUIRES: those are digits, 0 <= count <= 16.
inline uint64_t ParseTail16(__m128i bytes, int count) {
  // Byte i is kept when i >= 16 - count.
  const __m128i position = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m128i kept = _mm_cmpgt_epi8(position, _mm_set1_epi8(static_cast<char>(15 - count)));
  const __m128i value = _mm_and_si128(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), kept);
  const __m128i pairs = _mm_maddubs_epi16(
      value, _mm_set_epi8(1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10));
  const __m128i quads = _mm_madd_epi16(pairs, _mm_set_epi16(1, 100, 1, 100, 1, 100, 1, 100));
  const __m128i packed = _mm_packus_epi32(quads, quads);
  const __m128i eights =
      _mm_madd_epi16(packed, _mm_set_epi16(1, 10000, 1, 10000, 1, 10000, 1, 10000));
  const uint64_t both = static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xffffffffu) * 100000000u + (both >> 32);
}

// Writes `value` as exactly `count` digits with leading zeros and returns the end.
// REQUIRES: value < 10^count, count <= 16.
inline char* WriteDigits(char* out, uint64_t value, int count) {
  int i = count;
  for (; i >= 2; i -= 2) {
    const uint64_t pair = value % 100;
    value /= 100;
    out[i - 1] = static_cast<char>('0' + pair % 10);
    out[i - 2] = static_cast<char>('0' + pair / 10);
  }
  if (i == 1) out[0] = static_cast<char>('0' + value % 10);
  return out + count;
}

}  // namespace kvitt
