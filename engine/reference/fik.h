// Danish FIK payment ids. See fik.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kFik71Scheme;
extern const Scheme kFik75Scheme;
extern const Scheme kFik04Scheme;

}  // namespace kvitt::reference
