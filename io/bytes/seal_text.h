// What a sealed Swedish bank file is authenticated over.
//
// A seal (first line 00YYMMDDHMAC, last line 99 with the code) is a keyed hash of the file's text in a
// normal form that does not depend on its character set or line ends: line breaks are dropped, the ten
// letters É Ä Ö Å Ü é ä ö å ü become the bytes 64, 91 to 94, 96 and 123 to 126, every other character
// outside 32 to 126 becomes 195.
//
// Source: Hoglandets-IT/go-bankgiro, seal/normalize.go.

#pragma once

#include <string>
#include <string_view>

#include "io/bytes/charset.h"

namespace kvitt {

// Appends the normal form of `bytes`, which are in `charset`.
void AppendSealText(Charset charset, std::string_view bytes, std::string* out);

}  // namespace kvitt
