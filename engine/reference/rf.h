// The creditor reference of ISO 11649. See rf.cc.

#pragma once

#include <string_view>

#include "engine/reference/scheme.h"

namespace kvitt::reference {

// Whether `compact` (upper case, no blanks) is RF, two check digits and 1 to 21 letters or digits
// that leave 1 modulo 97.
bool PassesRf(std::string_view compact);

extern const Scheme kRfScheme;

}  // namespace kvitt::reference
