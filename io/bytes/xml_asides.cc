// What the scanner reads besides elements: comments, CDATA sections, instructions.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"

namespace kvitt {

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
  if (!IsXmlQualifiedName(target) || target.find(':') != std::string_view::npos) {
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
        (name == "encoding" && !IsXmlQualifiedName(text))) {
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

}  // namespace kvitt
