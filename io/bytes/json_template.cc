#include "io/bytes/json_template.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/bytes/json_characters.h"
#include "io/bytes/json_tokens.h"
#include "kvitt/check.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define KVITT_HAS_AVX2_KERNELS 1
#endif

namespace kvitt {
namespace {

using Step = JsonTemplate::Step;
using Then = JsonTemplate::Step::Then;

constexpr size_t kStepBytes = sizeof(Step::bytes);

const char* MatchPortable(const Step* step,
                          const char* p,
                          const char* end,
                          std::string_view* slots) {
  for (;; ++step) {
    if (p > end || std::memcmp(p, step->bytes, step->length) != 0) return nullptr;
    p += step->length;
    if (p > end) return nullptr;
    switch (step->then) {
      case Then::kLiteral:
        break;
      case Then::kString: {
        const char* stop = JsonPlainEnd(p, end);
        if (stop >= end || *stop != '"') return nullptr;
        slots[step->slot] = {p, static_cast<size_t>(stop - p)};
        p = stop;
        break;
      }
      case Then::kNumber: {
        const char* stop = JsonNumberEnd(p, end);
        if (stop == nullptr) return nullptr;
        slots[step->slot] = {p, static_cast<size_t>(stop - p)};
        p = stop;
        break;
      }
      case Then::kEnd:
        return p;
    }
  }
}

#ifdef KVITT_HAS_AVX2_KERNELS

__attribute__((target("avx2"))) inline uint32_t SpecialMask(__m256i bytes) {
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
  return static_cast<uint32_t>(
      _mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control)));
}

__attribute__((target("avx2"))) inline __m256i Load32(const char* p) {
  __m256i bytes;
  std::memcpy(&bytes, p, sizeof(bytes));
  return bytes;
}

__attribute__((target("avx2,bmi"))) const char* MatchAvx2(const Step* step,
                                                          const char* p,
                                                          const char* end,
                                                          std::string_view* slots) {
  for (;; ++step) {
    const uint32_t equal = static_cast<uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(Load32(p), Load32(step->bytes))));
    if ((~equal & step->mask) != 0) return nullptr;
    p += step->length;
    if (p > end) return nullptr;
    switch (step->then) {
      case Then::kLiteral:
        break;
      case Then::kString: {
        const char* stop = p;
        uint32_t special = 0;
        while ((special = SpecialMask(Load32(stop))) == 0) {
          stop += kStepBytes;
          if (stop >= end) return nullptr;
        }
        stop += std::countr_zero(special);
        if (stop >= end || *stop != '"') return nullptr;
        slots[step->slot] = {p, static_cast<size_t>(stop - p)};
        p = stop;
        break;
      }
      case Then::kNumber: {
        const char* stop = JsonNumberEnd(p, end);
        if (stop == nullptr) return nullptr;
        slots[step->slot] = {p, static_cast<size_t>(stop - p)};
        p = stop;
        break;
      }
      case Then::kEnd:
        return p;
    }
  }
}

#endif

}  // namespace

JsonTemplate::JsonTemplate(std::string_view line, absl::Span<const JsonSlotSource> sources)
    : match_(MatchPortable) {
#ifdef KVITT_HAS_AVX2_KERNELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) match_ = MatchAvx2;
#endif
  size_t begin = 0;
  for (const JsonSlotSource& source : sources) {
    const size_t at = static_cast<size_t>(source.source.data() - line.data());
    KVITT_CHECK(at >= begin && at + source.source.size() <= line.size());
    AddLiteral(line.substr(begin, at - begin), source.is_number ? Then::kNumber : Then::kString,
               source.slot);
    begin = at + source.source.size();
  }
  AddLiteral(line.substr(begin), Then::kEnd, 0);
}

void JsonTemplate::AddLiteral(std::string_view literal, Step::Then then, uint16_t slot) {
  do {
    const size_t length = std::min(literal.size(), kStepBytes);
    Step& step = steps_.emplace_back();
    std::memcpy(step.bytes, literal.data(), length);
    step.length = static_cast<uint8_t>(length);
    step.mask = length == kStepBytes ? ~uint32_t{0} : (uint32_t{1} << length) - 1;
    literal.remove_prefix(length);
    step.then = literal.empty() ? then : Then::kLiteral;
    step.slot = slot;
  } while (!literal.empty());
}

void JsonTemplate::UsePortable() {
  match_ = MatchPortable;
}

bool operator==(const JsonTemplate& a, const JsonTemplate& b) {
  return std::equal(a.steps_.begin(), a.steps_.end(), b.steps_.begin(), b.steps_.end(),
                    [](const Step& x, const Step& y) {
                      return x.length == y.length && x.then == y.then && x.slot == y.slot &&
                             std::memcmp(x.bytes, y.bytes, x.length) == 0;
                    });
}

}  // namespace kvitt
