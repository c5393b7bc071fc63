#include "io/bytes/xml_scanner.h"

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_skeleton.h"
#include "kvitt/check.h"

namespace kvitt {

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

bool XmlScanner::Scan(std::string_view bytes, bool is_start, bool is_end) {
  earlier_bytes_ += size_;
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

void XmlScanner::Trace(const char* begin, const char* end, int32_t event) {
  trace_values_.push_back(
      {static_cast<uint32_t>(begin - base_), static_cast<uint32_t>(end - base_), event});
}

bool XmlScanner::Emit(const char* text,
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

bool XmlScanner::EmitText(uint32_t attribute,
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

// Whether what begins at the offset is an element's tag that ends in front of a byte that may not stand
// there.
bool XmlScanner::EndsBeforeLimit(size_t offset) const {
  const char* tag = base_ + offset;
  const char* end = base_ + limit_;
  if (tag + 1 >= end || tag[1] == '!' || tag[1] == '?') return false;
  return memchr(tag, '>', static_cast<size_t>(end - tag)) != nullptr;
}

bool XmlScanner::Run() {
  for (;;) {
    if (cursor_ + 3 > tag_count_) {
      Fill(3);
      if (cursor_ == tag_count_) return true;
      // A tag in which a byte stands that may not is not read: the byte is the fault.
      if (limit_ < size_ && cursor_ + 1 == tag_count_ && !EndsBeforeLimit(tags_[cursor_]))
        return true;
    }
    if (cursor_ + 2 < tag_count_ && !is_pending_ && !tracing_ && stack_.back().trail != nullptr) {
      const size_t before = cursor_;
      bool again = false;
      if (!Familiar(&again)) return false;
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
  if (tracing_ && trace_closed_) EndTrace(tag.begin);
  const bool has_next = cursor_ + 1 < tag_count_;
  const char* next = has_next ? base_ + tags_[cursor_ + 1] : nullptr;
  const Trail* const trail = Learn(tag, node);
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
                    tag.attribute_length, trail});
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
  // A unit without elements inside is no skeleton.
  if (tracing_ && tag.begin == trace_begin_) tracing_ = false;
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
  if (tracing_ && trace_closed_ && stack_.size() <= trace_floor_) EndTrace(tag);
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
  if (tracing_ && stack_.size() == trace_depth_) trace_closed_ = true;
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

}  // namespace kvitt
