#include "engine/evidence/check_rule.h"

namespace kvitt {
namespace {

constexpr unsigned Weight(CheckRule::Name name, size_t place) {
  constexpr unsigned kViiteWeights[] = {7, 3, 1};
  if (place == 0) return 1;
  switch (name) {
    case CheckRule::kLuhn:
      return place % 2 == 0 ? 1 : 2;
    case CheckRule::kKidMod11:
      return static_cast<unsigned>(2 + (place - 1) % 6);
    case CheckRule::kViite:
      return kViiteWeights[(place - 1) % 3];
  }
  return 0;
}

}  // namespace

constexpr CheckRule CheckRule::Make(Name name) {
  CheckRule rule;
  const unsigned modulus = name == kKidMod11 ? 11 : 10;
  for (unsigned sum = 0; sum < rule.remainder_.size(); ++sum) {
    rule.remainder_[sum] = static_cast<uint8_t>(sum % modulus);
  }
  for (size_t place = 0; place < kPlaces; ++place) {
    for (uint8_t& digit : rule.digit_[place]) digit = kNoDigit;
    for (unsigned digit = 0; digit < 10; ++digit) {
      const unsigned product = digit * Weight(name, place);
      // Luhn adds the digits of a product.
      const unsigned share = (name == kLuhn ? product / 10 + product % 10 : product) % modulus;
      rule.share_[place][digit] = static_cast<uint8_t>(share);
      rule.digit_[place][(modulus - share) % modulus] = static_cast<uint8_t>(digit);
    }
  }
  for (size_t pair = 0; pair < kPlaces / 2; ++pair) {
    for (unsigned value = 0; value < 100; ++value) {
      rule.pair_[pair][value] = static_cast<uint8_t>(rule.share_[2 * pair][value % 10] +
                                                     rule.share_[2 * pair + 1][value / 10]);
    }
  }
  return rule;
}

const CheckRule& CheckRule::Of(Name name) {
  static constexpr std::array<CheckRule, kRules> kAll = {Make(kLuhn), Make(kKidMod11),
                                                         Make(kViite)};
  return kAll[name];
}

bool CheckRule::HoldsFor(ReferenceKey key) const {
  // The parts of the key (see MakeReferenceKey) in pieces that do not wait for each other.
  const uint64_t low = key.low & ((uint64_t{1} << 54) - 1);
  const uint64_t high = ((key.high & 0x3fffffffu) << 10) | (key.low >> 54);
  constexpr uint64_t kEight = 100'000'000;
  unsigned sum = OfFour(low % kEight % 10'000, 0) + OfFour(low % kEight / 10'000, 2) +
                 OfFour(low / kEight % 10'000, 4) + OfFour(low / kEight / 10'000, 6);
  if (high != 0) {
    sum += OfFour(high % kEight % 10'000, 8) + OfFour(high % kEight / 10'000, 10) +
           OfFour(high / kEight, 12);
  }
  return Holds(sum);
}

}  // namespace kvitt
