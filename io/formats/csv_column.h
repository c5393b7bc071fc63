// How the columns of a CSV record stream are decoded: a column at a time over a run of rows.
//
// The field of a column is known before the first row, so the loop over the rows has no branch on
// what a cell is, and the steps of neighbouring rows overlap. Each pass is one function, made for
// one member of the record; a table of fields (csv_items.cc, csv_payments.cc, csv_customers.cc)
// names them. A cell that cannot be read only marks its row; the words for it are made later, by
// Explain, for the few rows that need them. The fast ways in here are shortcuts for the careful way
// at their end: what they do not take, the careful way decides.

#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/digits.h"
#include "io/bytes/separated_cell.h"
#include "io/bytes/text_arena.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"
#include "kvitt/deviation.h"
#include "kvitt/record_batch.h"

namespace kvitt::csv {

// An amount that no cell has given.
inline constexpr int64_t kNoAmount = std::numeric_limits<int64_t>::min();

// A row with the right number of cells.
struct Row {
  uint32_t begin;  // position of its first byte
  uint32_t first;  // index of its first cell's end in the separator index
};

// How cells are written in this file.
struct Dialect {
  char separator = ',';
  char decimal_mark = '.';
};

// What is wrong with a cell.
struct Complaint {
  DeviationCode code = DeviationCode::kRecordMalformed;
  std::string expected;  // empty: nothing is wrong
};

// A run of rows on its way to records.
template <typename Batch, typename Record>
struct Run {
  const char* bytes;
  const uint32_t* cell_ends;
  absl::Span<const Row> rows;
  // One a row. They still hold what an earlier run left in them: a pass writes its member for every
  // row.
  Record* records;
  const Record* blank;  // what an empty cell leaves
  uint8_t* bad;         // one a row: set when a cell of it cannot be read
  Batch* batch;         // owns `records`, takes references and lines of text
  TextArena* arena;
  Dialect dialect;

  std::string_view Cell(size_t row, uint32_t column) const {
    const Row& at = rows[row];
    const uint32_t begin = column == 0 ? at.begin : cell_ends[at.first + column - 1] + 1;
    return {bytes + begin, cell_ends[at.first + column] - begin};
  }
};

// Whether a cell may need more than a look: quoted, or guarded against spreadsheets.
inline bool IsDressed(const char* cell) {
  return *cell == '"' || *cell == '\'';
}

// Calls take(record, text) for each row, or none(record) where the cell is empty; a row whose cell
// is damaged, or empty although required, or refused by `take`, is marked.
template <bool kRequired, typename R, typename None, typename Take>
void ForEachCell(const R& run, uint32_t column, None none, Take take) {
  const size_t rows = run.rows.size();
  for (size_t i = 0; i < rows; ++i) {
    std::string_view text = run.Cell(i, column);
    if (IsDressed(text.data()) && !text.empty() && !ReadCell(text, run.arena, &text)) {
      run.bad[i] = 1;
      continue;
    }
    if (text.empty()) {
      none(&run.records[i]);
      if (kRequired) run.bad[i] = 1;
    } else if (!take(&run.records[i], text)) {
      run.bad[i] = 1;
    }
  }
}

// For passes of one member: an empty cell leaves it as it is in a blank record.
template <auto kMember, bool kRequired, typename R, typename Take>
void ForEachMember(const R& run, uint32_t column, Take take) {
  const auto usual = run.blank->*kMember;
  ForEachCell<kRequired>(
      run, column, [usual](auto* record) { record->*kMember = usual; }, take);
}

// ---- passes
// ---------------------------------------------------------------------------------------

template <auto kMember, bool kRequired, typename R>
void TextPass(const R& run, uint32_t column) {
  ForEachMember<kMember, kRequired>(run, column, [](auto* record, std::string_view text) {
    record->*kMember = text;
    return true;
  });
}

template <auto kMember, typename R>
void DatePass(const R& run, uint32_t column) {
  ForEachMember<kMember, false>(run, column, [](auto* record, std::string_view text) {
    return text.size() == 10 && DecodeDate(text.data(), &(record->*kMember));
  });
}

template <auto kMember, bool kRequired, typename R>
void CurrencyPass(const R& run, uint32_t column) {
  uint32_t last_code = 0;
  Currency last;
  ForEachMember<kMember, kRequired>(run, column, [&](auto* record, std::string_view text) {
    uint32_t code = 0;
    if (text.size() != 3) return false;
    // Four bytes may be read: three would be put together byte by byte.
    std::memcpy(&code, text.data(), 4);
    code &= 0xffffffu;
    if (code != last_code) {
      last_code = code;
      last = Currency::FromCode(text);
    }
    record->*kMember = last;
    return !last.is_none();
  });
}

// Comes after the currency, which says how many decimals there are. kLeast is the least amount
// allowed.
template <auto kMember, int64_t kLeast, bool kRequired, typename R>
void AmountPass(const R& run, uint32_t column) {
  Currency last;
  int decimals = last.decimals();
  const char mark = run.dialect.decimal_mark;
  ForEachMember<kMember, kRequired>(run, column, [&](auto* record, std::string_view text) {
    if (!(record->currency == last)) {
      last = record->currency;
      decimals = last.decimals();
    }
    int64_t* minor = &(record->*kMember);
    if (!DecodeAmount(text.data(), text.size(), decimals, mark, minor) &&
        ParseAmount(text, decimals, minor, mark) != AmountError::kOk) {
      return false;
    }
    return *minor >= kLeast;
  });
}

// A word of a closed list. Neighbouring rows mostly say the same one.
template <auto kMember, typename R>
void WordPass(const R& run, uint32_t column) {
  using Word = std::remove_reference_t<decltype(run.records->*kMember)>;
  char last_text[16] = {};
  size_t last_size = 0;
  Word last{};
  ForEachMember<kMember, false>(run, column, [&](auto* record, std::string_view text) {
    if (text.size() == last_size) {
      // Sixteen bytes may be read; those behind the cell are masked away.
      const __m128i same =
          _mm_cmpeq_epi8(digits_internal::Load16(text.data()), digits_internal::Load16(last_text));
      const uint32_t all = (uint32_t{1} << last_size) - 1;
      if ((static_cast<uint32_t>(_mm_movemask_epi8(same)) & all) == all) {
        record->*kMember = last;
        return true;
      }
    }
    if (!FromName(text, &last)) {
      last_size = 0;
      return false;
    }
    record->*kMember = last;
    last_size = 0;
    if (text.size() < sizeof(last_text)) {
      last_size = text.size();
      std::memcpy(last_text, text.data(), text.size());
    }
    return true;
  });
}

// How many of something: digits alone. False when it is none or does not fit.
bool ReadCount(std::string_view text, uint32_t* count);

// ---- arrays
// ---------------------------------------------------------------------------------------

inline std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Whether `text` is one plain element: no `;` or `|`, no blank at either end, not JSON.
inline bool IsSingleElement(std::string_view text) {
  if (text.size() > 32 || text.front() == '[' || text.front() == ' ' || text.back() == ' ') {
    return false;
  }
  const __m128i low = digits_internal::Load16(text.data());
  const __m128i high = digits_internal::Load16(text.data() + 16);
  const auto marks = [](__m128i v) {
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(
        _mm_cmpeq_epi8(v, _mm_set1_epi8(';')), _mm_cmpeq_epi8(v, _mm_set1_epi8('|')))));
  };
  const uint64_t found = marks(low) | uint64_t{marks(high)} << 16;
  return (found & ((uint64_t{1} << text.size()) - 1)) == 0;
}

// One element of an array cell. Only references say more than their value.
struct Element {
  std::string_view value;
  ReferenceScheme scheme = ReferenceScheme::kUnknown;
  std::string_view amount;  // decimal text with a dot; empty: none
};

// The elements of an array cell: a JSON array of strings or of {"value","scheme","amount"}, or text
// joined by
// `;` (in files separated by `;` also by `|`). Blanks at the ends of elements are taken off, empty
// elements left out. False when the cell begins like JSON and is not.
bool SplitArray(std::string_view text,
                char separator,
                TextArena* arena,
                std::vector<Element>* elements);

// The lines of a text cell that is a JSON array of strings, as they stand. False when it is not one.
bool SplitJsonLines(std::string_view text, TextArena* arena, std::vector<std::string_view>* lines);

// Calls take(record, element) for each element, after kCount was set to nothing; `take` returns
// false for one that it refuses.
template <auto kCount, typename R, typename Take>
void ForEachElement(const R& run, uint32_t column, Take take) {
  std::vector<Element> elements;
  const char separator = run.dialect.separator;
  ForEachCell<false>(
      run, column, [](auto* record) { record->*kCount = 0; },
      [&](auto* record, std::string_view text) {
        record->*kCount = 0;
        if (IsSingleElement(text)) {
          Element element;
          element.value = text;
          return take(record, element);
        }
        if (!SplitArray(text, separator, run.arena, &elements)) return false;
        for (const Element& element : elements) {
          if (!take(record, element)) return false;
        }
        return true;
      });
}

// ---- fields
// ---------------------------------------------------------------------------------------

enum class CellKind : uint8_t { kText, kAmount, kCount, kDate, kCurrency, kWord, kArray, kLines };

// One field of a record: its name, how its column is decoded, and how its cell is described when it
// is wrong.
template <typename R>
struct Field {
  std::string_view name;
  CellKind kind;
  bool required;
  int64_t least;           // of an amount
  std::string_view words;  // of a closed list: for people
  void (*pass)(const R& run, uint32_t column);
};

// What is wrong with the cell of a field; Complaint::expected is empty when nothing is.
// `currency` is that of the row; none when its own cell is wrong.
Complaint ExplainCell(CellKind kind,
                      bool required,
                      int64_t least,
                      std::string_view words,
                      std::string_view raw,
                      Currency currency,
                      const Dialect& dialect);

// `raw` for people: at most 40 bytes, control characters and bytes that are no UTF-8 as `\xNN`.
std::string Quoted(std::string_view raw);

}  // namespace kvitt::csv
