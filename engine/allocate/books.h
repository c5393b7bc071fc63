// Everything that a run knows while it decides. Filled by the readers, worked on by the rounds,
// read by the outputs. Rounds run one after another; what may run in parallel inside a round is
// said there.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/allocate/decision_book.h"
#include "engine/allocate/policy_book.h"
#include "engine/store/account_book.h"
#include "engine/store/customer_book.h"
#include "engine/store/item_store.h"
#include "engine/store/payment_store.h"
#include "kvitt/reconcile.h"

namespace kvitt {

struct Evidence;

struct Books {
  AccountBook accounts;
  ItemStore items{&accounts};
  PaymentStore payments{&accounts};
  CustomerBook customers;
  DecisionBook decisions;
  Policy policy;
  PolicyBook policies;  // what `policy` says of each account and group
  int threads = 1;

  // What is known of payments that rules 1 to 3 did not decide (engine/evidence); null without any.
  std::shared_ptr<Evidence> evidence;
  bool evidence_gathered = false;

  // Set once every record is in.
  std::vector<uint64_t> account_hash;  // by account number
  std::vector<uint32_t> account_rank;  // bytewise order of the accounts' texts
  std::vector<uint32_t> file_rank;     // order of the files: digest, then name
  std::vector<bool> file_dead;         // set aside, or a second copy

  void PrepareAccounts();

  // After PrepareAccounts, and when the customers are sealed.
  void PreparePolicies() { policies.Resolve(policy, accounts); }

  // The group of the item's customer, as far as the policy names it.
  GroupNumber GroupOf(const ItemRecord& item) const;
  // The terms of a payment that pays this item ...
  const ResolvedTerms& PolicyOf(const PaymentRecord& payment, const ItemRecord& item) const;
  // ... or these: where their customers are of different groups, the account's terms hold.
  const ResolvedTerms& PolicyOf(const PaymentRecord& payment,
                                absl::Span<const ItemHandle> paid) const;
  // The order in which payments decide: booking date, creditor account, identity.
  bool DecidesBefore(PaymentHandle a, PaymentHandle b) const;
};

}  // namespace kvitt
