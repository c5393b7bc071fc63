// The words of an Origin in JSON Lines and CSV, where it is said at all: a record of a stream is native.

#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "kvitt/record_batch.h"

namespace kvitt {

inline constexpr std::string_view kOriginWords[] = {"native", "statement", "notification",
                                                    "report"};

inline std::string_view Name(Origin origin) {
  return kOriginWords[static_cast<size_t>(origin)];
}

// False, and the value untouched, when there is no such word.
inline bool FromName(std::string_view name, Origin* origin) {
  for (size_t i = 0; i < std::size(kOriginWords); ++i) {
    if (kOriginWords[i] != name) continue;
    *origin = static_cast<Origin>(i);
    return true;
  }
  return false;
}

}  // namespace kvitt
