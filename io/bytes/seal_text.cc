#include "io/bytes/seal_text.h"

namespace kvitt {
namespace {

// The normal form of one character; 0 for a line break, which has none.
char SealByte(char32_t c) {
  switch (c) {
    case '\r':
    case '\n':
      return 0;
    case 0xC9:
      return 64;  // É
    case 0xC4:
      return 91;  // Ä
    case 0xD6:
      return 92;  // Ö
    case 0xC5:
      return 93;  // Å
    case 0xDC:
      return 94;  // Ü
    case 0xE9:
      return 96;  // é
    case 0xE4:
      return 123;  // ä
    case 0xF6:
      return 124;  // ö
    case 0xE5:
      return 125;  // å
    case 0xFC:
      return 126;  // ü
    default:
      return c >= 32 && c <= 126 ? static_cast<char>(c) : static_cast<char>(195);
  }
}

}  // namespace

void AppendSealText(Charset charset, std::string_view bytes, std::string* out) {
  std::string utf8;
  AppendAsUtf8(charset, bytes, &utf8);
  std::string_view text = utf8;
  while (!text.empty()) {
    char32_t c = 0xFFFD;
    if (!TakeCodePoint(&text, &c)) c = 0xFFFD;
    if (const char byte = SealByte(c); byte != 0) out->push_back(byte);
  }
}

}  // namespace kvitt
