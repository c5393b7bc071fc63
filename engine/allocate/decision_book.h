// Decisions that a payment's 64 bytes cannot say alone: several items, reversals, suggestions.
//
// A posting is one row of `allocations` in the making. Postings on items change what is open there
// in the same call that writes them (see posting.h), so book and store never disagree.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/store/item_store.h"
#include "engine/store/payment_store.h"
#include "kvitt/decision.h"

namespace kvitt {

struct Posting {
  ItemHandle item = kNoItem;  // kNoItem: on account, or a small surplus kept
  PackedText customer;        // of postings without an item (packed by the item store)
  int64_t amount_minor = 0;
  AllocationKind kind = AllocationKind::kPayment;
};

// A deviation of a payment, with what its sentence needs.
struct Finding {
  DeviationCode code = DeviationCode::kReferenceUnknown;
  ItemHandle item = kNoItem;
  int64_t difference_minor = 0;
  bool has_difference = false;
  PaymentHandle other = kNoPayment;  // the payment that this one undoes, repeats, ...
  std::string note = {};             // appended to the sentence
  bool needs_review = false;         // although its code is usually for information
};

struct ComposedDecision {
  std::vector<Posting> postings;
  std::vector<Finding> findings;
  std::vector<Finding> remarks;  // deviations beside those that say how it was decided, or why not
  std::vector<Suggestion> suggestions;
  // Items that the references name, when they did not decide or the money did not suffice for all.
  std::vector<ItemHandle> named;
  // Of several references some well-formed one leads nowhere.
  bool quotes_unknown = false;
  // Of several references so many lead to items on the account, open or not.
  uint32_t found_references = 0;
  PaymentHandle reversed_by = kNoPayment;
};

class DecisionBook {
 public:
  ComposedDecision& Compose(PaymentHandle payment) { return composed_[payment]; }

  const ComposedDecision* Find(PaymentHandle payment) const {
    const auto found = composed_.find(payment);
    return found == composed_.end() ? nullptr : &found->second;
  }

  // A later rule decides after all: what was found before is no longer true.
  void Forget(PaymentHandle payment) {
    const auto found = composed_.find(payment);
    if (found == composed_.end()) return;
    found->second.findings.clear();
    found->second.suggestions.clear();
    found->second.named.clear();
  }

  size_t size() const { return composed_.size(); }

  // Payments of an item that an earlier one in the run has paid with the same amount: (second, first).
  void NotePaidTwice(std::vector<std::pair<PaymentHandle, PaymentHandle>> pairs) {
    paid_twice_ = std::move(pairs);
    std::sort(paid_twice_.begin(), paid_twice_.end());
  }

  // The first of them; kNoPayment when `second` is none.
  PaymentHandle PaidBefore(PaymentHandle second) const {
    const auto found = std::lower_bound(
        paid_twice_.begin(), paid_twice_.end(), second,
        [](const auto& pair, PaymentHandle handle) { return pair.first < handle; });
    return found == paid_twice_.end() || found->first != second ? kNoPayment : found->second;
  }

 private:
  absl::flat_hash_map<PaymentHandle, ComposedDecision> composed_;
  std::vector<std::pair<PaymentHandle, PaymentHandle>> paid_twice_;  // ascending
};

}  // namespace kvitt
