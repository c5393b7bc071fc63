// Two stages: a kernel turns 64 bytes into three bit masks, then one body, the same for every
// kernel, takes quoted text out of the masks, and what is left is written down as positions: bit by
// bit, or by AVX-512 a word at once.

#include "io/bytes/separator_index.h"

#include <emmintrin.h>
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/bytes/bit_positions.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr size_t kWordBytes = 64;
constexpr size_t kNone = static_cast<size_t>(-1);

// What a kernel says of a whole run of words.
struct RunFlags {
  bool special = false;
  bool quote = false;
};

const __m128i* As128(const void* bytes) {
  return static_cast<const __m128i*>(bytes);
}

const __m256i* As256(const void* bytes) {
  return static_cast<const __m256i*>(bytes);
}

uint64_t Mask128(__m128i a, __m128i b, __m128i c, __m128i d, __m128i wanted) {
  const auto bits = [wanted](__m128i v) {
    return static_cast<uint64_t>(
        static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, wanted))));
  };
  return bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
}

// SSE2 and SSE4.1 are part of the baseline that everything is built for.
RunFlags ClassifyPortable(const char* bytes,
                          size_t words,
                          char separator,
                          SeparatorIndex::Masks* masks) {
  const __m128i wanted_separator = _mm_set1_epi8(separator);
  const __m128i wanted_feed = _mm_set1_epi8('\n');
  const __m128i wanted_quote = _mm_set1_epi8('"');
  __m128i lowest = _mm_set1_epi8(127);
  uint64_t quotes = 0;
  for (size_t i = 0; i < words; ++i, bytes += kWordBytes) {
    const __m128i a = _mm_loadu_si128(As128(bytes));
    const __m128i b = _mm_loadu_si128(As128(bytes + 16));
    const __m128i c = _mm_loadu_si128(As128(bytes + 32));
    const __m128i d = _mm_loadu_si128(As128(bytes + 48));
    masks[i].separator = Mask128(a, b, c, d, wanted_separator);
    masks[i].line_feed = Mask128(a, b, c, d, wanted_feed);
    masks[i].quote = Mask128(a, b, c, d, wanted_quote);
    quotes |= masks[i].quote;
    lowest = _mm_min_epi8(lowest, _mm_min_epi8(_mm_min_epi8(a, b), _mm_min_epi8(c, d)));
  }
  // As signed numbers both NUL and the bytes of multi-byte letters are below 1.
  const __m128i special = _mm_cmplt_epi8(lowest, _mm_set1_epi8(1));
  return {_mm_movemask_epi8(special) != 0, quotes != 0};
}

__attribute__((target("avx2"))) RunFlags ClassifyAvx2(const char* bytes,
                                                      size_t words,
                                                      char separator,
                                                      SeparatorIndex::Masks* masks) {
  const __m256i wanted_separator = _mm256_set1_epi8(separator);
  const __m256i wanted_feed = _mm256_set1_epi8('\n');
  const __m256i wanted_quote = _mm256_set1_epi8('"');
  __m256i lowest = _mm256_set1_epi8(127);
  uint64_t quotes = 0;
  for (size_t i = 0; i < words; ++i, bytes += kWordBytes) {
    const __m256i a = _mm256_loadu_si256(As256(bytes));
    const __m256i b = _mm256_loadu_si256(As256(bytes + 32));
    uint32_t low =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, wanted_separator)));
    uint32_t high =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, wanted_separator)));
    masks[i].separator = low | uint64_t{high} << 32;
    low = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, wanted_feed)));
    high = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, wanted_feed)));
    masks[i].line_feed = low | uint64_t{high} << 32;
    low = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, wanted_quote)));
    high = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, wanted_quote)));
    masks[i].quote = low | uint64_t{high} << 32;
    quotes |= masks[i].quote;
    lowest = _mm256_min_epi8(lowest, _mm256_min_epi8(a, b));
  }
  const __m256i special = _mm256_cmpgt_epi8(_mm256_set1_epi8(1), lowest);
  return {_mm256_movemask_epi8(special) != 0, quotes != 0};
}

RunFlags Classify(SeparatorKernel kernel,
                  const char* bytes,
                  size_t words,
                  char separator,
                  SeparatorIndex::Masks* masks) {
  return kernel != SeparatorKernel::kPortable ? ClassifyAvx2(bytes, words, separator, masks)
                                              : ClassifyPortable(bytes, words, separator, masks);
}

// Bit i of the result is the parity of bits 0 to i.
uint64_t PrefixXor(uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

// Position of the quote that closes the cell opened at `open`; kNone when none stands in the next
// kQuotedCellMax bytes.
size_t FindClosingQuote(std::string_view bytes, size_t open) {
  const size_t last = std::min(bytes.size() - 1, open + kQuotedCellMax);
  for (size_t i = open + 1; i <= last; ++i) {
    if (bytes[i] != '"') continue;
    if (i + 1 == bytes.size() || bytes[i + 1] != '"') return i;
    ++i;
  }
  return kNone;
}

// The lowest bits.
uint64_t Below(size_t bits) {
  return (uint64_t{1} << bits) - 1;
}

}  // namespace

SeparatorKernel BestSeparatorKernel() {
  static const SeparatorKernel best = [] {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi")) {
      return SeparatorKernel::kPortable;
    }
    return HasBitPositions() ? SeparatorKernel::kAvx512 : SeparatorKernel::kAvx2;
  }();
  return best;
}

SeparatorIndex::SeparatorIndex(char separator, SeparatorKernel kernel)
    : separator_(separator), kernel_(kernel) {}

void SeparatorIndex::Reset(std::string_view bytes) {
  KVITT_CHECK(bytes.size() <= kSeparatedTextMax);
  bytes_ = bytes;
  position_ = row_begin_ = next_row_begin_ = open_quote_ = 0;
  inside_ = after_close_ = 0;
  after_end_ = 1;
  has_special_ = open_row_special_ = has_quote_ = ended_ = more_follow_ = false;
  cell_count_ = row_count_ = 0;
}

// The bytes inside quoted cells, from the opening quote up to the byte before the closing one.
uint64_t SeparatorIndex::ResolveQuotes(const Masks& masks, uint32_t position) {
  const uint64_t ends = masks.separator | masks.line_feed;
  uint64_t quotes = masks.quote;
  for (;;) {
    const uint64_t inside = PrefixXor(quotes) ^ inside_;
    const uint64_t opens = quotes & inside;
    const uint64_t closes = quotes & ~inside;
    const uint64_t reopens = closes << 1 | after_close_;
    const uint64_t wrong = opens & ~((ends & ~inside) << 1 | after_end_ | reopens);
    if (wrong == 0) {
      const uint64_t fresh = opens & ~reopens;
      if (fresh != 0) {
        open_quote_ = position + 63 - static_cast<uint32_t>(std::countl_zero(fresh));
      }
      inside_ = (inside >> 63) != 0 ? ~uint64_t{0} : 0;
      after_end_ = (ends & ~inside) >> 63;
      after_close_ = closes >> 63;
      return inside;
    }
    // The first quote that stands inside a plain cell is a letter. What follows it reads otherwise
    // then, so it is looked at again.
    quotes &= ~(wrong & (~wrong + 1));
  }
}

// Whether the cell that is open at `position` turns out not to be quoted. Exact whatever the
// position of words is: near the limit the cell is walked byte by byte, once.
bool SeparatorIndex::OpenQuoteIsPlain(uint32_t position) const {
  if (position + kWordBytes - open_quote_ <= kQuotedCellMax) return false;
  if (more_follow_ && bytes_.size() <= open_quote_ + kQuotedCellMax + 1)
    return false;  // not known yet
  return FindClosingQuote(bytes_, open_quote_) == kNone;
}

// Takes the quote that opened the last quoted cell as a letter and goes on behind it.
void SeparatorIndex::Reopen() {
  position_ = open_quote_ + 1;
  inside_ = after_end_ = after_close_ = 0;
}

namespace {

// What WriteWords reads and advances.
struct Written {
  uint32_t position;  // of the next word
  size_t cell_count;
  size_t row_count;
};

// Writes down the positions of cell ends, and which of them end rows.
__attribute__((always_inline)) inline Written WriteWords(const SeparatorIndex::Masks* masks,
                                                         size_t words,
                                                         Written at,
                                                         uint32_t* cell_ends,
                                                         uint32_t* row_ends) {
  for (size_t i = 0; i < words; ++i) {
    uint64_t feeds = masks[i].line_feed;
    uint64_t ends = masks[i].separator | feeds;
    uint32_t* rows = row_ends + at.row_count;
    const uint32_t before = static_cast<uint32_t>(at.cell_count) - 1;
    at.row_count += static_cast<size_t>(std::popcount(feeds));
    // Two rows and eight cells are written whether they are there or not: a loop that ends
    // unpredictably costs more than stores that the next word overwrites.
    rows[0] = before + static_cast<uint32_t>(std::popcount(ends & (feeds ^ (feeds - 1))));
    feeds &= feeds - 1;
    rows[1] = before + static_cast<uint32_t>(std::popcount(ends & (feeds ^ (feeds - 1))));
    feeds &= feeds - 1;
    for (rows += 2; feeds != 0; feeds &= feeds - 1) {
      *rows++ = before + static_cast<uint32_t>(std::popcount(ends & (feeds ^ (feeds - 1))));
    }
    uint32_t* cells = cell_ends + at.cell_count;
    const int count = std::popcount(ends);
    at.cell_count += static_cast<size_t>(count);
    for (int written = 0; written < count; written += 8, cells += 8) {
      for (int k = 0; k < 8; ++k) {
        cells[k] = at.position + static_cast<uint32_t>(std::countr_zero(ends));
        ends &= ends - 1;
      }
    }
    at.position += kWordBytes;
  }
  return at;
}

Written WriteWordsPortable(const SeparatorIndex::Masks* masks,
                           size_t words,
                           Written at,
                           uint32_t* cell_ends,
                           uint32_t* row_ends) {
  return WriteWords(masks, words, at, cell_ends, row_ends);
}

// The same with instructions that find and clear the lowest bit in one step.
__attribute__((target("bmi"))) Written WriteWordsBmi(const SeparatorIndex::Masks* masks,
                                                     size_t words,
                                                     Written at,
                                                     uint32_t* cell_ends,
                                                     uint32_t* row_ends) {
  return WriteWords(masks, words, at, cell_ends, row_ends);
}

// g++ 12 takes the undefined vectors inside its own intrinsics for mistakes of ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

// The same without a loop over the bits of a word.
KVITT_BIT_POSITIONS_TARGET Written WriteWordsAvx512(const SeparatorIndex::Masks* masks,
                                                    size_t words,
                                                    Written at,
                                                    uint32_t* cell_ends,
                                                    uint32_t* row_ends) {
  for (size_t i = 0; i < words; ++i) {
    const uint64_t feeds = masks[i].line_feed;
    const uint64_t ends = masks[i].separator | feeds;
    // Which of the cell ends are line ends.
    at.row_count += WriteBitPositions(_pext_u64(feeds, ends), static_cast<uint32_t>(at.cell_count),
                                      row_ends + at.row_count);
    at.cell_count += WriteBitPositions(ends, at.position, cell_ends + at.cell_count);
    at.position += kWordBytes;
  }
  return at;
}

#pragma GCC diagnostic pop

}  // namespace

// Takes what stands inside quoted cells out of the masks. Returns how many words are resolved: all,
// or those before one that showed that an earlier quote is plain; *plain says so.
size_t SeparatorIndex::ResolveWords(Masks* masks, size_t words, bool* plain) {
  uint32_t position = position_;
  *plain = false;
  for (size_t i = 0; i < words; ++i, position += kWordBytes) {
    Masks& word = masks[i];
    if ((word.quote | inside_ | after_close_) == 0) {
      after_end_ = (word.separator | word.line_feed) >> 63;
      continue;
    }
    if ((inside_ | after_close_) != 0 && OpenQuoteIsPlain(position)) {
      *plain = true;
      return i;
    }
    const uint64_t outside = ~ResolveQuotes(word, position);
    word.separator &= outside;
    word.line_feed &= outside;
  }
  return words;
}

void SeparatorIndex::WriteDown(const Masks* masks, size_t words) {
  const Written at{position_, cell_count_, row_count_};
  const auto write = kernel_ == SeparatorKernel::kAvx512 ? WriteWordsAvx512
                     : kernel_ == SeparatorKernel::kAvx2 ? WriteWordsBmi
                                                         : WriteWordsPortable;
  const Written now = write(masks, words, at, cell_ends_.data(), row_ends_.data());
  position_ = now.position;
  cell_count_ = now.cell_count;
  row_count_ = now.row_count;
}

// The end of the bytes ends the last row.
void SeparatorIndex::EndLastRow() {
  const uint32_t size = static_cast<uint32_t>(bytes_.size());
  const uint32_t last = cell_count_ == 0 ? row_begin_ : cell_ends_[cell_count_ - 1] + 1;
  const bool row_is_open =
      row_count_ == 0 ? cell_count_ != 0 : row_ends_[row_count_ - 1] + 1 != cell_count_;
  if (last < size || row_is_open) {
    row_ends_[row_count_++] = static_cast<uint32_t>(cell_count_);
    cell_ends_[cell_count_++] = size;
  }
  ended_ = true;
}

bool SeparatorIndex::Extend() {
  if (row_count_ != 0) {
    const size_t used = size_t{row_ends_[row_count_ - 1]} + 1;
    // The caller may have moved the position of the line end, so the next row's start was kept.
    row_begin_ = next_row_begin_;
    std::copy(cell_ends_.begin() + static_cast<ptrdiff_t>(used),
              cell_ends_.begin() + static_cast<ptrdiff_t>(cell_count_), cell_ends_.begin());
    cell_count_ -= used;
    row_count_ = 0;
    has_special_ = open_row_special_;
  }
  if (ended_) return false;
  // Room for a window of separators alone, and for the 64 that may be written at once.
  const size_t room = cell_count_ + (kWindowWords + 1) * kWordBytes;
  if (cell_ends_.size() < room) cell_ends_.resize(room + room / 2);
  if (row_ends_.empty()) row_ends_.resize((kWindowWords + 1) * kWordBytes);

  Masks masks[kWindowWords];
  const size_t left = bytes_.size() - position_;
  const size_t words = std::min(kWindowWords, (left + kWordBytes - 1) / kWordBytes);
  const RunFlags flags = Classify(kernel_, bytes_.data() + position_, words, separator_, masks);
  has_special_ |= flags.special;
  has_quote_ |= flags.quote;
  if (words * kWordBytes > left) {
    const uint64_t valid = Below(left % kWordBytes);
    Masks& last = masks[words - 1];
    last.separator &= valid;
    last.line_feed &= valid;
    last.quote &= valid;
  }
  bool plain = false;
  size_t resolved = words;
  if (flags.quote || (inside_ | after_close_) != 0) {
    resolved = ResolveWords(masks, words, &plain);
  } else if (words != 0) {
    after_end_ = (masks[words - 1].separator | masks[words - 1].line_feed) >> 63;
  }
  WriteDown(masks, resolved);
  if (plain) {
    Reopen();
  } else if (position_ >= bytes_.size()) {
    if (more_follow_) {
      ended_ = true;
    } else if (inside_ != 0) {
      Reopen();
    } else {
      EndLastRow();
    }
  }
  if (row_count_ != 0) {
    next_row_begin_ = cell_ends_[row_ends_[row_count_ - 1]] + 1;
    open_row_special_ = flags.special;
  }
  return true;
}

size_t CutSeparatedRows(std::string_view bytes, char separator) {
  bytes = bytes.substr(0, kSeparatedTextMax);
  if (bytes.find('"') == std::string_view::npos) {
    const size_t end = bytes.rfind('\n');
    return end == std::string_view::npos ? 0 : end + 1;
  }
  SeparatorIndex index(separator);
  index.Reset(bytes);
  index.more_follow_ = true;
  while (index.Extend()) {
  }
  return index.next_row_begin_;
}

uint64_t CountLineFeeds(std::string_view bytes) {
  const __m128i feed = _mm_set1_epi8('\n');
  const __m128i zero = _mm_setzero_si128();
  const char* p = bytes.data();
  size_t left = bytes.size();
  uint64_t count = 0;
  while (left >= 16) {
    // A byte counts to 255.
    size_t steps = std::min<size_t>(left / 16, 255);
    left -= steps * 16;
    __m128i counts = zero;
    for (; steps != 0; --steps, p += 16) {
      counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(_mm_loadu_si128(As128(p)), feed));
    }
    const __m128i sums = _mm_sad_epu8(counts, zero);
    count += static_cast<uint64_t>(_mm_cvtsi128_si64(sums)) +
             static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
  }
  if (left == 0) return count;
  const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(As128(p)), feed));
  return count + static_cast<uint64_t>(std::popcount(static_cast<uint32_t>(mask) & Below(left)));
}

}  // namespace kvitt
