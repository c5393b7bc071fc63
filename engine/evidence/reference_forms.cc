#include "engine/evidence/reference_forms.h"

#include <algorithm>

namespace kvitt {

void ReferenceForms::Note(ReferenceKey key) {
  shapes_.Add(key);
  if (key.kind() != ReferenceKey::Kind::kNumber) {
    has_letters_ = true;
    has_long_texts_ = has_long_texts_ || key.kind() == ReferenceKey::Kind::kHashed;
    return;
  }
  const AccountNumber account = key.account();
  if (account >= kept_.size()) kept_.resize(size_t{account} + 1, kAllRules);
  uint8_t& kept = kept_[account];
  if (kept == 0) return;
  for (size_t rule = 0; rule < CheckRule::kRules; ++rule) {
    const uint8_t bit = static_cast<uint8_t>(1U << rule);
    if ((kept & bit) != 0 && !CheckRule::Of(static_cast<CheckRule::Name>(rule)).HoldsFor(key)) {
      kept = static_cast<uint8_t>(kept & ~bit);
    }
  }
}

void ReferenceForms::Join(const ReferenceForms& other) {
  shapes_.AddAll(other.shapes_);
  has_letters_ = has_letters_ || other.has_letters_;
  has_long_texts_ = has_long_texts_ || other.has_long_texts_;
  if (other.kept_.size() > kept_.size()) kept_.resize(other.kept_.size(), kAllRules);
  for (size_t account = 0; account < other.kept_.size(); ++account) {
    kept_[account] = static_cast<uint8_t>(kept_[account] & other.kept_[account]);
  }
}

const CheckRule* ReferenceForms::RuleOf(AccountNumber account) const {
  const uint8_t kept = KeptOn(account) & KeptOn(kAnyAccount);
  for (size_t rule = 0; rule < CheckRule::kRules; ++rule) {
    if ((kept >> rule & 1U) != 0) return &CheckRule::Of(static_cast<CheckRule::Name>(rule));
  }
  return nullptr;
}

}  // namespace kvitt
