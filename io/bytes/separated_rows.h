// Separated text (CSV) as rows of cells, one row after another: for files that are read for their
// irregular shape and not for their size.
//
//   SeparatedRows rows(text, ';');
//   SeparatedRow row;
//   while (rows.Next(&row)) use(row.cells[0]);

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "io/bytes/separator_index.h"
#include "io/bytes/text_arena.h"

namespace kvitt {

struct SeparatedRow {
  uint64_t line = 0;  // of its beginning, from 0
  std::vector<std::string_view> cells;
  bool damaged =
      false;  // a quoted cell is not closed, or text follows its quote; it stands as it is
};

class SeparatedRows {
 public:
  // REQUIRES: 64 bytes beyond the end are readable. Cells are parts of `text` or live as long as
  // this.
  SeparatedRows(std::string_view text, char separator);

  // The next row that is not blank; false when there is none.
  bool Next(SeparatedRow* row);

 private:
  const std::string_view text_;
  SeparatorIndex index_;
  TextArena arena_;
  size_t row_ = 0;
  size_t begin_ = 0;
  size_t counted_to_ = 0;
  uint64_t line_ = 0;
};

}  // namespace kvitt
