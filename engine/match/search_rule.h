// What a rule of the search sees, and how it is asked. Rules 4 to 8 each propose what one case would
// pay; search_round.h asks them for all cases at once and lets the best outcome be posted.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/evidence/evidence.h"
#include "engine/match/proposal.h"
#include "engine/match/subset_search.h"

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

  SearchView(const SearchView&) = delete;
  SearchView& operator=(const SearchView&) = delete;

  const Books& books;
  const Evidence& evidence;
  SubsetMemory subsets;
  absl::flat_hash_map<PayerBalanceKey, PayerBalance> balances;

  const PaymentRecord& PaymentOf(const SearchCase& search) const {
    return books.payments.At(search.payment);
  }
};

using ProposeFn = Proposal (*)(SearchView* view, const SearchCase& search);

// A view for each thread of a walk over cases while nothing is posted.
std::vector<std::unique_ptr<SearchView>> ViewsOf(const Books& books, const Evidence& evidence);

// Notes what a rule that only suggests finds for each undecided case.
void NoteSuggestingRule(const Books& books, Evidence* evidence, Rule rule, ProposeFn propose);

// Calls fn(item) for each eligible item of the payer until it returns true; says whether it did. With a
// fixed reference those that carry it.
template <typename Fn>
bool AnyPayerItem(const SearchView& view, const SearchCase& search, Fn fn) {
  const ItemStore& items = view.books.items;
  const auto asks = [&](ItemHandle item) { return IsEligible(search, items.At(item)) && fn(item); };
  if (!search.named.empty()) return std::any_of(search.named.begin(), search.named.end(), asks);
  const auto customers = view.evidence.PaidBy(search.payer);
  return std::any_of(customers.begin(), customers.end(), [&](CustomerNumber customer) {
    const absl::Span<const ItemHandle> list = view.evidence.items_of.ByAge(customer);
    return std::any_of(list.begin(), list.end(), asks);
  });
}

// The same for all of them.
template <typename Fn>
void ForEachPayerItem(const SearchView& view, const SearchCase& search, Fn fn) {
  AnyPayerItem(view, search, [&](ItemHandle item) {
    fn(item);
    return false;
  });
}

// At most that many items are collected; true when those were all.
bool CollectPayerItems(const SearchView& view,
                       const SearchCase& search,
                       size_t most,
                       std::vector<ItemHandle>* out);

}  // namespace kvitt
