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

// The text with blanks behind it, or in front of it, up to `width` columns.
std::string LeftAligned(std::string_view text, size_t width);
std::string RightAligned(std::string_view text, size_t width);

// Appends the text, without blanks at its end, and a line end.
void AppendLine(std::string_view text, std::string* out);

}  // namespace kvitt
