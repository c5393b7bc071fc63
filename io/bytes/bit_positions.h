// The positions of the bits of a word, written down sixteen at a time by AVX-512. For indexes of text:
// they are found without a loop over the bits.

#pragma once

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

// What a function must be compiled for to have WriteBitPositions inside it.
#define KVITT_BIT_POSITIONS_TARGET                                              \
  __attribute__((                                                               \
      target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt," \
             "popcnt")))

namespace kvitt {

// Whether this machine can.
inline bool HasBitPositions() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("bmi2");
}

// g++ 12 takes the undefined vectors inside its own intrinsics for mistakes of ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

// Writes base + i for each bit i of `mask`, lowest first, and returns how many there are. 64 places of
// `out` may be written: the bytes 0 to 63 under the mask are pushed together, widened and stored.
KVITT_BIT_POSITIONS_TARGET inline size_t WriteBitPositions(uint64_t mask,
                                                           uint32_t base,
                                                           uint32_t* out) {
  alignas(64) static constexpr auto kNumbers = [] {
    std::array<uint8_t, 64> numbers{};
    for (size_t i = 0; i < 64; ++i) numbers[i] = static_cast<uint8_t>(i);
    return numbers;
  }();
  const __m512i packed = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kNumbers.data()));
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  const auto count = static_cast<size_t>(std::popcount(mask));
  _mm512_storeu_si512(
      out, _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))));
  if (count > 16) [[unlikely]] {
    _mm512_storeu_si512(
        out + 16,
        _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1))));
    _mm512_storeu_si512(
        out + 32,
        _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2))));
    _mm512_storeu_si512(
        out + 48,
        _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3))));
  }
  return count;
}

#pragma GCC diagnostic pop

}  // namespace kvitt
