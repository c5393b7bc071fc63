// What the first bytes of a file say about how its text is encoded.

#pragma once

#include <string_view>

namespace kvitt {

// Length of a UTF-8 byte order mark at the beginning: 3 or 0.
size_t ByteOrderMarkLength(std::string_view head);

// Why no format can read a file with this head, for a person: UTF-16, UTF-32, EBCDIC, a PDF, an
// Excel workbook ... Empty when nothing speaks against it. `head` is without a UTF-8 byte order
// mark.
std::string_view UnreadableEncoding(std::string_view head);

// Whether there is nothing but blanks, line ends, NULs and the end mark 0x1A.
bool IsBlank(std::string_view bytes);

}  // namespace kvitt
