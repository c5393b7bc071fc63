// The international bank account number. See iban.cc.

#pragma once

#include <string_view>

#include "engine/reference/scheme.h"

namespace kvitt::reference {

// Whether `compact` (upper case, no blanks) has the length of its country and leaves 1 modulo 97.
bool PassesIban(std::string_view compact);

extern const Scheme kIbanScheme;

}  // namespace kvitt::reference
