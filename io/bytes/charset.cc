#include "io/bytes/charset.h"

#include <cstring>

namespace kvitt {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// The upper halves of the sets that differ from ISO-8859-1, byte 0x80 first. 0xFFFD: not defined.
constexpr char16_t kLatin9High[128] = {
    0x0080, 0x0081, 0x0082, 0x0083, 0x0084, 0x0085, 0x0086, 0x0087, 0x0088, 0x0089, 0x008A, 0x008B,
    0x008C, 0x008D, 0x008E, 0x008F, 0x0090, 0x0091, 0x0092, 0x0093, 0x0094, 0x0095, 0x0096, 0x0097,
    0x0098, 0x0099, 0x009A, 0x009B, 0x009C, 0x009D, 0x009E, 0x009F, 0x00A0, 0x00A1, 0x00A2, 0x00A3,
    0x20AC, 0x00A5, 0x0160, 0x00A7, 0x0161, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
    0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x017D, 0x00B5, 0x00B6, 0x00B7, 0x017E, 0x00B9, 0x00BA, 0x00BB,
    0x0152, 0x0153, 0x0178, 0x00BF, 0x00C0, 0x00C1, 0x00C2, 0x00C3, 0x00C4, 0x00C5, 0x00C6, 0x00C7,
    0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF, 0x00D0, 0x00D1, 0x00D2, 0x00D3,
    0x00D4, 0x00D5, 0x00D6, 0x00D7, 0x00D8, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x00DD, 0x00DE, 0x00DF,
    0x00E0, 0x00E1, 0x00E2, 0x00E3, 0x00E4, 0x00E5, 0x00E6, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB,
    0x00EC, 0x00ED, 0x00EE, 0x00EF, 0x00F0, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00F5, 0x00F6, 0x00F7,
    0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x00FD, 0x00FE, 0x00FF,
};

constexpr char16_t kWindows1252High[128] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178, 0x00A0, 0x00A1, 0x00A2, 0x00A3,
    0x00A4, 0x00A5, 0x00A6, 0x00A7, 0x00A8, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
    0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x00B4, 0x00B5, 0x00B6, 0x00B7, 0x00B8, 0x00B9, 0x00BA, 0x00BB,
    0x00BC, 0x00BD, 0x00BE, 0x00BF, 0x00C0, 0x00C1, 0x00C2, 0x00C3, 0x00C4, 0x00C5, 0x00C6, 0x00C7,
    0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF, 0x00D0, 0x00D1, 0x00D2, 0x00D3,
    0x00D4, 0x00D5, 0x00D6, 0x00D7, 0x00D8, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x00DD, 0x00DE, 0x00DF,
    0x00E0, 0x00E1, 0x00E2, 0x00E3, 0x00E4, 0x00E5, 0x00E6, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB,
    0x00EC, 0x00ED, 0x00EE, 0x00EF, 0x00F0, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00F5, 0x00F6, 0x00F7,
    0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x00FD, 0x00FE, 0x00FF,
};

constexpr char16_t kCp437High[128] = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF,
    0x00EE, 0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
    0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA,
    0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255D, 0x255C, 0x255B, 0x2510, 0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F,
    0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
    0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
    0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4,
    0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248,
    0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

constexpr char16_t kCp865High[128] = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF,
    0x00EE, 0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
    0x00FF, 0x00D6, 0x00DC, 0x00F8, 0x00A3, 0x00D8, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA,
    0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00A4,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255D, 0x255C, 0x255B, 0x2510, 0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F,
    0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
    0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
    0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4,
    0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248,
    0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

// Where the seven-bit sets of ISO 646 have letters instead of brackets and braces.
constexpr char kNationalBytes[] = {'[', '\\', ']', '{', '|', '}'};
constexpr char16_t kNationalNoDk[] = {0x00C6, 0x00D8, 0x00C5, 0x00E6, 0x00F8, 0x00E5};
constexpr char16_t kNationalSeFi[] = {0x00C4, 0x00D6, 0x00C5, 0x00E4, 0x00F6, 0x00E5};

const char16_t* HighHalf(Charset charset) {
  switch (charset) {
    case Charset::kIso8859_15:
      return kLatin9High;
    case Charset::kWindows1252:
      return kWindows1252High;
    case Charset::kCp437:
      return kCp437High;
    case Charset::kCp865:
      return kCp865High;
    case Charset::kUtf8:
    case Charset::kIso8859_1:
    case Charset::kIso646No:
    case Charset::kIso646Dk:
    case Charset::kIso646SeFi:
      return nullptr;
  }
  return nullptr;
}

// The six letters of a seven-bit set; null for all other sets.
const char16_t* National(Charset charset) {
  if (charset == Charset::kIso646No || charset == Charset::kIso646Dk) return kNationalNoDk;
  return charset == Charset::kIso646SeFi ? kNationalSeFi : nullptr;
}

// Index of `byte` among the national positions, or -1.
int NationalIndex(char byte) {
  for (int i = 0; i < 6; ++i) {
    if (kNationalBytes[i] == byte) return i;
  }
  return -1;
}

// The character of one byte in a set of one byte a character.
char32_t CodePoint(Charset charset, char byte) {
  const unsigned char value = static_cast<unsigned char>(byte);
  if (const char16_t* letters = National(charset); letters != nullptr) {
    if (value >= 0x80) return kReplacement;
    const int index = NationalIndex(byte);
    return index < 0 ? value : letters[index];
  }
  if (value < 0x80 || charset == Charset::kIso8859_1) return value;
  return HighHalf(charset)[value - 0x80];
}

// The byte of a character, or -1 when the set does not have it.
int ByteOf(Charset charset, char32_t code_point) {
  if (const char16_t* letters = National(charset); letters != nullptr) {
    for (int i = 0; i < 6; ++i) {
      if (letters[i] == code_point) return static_cast<unsigned char>(kNationalBytes[i]);
    }
    if (code_point >= 0x80) return -1;
    return NationalIndex(static_cast<char>(code_point)) < 0 ? static_cast<int>(code_point) : -1;
  }
  if (code_point < 0x80) return static_cast<int>(code_point);
  if (charset == Charset::kIso8859_1) return code_point <= 0xFF ? static_cast<int>(code_point) : -1;
  const char16_t* high = HighHalf(charset);
  for (int i = 0; i < 128; ++i) {
    if (high[i] == code_point && code_point != kReplacement) return i + 0x80;
  }
  return -1;
}

void AppendCodePoint(char32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (c >> 6)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (c >> 12)));
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (c >> 18)));
    out->push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

// How many bytes follow a first byte, the bits that it gives, and the smallest character that may
// take that many bytes (a smaller one is an overlong form).
struct LeadByte {
  int continuation;
  char32_t bits;
  char32_t smallest;
};

bool ReadLead(unsigned char byte, LeadByte* lead) {
  if (byte < 0x80) {
    *lead = {0, byte, 0};
  } else if (byte >= 0xC2 && byte <= 0xDF) {
    *lead = {1, static_cast<char32_t>(byte & 0x1F), 0x80};
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    *lead = {2, static_cast<char32_t>(byte & 0x0F), 0x800};
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    *lead = {3, static_cast<char32_t>(byte & 0x07), 0x10000};
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string_view Name(Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      return "UTF-8";
    case Charset::kIso8859_1:
      return "ISO-8859-1";
    case Charset::kIso8859_15:
      return "ISO-8859-15";
    case Charset::kWindows1252:
      return "Windows-1252";
    case Charset::kCp437:
      return "CP437";
    case Charset::kCp865:
      return "CP865";
    case Charset::kIso646No:
      return "ISO 646-NO";
    case Charset::kIso646Dk:
      return "ISO 646-DK";
    case Charset::kIso646SeFi:
      return "ISO 646-SE/FI";
  }
  return "";
}

bool HasHighByte(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  const char* p = bytes.data();
  size_t left = bytes.size();
  uint64_t seen = 0;
  for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t), p += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    seen |= word;
  }
  unsigned char rest = 0;
  for (; left > 0; --left, ++p)
    rest = static_cast<unsigned char>(rest | static_cast<unsigned char>(*p));
  return (seen & kHighBits) != 0 || rest >= 0x80;
}

bool TakeCodePoint(std::string_view* text, char32_t* code_point) {
  LeadByte lead{};
  const bool starts = ReadLead(static_cast<unsigned char>(text->front()), &lead);
  if (!starts || static_cast<size_t>(lead.continuation) >= text->size()) {
    text->remove_prefix(1);
    return false;
  }
  char32_t c = lead.bits;
  for (int i = 1; i <= lead.continuation; ++i) {
    const unsigned char next = static_cast<unsigned char>((*text)[static_cast<size_t>(i)]);
    if ((next & 0xC0) != 0x80) {
      text->remove_prefix(1);
      return false;
    }
    c = (c << 6) | (next & 0x3F);
  }
  const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
  if (c < lead.smallest || is_surrogate || c > 0x10FFFF) {
    text->remove_prefix(1);
    return false;
  }
  text->remove_prefix(static_cast<size_t>(lead.continuation) + 1);
  *code_point = c;
  return true;
}

bool IsUtf8(std::string_view bytes) {
  char32_t code_point = 0;
  while (!bytes.empty()) {
    if (!TakeCodePoint(&bytes, &code_point)) return false;
  }
  return true;
}

bool NeedsDecoding(Charset charset, std::string_view bytes) {
  if (charset == Charset::kUtf8) return HasHighByte(bytes) && !IsUtf8(bytes);
  if (National(charset) == nullptr) return HasHighByte(bytes);
  for (const char byte : bytes) {
    if (static_cast<unsigned char>(byte) >= 0x80 || NationalIndex(byte) >= 0) return true;
  }
  return false;
}

void AppendAsUtf8(Charset charset, std::string_view bytes, std::string* out) {
  if (charset == Charset::kUtf8) {
    char32_t code_point = 0;
    while (!bytes.empty()) {
      AppendCodePoint(TakeCodePoint(&bytes, &code_point) ? code_point : kReplacement, out);
    }
    return;
  }
  for (const char byte : bytes) AppendCodePoint(CodePoint(charset, byte), out);
}

bool AppendFromUtf8(Charset charset, std::string_view utf8, std::string* out) {
  bool all = true;
  while (!utf8.empty()) {
    char32_t code_point = kReplacement;
    bool known = TakeCodePoint(&utf8, &code_point);
    if (charset == Charset::kUtf8) {
      AppendCodePoint(known ? code_point : kReplacement, out);
    } else {
      const int byte = known ? ByteOf(charset, code_point) : -1;
      known = byte >= 0;
      out->push_back(known ? static_cast<char>(byte) : '?');
    }
    all = all && known;
  }
  return all;
}

}  // namespace kvitt
