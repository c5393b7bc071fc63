#include "io/bytes/json_text.h"

#include "kvitt/amount.h"

namespace kvitt {
namespace {

bool NeedsEscape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void AppendEscape(char c, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  out->append("\\u00");
  out->push_back(kHex[static_cast<unsigned char>(c) >> 4]);
  out->push_back(kHex[static_cast<unsigned char>(c) & 15]);
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(text[i])) continue;
    out->append(text, begin, i - begin);
    AppendEscape(text[i], out);
    begin = i + 1;
  }
  out->append(text, begin, text.size() - begin);
  out->push_back('"');
}

void JsonLineWriter::Key(std::string_view key) {
  if (!first_) out_->push_back(',');
  first_ = false;
  out_->push_back('"');
  out_->append(key);
  out_->append("\":");
}

void JsonLineWriter::OptionalDate(std::string_view key, Date date) {
  if (!date.has_value()) return;
  Key(key);
  char text[12];
  text[0] = '"';
  char* end = WriteDate(text + 1, date);
  *end++ = '"';
  out_->append(text, static_cast<size_t>(end - text));
}

void JsonLineWriter::Amount(std::string_view key, int64_t minor, int decimals) {
  Key(key);
  char text[32];
  text[0] = '"';
  char* end = WriteAmount(text + 1, minor, decimals);
  *end++ = '"';
  out_->append(text, static_cast<size_t>(end - text));
}

}  // namespace kvitt
