// Check digit rules as sums: what each digit adds at its place, and a modulus that the whole must be
// a multiple of. So a rule can be asked of a number's parts, and solved for one digit.
//
//   const CheckRule& luhn = CheckRule::Of(CheckRule::kLuhn);
//   luhn.Solve(0, rest)   // the check digit of a number whose other digits add up to `rest`
//
// Where all references of a creditor account keep a rule, nine of ten slips need not be looked up: see
// ReferenceForms.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/store/reference_key.h"

namespace kvitt {

class CheckRule {
 public:
  enum Name : uint8_t {
    kLuhn,      // KID mod 10, Swedish OCR, FIK
    kKidMod11,  // numbers whose check digit is a digit
    kViite,
  };

  static constexpr size_t kRules = 3;
  // Places of a number that a key can hold.
  static constexpr size_t kPlaces = 28;
  static constexpr uint8_t kNoDigit = 0xff;

  static const CheckRule& Of(Name name);

  // What `digit` adds at the k-th place from the right; the check digit stands at place 0.
  unsigned Share(size_t place, uint8_t digit) const { return share_[place][digit]; }

  // Whether a number whose digits add up to `sum` keeps the rule.
  bool Holds(unsigned sum) const { return remainder_[sum] == 0; }

  // The only digit that keeps the rule at `place` of a number whose other digits add up to `rest`;
  // kNoDigit when none does.
  uint8_t Solve(size_t place, unsigned rest) const { return digit_[place][remainder_[rest]]; }

  // REQUIRES: a key of digits (Kind::kNumber).
  bool HoldsFor(ReferenceKey key) const;

 private:
  static constexpr unsigned kModulusMax = 11;

  static constexpr CheckRule Make(Name name);

  // What four digits add, the lower two of them as that pair of places.
  unsigned OfFour(uint64_t digits, size_t pair) const {
    return unsigned{pair_[pair][digits % 100]} + pair_[pair + 1][digits / 100];
  }

  // Sums of all places and of a digit more: a division would cost more than all the rest.
  std::array<uint8_t, (kPlaces + 2) * kModulusMax> remainder_{};
  std::array<std::array<uint8_t, 10>, kPlaces> share_{};
  std::array<std::array<uint8_t, 100>, kPlaces / 2> pair_{};  // what two digits add together
  std::array<std::array<uint8_t, kModulusMax>, kPlaces> digit_{};
};

}  // namespace kvitt
