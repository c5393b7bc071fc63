// Random numbers that are a pure function of (seed, stream, index), and permutations of an index
// space that need no table.
//
// A generator that can make record 77 without records 0 to 76 needs both: numbers that no earlier
// draw disturbs, and a way to pick "each item once, in an order that looks random" by arithmetic
// alone. Integers only, so that every machine draws the same.

#pragma once

#include <cstdint>

#include "kvitt/check.h"

namespace kvitt {

__extension__ typedef unsigned __int128 Uint128;

// A bijection of 64-bit words whose output bits each depend on all input bits (the finalizer of
// SplitMix64, public domain).
constexpr uint64_t MixBits(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

constexpr uint64_t MixBits(uint64_t a, uint64_t b) {
  return MixBits(MixBits(a) ^ b);
}

// Maps 64 random bits to [0, bound) without a division.
constexpr uint64_t ScaleBits(uint64_t bits, uint64_t bound) {
  return static_cast<uint64_t>((Uint128{bits} * bound) >> 64);
}

// A short sequence of draws that belongs to one record.
class CounterRandom {
 public:
  constexpr CounterRandom(uint64_t seed, uint64_t stream, uint64_t index)
      : state_(MixBits(MixBits(seed, stream), index)) {}

  constexpr uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    return MixBits(state_);
  }

  // [0, bound). REQUIRES: bound > 0.
  constexpr uint64_t Below(uint64_t bound) { return ScaleBits(Next(), bound); }

  // [low, high], both ends included.
  constexpr int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
  }

  // True in `count` of `of` draws.
  constexpr bool Chance(uint64_t count, uint64_t of) { return Below(of) < count; }

 private:
  uint64_t state_;
};

// A bijection of [0, size): a Feistel network over a rectangle of about size cells, walked on until
// it lands inside. Different keys give unrelated bijections.
class Permutation {
 public:
  // REQUIRES: 0 < size < 2^62.
  Permutation(uint64_t size, uint64_t key) : size_(size), key_(MixBits(key)) {
    KVITT_CHECK(size > 0 && size < (uint64_t{1} << 62));
    width_ = 1;
    while (width_ * width_ < size) width_ = width_ < 1024 ? width_ + 1 : width_ + width_ / 512;
    height_ = (size + width_ - 1) / width_;
  }

  uint64_t size() const { return size_; }

  // Where `index` goes. REQUIRES: index < size().
  uint64_t Apply(uint64_t index) const {
    do {
      index = Forward(index);
    } while (index >= size_);
    return index;
  }

  // Where `value` came from: Invert(Apply(i)) == i.
  uint64_t Invert(uint64_t value) const {
    do {
      value = Backward(value);
    } while (value >= size_);
    return value;
  }

 private:
  static constexpr uint64_t kRounds = 6;

  uint64_t Draw(uint64_t round, uint64_t half, uint64_t bound) const {
    return ScaleBits(MixBits(key_ + round * 0xa0761d6478bd642f + half), bound);
  }

  uint64_t Forward(uint64_t index) const {
    uint64_t left = index % width_;
    uint64_t right = index / width_;
    for (uint64_t round = 0; round < kRounds; round += 2) {
      left += Draw(round, right, width_);
      if (left >= width_) left -= width_;
      right += Draw(round + 1, left, height_);
      if (right >= height_) right -= height_;
    }
    return right * width_ + left;
  }

  uint64_t Backward(uint64_t value) const {
    uint64_t left = value % width_;
    uint64_t right = value / width_;
    for (uint64_t round = kRounds; round > 0; round -= 2) {
      const uint64_t right_shift = Draw(round - 1, left, height_);
      right = right >= right_shift ? right - right_shift : right + height_ - right_shift;
      const uint64_t left_shift = Draw(round - 2, right, width_);
      left = left >= left_shift ? left - left_shift : left + width_ - left_shift;
    }
    return right * width_ + left;
  }

  uint64_t size_;
  uint64_t key_;
  uint64_t width_;
  uint64_t height_;
};

}  // namespace kvitt
