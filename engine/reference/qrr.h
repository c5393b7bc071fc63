// The Swiss QR reference. See qrr.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kQrrScheme;

}  // namespace kvitt::reference
