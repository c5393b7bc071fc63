// Ids in eight bytes.
//
// Most ids of a ledger are a few letters and a running number: INV0012345, C77. Those become
// {prefix number, count of digits, number}; anything else lies in an arena and the eight bytes say
// where. Equal texts of the first kind have equal bytes; two arena texts must be compared as text.
// Either kind gives back exactly the text that went in.

#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/store/segment_arena.h"
#include "engine/value/digits.h"

namespace kvitt {

class PackedText {
 public:
  // From the top: 1 bit arena; then 9 bits prefix, 4 bits digit count, 50 bits number, or 23 bits
  // length, 8 bits unused, 32 bits handle.
  static constexpr uint64_t kArenaBit = uint64_t{1} << 63;

  constexpr PackedText() = default;

  static constexpr PackedText FromBits(uint64_t bits) { return PackedText(bits); }

  constexpr uint64_t bits() const { return bits_; }

  constexpr bool empty() const { return bits_ == 0; }

  constexpr bool in_arena() const { return (bits_ >> 63) != 0; }

  friend constexpr bool operator==(PackedText, PackedText) = default;

 private:
  constexpr explicit PackedText(uint64_t bits) : bits_(bits) {}

  uint64_t bits_ = 0;
};

// Bytes of any length, in units of 16, with one writer a lane.
class TextArena {
 public:
  static constexpr uint32_t kUnitBytes = 16;
  static constexpr size_t kTextBytesMax = size_t{8} << 20;
  static constexpr size_t kPlaceBytesMax = size_t{16} << 20;

  // Free space at the end of a lane, which stays free until Take().
  struct Place {
    char* at;
    size_t bytes;
    uint32_t handle;
  };

  class Lane {
   public:
    explicit Lane(TextArena* arena) : arena_(arena) {}

    // Free space of at least `size` bytes. REQUIRES: size <= kPlaceBytesMax.
    Place Room(size_t size) {
      if (size_t{end_ - next_} * kUnitBytes < size) [[unlikely]]
        return MakeRoom(size);
      return {at_, size_t{end_ - next_} * kUnitBytes, next_};
    }

    // Takes the first `size` bytes of what Room() gave last.
    void Take(const Place& place, size_t size) {
      if (place.handle != next_) return;  // a place of its own
      const uint32_t units = static_cast<uint32_t>((size + kUnitBytes - 1) / kUnitBytes);
      next_ += units;
      at_ += size_t{units} * kUnitBytes;
    }

    // Space for `size` bytes; its handle in *handle. REQUIRES: size <= kPlaceBytesMax.
    char* Allocate(size_t size, uint32_t* handle) {
      const Place place = Room(size);
      Take(place, size);
      *handle = place.handle;
      return place.at;
    }

   private:
    Place MakeRoom(size_t size);

    TextArena* arena_;
    char* at_ = nullptr;  // of next_
    uint32_t next_ = 0;
    uint32_t end_ = 0;
  };

  char* At(uint32_t handle) const { return static_cast<char*>(units_.At(handle)); }

  uint64_t mapped_bytes() const { return units_.mapped_bytes(); }

 private:
  SegmentArena<kUnitBytes> units_;
};

// The prefixes met so far. Thread-safe.
class PrefixBook {
 public:
  static constexpr uint32_t kPrefixesMax = 511;
  static constexpr size_t kPrefixBytesMax = 24;

  PrefixBook();
  // The number of `prefix`; 0 is the empty prefix, kPrefixesMax + 1 when the book is full.
  uint32_t Number(std::string_view prefix);
  // The same without adding it: kPrefixesMax + 1 when nobody met it.
  uint32_t Find(std::string_view prefix) const;

  std::string_view Prefix(uint32_t number) const {
    const Entry& entry = entries_[number];
    return {entry.text, entry.size};
  }

 private:
  struct Entry {
    char text[kPrefixBytesMax];
    uint8_t size;
  };

  std::mutex mutex_;
  std::atomic<uint32_t> count_{1};
  Entry entries_[kPrefixesMax + 1] = {};
};

// Packs the texts of one lane; remembers the last prefix.
class TextPacker {
 public:
  // `book` and `arena` outlive the packer.
  TextPacker(PrefixBook* book, TextArena* arena) : book_(book), lane_(arena) {}

  PackedText Pack(std::string_view text);

  TextArena::Lane& lane() { return lane_; }

 private:
  PackedText PackArena(std::string_view text);
  PackedText PackNewPrefix(std::string_view text, int digits);

  PrefixBook* book_;
  TextArena::Lane lane_;
  // The last prefix of at most eight bytes, in the high end of a word.
  uint64_t last_word_ = 0;
  size_t last_size_ = 0;
  uint32_t last_number_ = 0;
};

// The packed form that `text` has in every lane of a store; none when stores keep such text in their
// arena, or have never met its prefix. Interns nothing.
std::optional<PackedText> FindPacked(std::string_view text, const PrefixBook& book);

// What a scratch buffer for Unpack must hold.
inline constexpr size_t kPackedTextBytesMax = PrefixBook::kPrefixBytesMax + 16;

// The text. Views of arena texts live as long as the arena; others are written to `scratch`, which
// holds at least kPackedTextBytesMax bytes.
inline std::string_view Unpack(PackedText packed,
                               const PrefixBook& book,
                               const TextArena& arena,
                               char* scratch) {
  const uint64_t bits = packed.bits();
  if (packed.in_arena()) [[unlikely]] {
    return {arena.At(static_cast<uint32_t>(bits)), (bits & ~PackedText::kArenaBit) >> 40};
  }
  const std::string_view prefix = book.Prefix(static_cast<uint32_t>(bits >> 54));
  const int digits = static_cast<int>(bits >> 50) & 15;
  // All that a prefix may hold is copied, whatever it holds: a length known beforehand costs least.
  std::memcpy(scratch, prefix.data(), PrefixBook::kPrefixBytesMax);
  const char* const end =
      WriteDigits(scratch + prefix.size(), bits & ((uint64_t{1} << 50) - 1), digits);
  return {scratch, static_cast<size_t>(end - scratch)};
}

}  // namespace kvitt
