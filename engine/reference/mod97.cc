// See mod97.h.

#include "engine/reference/mod97.h"

namespace kvitt::reference {

int Mod97(std::string_view text, int carry) {
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      carry = (carry * 10 + (c - '0')) % 97;
    } else if (c >= 'A' && c <= 'Z') {
      carry = (carry * 100 + (c - 'A' + 10)) % 97;
    } else {
      return -1;
    }
  }
  return carry;
}

bool PassesMod97(std::string_view whole) {
  if (whole.size() < 5) return false;
  const int body = Mod97(whole.substr(4));
  return body >= 0 && Mod97(whole.substr(0, 4), body) == 1;
}

std::string Mod97Digits(std::string_view prefix, std::string_view body) {
  const int check = 98 - Mod97("00", Mod97(prefix, Mod97(body)));
  return {static_cast<char>('0' + check / 10), static_cast<char>('0' + check % 10)};
}

}  // namespace kvitt::reference
