#include "io/bytes/markup_index.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>

#include "io/bytes/bit_positions.h"
#endif

namespace kvitt {
namespace {

// What one step of 64 bytes found, one bit a byte.
struct StepMasks {
  uint64_t tags;
  uint64_t specials;
};

// Bits that the bytes of a text had in common use: 0x80 when any byte is not ASCII.
struct SeenFlags {
  bool non_ascii = false;
  bool carriage_return = false;
};

constexpr size_t kStepBytes = 64;

// Asks for what comes a window later: the second stage stands between two windows, and the processor sees no
// stream go on behind it. There is nothing to lose behind the end.
inline void AskAhead(const char* at) {
  constexpr size_t kAheadBytes = 8 << 10;
  __builtin_prefetch(at + kAheadBytes, 0, 2);
}

// Appends base + the number of each set bit. Eight at a time: most steps have between four and six
// tags, and a loop with a fixed count has no branch to mispredict.
inline size_t AppendPositions(uint64_t mask, uint32_t base, uint32_t* out) {
  const auto count = static_cast<size_t>(std::popcount(mask));
  for (int i = 0; i < 8; ++i) {
    out[i] = base + static_cast<uint32_t>(std::countr_zero(mask));
    mask &= mask - 1;
  }
  for (size_t i = 8; mask != 0; ++i) {
    out[i] = base + static_cast<uint32_t>(std::countr_zero(mask));
    mask &= mask - 1;
  }
  return count;
}

// Bytes of `word` that are zero, as 0x80 in each such byte; exact, no carries between bytes.
constexpr uint64_t ZeroBytes(uint64_t word) {
  constexpr uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
  return ~(((word & kLow) + kLow) | word | kLow);
}

constexpr uint64_t Repeat(uint8_t byte) {
  return uint64_t{0x0101010101010101} * byte;
}

// The 0x80 bits of eight bytes as eight bits.
constexpr uint64_t Gather(uint64_t high_bits) {
  return ((high_bits >> 7) * uint64_t{0x0102040810204080}) >> 56;
}

StepMasks StepPortable(const char* bytes, SeenFlags* seen) {
  constexpr uint64_t kHigh = Repeat(0x80);
  StepMasks masks{0, 0};
  for (size_t i = 0; i < kStepBytes; i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    const uint64_t tag = ZeroBytes(word ^ Repeat('<'));
    const uint64_t carriage_return = ZeroBytes(word ^ Repeat('\r'));
    // Below 0x20: the three top bits of the byte are all clear.
    const uint64_t control = ZeroBytes(word & Repeat(0xE0));
    const uint64_t allowed =
        ZeroBytes(word ^ Repeat('\t')) | ZeroBytes(word ^ Repeat('\n')) | carriage_return;
    const uint64_t special =
        ZeroBytes(word ^ Repeat('&')) | ZeroBytes(word ^ Repeat(']')) | (control & ~allowed);
    masks.tags |= Gather(tag) << i;
    masks.specials |= Gather(special) << i;
    seen->non_ascii |= (word & kHigh) != 0;
    seen->carriage_return |= carriage_return != 0;
  }
  return masks;
}

MarkupFound FindPortable(
    const char* bytes, size_t length, uint32_t base, uint32_t* tags, uint32_t* specials) {
  MarkupFound found;
  SeenFlags seen;
  char tail[kStepBytes];
  for (size_t at = 0; at < length; at += kStepBytes) {
    AskAhead(bytes + at);
    const char* step = bytes + at;
    if (length - at < kStepBytes) {
      std::memset(tail, ' ', sizeof(tail));
      std::memcpy(tail, step, length - at);
      step = tail;
    }
    const StepMasks masks = StepPortable(step, &seen);
    const uint32_t position = base + static_cast<uint32_t>(at);
    for (uint64_t mask = masks.tags; mask != 0; mask &= mask - 1) {
      tags[found.tags++] = position + static_cast<uint32_t>(std::countr_zero(mask));
    }
    for (uint64_t mask = masks.specials; mask != 0; mask &= mask - 1) {
      specials[found.specials++] = position + static_cast<uint32_t>(std::countr_zero(mask));
    }
  }
  found.non_ascii = found.unsure_utf8 = seen.non_ascii;
  found.carriage_return = seen.carriage_return;
  return found;
}

#if defined(__x86_64__)

// Classes by the two halves of a byte: a byte is of a class when both tables have its bit.
//   1: control characters but tab, line feed and carriage return   2: '&'   4: ']'   8: carriage
//   return
// A shuffle gives 0 for index bytes of 0x80 and above, so bytes that are not ASCII have no class.
constexpr char kOf0[] = {1, 1, 1, 1, 1, 1, 3, 1, 1, 0, 0, 1, 1, 12, 1, 1};
constexpr char kHigh0[] = {9, 1, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
// Row 1 (0x10-0x1F) forbids 9, A and D as well: class 16 there.
constexpr char kLowOfRow1[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 16, 0, 0, 16, 0, 0};

struct Avx2Tables {
  __m256i low;
  __m256i high;
};

__attribute__((target("avx2"))) inline Avx2Tables LoadTables() {
  char low[16];
  char high[16];
  for (int i = 0; i < 16; ++i) {
    low[i] = static_cast<char>(kOf0[i] | kLowOfRow1[i]);
    high[i] = static_cast<char>(kHigh0[i] | (i == 1 ? 16 : 0));
  }
  return {_mm256_broadcastsi128_si256(
              _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(low)))),
          _mm256_broadcastsi128_si256(
              _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(high))))};
}

__attribute__((target("avx2"))) inline __m256i Classes(__m256i bytes, const Avx2Tables& tables) {
  const __m256i half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
  return _mm256_and_si256(_mm256_shuffle_epi8(tables.low, bytes),
                          _mm256_shuffle_epi8(tables.high, half));
}

__attribute__((target("avx2"))) inline uint64_t Mask(__m256i low, __m256i high) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) MarkupFound FindAvx2(
    const char* bytes, size_t length, uint32_t base, uint32_t* tags, uint32_t* specials) {
  const Avx2Tables tables = LoadTables();
  const __m256i less = _mm256_set1_epi8('<');
  const __m256i special_classes = _mm256_set1_epi8(1 | 2 | 4 | 16);
  const __m256i zero = _mm256_setzero_si256();
  __m256i all = zero;
  __m256i all_classes = zero;
  MarkupFound found;
  const size_t whole = length & ~(kStepBytes - 1);
  for (size_t at = 0; at < whole; at += kStepBytes) {
    AskAhead(bytes + at);
    const __m256i a =
        _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(bytes + at)));
    const __m256i b =
        _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(bytes + at + 32)));
    const uint64_t tag_mask = Mask(_mm256_cmpeq_epi8(a, less), _mm256_cmpeq_epi8(b, less));
    const __m256i a_classes = Classes(a, tables);
    const __m256i b_classes = Classes(b, tables);
    all = _mm256_or_si256(all, _mm256_or_si256(a, b));
    const __m256i classes = _mm256_or_si256(a_classes, b_classes);
    all_classes = _mm256_or_si256(all_classes, classes);
    const uint32_t position = base + static_cast<uint32_t>(at);
    found.tags += AppendPositions(tag_mask, position, tags + found.tags);
    if (!_mm256_testz_si256(classes, special_classes)) [[unlikely]] {
      const uint64_t special_mask =
          ~Mask(_mm256_cmpeq_epi8(_mm256_and_si256(a_classes, special_classes), zero),
                _mm256_cmpeq_epi8(_mm256_and_si256(b_classes, special_classes), zero));
      found.specials += AppendPositions(special_mask, position, specials + found.specials);
    }
  }
  found.non_ascii = found.unsure_utf8 = _mm256_movemask_epi8(all) != 0;
  found.carriage_return = !_mm256_testz_si256(all_classes, _mm256_set1_epi8(8));
  if (whole != length) {
    const MarkupFound rest =
        FindPortable(bytes + whole, length - whole, base + static_cast<uint32_t>(whole),
                     tags + found.tags, specials + found.specials);
    found.tags += rest.tags;
    found.specials += rest.specials;
    found.non_ascii |= rest.non_ascii;
    found.unsure_utf8 |= rest.unsure_utf8;
    found.carriage_return |= rest.carriage_return;
  }
  return found;
}

// g++ 12 takes the undefined vectors inside its own intrinsics for mistakes of ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

// 0x80 for each ASCII byte that is `&`, `]` or a control character that XML forbids.
alignas(64) constexpr auto kSpecialBytes = [] {
  std::array<uint8_t, 128> bytes{};
  for (size_t i = 0; i < 0x20; ++i) bytes[i] = i == '\t' || i == '\n' || i == '\r' ? 0 : 0x80;
  bytes['&'] = bytes[']'] = 0x80;
  return bytes;
}();

KVITT_BIT_POSITIONS_TARGET MarkupFound
FindAvx512(const char* bytes, size_t length, uint32_t base, uint32_t* tags, uint32_t* specials) {
  const __m512i less = _mm512_set1_epi8('<');
  const __m512i blank = _mm512_set1_epi8(0x20);
  const __m512i carriage_return = _mm512_set1_epi8('\r');
  const __m512i special_below = _mm512_load_si512(kSpecialBytes.data());
  const __m512i special_above = _mm512_load_si512(kSpecialBytes.data() + 64);
  MarkupFound found;
  uint64_t carriage_returns = 0;
  uint64_t non_ascii = 0;
  uint64_t unsure = 0;
  uint64_t lead_before = 0;
  for (size_t at = 0; at < length; at += kStepBytes) {
    // Behind the end there are blanks.
    const size_t left = length - at;
    const uint64_t valid = left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
    const __m512i text = _mm512_mask_loadu_epi8(blank, valid, bytes + at);
    AskAhead(bytes + at);
    // By the lowest seven bits of each byte: what is not ASCII is sorted out below.
    uint64_t special =
        _mm512_movepi8_mask(_mm512_permutex2var_epi8(special_below, text, special_above));
    const uint64_t high = _mm512_movepi8_mask(text);
    carriage_returns |= _mm512_cmpeq_epi8_mask(text, carriage_return);
    const uint32_t position = base + static_cast<uint32_t>(at);
    found.tags +=
        WriteBitPositions(_mm512_cmpeq_epi8_mask(text, less), position, tags + found.tags);
    if ((special | high | lead_before) == 0) [[likely]]
      continue;
    special &= ~high;
    non_ascii |= high;
    if ((high | lead_before) != 0) {
      // Characters of two bytes: 0xC2 to 0xDF, and one of 0x80 to 0xBF behind it.
      const uint64_t follows = _mm512_cmplt_epi8_mask(text, _mm512_set1_epi8('\xC0'));
      const uint64_t leads = _mm512_mask_cmpge_epi8_mask(
          _mm512_mask_cmple_epi8_mask(high, text, _mm512_set1_epi8('\xDF')), text,
          _mm512_set1_epi8('\xC2'));
      unsure |= (high & ~(follows | leads)) | (follows ^ (leads << 1 | lead_before));
      lead_before = leads >> 63;
    }
    if (special != 0) [[unlikely]] {
      found.specials += WriteBitPositions(special, position, specials + found.specials);
    }
  }
  found.non_ascii = non_ascii != 0;
  found.unsure_utf8 = (unsure | lead_before) != 0;
  found.carriage_return = carriage_returns != 0;
  return found;
}

KVITT_BIT_POSITIONS_TARGET const char* FindLastAvx512(std::string_view bytes,
                                                      std::string_view needle) {
  const __m512i first = _mm512_set1_epi8(needle.front());
  const __m512i second = _mm512_set1_epi8(needle[1]);
  const __m512i last = _mm512_set1_epi8(needle.back());
  const char* begin = bytes.data();
  size_t places = bytes.size() - needle.size() + 1;
  while (places >= 64) {
    places -= 64;
    const char* at = begin + places;
    // Two bytes are not enough: many tags begin and end like one another.
    uint64_t mask = _mm512_mask_cmpeq_epi8_mask(
        _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(_mm512_loadu_si512(at), first),
                                    _mm512_loadu_si512(at + needle.size() - 1), last),
        _mm512_loadu_si512(at + 1), second);
    while (mask != 0) {
      const int bit = 63 - std::countl_zero(mask);
      if (std::memcmp(at + bit, needle.data(), needle.size()) == 0) return at + bit;
      mask &= ~(uint64_t{1} << bit);
    }
  }
  const size_t found = bytes.substr(0, places + needle.size() - 1).rfind(needle);
  return found == std::string_view::npos ? nullptr : begin + found;
}

#pragma GCC diagnostic pop

// Compares the needle's first and last byte at 32 places a time.
__attribute__((target("avx2,bmi,bmi2,lzcnt"))) const char* FindLastAvx2(std::string_view bytes,
                                                                        std::string_view needle) {
  const __m256i first = _mm256_set1_epi8(needle.front());
  const __m256i last = _mm256_set1_epi8(needle.back());
  const char* begin = bytes.data();
  size_t places = bytes.size() - needle.size() + 1;
  while (places >= 32) {
    places -= 32;
    const char* at = begin + places;
    const __m256i a = _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(at)));
    const __m256i b = _mm256_loadu_si256(
        static_cast<const __m256i*>(static_cast<const void*>(at + needle.size() - 1)));
    auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(
        _mm256_and_si256(_mm256_cmpeq_epi8(a, first), _mm256_cmpeq_epi8(b, last))));
    while (mask != 0) {
      const int bit = 31 - std::countl_zero(mask);
      if (std::memcmp(at + bit, needle.data(), needle.size()) == 0) return at + bit;
      mask &= ~(uint32_t{1} << bit);
    }
  }
  const size_t found = bytes.substr(0, places + needle.size() - 1).rfind(needle);
  return found == std::string_view::npos ? nullptr : begin + found;
}

#endif

}  // namespace

bool HasMarkupKernel(MarkupKernel kernel) {
#if defined(__x86_64__)
  if (kernel == MarkupKernel::kAvx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  }
  if (kernel == MarkupKernel::kAvx512) {
    return HasBitPositions();
  }
#endif
  return kernel == MarkupKernel::kPortable;
}

MarkupKernel BestMarkupKernel() {
  static const MarkupKernel kBest = HasMarkupKernel(MarkupKernel::kAvx512) ? MarkupKernel::kAvx512
                                    : HasMarkupKernel(MarkupKernel::kAvx2)
                                        ? MarkupKernel::kAvx2
                                        : MarkupKernel::kPortable;
  return kBest;
}

MarkupFound FindMarkup(MarkupKernel kernel,
                       const char* bytes,
                       size_t length,
                       uint32_t base,
                       uint32_t* tags,
                       uint32_t* specials) {
#if defined(__x86_64__)
  if (kernel == MarkupKernel::kAvx512) return FindAvx512(bytes, length, base, tags, specials);
  if (kernel == MarkupKernel::kAvx2) return FindAvx2(bytes, length, base, tags, specials);
#endif
  (void)kernel;
  return FindPortable(bytes, length, base, tags, specials);
}

const char* FindLast(MarkupKernel kernel, std::string_view bytes, std::string_view needle) {
  if (bytes.size() < needle.size()) return nullptr;
#if defined(__x86_64__)
  if (kernel == MarkupKernel::kAvx512) return FindLastAvx512(bytes, needle);
  if (kernel == MarkupKernel::kAvx2) return FindLastAvx2(bytes, needle);
#endif
  (void)kernel;
  const size_t found = bytes.rfind(needle);
  return found == std::string_view::npos ? nullptr : bytes.data() + found;
}

}  // namespace kvitt
