// What a rule of the search sees, and how it is asked. Rules 4 to 8 each propose what one case would
// pay; search_round.h asks them for all cases at once and lets the best outcome be posted.

#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "engine/evidence/evidence.h"
#include "engine/match/proposal.h"

namespace kvitt {

// What the items of one payer add up to for payments of one account, currency and day. Computed once
// for a payer of many payments and many items.
struct PayerBalance {
  int64_t due_net = 0;
  int64_t open_net = 0;
  uint32_t due_count = 0;
  uint32_t open_count = 0;
  int64_t discounts = 0;   // an upper bound of what discounts take off
  bool too_large = false;  // sums that no payment has
};

struct PayerBalanceKey {
  CustomerNumber payer;
  AccountNumber account;
  uint32_t day;
  uint32_t currency;

  friend bool operator==(const PayerBalanceKey&, const PayerBalanceKey&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const PayerBalanceKey& key) {
    return H::combine(std::move(state), key.payer, key.account, key.day, key.currency);
  }
};

// One thread's view while cases are asked and nothing is posted.
struct SearchView {
  SearchView(const Books& books_in, const Evidence& evidence_in)
      : books(books_in), evidence(evidence_in) {}

  const Books& books;
  const Evidence& evidence;
  absl::flat_hash_map<PayerBalanceKey, PayerBalance> balances;

  const PaymentRecord& PaymentOf(const SearchCase& search) const {
    return books.payments.At(search.payment);
  }
};

using ProposeFn = Proposal (*)(SearchView* view, const SearchCase& search);

// Calls fn(item) for each eligible item of the payer: with a fixed reference those that carry it.
template <typename Fn>
void ForEachPayerItem(const SearchView& view, const SearchCase& search, Fn fn) {
  const ItemStore& items = view.books.items;
  if (!search.named.empty()) {
    for (ItemHandle item : search.named) {
      if (IsEligible(search, items.At(item))) fn(item);
    }
    return;
  }
  for (CustomerNumber customer : view.evidence.PaidBy(search.payer)) {
    for (ItemHandle item : view.evidence.items_of.ByAge(customer)) {
      if (IsEligible(search, items.At(item))) fn(item);
    }
  }
}

// At most that many items are collected; true when those were all.
bool CollectPayerItems(const SearchView& view,
                       const SearchCase& search,
                       size_t most,
                       std::vector<ItemHandle>* out);

}  // namespace kvitt
