// A reference on a creditor account as an exact key of 16 bytes: equal keys mean the same reference
// (NormalReference) without looking at the text again.
//
//   bits   0..93   the reference: a number of up to 28 digits; or base 37 (digits, A-Z, '-') of up
//   to
//                  18 characters; or, for longer texts, 94 bits of a hash (Kind::kHashed: two such
//                  keys must be compared as text before money moves)
//   bits  94..95   kind
//   bits  96..123  account number (AccountBook)
//
// Where a key belongs among the fixed buckets is a pure function of the account's text and the
// reference's normal form: StableHash(). Every machine computes the same one.

#pragma once

#include <cstdint>
#include <string_view>

#include "engine/store/account_book.h"

namespace kvitt {

struct ReferenceKey {
  uint64_t low = 0;
  uint64_t high = 0;

  enum class Kind : uint8_t { kNumber = 0, kAlphanumeric = 1, kHashed = 2 };

  AccountNumber account() const { return static_cast<AccountNumber>(high >> 32); }

  Kind kind() const { return static_cast<Kind>((high >> 30) & 3); }

  bool is_none() const { return low == 0 && (high & 0xffffffffu) == 0; }

  // The same reference on another account.
  ReferenceKey On(AccountNumber account) const {
    return {low, (high & 0xffffffffu) | (uint64_t{account} << 32)};
  }

  friend bool operator==(ReferenceKey, ReferenceKey) = default;
};

static_assert(sizeof(ReferenceKey) == 16);

// The key of a reference text; none for fillers (NOTPROVIDED, zeros) and empty text.
// *canonical says whether the decimal digits of the key are the text itself, so that it need not be kept.
ReferenceKey MakeReferenceKey(std::string_view text, AccountNumber account, bool* canonical);

inline ReferenceKey MakeReferenceKey(std::string_view text, AccountNumber account) {
  bool canonical;
  return MakeReferenceKey(text, account, &canonical);
}

// Writes the digits of a kNumber key (at most 28 bytes) and returns the end.
char* WriteNumber(ReferenceKey key, char* out);

// A hash of account and reference that never changes between runs and machines.
inline uint64_t StableHash(ReferenceKey key, uint64_t account_hash) {
  __extension__ typedef unsigned __int128 Wide;
  const uint64_t a = key.low ^ 0x8bb84b93962eacc9u;
  const uint64_t b =
      (account_hash + (key.high & 0xffffffffu) * 0x9e3779b97f4a7c15u) ^ 0x2d358dccaa6c78a5u;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The same whatever the account.
inline uint64_t BareHash(ReferenceKey key) {
  return StableHash(key.On(kAnyAccount), 0);
}

// Fixed buckets, for ever and on every machine: an external engine may hold some of them.
inline constexpr uint32_t kBuckets = 4096;

inline uint32_t BucketOf(uint64_t stable_hash) {
  return static_cast<uint32_t>(stable_hash >> 52);
}

// A coarse description of references. A reference whose shape no item id has cannot be an item id.
class ShapeSet {
 public:
  void Add(ReferenceKey key) {
    if (!key.is_none()) words_[Word(key)] |= uint64_t{1} << Class(key);
  }

  // Every shape from `least` to `most` of one kind; no key is the number zero.
  void AddRange(ReferenceKey least, ReferenceKey most) {
    if (most.is_none()) return;
    const int first = least.is_none() ? 0 : Class(least);
    if (!least.is_none() && Word(least) != Word(most)) Add(least);
    for (int c = Word(least) == Word(most) || least.is_none() ? first : Class(most);
         c <= Class(most); ++c) {
      words_[Word(most)] |= uint64_t{1} << c;
    }
  }

  void AddAll(const ShapeSet& other) {
    for (int i = 0; i < kKinds; ++i) words_[i] |= other.words_[i];
  }

  bool Has(ReferenceKey key) const { return ((words_[Word(key)] >> Class(key)) & 1) != 0; }

  bool Intersects(const ShapeSet& other) const {
    bool any = false;
    for (int i = 0; i < kKinds; ++i) any |= (words_[i] & other.words_[i]) != 0;
    return any;
  }

 private:
  static constexpr int kKinds = 4;

  static int Word(ReferenceKey key) { return static_cast<int>(key.kind()); }

  // The size of the number in bits, squeezed into 0 .. 62.
  static int Class(ReferenceKey key) {
    const uint64_t high = key.high & 0x3fffffffu;
    const int bits = high != 0      ? 128 - __builtin_clzll(high)
                     : key.low != 0 ? 64 - __builtin_clzll(key.low)
                                    : 0;
    return bits * 2 / 3;
  }

  uint64_t words_[kKinds] = {};
};

}  // namespace kvitt
