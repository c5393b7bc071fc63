// What a number scheme is to the rest of this folder: how to read it, check it, make it and print
// it.
//
// Each scheme stands in one file that defines its Scheme; number_schemes.cc is the table. Schemes
// get their values compact: blanks and the separators that people write have been taken out.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "kvitt/reference.h"

namespace kvitt::reference {

struct Scheme {
  std::string_view name;
  std::string_view description;
  // Separators that people write inside such a number, beside blanks.
  std::string_view marks;
  // Whether letters are part of the number (RF, IBAN).
  bool has_letters = false;
  // Checks a compact value in upper case. Sets `normal` and `printed` only when it is ok.
  NumberCheck (*check)(std::string_view compact) = nullptr;
  // Makes a number of a compact base; "" with *reason when there is none.
  std::string (*make)(std::string_view base, std::string* reason) = nullptr;
};

// `value` in upper case without blanks (ASCII and no-break) and without `marks`.
std::string Compact(std::string_view value, std::string_view marks);

inline bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `text` is not empty and holds digits alone.
bool IsDigits(std::string_view text);
std::string_view WithoutLeadingZeros(std::string_view digits);

// The parts one after another.
std::string Joined(std::initializer_list<std::string_view> parts);

NumberCheck Good(std::string_view normal, std::string printed);
NumberCheck Bad(std::string reason);
// The reason when `text` is not `min` to `max` digits, else "".
std::string NotDigitsReason(std::string_view text, size_t min, size_t max);
// "check digit is 3, expected 7"
std::string CheckDigitReason(char found, char expected);

// Groups of `size` characters with a blank between, counted from the left or from the right.
std::string GroupedFromLeft(std::string_view text, size_t size);
std::string GroupedFromRight(std::string_view text, size_t size);

// sum(digit * weight) over as many digits as there are weights.
int WeightedSum(std::string_view digits, std::string_view weights);

// A whole fixed-length number under Luhn: the check of bankgiro, Swedish organisation number, ...
// "" when it passes, else the reason.
std::string LuhnReason(std::string_view number);

}  // namespace kvitt::reference
