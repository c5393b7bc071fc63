// One cell of separated text (CSV): its quotes and its guard against spreadsheets, off and on.
//
// A text cell that a spreadsheet would run as a formula is written with an apostrophe in front, and
// quoted: a text whose first letter, apostrophes and blanks aside, is one of = + - @ (also in full
// width), a tab, a carriage return or a line feed. Reading takes one apostrophe off exactly such
// cells, so every text reads back as it was; one that happens to begin with an apostrophe and an
// equals sign got a second apostrophe. Cells of numbers and dates are never touched.
//
// All functions are safe to call from any thread, with an arena of its own each.

#pragma once

#include <emmintrin.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/bytes/text_arena.h"

namespace kvitt {

// Whether a spreadsheet would run the text, apostrophes and blanks at its beginning aside.
bool IsFormula(std::string_view text);

// The text without the apostrophe that guards it.
inline std::string_view WithoutGuard(std::string_view text) {
  if (!text.empty() && text.front() == '\'' && IsFormula(text)) text.remove_prefix(1);
  return text;
}

// `raw` begins with a quote. The text inside its quotes, or false when the quote that ends the cell
// is missing or text follows it. The text is a part of `raw`, or stands in *arena when a quote was
// doubled.
bool UnquoteCell(std::string_view raw, TextArena* arena, std::string_view* text);

// Whether the 32 bytes from `raw` on hold two quotes: the first, and one that is its last byte.
inline bool IsPlainlyQuoted(std::string_view raw) {
  if (raw.size() > 32 || raw.size() < 2) return false;
  const __m128i quote = _mm_set1_epi8('"');
  const void* p = raw.data();
  const __m128i low = _mm_loadu_si128(static_cast<const __m128i*>(p));
  const __m128i high = _mm_loadu_si128(static_cast<const __m128i*>(p) + 1);
  const uint64_t quotes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(low, quote))) |
                          static_cast<uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(high, quote)))
                              << 16;
  const uint64_t last = uint64_t{1} << (raw.size() - 1);
  return (quotes & (2 * last - 1)) == (last | 1);
}

// The text of a cell as it stands in the bytes: unquoted and without the guard against formulas.
// False as UnquoteCell. REQUIRES: 32 bytes from the cell's first are readable.
inline bool ReadCell(std::string_view raw, TextArena* arena, std::string_view* text) {
  if (!raw.empty() && raw.front() == '"') {
    if (IsPlainlyQuoted(raw)) {
      raw = raw.substr(1, raw.size() - 2);
    } else if (!UnquoteCell(raw, arena, &raw)) {
      return false;
    }
  }
  *text = WithoutGuard(raw);
  return true;
}

// Appends `text` as a cell: guarded and quoted where it must be.
void AppendTextCell(std::string_view text, char separator, std::string* out);

// The cells of one line (without its line end), as text. False when a quoted cell is damaged.
bool SplitCells(std::string_view line, char separator, std::vector<std::string>* cells);

// The separator of a header line: whichever of comma, semicolon and tab stands in it most often
// outside quotes; a comma when none does.
char FindSeparator(std::string_view line);

// The length of the first line of separated text without its line end: a line break inside quotes
// does not end it. npos when no line ends in `bytes`.
size_t FirstLineLength(std::string_view bytes);

}  // namespace kvitt
