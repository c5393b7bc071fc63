#include "engine/store/packed_text.h"

#include <bit>
#include <cstring>

#include "engine/value/digits.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr int kDigitsMax = 15;

uint64_t Pieces(uint32_t prefix, int digits, uint64_t number) {
  return (uint64_t{prefix} << 54) | (static_cast<uint64_t>(digits) << 50) | number;
}

// The last (at most) eight bytes of the text; zero bytes before them.
uint64_t TailWord(std::string_view text) {
  const __m128i tail = LoadTail16(text.data(), text.size());
  return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(tail, tail)));
}

}  // namespace

TextArena::Place TextArena::Lane::MakeRoom(size_t size) {
  KVITT_CHECK(size <= kPlaceBytesMax);
  constexpr uint32_t kRunUnits = (uint32_t{1} << 20) / kUnitBytes;
  const uint32_t units = static_cast<uint32_t>((size + kUnitBytes - 1) / kUnitBytes);
  if (units > kRunUnits / 4) {
    // Large texts get runs of their own and leave the lane's run alone.
    const uint32_t all = std::bit_ceil(units);
    const uint32_t handle = arena_->units_.Allocate(all);
    return {arena_->At(handle), size_t{all} * kUnitBytes, handle};
  }
  next_ = arena_->units_.Allocate(kRunUnits);
  end_ = next_ + kRunUnits;
  // A run at the very end of the space would wrap to zero.
  KVITT_CHECK(end_ > next_);
  at_ = arena_->At(next_);
  return {at_, size_t{kRunUnits} * kUnitBytes, next_};
}

PrefixBook::PrefixBook() {
  entries_[0].size = 0;
}

uint32_t PrefixBook::Number(std::string_view prefix) {
  if (prefix.empty()) return 0;
  const auto find = [&](uint32_t from, uint32_t to) -> uint32_t {
    for (uint32_t i = from; i < to; ++i) {
      if (Prefix(i) == prefix) return i;
    }
    return kPrefixesMax + 1;
  };
  const uint32_t seen = count_.load(std::memory_order_acquire);
  const uint32_t number = find(1, seen);
  if (number <= kPrefixesMax || seen > kPrefixesMax) return number;
  std::lock_guard<std::mutex> lock(mutex_);
  const uint32_t now = count_.load(std::memory_order_relaxed);
  const uint32_t again = find(seen, now);
  if (again <= kPrefixesMax || now > kPrefixesMax) return again;
  std::memcpy(entries_[now].text, prefix.data(), prefix.size());
  entries_[now].size = static_cast<uint8_t>(prefix.size());
  count_.store(now + 1, std::memory_order_release);
  return now;
}

uint32_t PrefixBook::Find(std::string_view prefix) const {
  if (prefix.empty()) return 0;
  const uint32_t count = count_.load(std::memory_order_acquire);
  for (uint32_t i = 1; i < count; ++i) {
    if (Prefix(i) == prefix) return i;
  }
  return kPrefixesMax + 1;
}

std::optional<PackedText> FindPacked(std::string_view text, const PrefixBook& book) {
  if (text.empty()) return PackedText();
  const __m128i tail = LoadTail16(text.data(), text.size());
  const uint32_t others = ~DigitMask(tail) & 0xffffu;
  const int run = others == 0 ? 16 : std::countl_zero(others << 16);
  if (run > kDigitsMax) return std::nullopt;
  const size_t prefix_size = text.size() - static_cast<size_t>(run);
  if (prefix_size > PrefixBook::kPrefixBytesMax) return std::nullopt;
  const uint32_t prefix = book.Find(text.substr(0, prefix_size));
  if (prefix > PrefixBook::kPrefixesMax) return std::nullopt;
  return PackedText::FromBits(Pieces(prefix, run, ParseTail16(tail, run)));
}

PackedText TextPacker::Pack(std::string_view text) {
  const size_t size = text.size();
  if (size == 0) return {};
  const __m128i tail = LoadTail16(text.data(), size);
  // Digits at the end, counted from the highest byte down.
  const uint32_t others = ~DigitMask(tail) & 0xffffu;
  const int run = others == 0 ? 16 : std::countl_zero(others << 16);
  const size_t prefix_size = size - static_cast<size_t>(run);
  // Neighbours mostly share a short prefix.
  if (size >= 8 && prefix_size <= 8 && prefix_size == last_size_ && run <= kDigitsMax) [[likely]] {
    const uint64_t word = prefix_size == 0 ? 0 : Load8(text.data()) << (64 - 8 * prefix_size);
    if (word == last_word_) {
      return PackedText::FromBits(Pieces(last_number_, run, ParseTail16(tail, run)));
    }
  }
  return PackNewPrefix(text, run);
}

PackedText TextPacker::PackNewPrefix(std::string_view text, int run) {
  const size_t prefix_size = text.size() - static_cast<size_t>(run);
  if (run > kDigitsMax || prefix_size > PrefixBook::kPrefixBytesMax) return PackArena(text);
  const std::string_view prefix = text.substr(0, prefix_size);
  const uint32_t number = book_->Number(prefix);
  if (number > PrefixBook::kPrefixesMax) return PackArena(text);
  if (prefix_size <= 8) {
    last_word_ = TailWord(prefix);
    last_size_ = prefix_size;
    last_number_ = number;
  }
  const __m128i tail = LoadTail16(text.data(), text.size());
  return PackedText::FromBits(Pieces(number, run, ParseTail16(tail, run)));
}

PackedText TextPacker::PackArena(std::string_view text) {
  KVITT_CHECK(text.size() < TextArena::kTextBytesMax);
  uint32_t handle = 0;
  std::memcpy(lane_.Allocate(text.size(), &handle), text.data(), text.size());
  return PackedText::FromBits(PackedText::kArenaBit | (static_cast<uint64_t>(text.size()) << 40) |
                              handle);
}

}  // namespace kvitt
