#include "io/bytes/record_image.h"

#include <algorithm>

#include "kvitt/check.h"

namespace kvitt {

bool RecordImage::SetDigits(Field field, uint64_t number) {
  KVITT_CHECK(field.last <= cells_.size());
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  if (count > field.size()) return false;
  char* out = cells_.data() + field.last;
  for (size_t i = 0; i < field.size(); ++i) *--out = i < count ? digits[i] : '0';
  return true;
}

void RecordImage::Fill(Field field, char c) {
  KVITT_CHECK(field.last <= cells_.size());
  std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(field.offset()), field.size(), c);
}

// The text as bytes of the file in encoded_, cut to the field.
bool RecordImage::Encode(Field field, std::string_view utf8) {
  KVITT_CHECK(field.last <= cells_.size());
  encoded_.clear();
  bool whole = AppendFromUtf8(charset_, utf8, &encoded_);
  for (char& c : encoded_) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (encoded_.size() > field.size()) {
    encoded_.resize(field.size());
    whole = false;
  }
  return whole;
}

bool RecordImage::SetText(Field field, std::string_view utf8) {
  const bool whole = Encode(field, utf8);
  Fill(field, ' ');
  std::copy(encoded_.begin(), encoded_.end(),
            cells_.begin() + static_cast<std::ptrdiff_t>(field.offset()));
  return whole;
}

bool RecordImage::SetTextRight(Field field, std::string_view utf8) {
  const bool whole = Encode(field, utf8);
  Fill(field, ' ');
  std::copy(encoded_.begin(), encoded_.end(),
            cells_.begin() + static_cast<std::ptrdiff_t>(field.last - encoded_.size()));
  return whole;
}

}  // namespace kvitt
