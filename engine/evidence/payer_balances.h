// What the items of a payer add up to: all that is open, and what of it is due on a day.
//
// A payer of many items is added up once, however many payments and days ask, until something is
// posted. Thread-safe.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/books.h"
#include "engine/evidence/search_case.h"
#include "kvitt/date.h"

namespace kvitt {

struct Evidence;

struct PayerBalance {
  int64_t due_net = 0;
  int64_t open_net = 0;
  uint32_t due_count = 0;
  uint32_t open_count = 0;
  int64_t discounts = 0;   // an upper bound of what discounts take off
  bool too_large = false;  // sums that no payment has
};

class PayerBalances {
 public:
  // Of what the case can pay on that day; with a fixed reference, of the items that carry it.
  // REQUIRES: a case whose payer is known.
  PayerBalance Of(const Books& books,
                  const Evidence& evidence,
                  const SearchCase& search,
                  Date paid_on);

  // What was added up before something was posted holds no more.
  void Clear();

 private:
  struct Key {
    CustomerNumber payer;
    AccountNumber account;
    uint32_t currency;

    friend bool operator==(const Key&, const Key&) = default;

    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.payer, key.account, key.currency);
    }
  };

  struct ByDueDate;

  std::mutex mutex_;
  absl::flat_hash_map<Key, std::shared_ptr<const ByDueDate>> large_;
};

// Whether an item of that due date is due when it is paid on that day.
inline bool IsDue(Date due, Date paid_on) {
  return !due.has_value() || (paid_on.has_value() && due <= paid_on);
}

}  // namespace kvitt
