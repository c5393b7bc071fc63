// The Norwegian organisation number. See org_no.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kOrgNoScheme;

}  // namespace kvitt::reference
