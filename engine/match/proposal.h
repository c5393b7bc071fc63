// What a rule has to say of one case: which items it would pay, and whether it may.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "engine/allocate/books.h"
#include "engine/allocate/composed.h"
#include "engine/evidence/evidence.h"
#include "kvitt/decision.h"

namespace kvitt {

// Most answers are one item, and there are as many as payments.
using ItemList = absl::InlinedVector<ItemHandle, 4>;

// Items of which some number is taken: alike ones, the oldest first.
struct Choice {
  ItemList items;
  uint32_t take = 1;
};

// A set of items that agrees with the amount; alike sets are one answer.
struct Answer {
  absl::InlinedVector<Choice, 1> choices;

  // The set itself: the oldest of each choice.
  ItemList Items() const;
  bool IsAlike() const;
  bool Holds(ItemHandle item) const;
  // Whether every set that it may become holds the item.
  bool HoldsSurely(ItemHandle item) const;
};

// Whether the answer is what one slip leads to, and nothing else.
bool IsAnswer(const Answer& answer, const SlipLead& lead);

struct Proposal {
  TrialResult found = TrialResult::kNotApplicable;
  uint32_t count = 0;           // of answers, or of items looked at
  std::vector<Answer> answers;  // best first; the only one when found is kDecided
};

// How the amount of a payment agrees with a set of items, the better first.
enum class Agreement : uint8_t { kExact, kDiscount, kCharges, kTolerance, kNone };

// REQUIRES: items of the payment's currency, open; at least one.
Agreement AgreementOf(const Books& books,
                      const PaymentRecord& payment,
                      absl::Span<const ItemHandle> items);

// Splits items into groups of alike ones (same customer, kind, status, open amount and discount),
// each oldest first; groups in the order of their oldest items.
std::vector<Choice> GroupAlike(const Books& books,
                               const PaymentRecord& payment,
                               std::vector<ItemHandle> items);

// Completes the proposal of a rule that may post, which has filled `answers` with all that agree:
// several, or the one and whether it may be posted.
void Judge(const Books& books, const SearchCase& search, bool respects_objections, Proposal* out);

// The deviations that an item calls for when an answer holds it: item_disputed ...
absl::InlinedVector<DeviationCode, 2> ReservationsOf(const ItemRecord& item);

}  // namespace kvitt
