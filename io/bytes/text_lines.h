// The lines of a text, however they end: LF, CRLF or CR, the last one perhaps not at all.
//
//   TextLines lines(block.bytes);
//   TextLine line;
//   while (lines.Next(&line)) ...

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kvitt {

struct TextLine {
  std::string_view text;  // without its end
  size_t offset = 0;      // of its first byte
  size_t number = 0;      // from 0, empty lines counted
};

class TextLines {
 public:
  explicit TextLines(std::string_view bytes) : bytes_(bytes) {}

  // The next line, empty ones too; false at the end.
  bool Next(TextLine* line) {
    if (at_ >= bytes_.size()) return false;
    const size_t stop = bytes_.find_first_of("\r\n", at_);
    line->offset = at_;
    line->number = count_++;
    line->text = bytes_.substr(at_, stop - at_);
    if (stop == std::string_view::npos) {
      line->text = bytes_.substr(at_);
      at_ = bytes_.size();
      return true;
    }
    const bool pair = bytes_[stop] == '\r' && stop + 1 < bytes_.size() && bytes_[stop + 1] == '\n';
    at_ = stop + (pair ? 2 : 1);
    return true;
  }

  // Lines given so far.
  size_t count() const { return count_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  size_t count_ = 0;
};

}  // namespace kvitt
