#include "kvitt/amount.h"

#include <bit>
#include <cstring>

#include "engine/value/digits.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr int kDigitsMax = 18;  // of minor units: any such amount, and any sum of two, fits int64_t
constexpr int64_t kPower[] = {1, 10, 100, 1000, 10000};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The value of eight digits; false when one of them is none. Three multiplications join pairs, then
// fours, then the eight.
bool EightDigits(uint64_t word, uint64_t* value) {
  constexpr uint64_t kHighNibbles = 0xF0F0F0F0F0F0F0F0;
  const uint64_t carried = ((word + 0x0606060606060606) & kHighNibbles) >> 4;
  if (((word & kHighNibbles) | carried) != 0x3333333333333333) return false;
  word -= 0x3030303030303030;
  word = word * 10 + (word >> 8);
  constexpr uint64_t kMask = 0x000000FF000000FF;
  *value = (((word & kMask) * (100 + (uint64_t{1000000} << 32))) +
            (((word >> 16) & kMask) * (1 + (uint64_t{10000} << 32)))) >>
           32;
  return true;
}

// The last 4 to 8 characters of a text as a word, zeros in front of them.
uint64_t RightAligned(const char* p, size_t count) {
  uint32_t first = 0;
  uint32_t last = 0;
  std::memcpy(&first, p, sizeof(first));
  std::memcpy(&last, p + count - sizeof(last), sizeof(last));
  const uint64_t word = first | (uint64_t{last} << (8 * (count - sizeof(last))));
  const size_t missing = 8 * (8 - count);
  return missing == 0 ? word : (word << missing) | (uint64_t{0x3030303030303030} >> (64 - missing));
}

// The commonest form by far: digits, the mark, two decimals, in 4 to 16 characters. False when the
// text is anything else, which does not mean that it is no amount.
bool TwoDecimals(std::string_view text, char mark, int64_t* minor) {
  const size_t size = text.size();
  if (size < 4 || size > 16 || text[size - 3] != mark) return false;
  const size_t tail_size = size < 8 ? size : 8;
  const char* const tail_begin = text.data() + size - tail_size;
  const uint64_t tail = RightAligned(tail_begin, tail_size);
  // Five digits, the mark, two decimals: the mark goes and the digits before it move up.
  const uint64_t joined = (tail & 0xFFFF000000000000) | ((tail & 0x000000FFFFFFFFFF) << 8) | '0';
  uint64_t value = 0;
  if (!EightDigits(joined, &value)) return false;
  if (size > 8) {
    uint64_t head = 0;
    std::memcpy(&head, text.data(), sizeof(head));
    // Its first characters are those that the tail does not hold.
    const size_t surplus = 8 * (16 - size);
    if (surplus != 0) head = (head << surplus) | (uint64_t{0x3030303030303030} >> (64 - surplus));
    uint64_t major = 0;
    if (!EightDigits(head, &major)) return false;
    value += major * 10000000;
  }
  *minor = static_cast<int64_t>(value);
  return true;
}

}  // namespace

std::string_view Describe(AmountError error) {
  switch (error) {
    case AmountError::kOk:
      return "an amount";
    case AmountError::kEmpty:
      return "no amount";
    case AmountError::kMalformed:
      return "not an amount (digits with one decimal mark)";
    case AmountError::kTooManyDecimals:
      return "more decimals than the currency has";
    case AmountError::kTooLarge:
      return "more than 18 digits of minor units";
  }
  return "not an amount";
}

AmountError ParseAmount(std::string_view text, int decimals, int64_t* minor, char mark) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  if constexpr (std::endian::native == std::endian::little) {
    if (decimals == 2 && TwoDecimals(text, mark, minor)) return AmountError::kOk;
  }
  const char* p = text.data();
  const char* end = p + text.size();
  if (p == end) return AmountError::kEmpty;
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* first = p;
  uint64_t value = 0;
  int digits = 0;  // significant ones
  for (; p != end && IsDigit(*p); ++p) {
    value = value * 10 + static_cast<uint64_t>(*p - '0');
    digits += (value != 0);
    if (digits > kDigitsMax) return AmountError::kTooLarge;
  }
  if (p == first) return AmountError::kMalformed;
  int written = 0;
  bool surplus = false;
  if (p != end) {
    if (*p != mark) return AmountError::kMalformed;
    ++p;
    if (p == end) return AmountError::kMalformed;
    for (; p != end; ++p) {
      if (!IsDigit(*p)) return AmountError::kMalformed;
      if (written == decimals) {
        surplus |= (*p != '0');
        continue;
      }
      value = value * 10 + static_cast<uint64_t>(*p - '0');
      digits += (value != 0);
      ++written;
      if (digits > kDigitsMax) return AmountError::kTooLarge;
    }
  }
  if (surplus) return AmountError::kTooManyDecimals;
  for (; written < decimals; ++written) {
    value *= 10;
    digits += (value != 0);
    if (digits > kDigitsMax) return AmountError::kTooLarge;
  }
  if (negative && value == 0) return AmountError::kMalformed;
  *minor = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  return AmountError::kOk;
}

namespace {

// The digits of a value of more than sixteen.
char* WriteLongAmount(char* out, uint64_t value, int decimals) {
  char reversed[24];
  int count = 0;
  while (value != 0) {
    if (count == decimals && decimals != 0) reversed[count++] = '.';
    reversed[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  while (count != 0) *out++ = reversed[--count];
  return out;
}

}  // namespace

char* WriteAmount(char* out, int64_t minor, int decimals) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  uint64_t value = static_cast<uint64_t>(minor);
  if (minor < 0) {
    *out++ = '-';
    value = ~value + 1;
  }
  if (value >= 10'000'000'000'000'000u) return WriteLongAmount(out, value, decimals);
  const __m128i digits = SixteenDigits(value);
  // All digits from the first that is none of the leading zeros, one before the decimals at least;
  // then the decimals once more, behind the point.
  const uint32_t zeros =
      static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_set1_epi8('0'))));
  const uint32_t last = uint32_t{1} << (15 - decimals);
  const uint32_t first = static_cast<uint32_t>(std::countr_zero(~zeros | last));
  const __m128i shown = DropFront(digits, first);
  std::memcpy(out, &shown, 16);
  out += 16 - first;
  if (decimals == 0) return out;
  const uint32_t tail = static_cast<uint32_t>(_mm_extract_epi32(digits, 3));
  out -= decimals;
  *out++ = '.';
  if (decimals == 2) [[likely]] {
    const uint16_t cents = static_cast<uint16_t>(tail >> 16);
    std::memcpy(out, &cents, 2);
    return out + 2;
  }
  for (int i = 0; i < decimals; ++i) {
    out[i] = static_cast<char>(tail >> (8 * (4 - decimals + i)));
  }
  return out + decimals;
}

std::string FormatAmount(int64_t minor, int decimals) {
  char buffer[28];
  return std::string(buffer, WriteAmount(buffer, minor, decimals));
}

std::string FormatSum(Int128 minor, int decimals) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  const bool negative = minor < 0;
  std::string reversed;
  for (int i = 0; i <= decimals || minor != 0; ++i) {
    if (i == decimals && decimals > 0) reversed.push_back('.');
    const int digit = static_cast<int>(minor % 10);
    reversed.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    minor /= 10;
  }
  if (negative) reversed.push_back('-');
  return std::string(reversed.rbegin(), reversed.rend());
}

}  // namespace kvitt
