// What the scanner hands over: small events that name an element and hold its text.

#pragma once

#include <cstdint>
#include <string_view>

namespace kvitt {

// What an element is: the number that the grammar gives to a path of names.
using XmlNode = uint8_t;
inline constexpr XmlNode kXmlForeign =
    0;  // an element that the grammar does not name, and all below
inline constexpr XmlNode kXmlOutside =
    1;  // around the message: wrappers, and the text before the root

enum class XmlEventKind : uint8_t { kText, kBegin, kEnd };

// What an event says besides its text. Eight bytes, so that it is copied as one word.
struct XmlMeaning {
  uint32_t attribute = 0;  // the first four bytes of the attribute's value, first byte lowest
  XmlNode node = kXmlForeign;
  XmlEventKind kind = XmlEventKind::kText;
  uint8_t attribute_length = 0;  // at most 255; 0: not there
  uint8_t spare = 0;
};

struct XmlEvent : XmlMeaning {
  uint32_t length = 0;
  const char* text = nullptr;  // without the blanks at its ends; references resolved

  std::string_view view() const { return {text, length}; }
};

}  // namespace kvitt
