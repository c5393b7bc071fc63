// Counts and sums as people read them.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "kvitt/amount.h"

namespace kvitt {

// "1 234 567.89": groups of three, so that sums can be read.
std::string Grouped(std::string_view amount);

// "12 345.00 NOK, 8.00 EUR", by currency code; what is zero is left out.
std::string ShownSums(const std::map<Currency, Int128>& sums);

}  // namespace kvitt
