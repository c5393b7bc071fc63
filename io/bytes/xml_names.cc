// The scanner's attributes and namespaces.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"
#include "io/bytes/xml_skeleton.h"

namespace kvitt {

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
  if (!IsXmlQualifiedName(name)) {
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
  trail_of_place_.clear();
  next_reopening_ = ~size_t{0};
  for (Frame& frame : stack_) frame.trail = nullptr;
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
  steps_.Clear(prefix_.size());
}

// The node of a name that the short way did not find.
bool XmlScanner::Resolve(const Tag& tag, XmlNode* node) {
  const std::string_view name(tag.name, tag.length);
  const Frame& parent = stack_.back();
  if (!IsXmlQualifiedName(name)) {
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

}  // namespace kvitt
