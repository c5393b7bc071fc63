// The Swedish organisation number. See org_se.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kOrgSeScheme;

}  // namespace kvitt::reference
