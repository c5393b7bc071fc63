// Dates in two bytes: days since 1970-01-01 plus one, for dates from 1970 to 2149; 0 is no date.
// Other dates are legal and rare; the record says kElsewhere then and keeps the date among its cold
// fields.

#pragma once

#include <cstdint>

#include "kvitt/date.h"

namespace kvitt {

struct ShortDate {
  static constexpr uint16_t kNone = 0;
  static constexpr uint16_t kElsewhere = 0xffff;

  static uint16_t From(Date date) {
    if (!date.has_value()) return kNone;
    const int32_t days = date.days() + 1;
    return days > 0 && days < kElsewhere ? static_cast<uint16_t>(days) : kElsewhere;
  }

  // REQUIRES: value != kElsewhere.
  static Date ToDate(uint16_t value) { return value == kNone ? Date() : Date::FromDays(value - 1); }
};

}  // namespace kvitt
