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

NumberParts SplitNumber(std::string_view text) {
  if (text.empty() || text.size() > kNumberDigitsMax) return {};
  const size_t tail_size = text.size() < 16 ? text.size() : 16;
  const size_t head_size = text.size() - tail_size;
  const uint32_t tail_want = 0xffffu & (0xffffu << (16 - tail_size));
  const uint32_t head_want = 0xffffu & (0xffffu << (16 - head_size));
  const __m128i tail = LoadTail16(text.data(), text.size());
  const __m128i head = LoadTail16(text.data(), head_size);
  if ((DigitMask(tail) & tail_want) != tail_want || (DigitMask(head) & head_want) != head_want) {
    return {};
  }
  return {true, ParseTail16(tail, static_cast<int>(tail_size)),
          head_size == 0 ? 0 : ParseTail16(head, static_cast<int>(head_size))};
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

}  // namespace

ReferenceKey MakeReferenceKey(std::string_view text, AccountNumber account) {
  NumberParts parts = SplitNumber(text);
  std::string normal;
  if (!parts.is_number) {
    normal = NormalReference(text);
    if (normal.empty()) return {};
    parts = SplitNumber(normal);
  }
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

bool IsCanonicalNumber(std::string_view text) {
  return !text.empty() && text[0] != '0' && SplitNumber(text).is_number;
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
