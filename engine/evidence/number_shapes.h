// Numbers in free text that are no references: dates, and amounts of money.

#pragma once

#include <cstddef>
#include <string_view>

namespace kvitt {

// Whether the whole of `text` is written as a date, a month of a year or a time: 2026-02-27,
// 27.02.2026, 27.2.26, 27 02 2026, 20260227, 27022026, 27/2, 02/2026, 2026-02, 12:30,
// 2026-02-27T12:30.
bool LooksLikeDate(std::string_view text);

// A year of our time: 1990 to 2099.
bool LooksLikeYear(std::string_view text);

// Where the amount ends that begins at `text[begin]`, a digit that no digit stands before. `begin`
// itself when there is none. With decimals (1234,50; 12.345,67; 1 234.50) it is one by itself; whole
// numbers only when `is_named`: a currency or a word such as "sum" stands before, or one follows.
size_t AmountEnd(std::string_view text, size_t begin, bool is_named);

}  // namespace kvitt
