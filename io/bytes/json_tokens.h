// One line of JSON as a list of tokens, strictly checked.
//
// The whole line is read and checked before anything of it is used: grammar of RFC 8259, UTF-8,
// escapes (no lone surrogates, no NUL), no key twice in one object, nesting of at most 64, nothing
// after the object. simdjson (on demand) finds the structure; this class adds the checks that an
// on-demand reader leaves to those who look.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace kvitt {

enum class JsonTokenKind : uint8_t {
  kBeginObject,
  kEndObject,
  kBeginArray,
  kEndArray,
  kKey,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
};
// "a string", "a number", ...
std::string_view Describe(JsonTokenKind kind);

struct JsonToken {
  JsonTokenKind kind = JsonTokenKind::kNull;
  bool is_escaped = false;  // the source holds escapes: text is not the source
  std::string_view text;    // keys and strings: decoded; numbers: as written
  std::string_view source;  // keys and strings: between the quotes; numbers: the number
};

class JsonTokenizer {
 public:
  static constexpr int kDepthMax = 64;
  // Bytes after the line that must be readable, whatever they are.
  static constexpr size_t kPadding = 64;

  JsonTokenizer();
  ~JsonTokenizer();
  JsonTokenizer(const JsonTokenizer&) = delete;
  JsonTokenizer& operator=(const JsonTokenizer&) = delete;

  // Reads one object. False when the line is not one, then expected() and found() say why.
  // REQUIRES: the byte after the line is a line end or blank (not part of JSON structure).
  bool Tokenize(std::string_view line);

  // Views point into the line, or into this object where the source has escapes; both are good
  // until the next Tokenize.
  absl::Span<const JsonToken> tokens() const { return tokens_; }

  const std::string& expected() const { return expected_; }

  const std::string& found() const { return found_; }

 private:
  class Walk;
  struct Parser;

  std::unique_ptr<Parser> parser_;
  std::vector<JsonToken> tokens_;
  std::vector<std::string_view> keys_;  // of the objects that are open
  std::string expected_;
  std::string found_;
};

// The end of the JSON number that begins at `p`; null when there is none. Reads until `end` at
// most.
const char* JsonNumberEnd(const char* p, const char* end);

}  // namespace kvitt
