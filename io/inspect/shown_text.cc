#include "io/inspect/shown_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "kvitt/io.h"

namespace kvitt {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // 0: the byte at hand begins no well-formed sequence
};

CodePoint DecodeFirst(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || text.size() < length) return {};
  uint32_t value = first & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return {};
    value = value << 6 | (next & 0x3fU);
  }
  constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[length] || value > 0x10ffff || is_surrogate) return {};
  return {value, length};
}

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

// What moves the cursor, turns the direction of text, or cannot be seen.
constexpr std::array<CodeRange, 12> kUnsafe = {{{0x00, 0x1f},
                                                {0x7f, 0x9f},
                                                {0xad, 0xad},
                                                {0x61c, 0x61c},
                                                {0x180e, 0x180e},
                                                {0x200b, 0x200f},
                                                {0x2028, 0x202e},
                                                {0x2060, 0x206f},
                                                {0xfe00, 0xfe0f},
                                                {0xfeff, 0xfeff},
                                                {0xfff9, 0xfffb},
                                                {0xe0000, 0xe01ef}}};

bool IsUnsafe(uint32_t value) {
  return std::any_of(kUnsafe.begin(), kUnsafe.end(), [value](const CodeRange& range) {
    return value >= range.first && value <= range.last;
  });
}

std::string Hexadecimal(uint32_t value, size_t digits_min) {
  std::string digits;
  for (; value != 0 || digits.size() < digits_min; value >>= 4) {
    digits.insert(digits.begin(), "0123456789ABCDEF"[value & 15U]);
  }
  return digits;
}

std::string Shown(std::string_view text, bool is_for_terminal) {
  std::string shown;
  while (!text.empty()) {
    const CodePoint code = DecodeFirst(text);
    if (code.length == 0) {
      shown += "<0x" + Hexadecimal(static_cast<unsigned char>(text[0]), 2) + ">";
    } else if (is_for_terminal && IsUnsafe(code.value)) {
      shown += code.value < 0x80 ? "<0x" + Hexadecimal(code.value, 2) + ">"
                                 : "<U+" + Hexadecimal(code.value, 4) + ">";
    } else {
      shown.append(text.substr(0, code.length));
    }
    text.remove_prefix(std::max<size_t>(code.length, 1));
  }
  return shown;
}

}  // namespace

std::string AsUtf8(std::string_view text) {
  return Shown(text, false);
}

std::string ForTerminal(std::string_view text) {
  return Shown(text, true);
}

size_t ShownWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

std::string LeftAligned(std::string_view text, size_t width) {
  const size_t shown = ShownWidth(text);
  return std::string(text).append(width - std::min(width, shown), ' ');
}

std::string RightAligned(std::string_view text, size_t width) {
  const size_t shown = ShownWidth(text);
  return std::string(width - std::min(width, shown), ' ').append(text);
}

void AppendLine(std::string_view text, std::string* out) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  out->append(text).push_back('\n');
}

}  // namespace kvitt
