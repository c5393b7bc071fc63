#include "io/diff/run_figures.h"

#include <string_view>

#include "engine/value/concat.h"
#include "io/run_folder/row_tokens.h"

namespace kvitt {
namespace {

void ReadItems(JsonSpan items, RunFigures* figures) {
  ForMembers(items, [figures](std::string_view key, JsonSpan value) {
    if (key == "open_after") figures->items_open_after = ScalarNumber(value);
    if (key != "open_amount_after") return;
    ForMembers(value, [figures](std::string_view currency, JsonSpan amount) {
      figures->open_amount_after[std::string(currency)] = ScalarText(amount);
    });
  });
}

void ReadCodes(JsonSpan codes, RunFigures* figures) {
  ForMembers(codes, [figures](std::string_view code, JsonSpan value) {
    ForMembers(value, [&](std::string_view key, JsonSpan count) {
      if (key == "count") figures->deviations[std::string(code)] = ScalarNumber(count);
    });
  });
}

}  // namespace

absl::StatusOr<RunFigures> ReadFigures(const std::string& summary, const std::string& path) {
  std::string text = summary + "\n";
  text.append(JsonTokenizer::kPadding, '\0');
  JsonTokenizer tokenizer;
  if (!tokenizer.Tokenize(std::string_view(text).substr(0, summary.size()))) {
    return absl::DataLossError(Concat(path, "/summary.json: expected ", tokenizer.expected(),
                                      ", found ", tokenizer.found()));
  }
  RunFigures figures;
  ForMembers(tokenizer.tokens(), [&figures](std::string_view key, JsonSpan value) {
    if (key == "match_rate_percent") figures.match_rate_percent = ScalarText(value);
    if (key == "items") ReadItems(value, &figures);
    if (key == "codes") ReadCodes(value, &figures);
    if (key != "payments") return;
    ForMembers(value, [&figures](std::string_view name, JsonSpan count) {
      if (name == "count") figures.payments = ScalarNumber(count);
    });
  });
  return figures;
}

}  // namespace kvitt
