// The Luhn check digit: double every second digit from the right of the payload, add the digits of
// the products, fill up to ten. KID mod 10, Swedish OCR, FIK, bankgiro, plusgiro and the Swedish
// organisation number all end in it.

#pragma once

#include <string_view>

namespace kvitt::reference {

// REQUIRES: digits alone. The digit that makes `payload` pass.
char LuhnDigit(std::string_view payload);

// REQUIRES: digits alone. Whether the last digit of `number` is the Luhn digit of the rest.
bool PassesLuhn(std::string_view number);

}  // namespace kvitt::reference
