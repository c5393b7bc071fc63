// See luhn.h.

#include "engine/reference/luhn.h"

#include <cstddef>

#include "engine/reference/scheme.h"

namespace kvitt::reference {
namespace {

// The sum over `digits`, of which the last one is doubled when `last_doubled`.
int LuhnSum(std::string_view digits, bool last_doubled) {
  static constexpr int kDoubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
  int doubled = 0;
  int plain = 0;
  size_t left = digits.size();
  if (!last_doubled && left > 0) plain += digits[--left] - '0';
  while (left >= 2) {
    doubled += kDoubled[digits[left - 1] - '0'];
    plain += digits[left - 2] - '0';
    left -= 2;
  }
  if (left == 1) doubled += kDoubled[digits[0] - '0'];
  return doubled + plain;
}

}  // namespace

char LuhnDigit(std::string_view payload) {
  return static_cast<char>('0' + (10 - LuhnSum(payload, true) % 10) % 10);
}

bool PassesLuhn(std::string_view number) {
  return number.size() >= 2 && LuhnSum(number, false) % 10 == 0;
}

std::string LuhnReason(std::string_view number) {
  const char expected = LuhnDigit(number.substr(0, number.size() - 1));
  return number.back() == expected ? std::string() : CheckDigitReason(number.back(), expected);
}

}  // namespace kvitt::reference
