#include "io/bytes/separated_rows.h"

#include "io/bytes/separated_cell.h"

namespace kvitt {

SeparatedRows::SeparatedRows(std::string_view text, char separator)
    : text_(text), index_(separator) {
  index_.Reset(text_);
}

bool SeparatedRows::Next(SeparatedRow* row) {
  for (;;) {
    while (row_ == index_.row_count()) {
      if (!index_.Extend()) return false;
      row_ = 0;
    }
    const size_t first = index_.row_first(row_);
    const size_t last = index_.row_last(row_);
    ++row_;
    const size_t begin = begin_;
    const uint32_t* ends = index_.cell_ends();
    size_t end = ends[last];
    begin_ = end + 1;
    if (end > begin && text_[end - 1] == '\r') --end;
    if (end == begin || text_.substr(begin, end - begin) == "\x1a") continue;
    line_ += CountLineFeeds(text_.substr(counted_to_, begin - counted_to_));
    counted_to_ = begin;
    row->line = line_;
    row->damaged = false;
    row->cells.clear();
    size_t cell = begin;
    for (size_t i = first; i <= last; ++i) {
      const size_t cell_end = i == last ? end : ends[i];
      std::string_view text = text_.substr(cell, cell_end - cell);
      row->damaged |= !ReadCell(text, &arena_, &text);
      row->cells.push_back(text);
      cell = ends[i] + size_t{1};
    }
    return true;
  }
}

}  // namespace kvitt
