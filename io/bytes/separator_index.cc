// Two stages: a kernel turns 64 bytes into three bit masks, then one body, the same for every
// kernel, takes quoted text out of the masks and writes down positions. Only the first stage needs
// wide instructions; the second is shifts and counts.

#include "io/bytes/separator_index.h"

#include <emmintrin.h>
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

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
  return kernel == SeparatorKernel::kAvx2 ? ClassifyAvx2(bytes, words, separator, masks)
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

uint64_t Below(size_t bits) {
  return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

}  // namespace

SeparatorKernel BestSeparatorKernel() {
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  return has_avx2 ? SeparatorKernel::kAvx2 : SeparatorKernel::kPortable;
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
uint64_t SeparatorIndex::ResolveQuotes(const Masks& masks) {
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
        open_quote_ = position_ + 63 - static_cast<uint32_t>(std::countl_zero(fresh));
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

// Whether the cell that is open at position_ turns out not to be quoted. Exact whatever the
// position of words is: near the limit the cell is walked byte by byte, once.
bool SeparatorIndex::OpenQuoteIsPlain() const {
  if (position_ + kWordBytes - open_quote_ <= kQuotedCellMax) return false;
  if (more_follow_ && bytes_.size() <= open_quote_ + kQuotedCellMax + 1)
    return false;  // not known yet
  return FindClosingQuote(bytes_, open_quote_) == kNone;
}

// Takes the quote that opened the last quoted cell as a letter and goes on behind it.
void SeparatorIndex::Reopen() {
  position_ = open_quote_ + 1;
  inside_ = after_end_ = after_close_ = 0;
}

// False when the word was not indexed because an earlier quote turned out to be plain.
bool SeparatorIndex::IndexWord(Masks masks) {
  if ((masks.quote | inside_ | after_close_) != 0) {
    if ((inside_ | after_close_) != 0 && OpenQuoteIsPlain()) {
      Reopen();
      return false;
    }
    const uint64_t inside = ResolveQuotes(masks);
    masks.separator &= ~inside;
    masks.line_feed &= ~inside;
  } else {
    after_end_ = (masks.separator | masks.line_feed) >> 63;
  }
  uint64_t ends = masks.separator | masks.line_feed;
  uint64_t feeds = masks.line_feed;
  uint32_t* rows = row_ends_.data() + row_count_;
  const uint32_t first = static_cast<uint32_t>(cell_count_);
  row_count_ += static_cast<size_t>(std::popcount(feeds));
  while (feeds != 0) {
    *rows++ = first + static_cast<uint32_t>(std::popcount(ends & ((feeds & (~feeds + 1)) - 1)));
    feeds &= feeds - 1;
  }
  // Eight are written whether they are there or not: a loop that ends unpredictably costs more than
  // the stores that the next word overwrites.
  uint32_t* out = cell_ends_.data() + cell_count_;
  const int count = std::popcount(ends);
  cell_count_ += static_cast<size_t>(count);
  for (int written = 0; written < count; written += 8, out += 8) {
    for (int i = 0; i < 8; ++i) {
      out[i] = position_ + static_cast<uint32_t>(std::countr_zero(ends));
      ends &= ends - 1;
    }
  }
  position_ += kWordBytes;
  return true;
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
  // Room for a window of separators alone, and for the eight that are written at once.
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
  for (size_t i = 0; i < words; ++i) {
    if (!IndexWord(masks[i])) break;
  }
  if (position_ >= bytes_.size()) {
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

}  // namespace kvitt
