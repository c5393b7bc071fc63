// Numbers of persons and cards in free text, made unreadable where text is shown to people.

#pragma once

#include <string>
#include <string_view>

namespace kvitt {

// The text with stars for the digits of what can only be a number of a person or of a payment card: national ids of
// Norway (11 digits, both check digits right), Sweden (10 or 12, a date and the check digit), Denmark (a date and 4
// digits, joined by a dash or with the old check digit) and Finland (a date, a century mark and the check
// character); card numbers of 13 to 19 digits that pass Luhn keep their first six and last four.
// The bytes of the text stay as many as they are.
std::string MaskPersonalNumbers(std::string_view text);

}  // namespace kvitt
