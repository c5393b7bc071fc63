// The Danish CVR number. See cvr.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kCvrScheme;

}  // namespace kvitt::reference
