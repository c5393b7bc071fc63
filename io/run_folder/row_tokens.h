// A record of an output folder as tokens of JSON, whichever form it is stored in: a CSV row is read as the
// JSON line that says the same. So there is one way to understand rows.
//
//   RowTokens row(chunks.stream(), chunks.columns());
//   if (!row.Read(record)) ... row.problem()
//   ForMembers(row.tokens(), [&](std::string_view key, JsonSpan value) { ... });

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/json_tokens.h"
#include "io/run_folder/run_folder.h"

namespace kvitt {

using JsonSpan = absl::Span<const JsonToken>;

// The tokens of the value that begins at tokens[0].
inline JsonSpan FirstValue(JsonSpan tokens) {
  int depth = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const JsonTokenKind kind = tokens[i].kind;
    if (kind == JsonTokenKind::kBeginObject || kind == JsonTokenKind::kBeginArray) ++depth;
    if (kind == JsonTokenKind::kEndObject || kind == JsonTokenKind::kEndArray) --depth;
    if (depth == 0) return tokens.first(i + 1);
  }
  return tokens;
}

// Calls use(key, value) for each member of an object; for nothing else.
template <typename Use>
void ForMembers(JsonSpan object, Use use) {
  if (object.size() < 2 || object[0].kind != JsonTokenKind::kBeginObject) return;
  JsonSpan rest = object.subspan(1, object.size() - 2);
  while (rest.size() > 1) {
    const JsonSpan value = FirstValue(rest.subspan(1));
    use(rest[0].text, value);
    rest.remove_prefix(1 + value.size());
  }
}

// Calls use(value) for each element of an array; for nothing else.
template <typename Use>
void ForElements(JsonSpan array, Use use) {
  if (array.size() < 2 || array[0].kind != JsonTokenKind::kBeginArray) return;
  JsonSpan rest = array.subspan(1, array.size() - 2);
  while (!rest.empty()) {
    const JsonSpan value = FirstValue(rest);
    use(value);
    rest.remove_prefix(value.size());
  }
}

// Strings and numbers as text; "" for anything else.
std::string_view ScalarText(JsonSpan value);
// A whole number, as a number or as text; 0 for anything else.
uint64_t ScalarNumber(JsonSpan value);

class RowTokens {
 public:
  RowTokens(const StoredStream& stream, std::vector<std::string> columns);

  // False when the record is none of kvitt's; problem() says why.
  bool Read(std::string_view record);

  // Good until the next Read, and no longer than `record`.
  JsonSpan tokens() const { return tokenizer_.tokens(); }

  const std::string& problem() const { return problem_; }

 private:
  enum class ColumnKind : uint8_t { kText, kJson, kJoined };

  bool MakeLine(std::string_view record);

  RowForm form_;
  std::vector<std::string> columns_;
  std::vector<ColumnKind> kinds_;
  std::vector<std::string> cells_;
  std::string line_;
  std::string problem_;
  JsonTokenizer tokenizer_;
};

}  // namespace kvitt
