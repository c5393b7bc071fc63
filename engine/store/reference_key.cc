#include "engine/store/reference_key.h"

#include <xxhash.h>

#include <cstring>
#include <string>

#include "engine/value/digits.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr size_t kNumberDigitsMax = 28;
constexpr size_t kBase37Max = 18;
__extension__ typedef unsigned __int128 Wide;

ReferenceKey Pack(uint64_t low, uint64_t high30, ReferenceKey::Kind kind, AccountNumber account) {
  return {low, high30 | (static_cast<uint64_t>(kind) << 30) | (uint64_t{account} << 32)};
}

// A number as its 16 low and 12 high decimal digits: 54 and 40 bits.
ReferenceKey NumberKey(uint64_t low16, uint64_t high12, AccountNumber account) {
  return Pack(low16 | (high12 << 54), high12 >> 10, ReferenceKey::Kind::kNumber, account);
}

struct NumberParts {
  bool is_number = false;
  uint64_t low16 = 0;
  uint64_t high12 = 0;
};

// Loaded at `count`: a shuffle that moves the first `count` bytes of a register to its end.
alignas(16) constexpr uint8_t kToTheEnd[32] = {
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15};

// The number of sixteen bytes, and whether they all are digits.
bool ParseSixteen(__m128i bytes, uint64_t* value) {
  *value = ParseTail16(bytes, 16);
  return DigitMask(bytes) == 0xffffu;
}

NumberParts SplitNumber(std::string_view text) {
  const size_t size = text.size();
  if (size - 1 >= kNumberDigitsMax) return {};
  const __m128i zeros = _mm_set1_epi8('0');
  NumberParts parts;
  if (size >= 16) {
    // The length of what stands before the last sixteen digits is a shuffle, not a branch: it differs
    // from reference to reference.
    __m128i first;
    __m128i order;
    std::memcpy(&first, text.data(), 16);
    std::memcpy(&order, kToTheEnd + (size - 16), 16);
    const __m128i head = _mm_blendv_epi8(_mm_shuffle_epi8(first, order), zeros, order);
    __m128i tail;
    std::memcpy(&tail, text.data() + size - 16, 16);
    const bool head_is = ParseSixteen(head, &parts.high12);
    parts.is_number = ParseSixteen(tail, &parts.low16) && head_is;
  } else {
    __m128i order;
    std::memcpy(&order, kToTheEnd + size, 16);
    const __m128i tail = _mm_blendv_epi8(LoadTail16(text.data(), size), zeros, order);
    parts.is_number = ParseSixteen(tail, &parts.low16);
  }
  return parts;
}

// The value of up to 18 characters of 0-9, A-Z and '-' in base 37; false for other text.
bool Base37(std::string_view text, Wide* value) {
  if (text.size() > kBase37Max) return false;
  *value = 0;
  for (char c : text) {
    uint32_t digit = 36;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if (c >= 'A' && c <= 'Z') {
      digit = static_cast<uint32_t>(c - 'A' + 10);
    } else if (c != '-') {
      return false;
    }
    *value = *value * 37 + digit;
  }
  return true;
}

// The key of a text that is not written as a number.
ReferenceKey MakeTextKey(std::string_view text, AccountNumber account) {
  const std::string normal = NormalReference(text);
  if (normal.empty()) return {};
  const NumberParts parts = SplitNumber(normal);
  if (parts.is_number) {
    if (parts.low16 == 0 && parts.high12 == 0) return {};
    return NumberKey(parts.low16, parts.high12, account);
  }
  Wide value = 0;
  if (Base37(normal, &value)) {
    return Pack(static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64),
                ReferenceKey::Kind::kAlphanumeric, account);
  }
  const XXH128_hash_t hash = XXH3_128bits(normal.data(), normal.size());
  return Pack(hash.low64, hash.high64 & 0x3fffffffu, ReferenceKey::Kind::kHashed, account);
}

}  // namespace

ReferenceKey MakeReferenceKey(std::string_view text, AccountNumber account, bool* canonical) {
  const NumberParts parts = SplitNumber(text);
  *canonical = parts.is_number && text[0] != '0';
  if (!parts.is_number) [[unlikely]]
    return MakeTextKey(text, account);
  if (parts.low16 == 0 && parts.high12 == 0) return {};
  return NumberKey(parts.low16, parts.high12, account);
}

char* WriteNumber(ReferenceKey key, char* out) {
  const uint64_t high = ((key.high & 0x3fffffffu) << 10) | (key.low >> 54);
  const uint64_t low = key.low & ((uint64_t{1} << 54) - 1);
  char buffer[32];
  char* end = WriteDigits(buffer, high, 12);
  end = WriteDigits(end, low, 16);
  const char* first = buffer;
  while (first + 1 < end && *first == '0') ++first;
  const size_t size = static_cast<size_t>(end - first);
  std::memcpy(out, first, size);
  return out + size;
}

}  // namespace kvitt
