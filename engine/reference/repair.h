// Values that one small slip away from a given one. See repair.cc.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/reference/scheme.h"

namespace kvitt::reference {

std::vector<std::string> Repairs(const Scheme& scheme, std::string_view compact);

}  // namespace kvitt::reference
