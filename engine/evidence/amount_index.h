// Which open item has just this amount? For the amounts that cases bring, on the accounts where they
// came in.

#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/books.h"
#include "engine/evidence/hash_filter.h"
#include "engine/evidence/search_case.h"

namespace kvitt {

class AmountIndex {
 public:
  struct Found {
    uint32_t count = 0;
    ItemHandle item = kNoItem;  // the only one when count is 1
  };

  // Counts, for the amounts of `cases`, those of `items` that are still open and have them; credit
  // notes aside.
  void Build(const Books& books,
             const std::vector<ItemHandle>& items,
             const std::vector<const SearchCase*>& cases);

  // Items of that amount that can be paid on the account.
  Found Find(const SearchCase& search, int64_t amount_minor) const;

 private:
  struct Key {
    int64_t amount_minor;
    AccountNumber account;
    uint8_t currency;

    friend bool operator==(const Key&, const Key&) = default;

    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.amount_minor, key.account, key.currency);
    }
  };

  using Map = absl::flat_hash_map<Key, Found>;

  std::unique_ptr<HashFilter> present_;  // amounts that any item has
  std::vector<Map> found_;  // by Scatter; items of the account itself, or of any account
};

}  // namespace kvitt
