// Whose account, whose organisation number: what the customer stream, the items and the settlements
// of this run say of the numbers that cases bring.
//
// Numbers are compared by prints of 128 bits: an account as an account (an IBAN equals the national
// number inside it), an organisation number by its digits.

#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/books.h"
#include "engine/evidence/customer_directory.h"
#include "engine/evidence/search_case.h"

namespace kvitt {

struct NumberPrint {
  uint64_t low = 0;
  uint64_t high = 0;

  bool is_none() const { return low == 0 && high == 0; }

  friend bool operator==(NumberPrint, NumberPrint) = default;

  template <typename H>
  friend H AbslHashValue(H state, NumberPrint print) {
    return H::combine(std::move(state), print.low, print.high);
  }
};

struct AccountPrint {
  NumberPrint print;
  uint64_t tail = 0;  // a hash of its last eight digits, which all its spellings have in common
};

// None for text that is too short to be an account.
AccountPrint PrintAccount(std::string_view account);
// None for less than six digits.
NumberPrint PrintOrgNo(std::string_view org_no);

class PayerBook {
 public:
  // Numbers that cases bring. Not thread-safe.
  void WantAccount(const AccountPrint& account);
  void WantOrgNo(NumberPrint org_no);

  // Finds whose they are. Names customers in the directory.
  void Build(const Books& books, CustomerDirectory* directory);

  // kNobody when nothing is known, or several customers share it.
  CustomerNumber OfOrgNo(NumberPrint org_no) const;
  CustomerNumber OfAccount(NumberPrint account, PayerBy* by) const;

 private:
  // Whom a number belongs to as far as one source knows.
  struct Owner {
    CustomerNumber customer = kNobody;
    bool shared = false;

    void Add(CustomerNumber another) {
      shared = shared || (customer != kNobody && customer != another);
      customer = another;
    }
  };

  struct Owners {
    Owner listed;
    Owner seen;
  };

  using Map = absl::flat_hash_map<NumberPrint, Owners>;

  void FindInStream(const Books& books, CustomerDirectory* directory);
  void FindInItems(const Books& books, CustomerDirectory* directory);
  void FindInSettlements(const Books& books, CustomerDirectory* directory);

  Map accounts_;
  std::vector<uint64_t> tails_;  // of the accounts, as cases write them
  Map org_nos_;
};

}  // namespace kvitt
