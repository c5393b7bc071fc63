// The elements of a family of XML messages, as the scanner is told of them.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "io/bytes/xml_event.h"

namespace kvitt {

enum XmlFlag : uint8_t {
  kXmlText = 1,   // the element's text is handed over
  kXmlBegin = 2,  // its beginning is handed over
  kXmlEnd = 4,    // its end is handed over
  kXmlUnit = 8,   // its skeleton is learnt; a unit inside a unit ends the skeleton of the outer one
  kXmlFlush = 16,  // its beginning is handed over at once, when the scanner stands right behind it
  kXmlStrict = 32  // a child of our namespace that the grammar does not name is a fault
};

// Below `parent`, an element of our namespace with this local name is `node`. Rules that lead to
// the same node add their flags.
struct XmlRule {
  XmlNode parent;
  std::string_view name;
  XmlNode node;
  uint8_t flags;
};

class XmlGrammar {
 public:
  // `rules` must live as long as the grammar. `attribute` names the one attribute that matters.
  XmlGrammar(absl::Span<const XmlRule> rules, std::string_view attribute);

  // The node of a child; kXmlForeign when the grammar does not name it. 16 bytes at `name` are
  // readable.
  XmlNode Find(XmlNode parent, const char* name, size_t length) const;

  uint8_t flags(XmlNode node) const { return flags_[node]; }

  // The name by which a node was first named; for messages.
  std::string_view name(XmlNode node) const { return names_[node]; }

  std::string_view attribute() const { return attribute_; }

 private:
  struct Slot {
    uint64_t low = 0;
    uint64_t high = 0;
    const char* name = nullptr;
    uint32_t length = 0;
    XmlNode parent = 0;
    XmlNode node = kXmlForeign;  // kXmlForeign: an empty slot
  };

  static constexpr size_t kSlots = 1024;

  std::string_view attribute_;
  std::array<Slot, kSlots> slots_;
  std::array<uint8_t, 256> flags_{};
  std::array<std::string_view, 256> names_{};
};

}  // namespace kvitt
