// Reading the same date again and again: files are sorted by date, so the six cells of a date are
// nearly always those of the record before.
//
//   DateMemory<ParseDateYYMMDD> booking_dates;
//   Date date;
//   if (!booking_dates.Read(record.cells + kBookingDate.offset(), &date)) ...

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "kvitt/date.h"

namespace kvitt {

template <bool (*kParse)(std::string_view, Date*)>
class DateMemory {
 public:
  // As kParse of the six cells. REQUIRES: eight bytes are readable at `cells`.
  bool Read(const char* cells, Date* date) {
    // Two bytes too many are loaded and cut off: loading exactly six takes a detour through memory.
    constexpr uint64_t kSixBytes = 0x0000FFFFFFFFFFFF;
    uint64_t word;
    std::memcpy(&word, cells, sizeof(word));
    word &= kSixBytes;
    if (word != last_) [[unlikely]] {
      if (!kParse(std::string_view(cells, 6), &date_)) return false;
      last_ = word;
    }
    *date = date_;
    return true;
  }

 private:
  uint64_t last_ = ~uint64_t{0};  // no six cells
  Date date_;
};

}  // namespace kvitt
