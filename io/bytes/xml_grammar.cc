#include "io/bytes/xml_grammar.h"

#include <algorithm>
#include <cstring>

#include "io/bytes/xml_bytes.h"

namespace kvitt {
namespace {

uint64_t Hash(uint64_t low, uint64_t high, size_t length, XmlNode parent) {
  uint64_t hash = low * 0x9E3779B97F4A7C15 ^ high * 0xC2B2AE3D27D4EB4F ^
                  (length << 8 | parent) * 0x165667B19E3779F9;
  hash ^= hash >> 29;
  return hash * 0x9E3779B97F4A7C15 >> 54;
}

}  // namespace

XmlGrammar::XmlGrammar(absl::Span<const XmlRule> rules, std::string_view attribute)
    : attribute_(attribute) {
  names_[kXmlOutside] = "the beginning of the file";
  for (const XmlRule& rule : rules) {
    // Names are literals, but 16 bytes must be readable: they are loaded by bytes here.
    char padded[16] = {};
    std::memcpy(padded, rule.name.data(), std::min<size_t>(rule.name.size(), 16));
    const XmlNameWords words = LoadNameWords(padded, std::min<size_t>(rule.name.size(), 16));
    size_t slot = Hash(words.low, words.high, rule.name.size(), rule.parent);
    while (slots_[slot % kSlots].node != kXmlForeign) ++slot;
    slots_[slot % kSlots] = {words.low,        words.high,
                             rule.name.data(), static_cast<uint32_t>(rule.name.size()),
                             rule.parent,      rule.node};
    flags_[rule.node] |= rule.flags;
    if (names_[rule.node].empty()) names_[rule.node] = rule.name;
  }
}

XmlNode XmlGrammar::Find(XmlNode parent, const char* name, size_t length) const {
  const XmlNameWords words = LoadNameWords(name, std::min<size_t>(length, 16));
  for (size_t slot = Hash(words.low, words.high, length, parent);; ++slot) {
    const Slot& found = slots_[slot % kSlots];
    if (found.node == kXmlForeign) return kXmlForeign;
    if (found.low == words.low && found.high == words.high && found.length == length &&
        found.parent == parent &&
        (length <= 16 || std::memcmp(found.name + 16, name + 16, length - 16) == 0)) {
      return found.node;
    }
  }
}

}  // namespace kvitt
