// The Norwegian account number. See account_no.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kAccountNoScheme;

}  // namespace kvitt::reference
