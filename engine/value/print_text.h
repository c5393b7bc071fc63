// The text of a 128-bit print: letters and digits that are not mistaken for each other (base 32).

#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace kvitt {

namespace print_text_internal {

// Two characters for each ten bits, those of the lower five first.
inline constexpr std::array<std::array<char, 2>, 1024> kPairs = [] {
  constexpr char kLetters[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<std::array<char, 2>, 1024> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kLetters[i & 31], kLetters[i >> 5]};
  return pairs;
}();

}  // namespace print_text_internal

// Writes `count` characters at `out`, five bits each: the first twelve from `low`, the rest from `high`.
// Returns the end. REQUIRES: count is even and at most 24.
inline char* WritePrint(uint64_t low, uint64_t high, int count, char* out) {
  constexpr int kOfLow = 12;
  for (int i = 0; i < count; i += 2) {
    const uint64_t ten = i < kOfLow ? low >> (5 * i) : high >> (5 * (i - kOfLow));
    std::memcpy(out + i, print_text_internal::kPairs[ten & 1023].data(), 2);
  }
  return out + count;
}

}  // namespace kvitt
