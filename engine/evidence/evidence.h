// What is known of the payments that exact references did not decide, gathered once when rule 3 is
// done: where each one leads by a slip or by its text, who paid, and what speaks against.
//
// A night without cases costs nothing. With a case, the references and ids of all open items are
// indexed; of customers, amounts and names only those that cases ask for. Reading is thread-safe.

#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/allocate/books.h"
#include "engine/evidence/amount_index.h"
#include "engine/evidence/customer_directory.h"
#include "engine/evidence/open_item_index.h"
#include "engine/evidence/payer_balances.h"
#include "engine/evidence/payer_items.h"
#include "engine/evidence/search_case.h"

namespace kvitt {

struct Evidence {
  explicit Evidence(const Books& books) : directory(&books.items, &books.customers) {}

  std::vector<SearchCase> cases;        // by handle
  std::vector<PaymentHandle> payments;  // theirs: a search among them touches little memory
  // Cases, in order, that the rounds have not decided so far, without obstructed ones. What a rule decides
  // outside of a round stays in it: see IsAsked.
  std::vector<size_t> left;
  CustomerDirectory directory;
  OpenItemIndex index;
  PayerItems items_of;
  AmountIndex amounts;
  mutable PayerBalances balances;                     // of what is open now
  std::vector<std::vector<CustomerNumber>> pays_for;  // by customer, ascending, without itself

  // The customers whose items the payer may pay: itself, and those that it pays for.
  absl::InlinedVector<CustomerNumber, 4> PaidBy(CustomerNumber payer) const;
  // Null for payments that are no case.
  const SearchCase* Find(PaymentHandle payment) const;
};

// Fills `pays_for` of the customers that the directory has got since; names those that they pay for.
void NamePaidFor(Evidence* evidence);

// Gathers the evidence of a run in which rules 1 to 3 are done. Null when there is no case.
std::shared_ptr<Evidence> GatherEvidence(const Books& books);

// What the policy lets a rule do with what it finds for the case.
RuleMode ModeOf(const Books& books, const Evidence& evidence, const SearchCase& search, Rule rule);

// Whether the rules that search are still asked about the case.
inline bool IsAsked(const Books& books, const SearchCase& search) {
  return books.payments.At(search.payment).decided == PaymentCase::kUndecided &&
         !search.is_obstructed;
}

// Whether the item can be paid by the case at all: open, same currency, on the account or on any.
inline bool IsEligible(const SearchCase& search, const ItemRecord& item) {
  return IsOpen(item) && item.currency == search.currency &&
         (item.key.account() == search.account || item.key.account() == kAnyAccount);
}

// Calls fn(item) for each eligible item of the payer until it returns true; says whether it did. With a
// fixed reference those that carry it.
template <typename Fn>
bool AnyPayerItem(const Books& books, const Evidence& evidence, const SearchCase& search, Fn fn) {
  const ItemStore& items = books.items;
  const auto asks = [&](ItemHandle item) { return IsEligible(search, items.At(item)) && fn(item); };
  if (!search.named.empty()) return std::any_of(search.named.begin(), search.named.end(), asks);
  const auto customers = evidence.PaidBy(search.payer);
  return std::any_of(customers.begin(), customers.end(), [&](CustomerNumber customer) {
    const absl::Span<const ItemHandle> list = evidence.items_of.ByAge(customer);
    return std::any_of(list.begin(), list.end(), asks);
  });
}

// The same for all of them.
template <typename Fn>
void ForEachPayerItem(const Books& books,
                      const Evidence& evidence,
                      const SearchCase& search,
                      Fn fn) {
  AnyPayerItem(books, evidence, search, [&](ItemHandle item) {
    fn(item);
    return false;
  });
}

// Whether an answer that holds the item needs a person.
inline bool IsReserved(const ItemRecord& item) {
  return item.status() != ItemStatus::kOpen || item.has(ItemRecord::kInsolvent);
}

}  // namespace kvitt
