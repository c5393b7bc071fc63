// What the references of the open items look like: how long they are, and which check digit rules
// they keep. What looks different is nowhere, and need not be looked up.
//
// Nothing is assumed of a creditor: its references are seen to keep a rule, all of them, or are not.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/evidence/check_rule.h"
#include "engine/store/reference_key.h"

namespace kvitt {

class ReferenceForms {
 public:
  // Not thread-safe: one for each thread, joined afterwards.
  void Note(ReferenceKey key);
  void Join(const ReferenceForms& other);

  // A no is certain.
  bool MayHave(ReferenceKey key) const { return shapes_.Has(key); }

  bool MayHaveAny(const ShapeSet& shapes) const { return shapes_.Intersects(shapes); }

  // Whether any reference has letters in it.
  bool has_letters() const { return has_letters_; }

  // Whether one is so long that its key is a hash (Kind::kHashed).
  bool has_long_texts() const { return has_long_texts_; }

  // A rule that all references of digits keep that are open on the account or on any; null when there
  // is none.
  const CheckRule* RuleOf(AccountNumber account) const;

 private:
  static constexpr uint8_t kAllRules = (1U << CheckRule::kRules) - 1;

  uint8_t KeptOn(AccountNumber account) const {
    return account < kept_.size() ? kept_[account] : kAllRules;
  }

  ShapeSet shapes_;
  bool has_letters_ = false;
  bool has_long_texts_ = false;
  std::vector<uint8_t> kept_;  // by account: a bit for each rule
};

}  // namespace kvitt
