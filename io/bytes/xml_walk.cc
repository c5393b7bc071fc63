#include "io/bytes/xml_walk.h"

#include <array>
#include <bit>
#include <cstring>

#include "io/bytes/xml_bytes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kvitt {
namespace {

// Eight bytes up to the first `>` among them, or up to one that is not ASCII, if that comes first; the rest
// zero. So the same for all that begin alike up to there.
inline uint64_t UpToMore(uint64_t word) {
  constexpr uint64_t kMore = uint64_t{0x0101010101010101} * '>';
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x8080808080808080;
  const uint64_t found = ((word ^ kMore) - kOnes) & kHigh;
  return word & (found ^ (found - 1));
}

inline uint64_t PrintOf(const XmlPrinting& printing, const char* tag) {
  return UpToMore(LoadWord(tag + printing.skip)) * printing.seed;
}

namespace portable {

#define KVITT_WALK_TARGET

inline bool IsTagOf(const char* tag, const XmlStep& step) {
  uint64_t differs = 0;
  for (size_t i = 0; i < step.image.words.size(); ++i) {
    const size_t before = 8 * i;
    const uint64_t kept = LowBytesMask(step.tag_bytes > before ? step.tag_bytes - before : 0);
    differs |= (LoadWord(tag + before) ^ step.image.words[i]) & kept;
  }
  return differs == 0;
}

// One bit for each of 64 bytes: whether it is no blank.
inline uint64_t Inked64(const char* bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kLow = 0x7F * kOnes;
  uint64_t inked = 0;
  for (size_t i = 0; i < 64; i += 8) {
    const uint64_t word = LoadWord(bytes + i);
    // The highest bit of each byte: of one that is not ASCII, and of one above 0x20.
    const uint64_t high = (((word & kLow) + (0x80 - 0x21) * kOnes) | word) & ~kLow;
    inked |= ((high >> 7) * uint64_t{0x0102040810204080}) >> 56 << i;
  }
  return inked;
}

inline uint64_t LowBits(uint32_t count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

#include "io/bytes/xml_walk_loop.inc"

#undef KVITT_WALK_TARGET

}  // namespace portable

#if defined(__x86_64__)

namespace avx2 {

#define KVITT_WALK_TARGET __attribute__((target("avx2,bmi,bmi2")))

// Loaded at 32 - n they keep the first n bytes.
constexpr auto kKeep = [] {
  std::array<uint8_t, 64> bytes{};
  for (size_t i = 0; i < 32; ++i) bytes[i] = 0xFF;
  return bytes;
}();

KVITT_WALK_TARGET inline __m256i Load32(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}

KVITT_WALK_TARGET inline bool IsTagOf(const char* tag, const XmlStep& step) {
  const __m256i kept = Load32(kKeep.data() + 32 - step.tag_bytes);
  const __m256i differs =
      _mm256_xor_si256(_mm256_and_si256(Load32(tag), kept), Load32(step.image.words.data()));
  return _mm256_testz_si256(differs, differs) != 0;
}

KVITT_WALK_TARGET inline uint64_t Inked64(const char* bytes) {
  const __m256i blank = _mm256_set1_epi8(0x20);
  const auto blanks = [&](const char* at) KVITT_WALK_TARGET {
    const __m256i is_blank = _mm256_cmpeq_epi8(_mm256_max_epu8(Load32(at), blank), blank);
    return uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(is_blank))};
  };
  return ~(blanks(bytes) | blanks(bytes + 32) << 32);
}

KVITT_WALK_TARGET inline uint64_t LowBits(uint32_t count) {
  return _bzhi_u64(~uint64_t{0}, count);
}

#include "io/bytes/xml_walk_loop.inc"

#undef KVITT_WALK_TARGET

}  // namespace avx2

namespace avx512 {

#define KVITT_WALK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2")))

KVITT_WALK_TARGET inline bool IsTagOf(const char* tag, const XmlStep& step) {
  return _mm256_mask_cmpneq_epi8_mask(step.kept, _mm256_loadu_epi8(tag),
                                      _mm256_loadu_epi8(step.image.words.data())) == 0;
}

KVITT_WALK_TARGET inline uint64_t Inked64(const char* bytes) {
  return _mm512_cmpgt_epu8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8(0x20));
}

KVITT_WALK_TARGET inline uint64_t LowBits(uint32_t count) {
  return _bzhi_u64(~uint64_t{0}, count);
}

#include "io/bytes/xml_walk_loop.inc"

#undef KVITT_WALK_TARGET

}  // namespace avx512

#endif

}  // namespace

XmlTagPrint PrintXmlTag(const XmlPrinting& printing, const char* tag) {
  XmlTagPrint print;
  const auto* end = static_cast<const char*>(std::memchr(tag, '>', XmlTagImage::kBytes));
  const size_t length = end == nullptr ? XmlTagImage::kBytes : static_cast<size_t>(end - tag) + 1;
  for (size_t i = 0; i < print.image.words.size(); ++i) {
    const size_t before = 8 * i;
    print.image.words[i] =
        LoadWord(tag + before) & LowBytesMask(length > before ? length - before : 0);
  }
  print.print = PrintOf(printing, tag);
  return print;
}

void WalkXmlTags(MarkupKernel kernel, XmlWalk* walk) {
  switch (kernel) {
#if defined(__x86_64__)
    case MarkupKernel::kAvx512:
      return walk->is_careful ? avx512::WalkTags<true>(walk) : avx512::WalkTags<false>(walk);
    case MarkupKernel::kAvx2:
      return walk->is_careful ? avx2::WalkTags<true>(walk) : avx2::WalkTags<false>(walk);
#else
    case MarkupKernel::kAvx512:
    case MarkupKernel::kAvx2:
#endif
    case MarkupKernel::kPortable:
      return walk->is_careful ? portable::WalkTags<true>(walk) : portable::WalkTags<false>(walk);
  }
}

}  // namespace kvitt
