// Small questions about the bytes of an XML text, answered a word or a vector at a time. Each may
// read up to 16 bytes past what it is asked about.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kvitt {

// Of bytes that the markup index has passed: it lets no other control characters through.
constexpr bool IsXmlBlank(char c) {
  return static_cast<unsigned char>(c) <= 0x20;
}

// Length of what looks like a name: up to a blank, a control character, `/`, `>` or `=`.
inline uint32_t XmlNameLength(const char* name, const char* end) {
  const char* at = name;
#if defined(__SSE2__)
  while (at < end) {
    const __m128i bytes =
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(at)));
    const __m128i blank = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x20)), bytes);
    const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    const __m128i more = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>'));
    const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('='));
    const int mask =
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(blank, slash), _mm_or_si128(more, equal)));
    if (mask != 0) {
      at += std::countr_zero(static_cast<uint32_t>(mask));
      break;
    }
    at += 16;
  }
  if (at > end) at = end;
#else
  while (at<end&& static_cast<unsigned char>(*at)> 0x20 && *at != '/' && *at != '>' && *at != '=') {
    ++at;
  }
#endif
  return static_cast<uint32_t>(at - name);
}

inline uint64_t LoadWord(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

inline bool Same16(const char* a, const char* b) {
#if defined(__SSE2__)
  const __m128i one = _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(a)));
  const __m128i other = _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(b)));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(one, other)) == 0xFFFF;
#else
  return ((LoadWord(a) ^ LoadWord(b)) | (LoadWord(a + 8) ^ LoadWord(b + 8))) == 0;
#endif
}

// The first `length` (at most 16) bytes as two words, the rest zero.
struct XmlNameWords {
  uint64_t low;
  uint64_t high;
};

constexpr uint64_t LowBytesMask(size_t bytes) {
  return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (bytes * 8)) - 1;
}

inline XmlNameWords LoadNameWords(const char* name, size_t length) {
  return {LoadWord(name) & LowBytesMask(length),
          length > 8 ? LoadWord(name + 8) & LowBytesMask(length - 8) : 0};
}

// Whether two names of the same length are equal.
inline bool SameName(const char* a, const char* b, size_t length) {
  if (length > 16) return std::memcmp(a, b, length) == 0;
  const XmlNameWords one = LoadNameWords(a, length);
  const XmlNameWords other = LoadNameWords(b, length);
  return one.low == other.low && one.high == other.high;
}

inline bool IsXmlBlankText(const char* begin, const char* end) {
  while (begin < end && IsXmlBlank(*begin)) ++begin;
  return begin == end;
}

// Bytes that begin (and continue) a name. Letters beyond ASCII are not told apart: a message of
// ours has none, and a foreign element may be named in any script.
inline bool IsXmlNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

inline bool IsXmlNameByte(char c) {
  return IsXmlNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// A name with at most one colon, which stands neither first nor last.
inline bool IsXmlQualifiedName(std::string_view name) {
  if (name.empty() || !IsXmlNameStart(name[0]) || name[0] == ':' || name.back() == ':')
    return false;
  size_t colons = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (!IsXmlNameByte(name[i])) return false;
    if (name[i] != ':') continue;
    if (++colons > 1 || !IsXmlNameStart(name[i + 1])) return false;
  }
  return true;
}

}  // namespace kvitt
