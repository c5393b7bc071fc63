// The shape of a JSON line, learned from one line and recognised in the next.
//
// Machines write records with the same keys in the same order, so a line is mostly literal text
// that was seen before. A template holds the literal stretches between the values. A line matches
// when every literal byte is equal and every value is plain: a string without escapes and control
// characters, or a number of JSON's grammar. Such a line is valid JSON because the line that it was
// learned from is, and needs no other reading. Any difference is no match, and the line goes to the
// strict tokenizer (io/bytes/json_tokens.h): a template never decides that a line is bad.
//
// A block must be known to be UTF-8 before templates are used on it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace kvitt {

// A scalar of the line that a template is learned from.
struct JsonSlotSource {
  std::string_view source;  // a string: between its quotes; a number: its characters
  uint16_t slot = 0;        // where its value goes
  bool is_number = false;
};

class JsonTemplate {
 public:
  // Bytes after a block that must be readable.
  static constexpr size_t kPadding = 64;

  // Learns `line`, which the tokenizer has accepted and which includes its line end. `sources` are
  // all its strings and numbers that are to vary, in order; everything else is literal.
  JsonTemplate(std::string_view line, absl::Span<const JsonSlotSource> sources);

  // The end of the record at `p` when it has this shape, with its values in `slots` by slot number;
  // null otherwise (`slots` may then be partly overwritten). Reads up to kPadding bytes past `end`.
  const char* Match(const char* p, const char* end, std::string_view* slots) const {
    return match_(steps_.data(), p, end, slots);
  }

  // Whether both were learned from lines of the same shape.
  friend bool operator==(const JsonTemplate& a, const JsonTemplate& b);

  // For tests: keeps to the portable matcher.
  void UsePortable();

  // At most 32 literal bytes, and what follows them.
  struct Step {
    enum class Then : uint8_t { kLiteral, kString, kNumber, kEnd };
    alignas(32) char bytes[32] = {};
    uint32_t mask = 0;  // one bit for each byte of the literal
    uint16_t slot = 0;
    uint8_t length = 0;
    Then then = Then::kEnd;
  };

 private:
  using Matcher = const char* (*)(const Step*, const char*, const char*, std::string_view*);

  void AddLiteral(std::string_view literal, Step::Then then, uint16_t slot);

  std::vector<Step> steps_;
  Matcher match_;
};

}  // namespace kvitt
