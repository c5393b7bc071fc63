#include "io/bytes/xml_scanner.h"

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_skeleton.h"
#include "kvitt/check.h"
#include "simdjson.h"

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

namespace kvitt {
namespace {

constexpr size_t kWindowBytes = 8 << 10;
constexpr size_t kEventsMax = 4096;

// Bytes that begin (and continue) a name. Letters beyond ASCII are not told apart: a message of
// ours has none, and a foreign element may be named in any script.
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsNameByte(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// A name with at most one colon, which stands neither first nor last.
bool IsQualifiedName(std::string_view name) {
  if (name.empty() || !IsNameStart(name[0]) || name[0] == ':' || name.back() == ':') return false;
  size_t colons = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (!IsNameByte(name[i])) return false;
    if (name[i] != ':') continue;
    if (++colons > 1 || !IsNameStart(name[i + 1])) return false;
  }
  return true;
}

std::string HexByte(char byte) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  return {kDigits[value >> 4], kDigits[value & 15]};
}

uint64_t Hash(uint64_t low, uint64_t high, size_t length, XmlNode parent) {
  uint64_t hash = low * 0x9E3779B97F4A7C15 ^ high * 0xC2B2AE3D27D4EB4F ^
                  (length << 8 | parent) * 0x165667B19E3779F9;
  hash ^= hash >> 29;
  return hash * 0x9E3779B97F4A7C15 >> 54;
}

void AppendUtf8(uint32_t code, std::string* out) {
  const auto byte = [out](uint32_t value) { out->push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

bool IsXmlCharacter(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code < 0xD800 || (code >= 0xE000 && code <= 0xFFFD) ||
         (code >= 0x10000 && code <= 0x10FFFF);
}

// The number between `&#` and `;`; false when it is not one of a character that XML has.
bool ParseCharacterReference(std::string_view digits, uint32_t* code) {
  uint32_t radix = 10;
  if (!digits.empty() && digits[0] == 'x') {
    radix = 16;
    digits.remove_prefix(1);
  }
  if (digits.empty()) return false;
  uint32_t value = 0;
  for (const char c : digits) {
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if (radix == 16 && c >= 'a' && c <= 'f') {
      digit = static_cast<uint32_t>(c - 'a') + 10;
    } else if (radix == 16 && c >= 'A' && c <= 'F') {
      digit = static_cast<uint32_t>(c - 'A') + 10;
    } else {
      return false;
    }
    value = value * radix + digit;
    if (value > 0x10FFFF) return false;
  }
  *code = value;
  return IsXmlCharacter(value);
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

std::string XmlPath::Text() const {
  std::string text;
  for (const Element& element : elements) {
    if (!text.empty()) text.push_back('/');
    text += element.name;
  }
  return text;
}

XmlScanner::XmlScanner(const XmlGrammar* grammar,
                       XmlConsumer* consumer,
                       MarkupKernel kernel,
                       const XmlLimits& limits)
    : grammar_(grammar), consumer_(consumer), kernel_(kernel), limits_(limits), books_(256) {
  events_ = std::make_unique_for_overwrite<XmlEvent[]>(kEventsMax);
  const std::string usual = Concat(" ", grammar->attribute(), "=\"");
  if (usual.size() <= 8) {
    std::memcpy(&usual_attribute_, usual.data(), usual.size());
    usual_attribute_mask_ = LowBytesMask(usual.size());
    usual_attribute_length_ = usual.size();
  }
  stack_.reserve(limits.depth + 1);
  stack_.push_back({"", 0, kXmlOutside, false, 0});
}

XmlScanner::~XmlScanner() = default;

void XmlScanner::Descend(const XmlPath& path) {
  KVITT_CHECK(stack_.size() == 1 && bindings_.empty() && base_ == nullptr);
  for (const XmlPath::Binding& binding : path.bindings) {
    bindings_.push_back({binding.prefix, binding.family, binding.depth});
  }
  for (const XmlPath::Element& element : path.elements) {
    // Padded, because names are compared a vector at a time.
    auto name = std::make_unique<std::string>(element.name);
    name->append(16, '\0');
    uint32_t outside = 0;
    for (const Binding& binding : bindings_) {
      if (binding.depth <= stack_.size() - 1) ++outside;
    }
    stack_.push_back(
        {name->data(), static_cast<uint32_t>(element.name.size()), element.node, true, outside});
    floor_names_.push_back(std::move(name));
  }
  BindingsChanged();
  // Nothing above the innermost element repeats often enough to be remembered.
  if (stack_.size() > 1) {
    Frame& top = stack_.back();
    top.trail = NewTrail(top.name, top.length, top.node);
  }
}

XmlPath XmlScanner::Path() const {
  XmlPath path;
  for (size_t i = 1; i < stack_.size(); ++i) {
    path.elements.push_back({std::string(stack_[i].name, stack_[i].length), stack_[i].node});
  }
  for (const Binding& binding : bindings_) {
    path.bindings.push_back({binding.prefix, binding.family, binding.depth});
  }
  return path;
}

bool XmlScanner::Scan(std::string_view bytes, bool is_start, bool is_end) {
  base_ = bytes.data();
  size_ = limit_ = bytes.size();
  is_start_ = is_start;
  cursor_ = tag_count_ = special_cursor_ = special_count_ = 0;
  indexed_ = utf8_checked_ = 0;
  limit_text_.clear();
  text_begin_ = base_;
  if (size_ >= uint64_t{1} << 32) {
    return Fault(base_, "expected a piece below 4 GiB between two entries");
  }
  // What was read before a fault is handed over first: the consumer may find an earlier one.
  const bool read = Run();
  if (stopped_ || !Flush()) return false;
  return read && Finish(is_end);
}

bool XmlScanner::HasSpecial(const char* begin, const char* end) {
  const auto first = static_cast<size_t>(begin - base_);
  while (special_cursor_ < special_count_ && specials_[special_cursor_] < first) ++special_cursor_;
  return special_cursor_ < special_count_ &&
         specials_[special_cursor_] < static_cast<size_t>(end - base_);
}

inline void XmlScanner::Trace(const char* begin, const char* end, int32_t event) {
  trace_values_.push_back(
      {static_cast<uint32_t>(begin - base_), static_cast<uint32_t>(end - base_), event});
}

inline bool XmlScanner::Emit(const char* text,
                             uint32_t length,
                             XmlNode node,
                             XmlEventKind kind,
                             uint32_t attribute,
                             uint8_t attribute_length) {
  XmlEvent* event = &events_[event_count_];
  event->text = text;
  event->length = length;
  event->attribute = attribute;
  event->node = node;
  event->kind = kind;
  event->attribute_length = attribute_length;
  if (++event_count_ < kEventsMax) [[likely]]
    return true;
  tracing_ = false;
  return Flush();
}

inline bool XmlScanner::EmitText(uint32_t attribute,
                                 uint8_t attribute_length,
                                 XmlNode node,
                                 const char* begin,
                                 const char* end) {
  if (static_cast<size_t>(end - begin) > limits_.text_bytes) {
    return Fault(begin,
                 Concat("expected a text of at most ", limits_.text_bytes, " bytes, found more"));
  }
  if (is_pending_ || HasSpecial(begin, end) ||
      (carriage_return_ && memchr(begin, '\r', static_cast<size_t>(end - begin)) != nullptr)) {
    return EmitDecoded(attribute, attribute_length, node, begin, end);
  }
  while (begin < end && IsXmlBlank(*begin)) ++begin;
  while (begin < end && IsXmlBlank(end[-1])) --end;
  return Emit(begin, static_cast<uint32_t>(end - begin), node, XmlEventKind::kText, attribute,
              attribute_length);
}

bool XmlScanner::Run() {
  for (;;) {
    if (cursor_ + 3 > tag_count_) {
      Fill(3);
      if (cursor_ == tag_count_) return true;
      // The last tag before a byte that may not stand here is not read: the byte is the fault.
      if (limit_ < size_ && cursor_ + 1 == tag_count_) return true;
    }
    if (cursor_ + 2 < tag_count_ && !is_pending_ && stack_.back().trail != nullptr) {
      const size_t before = cursor_;
      bool again = false;
      if (!Familiar(&again)) return false;
      if (event_count_ >= kEventsMax / 2 && !tracing_ && !Flush()) return false;
      // The last two tags of the index are left for later.
      if (again || (cursor_ != before && cursor_ + 2 >= tag_count_)) continue;
    }
    const char* tag = base_ + tags_[cursor_];
    bool go_on = false;
    const char kind = tag + 1 < base_ + size_ ? tag[1] : '\0';
    if (kind == '!' || kind == '?') {
      go_on = Declaration(tag);
    } else if ((is_pending_ || tag != text_begin_) && !Between(tag)) {
      return false;
    } else if (kind == '/') {
      go_on = CloseTag(tag);
    } else {
      go_on = Open(tag);
    }
    if (!go_on) return false;
  }
}

bool XmlScanner::Finish(bool is_end) {
  if (limit_ < size_) return Fault(base_ + limit_, limit_text_);
  if (!is_end) {
    if (!IsXmlBlankText(text_begin_, base_ + size_)) return Between(base_ + size_);
    return true;
  }
  if (stack_.size() > 1) {
    const Frame& top = stack_.back();
    return Fault(base_ + size_,
                 Concat("expected </", std::string_view(top.name, top.length),
                        ">, found the end of the file"),
                 true);
  }
  if (!Between(base_ + size_)) return false;
  if (!root_closed_) {
    return Fault(base_ + size_, "expected an element, found the end of the file", true);
  }
  return true;
}

// ---- Tags that were met before ------------------------------------------------------------------

bool XmlScanner::MakeImage(const char* begin, size_t length, TagImage* image) {
  if (length > sizeof(image->words)) return false;
  char bytes[sizeof(image->words)] = {};
  std::memcpy(bytes, begin, length);
  std::memcpy(image->words.data(), bytes, sizeof(bytes));
  for (size_t i = 0; i < image->mask.size(); ++i) {
    image->mask[i] = LowBytesMask(length > 8 * i ? length - 8 * i : 0);
  }
  image->length = static_cast<uint32_t>(length);
  return true;
}

// Without a branch on the length: lengths change from tag to tag, so such a branch would be missed often.
inline bool XmlScanner::IsImage(const char* tag, const TagImage& image) {
#if defined(__SSE4_1__)
  const auto load = [](const void* at) { return _mm_loadu_si128(static_cast<const __m128i*>(at)); };
  const __m128i low =
      _mm_and_si128(_mm_xor_si128(load(tag), load(&image.words[0])), load(&image.mask[0]));
  const __m128i high =
      _mm_and_si128(_mm_xor_si128(load(tag + 16), load(&image.words[2])), load(&image.mask[2]));
  const __m128i both = _mm_or_si128(low, high);
  return _mm_testz_si128(both, both) != 0;
#else
  const auto differs = [&](size_t i) {
    return (LoadWord(tag + 8 * i) ^ image.words[i]) & image.mask[i];
  };
  return (differs(0) | differs(1) | differs(2) | differs(3)) == 0;
#endif
}

inline size_t XmlScanner::PlaceOf(const char* tag) {
  uint32_t bytes;
  std::memcpy(&bytes, tag, sizeof(bytes));
  return bytes * 0x9E3779B1 >> 27;
}

XmlScanner::Trail* XmlScanner::NewTrail(const char* name, uint32_t length, XmlNode node) {
  constexpr size_t kTrailsMax = 4096;
  if (trails_.size() >= kTrailsMax) return nullptr;
  trails_.push_back(std::make_unique<Trail>());
  Trail* trail = trails_.back().get();
  trail->node = node;
  trail->flags = grammar_->flags(node);
  trail->name_length = length;
  const std::string end = Concat("</", std::string_view(name, length), ">");
  MakeImage(end.data(), end.size(), &trail->end);
  return trail;
}

// Remembers a start tag and what it means; null when it cannot be remembered.
XmlScanner::Trail* XmlScanner::Learn(const Tag& tag, XmlNode node) {
  constexpr size_t kChildrenMax = 48;
  if (tag.bindings_before != bindings_.size()) {
    // Another world begins: what was known holds no longer, here a new path begins.
    return NewTrail(tag.name, tag.length, node);
  }
  Frame& parent = stack_.back();
  if (parent.trail == nullptr || tag.is_empty) return nullptr;
  for (Trail* known : parent.trail->children) {
    if (!IsImage(tag.begin, known->start)) continue;
    parent.last = known;
    parent.hint = known->next;
    return known;
  }
  const auto length = static_cast<size_t>(tag.after - tag.begin);
  // With other attributes than the usual one, a tag is hardly ever met again.
  const bool is_usual = length == tag.length + 2 || tag.attribute_length == 3;
  if (!is_usual || parent.trail->children.size() >= kChildrenMax) return nullptr;
  TagImage start;
  if (length < 4 || !MakeImage(tag.begin, length, &start)) return nullptr;
  Trail* trail = NewTrail(tag.name, tag.length, node);
  if (trail == nullptr || trail->end.length == 0) return nullptr;
  trail->start = start;
  trail->attribute = tag.attribute;
  trail->attribute_length = tag.attribute_length;
  parent.trail->children.push_back(trail);
  Trail*& place = parent.trail->places[PlaceOf(tag.begin)];
  trail->alike = place;
  place = trail;
  parent.last = trail;
  parent.hint = nullptr;
  return trail;
}

// Reads tags as long as each equals one met at its place before. Everything that the loop needs is held in
// local variables: the stores into events could be stores into anything, as far as the compiler knows.
bool XmlScanner::Familiar(bool* again) {
  const uint32_t* const tags = tags_.data();
  const char* const base = base_;
  const size_t end = tag_count_ - 2;
  size_t cursor = cursor_;
  const char* text_begin = text_begin_;
  XmlEvent* event = &events_[event_count_];
  const XmlEvent* const event_end = &events_[kEventsMax - 4];
  const auto emit = [&event](const char* text, size_t length, const Trail& trail,
                             XmlEventKind kind) {
    event->text = text;
    event->length = static_cast<uint32_t>(length);
    event->attribute = trail.attribute;
    event->node = trail.node;
    event->kind = kind;
    event->attribute_length = trail.attribute_length;
    ++event;
  };
  const auto keep = [&] {
    cursor_ = cursor;
    text_begin_ = text_begin;
    event_count_ = static_cast<size_t>(event - events_.get());
  };
  while (cursor < end && event < event_end) {
    Frame& top = stack_.back();
    if (top.trail == nullptr) break;
    const char* tag = base + tags[cursor];
    if (tag != text_begin && ((!top.has_child && (top.trail->flags & kXmlText) != 0) ||
                              !IsXmlBlankText(text_begin, tag))) {
      break;
    }
    Trail* child = top.hint;
    if (child == nullptr || !IsImage(tag, child->start)) {
      if (IsImage(tag, top.trail->end)) {
        // Declarations that end here are the other path's business.
        if (top.bindings != binding_count_ || stack_.size() <= 2) break;
        (top.last == nullptr ? top.trail->first : top.last->next) = nullptr;
        const Trail& trail = *top.trail;
        if ((trail.flags & kXmlEnd) != 0) emit(tag, 0, trail, XmlEventKind::kEnd);
        stack_.pop_back();
        ++cursor;
        text_begin = tag + trail.end.length;
        if (tracing_ && stack_.size() == trace_depth_) {
          keep();
          EndTrace(text_begin);
        }
        continue;
      }
      child = top.trail->places[PlaceOf(tag)];
      while (child != nullptr && !IsImage(tag, child->start)) child = child->alike;
      if (child == nullptr) break;
      (top.last == nullptr ? top.trail->first : top.last->next) = child;
    }
    if ((child->flags & kXmlFlush) != 0) break;
    top.last = child;
    top.hint = child->next;
    top.has_child = true;
    if ((child->flags & kXmlUnit) != 0) {
      keep();
      // Either the whole unit is read, or its start tag is left to the general path.
      return EnterUnit(child->node, tag, again);
    }
    const char* after = tag + child->start.length;
    const char* next = base + tags[cursor + 1];
    if ((child->flags & kXmlBegin) != 0) emit(tag, 0, *child, XmlEventKind::kBegin);
    if (!IsImage(next, child->end)) {
      stack_.push_back({tag + 1, child->name_length, child->node, false,
                        static_cast<uint32_t>(binding_count_), child->attribute,
                        child->attribute_length, child, child->first});
      text_begin = after;
      ++cursor;
      continue;
    }
    cursor += 2;
    text_begin = next + child->end.length;
    const bool is_special = special_cursor_ < special_count_ &&
                            specials_[special_cursor_] < static_cast<size_t>(next - base);
    if ((child->flags & kXmlText) != 0 && !is_special && !carriage_return_ &&
        static_cast<size_t>(next - after) <= limits_.text_bytes) [[likely]] {
      const char* text = after;
      const char* text_end = next;
      while (text < text_end && IsXmlBlank(*text)) ++text;
      while (text < text_end && IsXmlBlank(text_end[-1])) --text_end;
      emit(text, static_cast<size_t>(text_end - text), *child, XmlEventKind::kText);
      if (tracing_) Trace(after, next, static_cast<int32_t>(event - events_.get()) - 1);
    } else {
      keep();
      if (!FamiliarText(*child, after, next)) return false;
      event = &events_[event_count_];
    }
    if ((child->flags & kXmlEnd) != 0) emit(next, 0, *child, XmlEventKind::kEnd);
  }
  keep();
  return true;
}

// At the start tag of a unit: ends the skeleton of the unit around it, and tries those known of this one.
bool XmlScanner::EnterUnit(XmlNode node, const char* tag, bool* matched) {
  if (tracing_) EndTrace(tag);
  if (!Flush() || !TrySkeletons(node, tag, matched)) return false;
  unit_tried_ = *matched ? nullptr : tag;
  return true;
}

// The text of a leaf, when it is not handed over, or not as it stands.
bool XmlScanner::FamiliarText(const Trail& child, const char* begin, const char* end) {
  if ((child.flags & kXmlText) != 0) {
    if (!EmitText(child.attribute, child.attribute_length, child.node, begin, end)) return false;
    if (tracing_) Trace(begin, end, static_cast<int32_t>(event_count_) - 1);
    return true;
  }
  if (child.node == kXmlForeign || child.node == kXmlOutside) {
    if (!CheckText(begin, end)) return false;
    if (tracing_) Trace(begin, end, -1);
    return true;
  }
  return IsXmlBlankText(begin, end) ||
         Fault(begin,
               Concat("expected elements in <", grammar_->name(child.node), ">, found text"));
}

// ---- Tags ---------------------------------------------------------------------------------------

bool XmlScanner::Open(const char* begin) {
  const char* end = base_ + limit_;
  Tag tag;
  tag.begin = begin;
  tag.name = begin + 1;
  tag.length = XmlNameLength(tag.name, end);
  tag.after = tag.name + tag.length;
  tag.bindings_before = static_cast<uint32_t>(bindings_.size());
  if (tag.after < end && *tag.after == '>') {
    ++tag.after;
  } else if (!ReadUsualAttribute(&tag) && !ReadAttributes(&tag)) {
    return false;
  }
  if (cursor_ + 1 < tag_count_ && tag.after > base_ + tags_[cursor_ + 1]) {
    return Fault(begin, "expected '>' at the end of a tag, found '<'");
  }
  const Frame& parent = stack_.back();
  if (stack_.size() == 1 && root_closed_) {
    return Fault(begin, Concat("expected the end of the file, found a second root element <",
                               std::string_view(tag.name, tag.length), ">"));
  }
  if (stack_.size() > limits_.depth) {
    return Fault(begin, Concat("expected at most ", limits_.depth,
                               " elements inside each other, found more"));
  }
  XmlNode node = kXmlForeign;
  const size_t prefix = prefix_.size();
  if (has_prefix_ && tag.length > prefix &&
      (prefix == 0 || std::memcmp(tag.name, prefix_.data(), prefix) == 0)) {
    node = grammar_->Find(parent.node, tag.name + prefix, tag.length - prefix);
  }
  if (node == kXmlForeign && !Resolve(tag, &node)) return false;
  return OpenNode(tag, node);
}

bool XmlScanner::OpenNode(const Tag& tag, XmlNode node) {
  const uint8_t flags = grammar_->flags(node);
  stack_.back().has_child = true;
  const bool is_unit = (flags & kXmlUnit) != 0 && !tag.is_empty;
  if (is_unit && unit_tried_ != tag.begin && tag.bindings_before == bindings_.size()) {
    bool matched = false;
    if (!EnterUnit(node, tag.begin, &matched)) return false;
    if (matched) return true;
  }
  unit_tried_ = nullptr;
  const bool has_next = cursor_ + 1 < tag_count_;
  const char* next = has_next ? base_ + tags_[cursor_ + 1] : nullptr;
  Trail* const trail = Learn(tag, node);
  if (tag.is_empty) {
    if ((flags & kXmlFlush) != 0)
      return Fault(tag.begin, "expected content, found an empty element");
    ++cursor_;
    return Leaf(tag, node, nullptr);
  }
  if (has_next && (flags & kXmlFlush) == 0 && next[1] == '/' && next[2 + tag.length] == '>' &&
      SameName(next + 2, tag.name, tag.length)) {
    cursor_ += 2;
    return Leaf(tag, node, next);
  }
  stack_.push_back({tag.name, tag.length, node, false, tag.bindings_before, tag.attribute,
                    tag.attribute_length, trail, trail == nullptr ? nullptr : trail->first});
  text_begin_ = tag.after;
  ++cursor_;
  if ((flags & kXmlBegin) != 0) {
    if (!Emit(tag.begin, 0, node, XmlEventKind::kBegin, tag.attribute, tag.attribute_length)) {
      return false;
    }
    if ((flags & kXmlFlush) != 0 && !Flush()) return false;
  }
  return true;
}

// An element without elements inside: `end` is its end tag, or null for an empty-element tag.
bool XmlScanner::Leaf(const Tag& tag, XmlNode node, const char* end) {
  const uint8_t flags = grammar_->flags(node);
  const char* text_end = end == nullptr ? tag.after : end;
  if ((flags & kXmlBegin) != 0) {
    if (!Emit(tag.begin, 0, node, XmlEventKind::kBegin, 0, 0)) return false;
  }
  if ((flags & kXmlText) != 0) {
    if (!EmitText(tag.attribute, tag.attribute_length, node, tag.after, text_end)) return false;
    if (tracing_ && end != nullptr) {
      Trace(tag.after, end, static_cast<int32_t>(event_count_) - 1);
    }
  } else if (end != nullptr) {
    if (node == kXmlForeign || node == kXmlOutside) {
      if (!CheckText(tag.after, end)) return false;
      if (tracing_) {
        Trace(tag.after, end, -1);
      }
    } else if (!IsXmlBlankText(tag.after, end)) {
      return Fault(tag.after,
                   Concat("expected elements in <", grammar_->name(node), ">, found text"));
    }
  }
  if ((flags & kXmlEnd) != 0) {
    if (!Emit(text_end, 0, node, XmlEventKind::kEnd, 0, 0)) return false;
  }
  if (tag.bindings_before != bindings_.size()) {
    bindings_.resize(tag.bindings_before);
    BindingsChanged();
  }
  text_begin_ = end == nullptr ? tag.after : end + 3 + tag.length;
  if (stack_.size() == 1) root_closed_ = true;
  return true;
}

bool XmlScanner::CloseTag(const char* tag) {
  const Frame& top = stack_.back();
  const char* end = base_ + limit_;
  const char* name = tag + 2;
  if (stack_.size() == 1) return Fault(tag, Concat("expected no end tag, found ", Found(tag)));
  if (static_cast<size_t>(end - name) <= top.length || !SameName(name, top.name, top.length)) {
    const bool cut = memchr(tag, '>', static_cast<size_t>(end - tag)) == nullptr;
    return Fault(
        tag, Concat("expected </", std::string_view(top.name, top.length), ">, found ", Found(tag)),
        cut);
  }
  const char* after = name + top.length;
  while (after < end && IsXmlBlank(*after)) ++after;
  if (after == end || *after != '>') {
    return Fault(
        tag, Concat("expected </", std::string_view(top.name, top.length), ">, found ", Found(tag)),
        after == end);
  }
  const XmlNode node = top.node;
  const uint32_t bindings = top.bindings;
  stack_.pop_back();
  ++cursor_;
  text_begin_ = after + 1;
  if (bindings != binding_count_) {
    bindings_.resize(bindings);
    BindingsChanged();
  }
  if (stack_.size() == 1) root_closed_ = true;
  if ((grammar_->flags(node) & kXmlEnd) != 0) {
    if (!Emit(tag, 0, node, XmlEventKind::kEnd, 0, 0)) return false;
  }
  if (tracing_ && stack_.size() == trace_depth_) EndTrace(text_begin_);
  return true;
}

// The text between the last tag and this one, when it is not empty.
bool XmlScanner::Between(const char* tag) {
  const Frame& top = stack_.back();
  const uint8_t flags = grammar_->flags(top.node);
  const bool closes = tag < base_ + size_ && tag[1] == '/';
  if ((flags & kXmlText) != 0 && !top.has_child && closes) {
    tracing_ = false;
    return EmitText(top.attribute, top.attribute_length, top.node, text_begin_, tag);
  }
  if (is_pending_) {
    is_pending_ = false;
    if (!IsXmlBlankText(pending_.data(), pending_.data() + pending_.size())) {
      return Fault(tag, Concat("expected an element or a text in <",
                               std::string_view(top.name, top.length), ">, found both"));
    }
  }
  if (IsXmlBlankText(text_begin_, tag)) return true;
  if (stack_.size() == 1) {
    return Fault(text_begin_, Concat("expected markup, found ", Found(text_begin_)));
  }
  if (top.node == kXmlForeign || top.node == kXmlOutside) {
    tracing_ = false;
    return CheckText(text_begin_, tag);
  }
  return Fault(text_begin_, Concat("expected elements in <", std::string_view(top.name, top.length),
                                   ">, found ", Found(text_begin_)));
}

// ---- Attributes and namespaces ------------------------------------------------------------------

// ` Ccy="NOK">`: the attribute that matters, alone, with a value of three capital letters.
bool XmlScanner::ReadUsualAttribute(Tag* tag) const {
  const char* at = tag->after;
  const char* value = at + usual_attribute_length_;
  if (((LoadWord(at) ^ usual_attribute_) & usual_attribute_mask_) != 0 ||
      usual_attribute_mask_ == 0 || base_ + limit_ < value + 5 || value[3] != '"' ||
      value[4] != '>') {
    return false;
  }
  for (int i = 0; i < 3; ++i) {
    if (value[i] < 'A' || value[i] > 'Z') return false;
  }
  tag->attribute = static_cast<uint32_t>(LoadWord(value) & 0xFFFFFF);
  tag->attribute_length = 3;
  tag->after = value + 5;
  return true;
}

bool XmlScanner::ReadAttributes(Tag* tag) {
  std::vector<std::string_view> names;
  const char* end = base_ + limit_;
  for (;;) {
    const char* before = tag->after;
    while (tag->after < end && IsXmlBlank(*tag->after)) ++tag->after;
    if (tag->after >= end) {
      return Fault(tag->begin, "expected '>' at the end of a tag, found the end of the file", true);
    }
    if (*tag->after == '>') {
      ++tag->after;
      return true;
    }
    if (*tag->after == '/') {
      if (tag->after + 1 >= end) {
        return Fault(tag->begin, "expected '>' at the end of a tag, found the end of the file",
                     true);
      }
      if (tag->after[1] != '>') {
        return Fault(tag->after, Concat("expected '/>', found ", Found(tag->after)));
      }
      tag->after += 2;
      tag->is_empty = true;
      return true;
    }
    if (tag->after == before) {
      return Fault(tag->after,
                   Concat("expected a blank or '>' in a tag, found ", Found(tag->after)));
    }
    if (!ReadAttribute(tag, &names)) return false;
  }
}

bool XmlScanner::ReadAttribute(Tag* tag, std::vector<std::string_view>* names) {
  const char* end = base_ + limit_;
  const char*& at = tag->after;
  const char* name_begin = at;
  const std::string_view name(name_begin, XmlNameLength(name_begin, end));
  at += name.size();
  if (!IsQualifiedName(name)) {
    return Fault(name_begin, Concat("expected an attribute, found ", Found(name_begin)), at == end);
  }
  while (at < end && IsXmlBlank(*at)) ++at;
  if (at == end || *at != '=') {
    return Fault(at, "expected '=' behind the name of an attribute", at == end);
  }
  ++at;
  while (at < end && IsXmlBlank(*at)) ++at;
  if (at == end || (*at != '"' && *at != '\'')) {
    return Fault(at, "expected the value of an attribute in quotes", at == end);
  }
  const char quote = *at++;
  // No further than to the next `<`: an attribute holds none.
  const bool has_next = cursor_ + 1 < tag_count_;
  const char* bound = has_next ? std::max(at, base_ + tags_[cursor_ + 1]) : end;
  const auto* close = static_cast<const char*>(memchr(at, quote, static_cast<size_t>(bound - at)));
  if (close == nullptr) {
    return has_next ? Fault(name_begin, "expected no '<' in an attribute, found one")
                    : Fault(name_begin,
                            "expected the end of an attribute, found the end of the file", true);
  }
  const std::string_view raw(at, static_cast<size_t>(close - at));
  if (raw.size() > limits_.text_bytes) return Fault(name_begin, "an attribute is too long");
  std::string value;
  if (!AppendPlain(at, close, &value)) return false;
  at = close + 1;
  if (std::find(names->begin(), names->end(), name) != names->end()) {
    return Fault(name_begin, Concat("expected each attribute once, found ", name, " twice"));
  }
  names->push_back(name);
  if (names->size() > limits_.attributes) {
    return Fault(name_begin, Concat("expected at most ", limits_.attributes,
                                    " attributes in a tag, found more"));
  }
  if (name == grammar_->attribute()) {
    tag->attribute = 0;
    std::memcpy(&tag->attribute, value.data(), std::min<size_t>(value.size(), 4));
    tag->attribute_length = static_cast<uint8_t>(std::min<size_t>(value.size(), 255));
  }
  return Bind(*tag, name, value);
}

// Takes note of a namespace declaration.
bool XmlScanner::Bind(const Tag& tag, std::string_view name, std::string_view value) {
  std::string_view prefix;
  if (name == "xmlns") {
    prefix = "";
  } else if (name.substr(0, 6) == "xmlns:") {
    prefix = name.substr(6);
  } else {
    return true;
  }
  if (prefix == "xml" || prefix == "xmlns" || (!prefix.empty() && value.empty())) {
    return Fault(tag.begin, Concat("expected a namespace that may be bound, found ", name, "=\"",
                                   value, "\""));
  }
  std::string why;
  const XmlFamily family = value.empty() ? XmlFamily::kForeign : consumer_->Classify(value, &why);
  if (family == XmlFamily::kRefused) return Fault(tag.begin, std::move(why));
  bindings_.push_back({std::string(prefix), family, stack_.size()});
  BindingsChanged();
  return true;
}

void XmlScanner::BindingsChanged() {
  // Innermost declarations win; the default namespace is preferred, because its names are shorter.
  has_prefix_ = false;
  tracing_ = false;
  binding_count_ = bindings_.size();
  trails_.clear();
  for (Frame& frame : stack_) frame.trail = frame.hint = frame.last = nullptr;
  for (std::unique_ptr<SkeletonBook>& book : books_) book.reset();
  std::vector<std::string_view> seen;
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (std::find(seen.begin(), seen.end(), binding->prefix) != seen.end()) continue;
    seen.push_back(binding->prefix);
    if (binding->family != XmlFamily::kOurs) continue;
    if (has_prefix_ && !binding->prefix.empty()) continue;
    has_prefix_ = true;
    prefix_ = binding->prefix.empty() ? "" : Concat(binding->prefix, ":");
  }
}

// The node of a name that the short way did not find.
bool XmlScanner::Resolve(const Tag& tag, XmlNode* node) {
  const std::string_view name(tag.name, tag.length);
  const Frame& parent = stack_.back();
  if (!IsQualifiedName(name)) {
    return Fault(tag.begin, Concat("expected a tag, found ", Found(tag.begin)),
                 tag.after >= base_ + size_);
  }
  const size_t colon = name.find(':');
  const std::string_view prefix = colon == std::string_view::npos ? "" : name.substr(0, colon);
  const size_t local = colon == std::string_view::npos ? 0 : colon + 1;
  XmlFamily family = XmlFamily::kForeign;
  bool is_bound = prefix.empty() || prefix == "xml";
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (binding->prefix != prefix) continue;
    family = binding->family;
    is_bound = true;
    break;
  }
  if (!is_bound) {
    return Fault(tag.begin, Concat("expected a prefix that is bound to a namespace, found ", name));
  }
  *node = kXmlForeign;
  if (family == XmlFamily::kOurs && parent.node != kXmlForeign) {
    *node = grammar_->Find(parent.node, tag.name + local, tag.length - local);
    if (*node != kXmlForeign) return true;
    if ((grammar_->flags(parent.node) & kXmlStrict) != 0) {
      return Fault(tag.begin,
                   Concat("expected a known element in <",
                          std::string_view(parent.name, parent.length), ">, found <", name, ">"));
    }
  }
  if (IsGuarded(tag.name, tag.length)) {
    return Fault(tag.begin, Concat("expected <", name, "> only in its own place, found it in <",
                                   std::string_view(parent.name, parent.length), ">"));
  }
  if (parent.node == kXmlOutside) *node = kXmlOutside;
  return true;
}

bool XmlScanner::IsGuarded(const char* name, size_t length) const {
  for (const std::string& guard : guards_) {
    if (guard.size() == length && std::memcmp(guard.data(), name, length) == 0) return true;
  }
  return false;
}

// ---- Comments, CDATA sections, instructions -----------------------------------------------------

bool XmlScanner::Declaration(const char* tag) {
  tracing_ = false;
  const Frame& top = stack_.back();
  const bool in_text = (grammar_->flags(top.node) & kXmlText) != 0 && !top.has_child;
  if (in_text) {
    if (!is_pending_) pending_.clear();
    is_pending_ = true;
    if (!AppendPlain(text_begin_, tag, &pending_)) return false;
  } else if (tag != text_begin_ && !Between(tag)) {
    return false;
  }
  const std::string_view rest(tag, static_cast<size_t>(base_ + size_ - tag));
  if (rest.substr(0, 4) == "<!--") return Comment(tag);
  if (rest.substr(0, 9) == "<![CDATA[") return CharacterData(tag);
  if (rest.substr(0, 2) == "<?") return Instruction(tag);
  if (rest.substr(0, 9) == "<!DOCTYPE") {
    return Fault(tag, "expected no document type definition, found <!DOCTYPE");
  }
  const bool cut = rest.size() < 9 && rest.find('>') == std::string_view::npos;
  return Fault(tag, Concat("expected a comment or a CDATA section, found ", Found(tag)), cut);
}

bool XmlScanner::CheckGuards(const char* begin, const char* end) {
  const std::string_view content(begin, static_cast<size_t>(end - begin));
  for (const std::string& guard : guards_) {
    if (content.find(Concat("<", guard)) == std::string_view::npos &&
        content.find(Concat("</", guard)) == std::string_view::npos) {
      continue;
    }
    // Which of them is found first depends on where a piece ends, so none is named.
    return Fault(begin,
                 "expected no tags of records inside a comment, a CDATA section or an instruction, "
                 "found one");
  }
  return true;
}

bool XmlScanner::Comment(const char* tag) {
  const std::string_view rest(tag, static_cast<size_t>(base_ + size_ - tag));
  const size_t end = rest.find("--", 4);
  if (!CheckGuards(tag, end == std::string_view::npos ? base_ + size_ : tag + end)) return false;
  if (end == std::string_view::npos || end + 2 >= rest.size()) {
    return Fault(tag, "expected the end of a comment, found the end of the file", true);
  }
  if (rest[end + 2] != '>') return Fault(tag + end, "expected '-->', found '--' in a comment");
  return SkipTo(tag + end + 3);
}

bool XmlScanner::CharacterData(const char* tag) {
  const std::string_view rest(tag, static_cast<size_t>(base_ + size_ - tag));
  const size_t end = rest.find("]]>");
  if (!CheckGuards(tag, end == std::string_view::npos ? base_ + size_ : tag + end)) return false;
  if (end == std::string_view::npos) {
    return Fault(tag, "expected the end of a CDATA section, found the end of the file", true);
  }
  if (stack_.size() == 1) return Fault(tag, "expected markup, found a CDATA section");
  const std::string_view content = rest.substr(9, end - 9);
  const Frame& top = stack_.back();
  if (is_pending_) {
    pending_.append(content);
    if (pending_.size() > limits_.text_bytes) return Fault(tag, "a text is too long");
  } else if (top.node != kXmlForeign && top.node != kXmlOutside &&
             !IsXmlBlankText(content.data(), content.data() + content.size())) {
    return Fault(tag, Concat("expected elements in <", std::string_view(top.name, top.length),
                             ">, found text"));
  }
  return SkipTo(tag + end + 3);
}

bool XmlScanner::Instruction(const char* tag) {
  const std::string_view rest(tag, static_cast<size_t>(base_ + size_ - tag));
  const size_t end = rest.find("?>", 2);
  if (!CheckGuards(tag, end == std::string_view::npos ? base_ + size_ : tag + end)) return false;
  if (end == std::string_view::npos) {
    return Fault(tag, "expected '?>', found the end of the file", true);
  }
  size_t length = 2;
  while (length < end && !IsXmlBlank(rest[length])) ++length;
  const std::string_view target = rest.substr(2, length - 2);
  if (!IsQualifiedName(target) || target.find(':') != std::string_view::npos) {
    return Fault(tag, Concat("expected an instruction, found ", Found(tag)));
  }
  if (target.size() == 3 && (target[0] | 0x20) == 'x' && (target[1] | 0x20) == 'm' &&
      (target[2] | 0x20) == 'l') {
    const bool at_start = is_start_ && tag == base_;
    // Several messages are joined to one file by some channels; each has its own declaration.
    const bool at_joint = stack_.size() == 1 && root_closed_;
    if (target != "xml" || !(at_start || at_joint)) {
      return Fault(tag, "expected the XML declaration only at the beginning, found it here");
    }
    root_closed_ = false;
    if (!XmlDeclaration(tag + 5, tag + end)) return false;
  }
  return SkipTo(tag + end + 2);
}

// ` version="1.0" encoding="UTF-8" standalone="yes"`, the last two optional.
bool XmlScanner::XmlDeclaration(const char* begin, const char* end) {
  static constexpr std::string_view kNames[] = {"version", "encoding", "standalone"};
  size_t next = 0;
  const char* at = begin;
  for (;;) {
    const char* before = at;
    while (at < end && IsXmlBlank(*at)) ++at;
    if (at == end) break;
    const std::string_view name(at, XmlNameLength(at, end));
    while (next < 3 && kNames[next] != name) ++next;
    if (at == before || next == 3) {
      return Fault(at, Concat("expected an XML declaration, found ", Found(at)));
    }
    if (next > 0 && before == begin)
      return Fault(at, "expected version in the XML declaration first");
    ++next;
    at += name.size();
    while (at < end && IsXmlBlank(*at)) ++at;
    if (at == end || *at++ != '=') return Fault(at, "expected '=' in the XML declaration");
    while (at < end && IsXmlBlank(*at)) ++at;
    if (at == end || (*at != '"' && *at != '\'')) {
      return Fault(at, "expected a value in quotes in the XML declaration");
    }
    const char* value = at + 1;
    const auto* close =
        static_cast<const char*>(memchr(value, *at, static_cast<size_t>(end - value)));
    if (close == nullptr) return Fault(at, "expected the end of a value in the XML declaration");
    const std::string_view text(value, static_cast<size_t>(close - value));
    const bool version_ok = text.size() >= 3 && text.substr(0, 2) == "1." &&
                            text.find_first_not_of("0123456789", 2) == std::string_view::npos;
    if ((name == "version" && !version_ok) ||
        (name == "standalone" && text != "yes" && text != "no") ||
        (name == "encoding" && !IsQualifiedName(text))) {
      return Fault(value, Concat("expected a known value of ", name, ", found ", text));
    }
    at = close + 1;
  }
  if (next == 0) return Fault(begin, "expected version in the XML declaration");
  return true;
}

// Moves on behind something that was read as a whole.
bool XmlScanner::SkipTo(const char* end) {
  const auto offset = static_cast<size_t>(end - base_);
  for (;;) {
    while (cursor_ < tag_count_ && tags_[cursor_] < offset) ++cursor_;
    if (cursor_ < tag_count_ || indexed_ >= std::min(offset, limit_)) break;
    Fill(1);
  }
  if (limit_ < offset) return Fault(base_ + limit_, limit_text_);
  text_begin_ = end;
  return true;
}

// ---- Texts --------------------------------------------------------------------------------------

bool XmlScanner::EmitDecoded(uint32_t attribute,
                             uint8_t attribute_length,
                             XmlNode node,
                             const char* begin,
                             const char* end) {
  if (!is_pending_) pending_.clear();
  is_pending_ = false;
  tracing_ = false;
  if (!AppendPlain(begin, end, &pending_)) return false;
  if (pending_.size() > limits_.text_bytes) return Fault(begin, "a text is too long");
  const std::string_view stored = Stored(pending_);
  begin = stored.data();
  end = begin + stored.size();
  while (begin < end && IsXmlBlank(*begin)) ++begin;
  while (begin < end && IsXmlBlank(end[-1])) --end;
  return Emit(begin, static_cast<uint32_t>(end - begin), node, XmlEventKind::kText, attribute,
              attribute_length);
}

std::string_view XmlScanner::Stored(std::string text) {
  // Padded like everything that is compared a vector at a time.
  const size_t size = text.size();
  text.append(64, '\0');
  decoded_.push_back(std::make_unique<std::string>(std::move(text)));
  return {decoded_.back()->data(), size};
}

// Appends text with its references resolved and its line ends made one.
bool XmlScanner::AppendPlain(const char* begin, const char* end, std::string* out) {
  for (const char* at = begin; at < end;) {
    if (*at == '&') {
      if (!AppendReference(&at, end, out)) return false;
    } else if (*at == '\r') {
      out->push_back('\n');
      ++at;
      if (at < end && *at == '\n') ++at;
    } else if (*at == ']' && end - at >= 2 && at[1] == ']' && at[2] == '>') {
      return Fault(at, "expected no ']]>' in a text, found one");
    } else {
      out->push_back(*at++);
    }
  }
  return true;
}

bool XmlScanner::CheckText(const char* begin, const char* end) {
  if (static_cast<size_t>(end - begin) > limits_.text_bytes) {
    return Fault(begin,
                 Concat("expected a text of at most ", limits_.text_bytes, " bytes, found more"));
  }
  if (!HasSpecial(begin, end)) return true;
  tracing_ = false;
  std::string ignored;
  return AppendPlain(begin, end, &ignored);
}

bool XmlScanner::AppendReference(const char** at, const char* end, std::string* out) {
  static constexpr struct {
    std::string_view name;
    char character;
  } kEntities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

  const char* begin = *at + 1;
  const auto* semicolon =
      static_cast<const char*>(memchr(begin, ';', static_cast<size_t>(end - begin)));
  if (semicolon == nullptr) {
    return Fault(*at, Concat("expected a reference that ends in ';', found ", Found(*at)));
  }
  const std::string_view name(begin, static_cast<size_t>(semicolon - begin));
  if (!name.empty() && name[0] == '#') {
    uint32_t code = 0;
    if (!ParseCharacterReference(name.substr(1), &code)) {
      return Fault(*at, Concat("expected a reference to a character, found &", name, ";"));
    }
    AppendUtf8(code, out);
    *at = semicolon + 1;
    return true;
  }
  for (const auto& entity : kEntities) {
    if (entity.name != name) continue;
    out->push_back(entity.character);
    *at = semicolon + 1;
    return true;
  }
  return Fault(*at, Concat("expected a known entity, found &", name.substr(0, 40), ";"));
}

bool XmlScanner::Flush() {
  if (event_count_ == 0) return true;
  const size_t count = event_count_;
  event_count_ = 0;
  return HandOver({events_.get(), count});
}

bool XmlScanner::HandOver(absl::Span<const XmlEvent> events) {
  stopped_ = !consumer_->OnEvents(events);
  if (wants_release_) {
    wants_release_ = false;
    decoded_.clear();
  }
  return !stopped_;
}

bool XmlScanner::Fault(const char* at, std::string text, bool truncated) {
  fault_.offset = static_cast<size_t>(at - base_);
  fault_.text = std::move(text);
  fault_.truncated = truncated;
  return false;
}

// The beginning of what stands at `at`, fit to be shown.
std::string XmlScanner::Found(const char* at) const {
  const char* end = std::min(base_ + size_, at + 40);
  std::string text;
  for (; at < end && static_cast<unsigned char>(*at) >= 0x20 &&
         static_cast<unsigned char>(*at) < 0x7F;
       ++at) {
    text.push_back(*at);
    if (*at == '>') break;
  }
  return text.empty() ? "the end" : text;
}

// ---- The index ----------------------------------------------------------------------------------

void XmlScanner::Fill(size_t tags) {
  while (tag_count_ - cursor_ < tags && indexed_ < limit_) IndexWindow();
}

void XmlScanner::IndexWindow() {
  constexpr size_t kRoom = kWindowBytes + 64;
  const auto keep = [](Positions* positions, size_t* cursor, size_t* count) {
    *count -= *cursor;
    if (positions->room < *count + kRoom) {
      const size_t room = 2 * (*count + kRoom);
      auto at = std::make_unique_for_overwrite<uint32_t[]>(room);
      if (*count != 0)
        std::memcpy(at.get(), positions->data() + *cursor, *count * sizeof(uint32_t));
      positions->at = std::move(at);
      positions->room = room;
    } else {
      std::memmove(positions->data(), positions->data() + *cursor, *count * sizeof(uint32_t));
    }
    *cursor = 0;
  };
  keep(&tags_, &cursor_, &tag_count_);
  keep(&specials_, &special_cursor_, &special_count_);
  const size_t length = std::min(kWindowBytes, limit_ - indexed_);
  const MarkupFound found =
      FindMarkup(kernel_, base_ + indexed_, length, static_cast<uint32_t>(indexed_),
                 tags_.data() + tag_count_, specials_.data() + special_count_);
  tag_count_ += found.tags;
  const size_t first_special = special_count_;
  special_count_ += found.specials;
  indexed_ += length;
  carriage_return_ |= found.carriage_return;
  for (size_t i = first_special; i < special_count_; ++i) {
    const char byte = base_[specials_[i]];
    if (byte == '&' || byte == ']') continue;
    LimitAt(specials_[i], Concat("expected text, found the control character 0x", HexByte(byte)));
    break;
  }
  if (found.non_ascii || utf8_checked_ + length != indexed_) {
    CheckUtf8(indexed_);
  } else {
    utf8_checked_ = indexed_;
  }
}

// Checks up to `end`, but for a character that goes on in the next window.
void XmlScanner::CheckUtf8(size_t end) {
  if (end < size_) {
    size_t back = 0;
    while (back < 4 && back < end &&
           (static_cast<unsigned char>(base_[end - back - 1]) & 0xC0) == 0x80) {
      ++back;
    }
    if (back < 4 && back < end && static_cast<unsigned char>(base_[end - back - 1]) >= 0xC0) {
      end -= back + 1;
    }
  }
  if (end <= utf8_checked_) return;
  const char* begin = base_ + utf8_checked_;
  const size_t length = end - utf8_checked_;
  utf8_checked_ = end;
  if (simdjson::validate_utf8(begin, length)) {
    // U+FFFE and U+FFFF are well-formed UTF-8 and no characters.
    const char* at = begin;
    while ((at = static_cast<const char*>(
                memchr(at, 0xEF, static_cast<size_t>(begin + length - at)))) != nullptr) {
      if (static_cast<unsigned char>(at[1]) == 0xBF && static_cast<unsigned char>(at[2]) >= 0xBE) {
        LimitAt(static_cast<size_t>(at - base_), "expected a character, found U+FFFE or U+FFFF");
        return;
      }
      ++at;
    }
    return;
  }
  // The longest good prefix, by halves: validity of a prefix that ends between characters only
  // shrinks.
  size_t good = 0;
  for (size_t at = 0; at < length;) {
    const auto byte = static_cast<unsigned char>(begin[at]);
    const size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (at + size > length || !simdjson::validate_utf8(begin + at, size)) break;
    at += size;
    good = at;
  }
  LimitAt(static_cast<size_t>(begin - base_) + good,
          Concat("expected UTF-8, found the byte 0x", HexByte(begin[good])));
}

// Nothing at or behind `offset` will be read.
void XmlScanner::LimitAt(size_t offset, std::string text) {
  if (offset >= limit_) return;
  limit_ = offset;
  limit_text_ = std::move(text);
  while (tag_count_ > cursor_ && tags_[tag_count_ - 1] >= offset) --tag_count_;
  while (special_count_ > special_cursor_ && specials_[special_count_ - 1] >= offset)
    --special_count_;
}

}  // namespace kvitt
