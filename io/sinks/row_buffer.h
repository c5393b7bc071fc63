// Bytes of output rows in the making. Appends are bounds-checked once a field, not once a byte, and the
// memory is used again for the next page.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "kvitt/amount.h"
#include "kvitt/date.h"

namespace kvitt {

class RowBuffer {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }

  size_t size() const { return size_; }

  void Clear() { size_ = 0; }

  void Char(char c) {
    Reserve(1);
    bytes_[size_++] = c;
  }

  void Text(std::string_view text) {
    // Room for whole registers, so that short texts are copied without a loop over bytes.
    Reserve(text.size() + 32);
    char* out = bytes_.get() + size_;
    if (text.size() <= 16) {
      CopyShort(text, out);
    } else if (text.size() <= 64) {
      // Whole registers, the last one overlapping the one before.
      for (size_t i = 0; i + 16 < text.size(); i += 16) std::memcpy(out + i, text.data() + i, 16);
      std::memcpy(out + text.size() - 16, text.data() + text.size() - 16, 16);
    } else {
      std::memcpy(out, text.data(), text.size());
    }
    size_ += text.size();
  }

  // In quotes, with the escapes that JSON demands. REQUIRES: UTF-8.
  void JsonString(std::string_view text) {
    Char('"');
    JsonInside(text);
    Char('"');
  }

  // The inside of a JSON string.
  void JsonInside(std::string_view text);

  // A CSV cell: quoted where it must be, and guarded where a spreadsheet would run it.
  void Cell(std::string_view text);

  void Amount(int64_t minor, int decimals) {
    Reserve(32);
    char* end = WriteAmount(bytes_.get() + size_, minor, decimals);
    size_ = static_cast<size_t>(end - bytes_.get());
  }

  // Nothing for no date.
  void Day(Date date) {
    if (!date.has_value()) return;
    Reserve(16);
    // Neighbours mostly share their date.
    if (date != last_day_) {
      last_day_ = date;
      WriteDate(last_day_text_, date);
    }
    std::memcpy(bytes_.get() + size_, last_day_text_, sizeof(last_day_text_));
    size_ += 10;
  }

  void Number(uint64_t number);

 private:
  void Reserve(size_t more) {
    if (capacity_ - size_ < more) [[unlikely]]
      Grow(more);
  }

  void Grow(size_t more);
  void OddCell(std::string_view text);

  // Copies at most 16 bytes by at most two overlapping loads and stores.
  static void CopyShort(std::string_view text, char* out) {
    const size_t size = text.size();
    const char* in = text.data();
    if (size >= 8) {
      uint64_t first;
      uint64_t last;
      std::memcpy(&first, in, 8);
      std::memcpy(&last, in + size - 8, 8);
      std::memcpy(out, &first, 8);
      std::memcpy(out + size - 8, &last, 8);
    } else if (size >= 4) {
      uint32_t first;
      uint32_t last;
      std::memcpy(&first, in, 4);
      std::memcpy(&last, in + size - 4, 4);
      std::memcpy(out, &first, 4);
      std::memcpy(out + size - 4, &last, 4);
    } else {
      for (size_t i = 0; i < size; ++i) out[i] = in[i];
    }
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  Date last_day_;
  char last_day_text_[16] = {};
  std::string odd_cell_;
};

}  // namespace kvitt
