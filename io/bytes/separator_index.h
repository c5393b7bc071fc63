// Where the cells and rows of separated text (CSV) end.
//
// The index is made a window at a time, 64 bytes a step, so that it stays in the first cache and
// the walk over the cells never looks for a separator itself. It knows the quoting of RFC 4180:
//
//   * a quote opens a quoted cell only as the first byte of the cell; elsewhere it is a plain
//   letter;
//   * inside a quoted cell two quotes are one quote, and separators and line breaks are text;
//   * a quoted cell that is not closed within kQuotedCellMax bytes, or before the end of the bytes,
//   is
//     not a quoted cell: its opening quote is a plain letter. So one forgotten quote costs its line
//     and not the rest of the file, and the rule reads the same wherever blocks are cut.
//
//   SeparatorIndex index(',');
//   index.Reset(block);
//   while (index.Extend()) {
//     for (size_t row = 0; row < index.row_count(); ++row) ...
//   }
//
// One object is used by one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kvitt {

inline constexpr size_t kQuotedCellMax = size_t{1} << 20;

// Bytes that Reset may be given: positions are 32 bits wide.
inline constexpr size_t kSeparatedTextMax = size_t{1} << 31;

// Which instructions find the separators. All give the same answers; tests compare them.
enum class SeparatorKernel : uint8_t { kPortable, kAvx2, kAvx512 };
// What this machine can do best.
SeparatorKernel BestSeparatorKernel();

class SeparatorIndex {
 public:
  explicit SeparatorIndex(char separator, SeparatorKernel kernel = BestSeparatorKernel());

  // Begins with a run of whole rows; a last row without a line end is ended by the end of the
  // bytes. REQUIRES: bytes.size() <= kSeparatedTextMax, and 64 bytes beyond the end are readable.
  void Reset(std::string_view bytes);

  // Forgets the complete rows and indexes the next window. False when every row has been given; the
  // rows may be none although more follow (a row longer than the window).
  bool Extend();

  // The complete rows of this window. Row r covers cell_ends()[row_first(r)] up to and including
  // cell_ends()[row_last(r)], which is the position of its line end.
  size_t row_count() const { return row_count_; }

  size_t row_first(size_t row) const { return row == 0 ? 0 : size_t{row_ends_[row - 1]} + 1; }

  size_t row_last(size_t row) const { return row_ends_[row]; }

  // Position of the first byte of the first row of this window.
  uint32_t begin() const { return row_begin_; }

  // Positions of separators and line ends outside quoted cells. The caller may change those of the
  // rows that it was given (a carriage return before the line end is not part of the cell).
  uint32_t* cell_ends() { return cell_ends_.data(); }

  const uint32_t* cell_ends() const { return cell_ends_.data(); }

  // Whether a byte of this window (or of the unfinished row before it) is 0 or above 0x7f.
  bool has_special() const { return has_special_; }

  // Whether a quote was met since Reset: only then a line break can stand inside a row.
  bool has_quote() const { return has_quote_; }

  // The separators, line feeds and quotes of 64 bytes, one bit a byte.
  struct Masks {
    uint64_t separator;
    uint64_t line_feed;
    uint64_t quote;
  };

  static constexpr size_t kWindowWords = 256;

 private:
  friend size_t CutSeparatedRows(std::string_view bytes, char separator);

  uint64_t ResolveQuotes(const Masks& masks, uint32_t position);
  bool OpenQuoteIsPlain(uint32_t position) const;
  size_t ResolveWords(Masks* masks, size_t words, bool* plain);
  void WriteDown(const Masks* masks, size_t words);
  void Reopen();
  void EndLastRow();

  const char separator_;
  const SeparatorKernel kernel_;
  std::string_view bytes_;
  uint32_t position_ = 0;  // of the next word
  uint32_t row_begin_ = 0;
  uint32_t open_quote_ = 0;   // of the quoted cell met last
  uint64_t inside_ = 0;       // all ones inside a quoted cell
  uint64_t after_end_ = 1;    // 1: the byte before ended a cell
  uint64_t after_close_ = 0;  // 1: the byte before closed a quoted cell
  uint32_t next_row_begin_ = 0;
  bool more_follow_ = false;  // bytes_ are the beginning of something longer
  bool has_special_ = false;
  bool open_row_special_ = false;
  bool has_quote_ = false;
  bool ended_ = false;
  size_t cell_count_ = 0;
  size_t row_count_ = 0;
  std::vector<uint32_t> cell_ends_;
  std::vector<uint32_t> row_ends_;
};

// The length of the longest prefix of `bytes`, which begin at a row's start, that ends at a line
// end outside quoted cells; 0 when there is none, or none that is sure yet. REQUIRES: as Reset.
size_t CutSeparatedRows(std::string_view bytes, char separator);

// How many line feeds `bytes` hold. REQUIRES: 16 bytes beyond the end are readable.
uint64_t CountLineFeeds(std::string_view bytes);

}  // namespace kvitt
