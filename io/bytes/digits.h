// Amounts and dates of the usual shape, decoded without a loop. What these do not take is not
// wrong: the caller then asks ParseAmount and ParseDate (kvitt/amount.h, kvitt/date.h), which know
// every shape and say why one is refused. Whatever is taken here has the value that they would
// give.
//
// All functions read 16 bytes from `text`, whatever its length: the bytes of a block may be read
// past their end (io/formats/format.h).

#pragma once

#include <smmintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "kvitt/date.h"

namespace kvitt {

namespace digits_internal {

// For a number of `length` bytes with `decimals` decimals behind a mark: where each of 16 digits,
// the last one last, comes from. 0x80 makes a zero.
using Shuffle = std::array<uint8_t, 16>;
inline constexpr std::array<std::array<Shuffle, 17>, 5> kRightAligned = [] {
  std::array<std::array<Shuffle, 17>, 5> table{};
  for (size_t decimals = 0; decimals < 5; ++decimals) {
    for (size_t length = 0; length <= 16; ++length) {
      Shuffle& shuffle = table[decimals][length];
      shuffle.fill(0x80);
      size_t out = 16;
      for (size_t from = length; from-- > 0;) {
        if (decimals != 0 && from + 1 + decimals == length) continue;  // the mark
        shuffle[--out] = static_cast<uint8_t>(from);
      }
    }
  }
  return table;
}();

inline constexpr int64_t kPowers[] = {1, 10, 100, 1000, 10000};

// Days since 1970-01-01 of the first day of each month from 1900-01, one more month than there are.
inline constexpr int kMonths = 300 * 12;
inline constexpr std::array<int32_t, kMonths + 1> kMonthStart = [] {
  constexpr int kDaysInMonth[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::array<int32_t, kMonths + 1> table{};
  int32_t day = -25567;  // 1900-01-01
  for (int month = 0; month < kMonths; ++month) {
    table[static_cast<size_t>(month)] = day;
    const int year = 1900 + month / 12;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    day += kDaysInMonth[month % 12] + (leap && month % 12 == 1 ? 1 : 0);
  }
  table[kMonths] = day;
  return table;
}();

inline __m128i Load16(const void* text) {
  return _mm_loadu_si128(static_cast<const __m128i*>(text));
}

}  // namespace digits_internal

// Digits with a mark before the currency's last `decimals`, or without a mark and decimals.
inline bool DecodeAmount(const char* text, size_t length, int decimals, char mark, int64_t* minor) {
  using namespace digits_internal;
  const size_t wanted = static_cast<size_t>(decimals);
  if (length - 1 > 15) return false;
  const bool has_mark = wanted != 0 && length > wanted + 1 && text[length - 1 - wanted] == mark;
  const size_t shown = has_mark ? wanted : 0;
  if (length + (wanted - shown) > 18) return false;
  const __m128i digits = _mm_shuffle_epi8(_mm_sub_epi8(Load16(text), _mm_set1_epi8('0')),
                                          Load16(kRightAligned[shown][length].data()));
  const __m128i surplus = _mm_subs_epu8(digits, _mm_set1_epi8(9));
  if (_mm_testz_si128(surplus, surplus) == 0) return false;
  const __m128i tens = _mm_set1_epi16(0x010a);  // times 10, times 1
  const __m128i hundreds = _mm_set1_epi32(0x00010064);
  const __m128i ten_thousands = _mm_set1_epi32(0x00012710);
  const __m128i pairs = _mm_maddubs_epi16(digits, tens);
  const __m128i fours = _mm_madd_epi16(pairs, hundreds);
  const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), ten_thousands);
  const uint64_t both = static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
  const int64_t value =
      static_cast<int64_t>(both & 0xffffffff) * 100'000'000 + static_cast<int64_t>(both >> 32);
  *minor = value * kPowers[wanted - shown];
  return true;
}

// `YYYY-MM-DD`. REQUIRES: ten bytes.
inline bool DecodeDate(const char* text, Date* date) {
  using namespace digits_internal;
  const __m128i raw = Load16(text);
  const __m128i order = _mm_setr_epi8(0, 1, 2, 3, 5, 6, 8, 9, 4, 7, -1, -1, -1, -1, -1, -1);
  const __m128i zero =
      _mm_setr_epi8('0', '0', '0', '0', '0', '0', '0', '0', '-', '-', 0, 0, 0, 0, 0, 0);
  const __m128i digits = _mm_sub_epi8(_mm_shuffle_epi8(raw, order), zero);
  const __m128i highest = _mm_setr_epi8(9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m128i surplus = _mm_subs_epu8(digits, highest);
  if (_mm_testz_si128(surplus, surplus) == 0) return false;
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010a));
  const uint64_t parts = static_cast<uint64_t>(_mm_cvtsi128_si64(pairs));
  const uint32_t year = static_cast<uint32_t>(parts & 0xffff) * 100 +
                        static_cast<uint32_t>(parts >> 16 & 0xffff) - 1900;
  const uint32_t month = static_cast<uint32_t>(parts >> 32 & 0xffff) - 1;
  const uint32_t day = static_cast<uint32_t>(parts >> 48) - 1;
  if (year >= 300 || month >= 12) return false;
  const uint32_t index = year * 12 + month;
  const int32_t first = kMonthStart[index];
  if (day >= static_cast<uint32_t>(kMonthStart[index + 1] - first)) return false;
  *date = Date::FromDays(first + static_cast<int32_t>(day));
  return true;
}

}  // namespace kvitt
