// The character sets of bank files, to UTF-8 and back.
//
// Bank files are older than UTF-8: Nordic domestic formats come in ISO-8859-1, from DOS programs in
// code pages 437 and 865, and from mainframes in the national seven-bit sets of ISO 646, where
// brackets and braces stand for letters. Names leave kvitt as UTF-8 whatever they came in.
//
//   if (NeedsDecoding(Charset::kWindows1252, name)) {
//     std::string utf8;
//     AppendAsUtf8(Charset::kWindows1252, name, &utf8);
//   }
//
// All functions are pure and safe to call from any thread. No input is an error: a byte that the
// set does not define becomes U+FFFD, so a name never loses its length without a trace.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kvitt {

enum class Charset : uint8_t {
  kUtf8,
  kIso8859_1,
  kIso8859_15,
  kWindows1252,  // ISO-8859-1 with letters and signs where that has control characters
  kCp437,
  kCp865,       // CP437 with the Norwegian and Danish letters
  kIso646No,    // NS 4551-1: [ \ ] { | } are Æ Ø Å æ ø å
  kIso646Dk,    // DS 2089: the same six
  kIso646SeFi,  // SEN 850200 annex B, SFS 4017: [ \ ] { | } are Ä Ö Å ä ö å
};

// "ISO-8859-1"
std::string_view Name(Charset charset);

// Whether any byte is 0x80 or above. Eight bytes at a time.
bool HasHighByte(std::string_view bytes);

// Whether `bytes` are well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
bool IsUtf8(std::string_view bytes);

// Whether `bytes` read differently in UTF-8: the test before a copy is made.
bool NeedsDecoding(Charset charset, std::string_view bytes);

// Appends `bytes`, read in `charset`, as UTF-8.
void AppendAsUtf8(Charset charset, std::string_view bytes, std::string* out);

// Appends UTF-8 text in `charset`, one byte a character (but for kUtf8). A character that the set
// does not have becomes `?`; then, or when `utf8` is not well formed, the answer is false.
bool AppendFromUtf8(Charset charset, std::string_view utf8, std::string* out);

// Takes the first character off *text. False, and one byte taken, when it is not well formed.
// REQUIRES: !text->empty().
bool TakeCodePoint(std::string_view* text, char32_t* code_point);

}  // namespace kvitt
