// The scanner's texts that do not stand as they are meant: references, line ends, CDATA.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"

namespace kvitt {
namespace {

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

}  // namespace kvitt
