// Rule reference_exact, first half: every claim meets the items of its bucket.
//
// A bucket holds all items and all claims of the references that fall into it, so buckets are
// joined in parallel and each inside the cache. Where one item and its claims concern nobody else,
// the claims are decided here, in the order of decision. What is entangled - payments with several
// references, items with several, reversals - is handed on as matches and decided by
// reference_exact.cc over the whole run.

#pragma once

#include <vector>

#include "engine/allocate/books.h"

namespace kvitt {

// A claim and an item that carries the reference.
struct Match {
  PaymentHandle payment;
  ItemHandle item;
  ReferenceKey key;
};

// A claim that no item of the account answers.
struct Miss {
  PaymentHandle payment;
  ReferenceKey key;
};

// A claim on a reference that stands on more items than are searched.
struct Crowd {
  PaymentHandle payment;
  ItemHandle item;  // one of them
  uint32_t items;
};

// The declared budget of items that may share one reference (a customer's fixed reference).
inline constexpr uint32_t kItemsPerReferenceMax = 100;

struct JoinResult {
  std::vector<Match> entangled;
  std::vector<Miss> misses;
  std::vector<Crowd> crowds;
};

// `look_at_payments`: some payments were taken out of the round or entangled after their claims
// were made (duplicates, reversals, files set aside), so each claim's payment must be looked at.
JoinResult JoinBuckets(Books* books, bool look_at_payments);

}  // namespace kvitt
