// The Finnish business id. See y_tunnus.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kYTunnusScheme;

}  // namespace kvitt::reference
