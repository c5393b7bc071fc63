// Fixed-width records: lines of a known number of characters, and the fields in them.
//
// The domestic bank formats of the Nordics are card images: 80, 90 or 128 characters a record,
// every field at a fixed place. Real files of them have lost their trailing blanks to a mail
// gateway, their line ends to a mainframe, or were saved again as UTF-8 by an editor.
// FixedWidthLines gives every record as exactly `kWidth` cells of one byte each, whatever the file
// did to it; a clean line is given where it lies, without a copy.
//
//   TextArena arena;
//   FixedWidthLines<80> lines(block.bytes, Framing::kLines, &arena);
//   FixedRecord record;
//   while (lines.Next(&record)) {
//     uint64_t amount = 0;
//     if (!ReadDigits<Field{38, 55}>(record.cells, &amount)) ...
//     std::string_view reference = TrimmedCells<Field{13, 37}>(record.cells);
//   }
//
// Positions are counted from 1 and inclusive, as the banks' own documents print them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/bytes/charset.h"
#include "io/bytes/text_arena.h"

#if defined(__SSE4_1__)
#include <smmintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kvitt {

// Readers of fields load whole words: this many bytes may be read behind the last cell.
inline constexpr size_t kCellPadding = 64;
static_assert(kTextPadding >= kCellPadding, "cells may lie in a text arena");

// Where a field stands, as documents say it: from 1, both ends inclusive.
struct Field {
  size_t first;
  size_t last;

  constexpr size_t size() const { return last - first + 1; }

  constexpr size_t offset() const { return first - 1; }
};

inline std::string_view Cells(const char* cells, Field field) {
  return std::string_view(cells + field.offset(), field.size());
}

// The value of eight digits; false when one of them is none. Three multiplications join pairs, then
// fours, then the eight.
inline bool ReadEightDigits(uint64_t word, uint64_t* value) {
  constexpr uint64_t kHighNibbles = 0xF0F0F0F0F0F0F0F0;
  constexpr uint64_t kZeros = 0x3030303030303030;
  constexpr uint64_t kSixes = 0x0606060606060606;
  const bool digits =
      (((word & kHighNibbles) | (((word + kSixes) & kHighNibbles) >> 4)) == 0x3333333333333333);
  word -= kZeros;
  word = (word * 10) + (word >> 8);
  constexpr uint64_t kMask = 0x000000FF000000FF;
  constexpr uint64_t kHundreds = 100 + (uint64_t{1000000} << 32);
  constexpr uint64_t kOnes = 1 + (uint64_t{10000} << 32);
  *value = (((word & kMask) * kHundreds) + (((word >> 16) & kMask) * kOnes)) >> 32;
  return digits;
}

// The value of sixteen digits at `p`; false when one of them is none.
inline bool ReadSixteenDigits(const char* p, uint64_t* value) {
#if defined(__SSE4_1__)
  __m128i cells;
  std::memcpy(&cells, p, sizeof(cells));
  const __m128i digits = _mm_sub_epi8(cells, _mm_set1_epi8('0'));
  const __m128i nines = _mm_set1_epi8(9);
  const bool valid =
      _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nines), nines)) == 0xFFFF;
  const __m128i pairs = _mm_maddubs_epi16(
      digits, _mm_set_epi8(1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set_epi16(1, 100, 1, 100, 1, 100, 1, 100));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights =
      _mm_madd_epi16(packed, _mm_set_epi16(1, 10000, 1, 10000, 1, 10000, 1, 10000));
  const auto both = static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
  *value = (both & 0xFFFFFFFF) * 100000000 + (both >> 32);
  return valid;
#else
  uint64_t first;
  uint64_t second;
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&first, p, sizeof(first));
  std::memcpy(&second, p + 8, sizeof(second));
  const bool valid = ReadEightDigits(first, &high) & ReadEightDigits(second, &low);
  *value = high * 100000000 + low;
  return valid;
#endif
}

// The number in a field of 1 to 18 digits. False when a cell is not a digit; *value is then
// undefined.
template <Field kField>
inline bool ReadDigits(const char* cells, uint64_t* value) {
  static_assert(kField.size() >= 1 && kField.size() <= 18);
  constexpr size_t kRest = kField.size() % 8;
  const char* p = cells + kField.offset();
  bool digits = true;
  uint64_t number = 0;
  if constexpr (kRest != 0) {
    // The first few digits, moved to the end of a word of zeros.
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    word = (word << (8 * (8 - kRest))) | (uint64_t{0x3030303030303030} >> (8 * kRest));
    digits = ReadEightDigits(word, &number);
    p += kRest;
  }
  uint64_t rest = 0;
  if constexpr (kField.size() / 8 == 1) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    digits = ReadEightDigits(word, &rest) && digits;
    number = number * 100000000 + rest;
  } else if constexpr (kField.size() / 8 == 2) {
    digits = ReadSixteenDigits(p, &rest) && digits;
    number = number * 10000000000000000 + rest;
  }
  *value = number;
  return digits;
}

// How many zeros a field of digits begins with, or -1 when a cell is not a digit: what a number
// needs that is passed on as text. At most 16 cells.
template <Field kField>
inline int LeadingZeros(const char* cells) {
  static_assert(kField.size() <= 16);
  const char* p = cells + kField.offset();
  constexpr unsigned kAll = (1u << kField.size()) - 1;
#if defined(__SSE2__)
  __m128i field;
  std::memcpy(&field, p, sizeof(field));
  const __m128i digits = _mm_sub_epi8(field, _mm_set1_epi8('0'));
  const __m128i nines = _mm_set1_epi8(9);
  const auto valid =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nines), nines)));
  const auto zeros =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_setzero_si128())));
#else
  unsigned valid = 0;
  unsigned zeros = 0;
  for (size_t i = 0; i < kField.size(); ++i) {
    valid |= static_cast<unsigned>(p[i] >= '0' && p[i] <= '9') << i;
    zeros |= static_cast<unsigned>(p[i] == '0') << i;
  }
#endif
  if ((valid & kAll) != kAll) return -1;
  // A bit behind the field stops the count where all are zeros.
  return __builtin_ctz(~(zeros & kAll));
}

// The same where the width is known only at run time. False also for more than 18 digits or none.
bool ReadDigits(std::string_view digits, uint64_t* value);

namespace fixed_width_internal {

// One bit for each of the 64 bytes at `p` that is not a blank.
inline uint64_t NonBlankMask(const char* p, size_t count) {
#if defined(__SSE2__)
  const __m128i blanks = _mm_set1_epi8(' ');
  uint64_t mask = 0;
  for (size_t i = 0; i < count; i += 16) {
    __m128i cells;
    std::memcpy(&cells, p + i, sizeof(cells));
    const auto blank = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(cells, blanks)));
    mask |= static_cast<uint64_t>(~blank & 0xFFFFu) << i;
  }
#else
  uint64_t mask = 0;
  for (size_t i = 0; i < count; ++i) mask |= static_cast<uint64_t>(p[i] != ' ') << i;
#endif
  return count == 64 ? mask : mask & ((uint64_t{1} << count) - 1);
}

}  // namespace fixed_width_internal

// The text without the blanks at its ends.
std::string_view TrimBlanks(std::string_view text);

// The field without the blanks at its ends.
inline std::string_view TrimmedCells(const char* cells, Field field) {
  const char* p = cells + field.offset();
  if (field.size() > 64) return TrimBlanks({p, field.size()});
  const uint64_t mask = fixed_width_internal::NonBlankMask(p, field.size());
  if (mask == 0) return {};
  const auto first = static_cast<size_t>(__builtin_ctzll(mask));
  const auto last = 63 - static_cast<size_t>(__builtin_clzll(mask));
  return std::string_view(p + first, last - first + 1);
}

// The same for a field known beforehand, without a loop.
template <Field kField>
inline std::string_view TrimmedCells(const char* cells) {
  return TrimmedCells(cells, kField);
}

// Whether all cells of a field are `c`.
bool AllCells(std::string_view cells, char c);

// What makes a line unreadable as a record.
enum class LineFlaw : uint8_t {
  kNone,
  kTooLong,  // characters behind the last cell that are not blanks
  kControl,  // a control character inside
};
// "longer than a record"
std::string_view Describe(LineFlaw flaw);

// One record. Cells of a line that came as UTF-8 are Windows-1252, so that each character has one.
struct FixedRecord {
  const char* cells =
      nullptr;        // kWidth of them, lost blanks filled in; kCellPadding more are readable
  size_t offset = 0;  // of the line, in the bytes given
  size_t line = 0;    // ordinal of the line there, from 0, blank lines counted
  bool ascii = true;  // no cell is 0x80 or above
  LineFlaw flaw = LineFlaw::kNone;
};

// How records are told apart.
enum class Framing : uint8_t {
  kLines,     // LF, CRLF or CR, also mixed
  kUnbroken,  // no line ends at all: every kWidth bytes are a record
};

// 3 when `bytes` begin with the mark of UTF-8 (EF BB BF), else 0.
size_t ByteOrderMarkSize(std::string_view bytes);

// The framing of a file that begins with `head`: unbroken when two records follow each other
// without a line end.
Framing DetectFraming(std::string_view head, size_t width);

// How many lines were put right in one way, and the first of them.
struct LineRepair {
  uint64_t count = 0;
  size_t first_line = 0;

  void Note(size_t line) {
    if (count++ == 0) first_line = line;
  }
};

// What was put right in passing, for the warnings of the report.
struct LineRepairs {
  LineRepair tabs;       // lines with tabs, which were left out
  LineRepair utf8;       // lines that came as UTF-8
  LineRepair eight_bit;  // lines with other bytes of 0x80 and above
  LineRepair replaced;   // UTF-8 lines with a character that is not in Windows-1252
};

// The part of FixedWidthLines that does not depend on the width at compile time.
class FixedWidthCursor {
 public:
  // Physical lines passed so far; after the last record, all of them.
  size_t lines() const { return line_; }

  const LineRepairs& repairs() const { return repairs_; }

 protected:
  FixedWidthCursor(std::string_view bytes, size_t width, Framing framing, TextArena* arena);
  bool NextSlow(FixedRecord* record);

  Framing framing_;
  const char* begin_;
  const char* next_;
  const char* end_;
  size_t line_ = 0;
  size_t slow_ = 0;  // lines that were not clean, blank ones counted

 private:
  std::string_view TakeLine();
  void Fill(std::string_view line, FixedRecord* record);
  std::string_view ToCells(std::string_view utf8);

  size_t width_;
  TextArena* arena_;
  LineRepairs repairs_;
};

// Whether none of kWidth bytes is a control character (0x7F is one) or 0x80 and above.
template <size_t kWidth>
inline bool IsPlainText(const char* p) {
#if defined(__SSE2__)
  if constexpr (kWidth >= 16) {
    // One more than each byte, signed, is below '!' for the control characters and all from 0x7F.
    const __m128i ones = _mm_set1_epi8(1);
    const __m128i limit = _mm_set1_epi8(' ' + 1);
    __m128i odd = _mm_setzero_si128();
    for (size_t i = 0; i < kWidth; i += 16) {
      // The last step may overlap the one before.
      __m128i cells;
      std::memcpy(&cells, p + (i + 16 <= kWidth ? i : kWidth - 16), sizeof(cells));
      odd = _mm_or_si128(odd, _mm_cmplt_epi8(_mm_add_epi8(cells, ones), limit));
    }
    return _mm_movemask_epi8(odd) == 0;
  }
#endif
  bool plain = true;
  for (size_t i = 0; i < kWidth; ++i) {
    const auto byte = static_cast<unsigned char>(p[i]);
    plain = plain && byte >= 0x20 && byte < 0x7F;
  }
  return plain;
}

// Walks over the records of a run of bytes. `bytes` may be read kCellPadding bytes past their end.
// `arena` outlives what is done with the records.
template <size_t kWidth>
class FixedWidthLines : public FixedWidthCursor {
 public:
  FixedWidthLines(std::string_view bytes, Framing framing, TextArena* arena)
      : FixedWidthCursor(bytes, kWidth, framing, arena) {}

  // The next record; blank lines and end marks (0x1A) are passed over. False at the end.
  bool Next(FixedRecord* record) {
    const char* p = next_;
    const auto left = static_cast<size_t>(end_ - p);
    if (left > kWidth && framing_ == Framing::kLines) [[likely]] {
      const char* stop = p + kWidth;
      size_t line_end = 0;
      if (stop[0] == '\n') {
        line_end = 1;
      } else if (stop[0] == '\r' && left > kWidth + 1 && stop[1] == '\n') {
        line_end = 2;
      }
      if (line_end != 0 && p[0] != ' ' && IsPlainText<kWidth>(p)) [[likely]] {
        Give(p, record);
        next_ = stop + line_end;
        return true;
      }
    }
    return NextSlow(record);
  }

  // After a walk with Next to the end: whether every line was clean and ended alike, so that
  // records lie at equal distances and need no second look.
  bool is_even() const {
    return slow_ == 0 && line_ > 0 &&
           (static_cast<size_t>(end_ - begin_) == line_ * (kWidth + 1) ||
            static_cast<size_t>(end_ - begin_) == line_ * (kWidth + 2));
  }

  // Back to the beginning for a walk with NextEven. REQUIRES: is_even().
  void RewindEven() {
    stride_ = static_cast<size_t>(end_ - begin_) / line_;
    next_ = begin_;
    line_ = 0;
  }

  bool NextEven(FixedRecord* record) {
    if (next_ == end_) return false;
    Give(next_, record);
    next_ += stride_;
    return true;
  }

 private:
  void Give(const char* p, FixedRecord* record) {
    record->cells = p;
    record->offset = static_cast<size_t>(p - begin_);
    record->line = line_++;
    record->ascii = true;
    record->flaw = LineFlaw::kNone;
  }

  size_t stride_ = 0;
};

// A text field of a record as UTF-8, blanks at its ends removed: a view of the cells when they are
// ASCII, else decoded into the arena.
std::string_view TextField(const FixedRecord& record,
                           Field field,
                           Charset charset,
                           TextArena* arena);

// Where the last line of `bytes` begins for which `wanted` says yes, or npos. Looks backwards from
// the end; `wanted` sees the line without its end. A mark in front of a line is part of it: what begins
// behind one is not where a line begins. What cuts blocks and finds their context.
template <typename Wanted>
size_t FindLineBackward(std::string_view bytes, Framing framing, size_t width, Wanted wanted) {
  if (framing == Framing::kUnbroken) {
    const size_t mark = ByteOrderMarkSize(bytes);
    size_t begin = bytes.size() - (bytes.size() - mark) % width;
    for (;; begin -= width) {
      const bool marked = ByteOrderMarkSize(bytes.substr(begin)) != 0;
      if (begin < bytes.size() && !marked && wanted(bytes.substr(begin, width))) {
        return begin == mark ? 0 : begin;
      }
      if (begin <= mark) return std::string_view::npos;
    }
  }
  size_t end = bytes.size();
  while (end > 0) {
    if (bytes[end - 1] == '\n') --end;
    if (end > 0 && bytes[end - 1] == '\r') --end;
    size_t begin = end;
    // A clean line is recognised by the line end before it; anything else is walked.
    if (end > width && bytes[end - width - 1] == '\n' &&
        std::memchr(bytes.data() + end - width, '\n', width) == nullptr &&
        std::memchr(bytes.data() + end - width, '\r', width) == nullptr) {
      begin = end - width;
    } else {
      while (begin > 0 && bytes[begin - 1] != '\n' && bytes[begin - 1] != '\r') --begin;
    }
    if (wanted(bytes.substr(begin, end - begin))) return begin;
    end = begin;
  }
  return std::string_view::npos;
}

// The record that begins at `begin` of `bytes` as exactly kWidth cells, whatever its line lacks or
// has too much; of a flawed one the first eight cells alone, which say what it is, and blanks. What
// a format passes from block to block.
template <size_t kWidth>
std::string RecordAt(std::string_view bytes, size_t begin, Framing framing) {
  constexpr size_t kHead = 8;
  TextArena arena;
  FixedWidthLines<kWidth> lines(bytes.substr(begin), framing, &arena);
  FixedRecord record;
  std::string cells(kWidth, ' ');
  if (lines.Next(&record)) {
    cells.replace(0, kHead, record.cells, kHead);
    if (record.flaw == LineFlaw::kNone) cells.assign(record.cells, kWidth);
  }
  return cells;
}

}  // namespace kvitt
