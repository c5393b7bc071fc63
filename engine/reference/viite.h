// The Finnish national reference. See viite.cc.

#pragma once

#include <string_view>

#include "engine/reference/scheme.h"

namespace kvitt::reference {

// REQUIRES: digits alone.
char ViiteDigit(std::string_view payload);
// Whether `digits` is a Finnish reference of 4 to 20 digits whose check digit is right.
bool PassesViite(std::string_view digits);

extern const Scheme kViiteScheme;

}  // namespace kvitt::reference
