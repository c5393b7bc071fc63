#include "io/run_folder/row_tokens.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/value/concat.h"
#include "io/bytes/json_text.h"
#include "io/bytes/separated_cell.h"
#include "io/run_folder/record_chunks.h"

namespace kvitt {
namespace {

// Cells that hold JSON text.
constexpr std::array<std::string_view, 6> kJsonColumns = {"references", "text",     "source",
                                                          "tried",      "item_ids", "suggestions"};

void AppendJoined(std::string_view cell, std::string* line) {
  line->push_back('[');
  for (;;) {
    const size_t end = cell.find(';');
    AppendJsonString(cell.substr(0, end), line);
    if (end == std::string_view::npos) break;
    line->push_back(',');
    cell.remove_prefix(end + 1);
  }
  line->push_back(']');
}

}  // namespace

std::string_view ScalarText(JsonSpan value) {
  if (value.size() != 1) return {};
  const JsonTokenKind kind = value[0].kind;
  const bool is_text = kind == JsonTokenKind::kString || kind == JsonTokenKind::kNumber;
  return is_text ? value[0].text : std::string_view();
}

uint64_t ScalarNumber(JsonSpan value) {
  const std::string_view text = ScalarText(value);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

RowTokens::RowTokens(const StoredStream& stream, std::vector<std::string> columns)
    : form_(stream.form), columns_(std::move(columns)) {
  for (const std::string& column : columns_) {
    const bool is_json =
        std::find(kJsonColumns.begin(), kJsonColumns.end(), column) != kJsonColumns.end();
    // Open items can be read again, so their references are joined as in records in.
    const bool is_joined = stream.kind == StreamKind::kOpenItems && column == "references";
    kinds_.push_back(is_joined ? ColumnKind::kJoined
                               : (is_json ? ColumnKind::kJson : ColumnKind::kText));
  }
}

// The JSON line of a CSV row. An empty cell is no value.
bool RowTokens::MakeLine(std::string_view record) {
  if (!SplitCells(record, ',', &cells_)) {
    problem_ = "expected a row of cells, found a quote that does not end";
    return false;
  }
  if (cells_.size() != columns_.size()) {
    problem_ = Concat("expected ", columns_.size(), " cells, found ", cells_.size());
    return false;
  }
  line_ = "{";
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].empty()) continue;
    if (line_.size() > 1) line_.push_back(',');
    AppendJsonString(columns_[i], &line_);
    line_.push_back(':');
    if (kinds_[i] == ColumnKind::kJson) {
      line_ += cells_[i];
    } else if (kinds_[i] == ColumnKind::kJoined) {
      AppendJoined(cells_[i], &line_);
    } else {
      AppendJsonString(cells_[i], &line_);
    }
  }
  line_.push_back('}');
  return true;
}

bool RowTokens::Read(std::string_view record) {
  record = WithoutLineEnd(record);
  size_t size = record.size();
  if (form_ == RowForm::kCsv) {
    if (!MakeLine(record)) return false;
    size = line_.size();
  } else {
    // A copy: what is read again from the file has no bytes behind it.
    line_.assign(record);
  }
  line_.push_back('\n');
  line_.append(JsonTokenizer::kPadding, '\0');
  if (tokenizer_.Tokenize(std::string_view(line_).substr(0, size))) return true;
  problem_ = Concat("expected ", tokenizer_.expected(), ", found ", tokenizer_.found());
  return false;
}

}  // namespace kvitt
