// The text of a 128-bit print: letters and digits that are not mistaken for each other (base 32).

#pragma once

#include <cstdint>

namespace kvitt {

// Writes `count` characters at `out`, five bits each: the first twelve from `low`, the rest from `high`.
// Returns the end. REQUIRES: count <= 24.
inline char* WritePrint(uint64_t low, uint64_t high, int count, char* out) {
  static constexpr char kLetters[] = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr int kOfLow = 12;
  for (int i = 0; i < count; ++i) {
    *out++ = kLetters[(i < kOfLow ? low >> (5 * i) : high >> (5 * (i - kOfLow))) & 31];
  }
  return out;
}

}  // namespace kvitt
