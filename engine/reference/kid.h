// KID mod 11, as the normal form and the check of unknown references need it. See kid.cc.

#pragma once

#include <string_view>

#include "engine/reference/scheme.h"

namespace kvitt::reference {

// REQUIRES: digits alone. A digit, or '-' where the remainder is 1.
char KidMod11Digit(std::string_view payload);

// Whether `kid` is digits, the last character possibly '-', and that one is right by mod 11.
bool PassesKidMod11(std::string_view kid);

extern const Scheme kKidMod10Scheme;
extern const Scheme kKidMod11Scheme;

}  // namespace kvitt::reference
