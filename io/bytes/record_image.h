// One fixed-width record while it is written: cells that fields are put into.
//
//   RecordImage record(80, Charset::kIso8859_1);
//   record.SetText({1, 2}, "20");
//   if (!record.SetDigits({38, 55}, amount)) return false;   // does not fit
//   record.AppendTo(&out, "\r\n");
//
// Not shared between threads. Fields are where the format's document prints them (see Field).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/bytes/charset.h"
#include "io/bytes/fixed_width.h"

namespace kvitt {

class RecordImage {
 public:
  RecordImage(size_t width, Charset charset) : cells_(width, ' '), charset_(charset) {}

  // All cells blank again.
  void Clear() { cells_.assign(cells_.size(), ' '); }

  // The number, filled with zeros from the left. False, and nothing done, when it needs more
  // digits.
  bool SetDigits(Field field, uint64_t number);
  // All cells of the field.
  void Fill(Field field, char c);
  // UTF-8 text, blanks behind it. False when it is longer than the field or has characters that the
  // character set lacks; then what fits is written, with `?` for what does not.
  // Control characters become blanks.
  bool SetText(Field field, std::string_view utf8);
  // The same with the blanks in front.
  bool SetTextRight(Field field, std::string_view utf8);

  std::string_view cells() const { return cells_; }

  void AppendTo(std::string* out, std::string_view line_end) const {
    out->append(cells_).append(line_end);
  }

 private:
  bool Encode(Field field, std::string_view utf8);

  std::string cells_;
  std::string encoded_;
  Charset charset_;
};

}  // namespace kvitt
