// ISO 7064 mod 97-10, which RF references (ISO 11649) and IBANs (ISO 13616) share: the first four
// characters go to the end, letters count A = 10 .. Z = 35, and the number leaves 1.

#pragma once

#include <string>
#include <string_view>

namespace kvitt::reference {

// The remainder of `text` (digits and upper-case letters) by 97, going on from `carry`; -1 when
// another character occurs.
int Mod97(std::string_view text, int carry = 0);

// Whether `whole` (letters, two check digits, body) leaves 1.
bool PassesMod97(std::string_view whole);

// The two check digits of `prefix` (two letters) before `body`. REQUIRES: digits and upper-case
// letters alone.
std::string Mod97Digits(std::string_view prefix, std::string_view body);

}  // namespace kvitt::reference
