// The windows of the scanner: where tags lie, and which bytes may not stand in XML at all.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"
#include "simdjson.h"

namespace kvitt {
namespace {

constexpr size_t kWindowBytes = 8 << 10;

std::string HexByte(char byte) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  return {kDigits[value >> 4], kDigits[value & 15]};
}

}  // namespace

void XmlScanner::Fill(size_t tags) {
  while (tag_count_ - cursor_ < tags && indexed_ < limit_) IndexWindow();
}

void XmlScanner::IndexWindow() {
  constexpr size_t kRoom = kWindowBytes + 64;
  const auto keep = [](Positions* positions, size_t* cursor, size_t* count) {
    *count -= *cursor;
    if (positions->room < *count + kRoom) {
      const size_t room = 2 * (*count + kRoom);
      auto at = std::make_unique_for_overwrite<uint32_t[]>(room);
      if (*count != 0)
        std::memcpy(at.get(), positions->data() + *cursor, *count * sizeof(uint32_t));
      positions->at = std::move(at);
      positions->room = room;
    } else {
      std::memmove(positions->data(), positions->data() + *cursor, *count * sizeof(uint32_t));
    }
    *cursor = 0;
  };
  keep(&tags_, &cursor_, &tag_count_);
  keep(&specials_, &special_cursor_, &special_count_);
  const size_t length = std::min(kWindowBytes, limit_ - indexed_);
  const MarkupFound found =
      FindMarkup(kernel_, base_ + indexed_, length, static_cast<uint32_t>(indexed_),
                 tags_.data() + tag_count_, specials_.data() + special_count_);
  tag_count_ += found.tags;
  const size_t first_special = special_count_;
  special_count_ += found.specials;
  indexed_ += length;
  carriage_return_ |= found.carriage_return;
  for (size_t i = first_special; i < special_count_; ++i) {
    const char byte = base_[specials_[i]];
    if (byte == '&' || byte == ']') continue;
    LimitAt(specials_[i], Concat("expected text, found the control character 0x", HexByte(byte)));
    break;
  }
  if (found.unsure_utf8 || utf8_checked_ + length != indexed_) {
    CheckUtf8(indexed_);
  } else {
    utf8_checked_ = indexed_;
  }
}

// Checks up to `end`, but for a character that goes on in the next window.
void XmlScanner::CheckUtf8(size_t end) {
  if (end < size_) {
    size_t back = 0;
    while (back < 4 && back < end &&
           (static_cast<unsigned char>(base_[end - back - 1]) & 0xC0) == 0x80) {
      ++back;
    }
    if (back < 4 && back < end && static_cast<unsigned char>(base_[end - back - 1]) >= 0xC0) {
      end -= back + 1;
    }
  }
  if (end <= utf8_checked_) return;
  const char* begin = base_ + utf8_checked_;
  const size_t length = end - utf8_checked_;
  utf8_checked_ = end;
  if (simdjson::validate_utf8(begin, length)) {
    // U+FFFE and U+FFFF are well-formed UTF-8 and no characters.
    const char* at = begin;
    while ((at = static_cast<const char*>(
                memchr(at, 0xEF, static_cast<size_t>(begin + length - at)))) != nullptr) {
      if (static_cast<unsigned char>(at[1]) == 0xBF && static_cast<unsigned char>(at[2]) >= 0xBE) {
        LimitAt(static_cast<size_t>(at - base_), "expected a character, found U+FFFE or U+FFFF");
        return;
      }
      ++at;
    }
    return;
  }
  // The longest good prefix, by halves: validity of a prefix that ends between characters only
  // shrinks.
  size_t good = 0;
  for (size_t at = 0; at < length;) {
    const auto byte = static_cast<unsigned char>(begin[at]);
    const size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (at + size > length || !simdjson::validate_utf8(begin + at, size)) break;
    at += size;
    good = at;
  }
  LimitAt(static_cast<size_t>(begin - base_) + good,
          Concat("expected UTF-8, found the byte 0x", HexByte(begin[good])));
}

// Nothing at or behind `offset` will be read.
void XmlScanner::LimitAt(size_t offset, std::string text) {
  if (offset >= limit_) return;
  limit_ = offset;
  limit_text_ = std::move(text);
  while (tag_count_ > cursor_ && tags_[tag_count_ - 1] >= offset) --tag_count_;
  while (special_count_ > special_cursor_ && specials_[special_count_ - 1] >= offset)
    --special_count_;
}

}  // namespace kvitt
