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

// The sixteen digits of `value`, leading zeros included. REQUIRES: value < 10^16.
inline __m128i SixteenDigits(uint64_t value) {
  // Halves of eight digits in two lanes, then fours, pairs and single digits: each step divides all
  // lanes at once by a multiplication and puts the remainders beside the quotients.
  const uint64_t high = value / 100000000u;
  const __m128i eights =
      _mm_set_epi64x(static_cast<int64_t>(value - high * 100000000u), static_cast<int64_t>(high));
  const __m128i q4 =
      _mm_srli_epi64(_mm_mul_epu32(eights, _mm_set1_epi32(static_cast<int>(0xd1b71759u))), 45);
  const __m128i r4 = _mm_sub_epi32(eights, _mm_mul_epu32(q4, _mm_set1_epi32(10000)));
  const __m128i fours = _mm_or_si128(q4, _mm_slli_epi64(r4, 32));
  const __m128i q2 = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi16(5243)), 3);
  const __m128i r2 = _mm_sub_epi16(fours, _mm_mullo_epi16(q2, _mm_set1_epi16(100)));
  const __m128i pairs = _mm_or_si128(q2, _mm_slli_epi32(r2, 16));
  const __m128i q1 = _mm_mulhi_epu16(pairs, _mm_set1_epi16(6554));
  const __m128i r1 = _mm_sub_epi16(pairs, _mm_mullo_epi16(q1, _mm_set1_epi16(10)));
  return _mm_add_epi8(_mm_or_si128(q1, _mm_slli_epi16(r1, 8)), _mm_set1_epi8('0'));
}

// `bytes` without the first `count`, at the beginning of the register. REQUIRES: count <= 16.
inline __m128i DropFront(__m128i bytes, uint32_t count) {
  alignas(16) static constexpr uint8_t kOrder[32] = {
      0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,
      11,   12,   13,   14,   15,   0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
      0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
  __m128i order;
  std::memcpy(&order, kOrder + count, 16);
  return _mm_shuffle_epi8(bytes, order);
}

// Writes `value` as exactly `count` digits with leading zeros and returns the end. Bytes up to
// out + 16 are written. REQUIRES: value < 10^count, count <= 16.
inline char* WriteDigits(char* out, uint64_t value, int count) {
  const __m128i digits = DropFront(SixteenDigits(value), 16 - static_cast<uint32_t>(count));
  std::memcpy(out, &digits, 16);
  return out + count;
}

}  // namespace kvitt
