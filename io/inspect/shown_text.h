// Text of unknown origin, made fit to be shown.

#pragma once

#include <string>
#include <string_view>

namespace kvitt {

// UTF-8 as it is; every byte that is none as `<0xE5>`.
std::string AsUtf8(std::string_view text);

// Columns that UTF-8 text takes in a table: one for each code point, which is right for the letters
// of the languages that these files come in.
size_t ShownWidth(std::string_view text);

}  // namespace kvitt
