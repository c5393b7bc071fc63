#include "io/bytes/json_tokens.h"

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/json_characters.h"
#include "simdjson.h"

namespace kvitt {
namespace {

namespace ondemand = simdjson::ondemand;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsJsonBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && IsJsonBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view Describe(JsonTokenKind kind) {
  switch (kind) {
    case JsonTokenKind::kBeginObject:
    case JsonTokenKind::kEndObject:
      return "an object";
    case JsonTokenKind::kBeginArray:
    case JsonTokenKind::kEndArray:
      return "an array";
    case JsonTokenKind::kKey:
      return "a key";
    case JsonTokenKind::kString:
      return "a string";
    case JsonTokenKind::kNumber:
      return "a number";
    case JsonTokenKind::kTrue:
      return "true";
    case JsonTokenKind::kFalse:
      return "false";
    case JsonTokenKind::kNull:
      return "null";
  }
  return "nothing";
}

const char* JsonNumberEnd(const char* p, const char* end) {
  if (p != end && *p == '-') ++p;
  if (p == end || !IsDigit(*p)) return nullptr;
  if (*p == '0') {
    ++p;
  } else {
    while (p != end && IsDigit(*p)) ++p;
  }
  if (p != end && *p == '.') {
    ++p;
    if (p == end || !IsDigit(*p)) return nullptr;
    while (p != end && IsDigit(*p)) ++p;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p != end && (*p == '+' || *p == '-')) ++p;
    if (p == end || !IsDigit(*p)) return nullptr;
    while (p != end && IsDigit(*p)) ++p;
  }
  return p;
}

struct JsonTokenizer::Parser {
  ondemand::parser json;
};

// One walk over one line. Every function returns false when the line is refused.
class JsonTokenizer::Walk {
 public:
  Walk(JsonTokenizer* tokenizer, std::string_view line) : to_(*tokenizer), line_(line) {}

  bool Run() {
    ondemand::document document;
    if (!Ok(to_.parser_->json.iterate(line_.data(), line_.size(), line_.size() + kPadding)
                .get(document))) {
      return false;
    }
    ondemand::object root;
    if (!Ok(document.get_object().get(root)) || !Object(root, 1)) return false;
    const char* rest = nullptr;
    if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) {
      return Refuse("nothing after the object", "more text");
    }
    return true;
  }

 private:
  bool Refuse(std::string_view expected, std::string_view found) {
    to_.expected_.assign(expected);
    to_.found_.assign(found);
    return false;
  }

  bool Ok(simdjson::error_code error) {
    if (error == simdjson::SUCCESS) return true;
    if (error == simdjson::UTF8_ERROR) return Refuse("UTF-8", "bytes that are not UTF-8");
    if (error == simdjson::UNESCAPED_CHARS) {
      return Refuse("control characters written as escapes",
                    "a bare control character in a string");
    }
    return Refuse("one whole JSON object", simdjson::error_message(error));
  }

  // What follows an opening quote: up to the closing one.
  static std::string_view UpToQuote(const char* begin, const char* end, bool* escaped) {
    const char* p = begin;
    *escaped = false;
    while ((p = JsonPlainEnd(p, end)) < end && *p != '"') {
      *escaped = *escaped || *p == '\\';
      p += *p == '\\' ? 2 : 1;
    }
    p = std::min(p, end);
    return {begin, static_cast<size_t>(p - begin)};
  }

  const char* line_end() const { return line_.data() + line_.size(); }

  bool Add(JsonTokenKind kind, std::string_view text, std::string_view source, bool escaped) {
    if (escaped && text.find('\0') != std::string_view::npos) {
      return Refuse("text without NUL", "\\u0000");
    }
    to_.tokens_.push_back({kind, escaped, text, source});
    return true;
  }

  void AddMark(JsonTokenKind kind) { to_.tokens_.push_back({kind, false, {}, {}}); }

  bool Key(ondemand::field& field) {
    bool escaped = false;
    const std::string_view source = UpToQuote(field.key().raw(), line_end(), &escaped);
    std::string_view text = source;
    if (escaped && !Ok(field.unescaped_key().get(text))) return false;
    to_.keys_.push_back(text);
    return Add(JsonTokenKind::kKey, text, source, escaped);
  }

  bool String(ondemand::value& value, std::string_view token) {
    bool escaped = false;
    const std::string_view source = UpToQuote(token.data() + 1, line_end(), &escaped);
    std::string_view text = source;
    if (escaped) {
      if (!Ok(value.get_string().get(text))) return false;
    } else {
      // Consumed in any case: an unread string that a colon follows would be skipped as a key.
      ondemand::raw_json_string raw;
      if (!Ok(value.get_raw_json_string().get(raw))) return false;
    }
    return Add(JsonTokenKind::kString, text, source, escaped);
  }

  bool Scalar(std::string_view token) {
    const std::string_view text = TrimRight(token);
    if (text == "null") return Add(JsonTokenKind::kNull, {}, {}, false);
    if (text == "true") return Add(JsonTokenKind::kTrue, {}, {}, false);
    if (text == "false") return Add(JsonTokenKind::kFalse, {}, {}, false);
    const char* end = text.data() + text.size();
    if (text.empty() || JsonNumberEnd(text.data(), end) != end) {
      return Refuse("a JSON value", Concat("`", text.substr(0, 40), "`"));
    }
    return Add(JsonTokenKind::kNumber, text, text, false);
  }

  bool Value(ondemand::value& value, int depth) {
    ondemand::json_type type{};
    if (!Ok(value.type().get(type))) return false;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      return Ok(value.get_object().get(object)) && Object(object, depth + 1);
    }
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      return Ok(value.get_array().get(array)) && Array(array, depth + 1);
    }
    const std::string_view token = value.raw_json_token();
    return type == ondemand::json_type::string ? String(value, token) : Scalar(token);
  }

  bool TooDeep(int depth) {
    if (depth <= kDepthMax) return false;
    Refuse("nesting of at most 64", "deeper nesting");
    return true;
  }

  bool Object(ondemand::object& object, int depth) {
    if (TooDeep(depth)) return false;
    const size_t first_key = to_.keys_.size();
    AddMark(JsonTokenKind::kBeginObject);
    for (auto each : object) {
      // A copy of a field that was made a moment ago stalls until its parts are in memory.
      if (!Ok(each.error())) return false;
      ondemand::field&& field = std::move(each).value_unsafe();
      if (!Key(field) || !Value(field.value(), depth)) return false;
    }
    AddMark(JsonTokenKind::kEndObject);
    return NoKeyTwice(first_key);
  }

  bool Array(ondemand::array& array, int depth) {
    if (TooDeep(depth)) return false;
    AddMark(JsonTokenKind::kBeginArray);
    for (auto each : array) {
      if (!Ok(each.error())) return false;
      ondemand::value&& value = std::move(each).value_unsafe();
      if (!Value(value, depth)) return false;
    }
    AddMark(JsonTokenKind::kEndArray);
    return true;
  }

  bool NoKeyTwice(size_t first_key) {
    const auto begin = to_.keys_.begin() + static_cast<ptrdiff_t>(first_key);
    std::sort(begin, to_.keys_.end());
    const auto twice = std::adjacent_find(begin, to_.keys_.end());
    if (twice != to_.keys_.end()) {
      return Refuse("each key once", Concat("`", twice->substr(0, 40), "` twice"));
    }
    to_.keys_.resize(first_key);
    return true;
  }

  JsonTokenizer& to_;
  std::string_view line_;
};

JsonTokenizer::JsonTokenizer() : parser_(std::make_unique<Parser>()) {}

JsonTokenizer::~JsonTokenizer() = default;

bool JsonTokenizer::Tokenize(std::string_view line) {
  tokens_.clear();
  keys_.clear();
  if (line.find('\0') != std::string_view::npos) {
    expected_ = "text without NUL";
    found_ = "a NUL byte";
    return false;
  }
  size_t first = 0;
  while (first < line.size() && IsJsonBlank(line[first])) ++first;
  if (first == line.size() || line[first] != '{') {
    expected_ = "a JSON object";
    found_ = Concat("`", line.substr(first, 1), "`");
    if (first < line.size() && static_cast<unsigned char>(line[first]) >= 0x80) {
      found_ = "a character that is not ASCII";
    }
    return false;
  }
  return Walk(this, line).Run();
}

}  // namespace kvitt
