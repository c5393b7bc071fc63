#include "io/generate/truth.h"

#include "engine/value/concat.h"
#include "io/bytes/json_text.h"

namespace kvitt {
namespace {

void AppendKey(std::string_view key, std::string* out) {
  if (out->back() != '{') out->push_back(',');
  AppendJsonString(key, out);
  out->push_back(':');
}

void AppendField(std::string_view key, std::string_view value, std::string* out) {
  AppendKey(key, out);
  AppendJsonString(value, out);
}

template <typename Word>
void AppendNames(std::string_view key, const std::vector<Word>& words, std::string* out) {
  if (words.empty()) return;
  AppendKey(key, out);
  char separator = '[';
  for (const Word word : words) {
    out->push_back(separator);
    AppendJsonString(Name(word), out);
    separator = ',';
  }
  out->push_back(']');
}

void AppendRows(const TruthLine& line, std::string* out) {
  AppendKey("allocations", out);
  out->push_back('[');
  const int decimals = line.currency.decimals();
  for (const ExpectedRow& row : line.expected->rows) {
    if (out->back() == '}') out->push_back(',');
    out->push_back('{');
    if (!row.item_id.empty()) AppendField("item_id", row.item_id, out);
    AppendField("amount", FormatAmount(row.amount_minor, decimals), out);
    AppendField("kind", Name(row.kind), out);
    out->push_back('}');
  }
  out->push_back(']');
}

}  // namespace

void AppendTruth(const TruthLine& line, std::string* out) {
  const ExpectedDecision& expected = *line.expected;
  out->push_back('{');
  AppendField("file", line.file, out);
  AppendKey("record", out);
  AppendParts(out, line.record);
  if (!line.payment_id.empty()) AppendField("payment_id", line.payment_id, out);
  AppendField("situation", line.situation, out);
  if (!line.delivery.empty()) AppendField("delivery", line.delivery, out);
  AppendField("amount", FormatAmount(line.amount_minor, line.currency.decimals()), out);
  AppendField("currency", line.currency.code(), out);
  AppendField("outcome", Name(expected.outcome), out);
  AppendNames("outcome_may", expected.outcome_may, out);
  if (expected.rule != Rule::kNone) AppendField("rule", Name(expected.rule), out);
  if (expected.needs_later_rule) {
    AppendKey("needs_later_rule", out);
    out->append("true");
  }
  if (expected.not_read) {
    AppendKey("not_read", out);
    out->append("true");
  }
  AppendRows(line, out);
  AppendNames("codes", expected.codes, out);
  AppendNames("codes_any", expected.codes_any, out);
  AppendNames("codes_may", expected.codes_may, out);
  out->append("}\n");
}

}  // namespace kvitt
