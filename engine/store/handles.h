// Names of records in the stores of one run. They depend on who came first and never reach an
// output.

#pragma once

#include <cstdint>

namespace kvitt {

using ItemHandle = uint32_t;
inline constexpr ItemHandle kNoItem = 0xffffffffu;

using PaymentHandle = uint32_t;
inline constexpr PaymentHandle kNoPayment = 0xffffffffu;

}  // namespace kvitt
