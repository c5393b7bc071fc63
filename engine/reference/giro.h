// Swedish bankgiro and plusgiro numbers. See giro.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kBankgiroScheme;
extern const Scheme kPlusgiroScheme;

}  // namespace kvitt::reference
