// Creditor accounts of the run, as small numbers.
//
// Number 0 is "any account": an item without a creditor account can be paid on all of them. Two
// spellings of one account (NO93 8601 1117 947 and bban-no:86011117947) get one number. Numbers
// depend on who came first and never reach an output; the stable hash and the text do.

#pragma once

#include <immintrin.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace kvitt {

using AccountNumber = uint32_t;
inline constexpr AccountNumber kAnyAccount = 0;
inline constexpr AccountNumber kAccountsMax = (uint32_t{1} << 28) - 1;

class AccountBook {
 public:
  AccountBook();
  // The number of an account in any spelling. Thread-safe.
  AccountNumber Number(std::string_view account);
  // The number of an account in any spelling; kAnyAccount when it was never met. Thread-safe.
  AccountNumber Find(std::string_view account) const;
  // The account as it is written to outputs. REQUIRES: every account has been met, nobody calls Number()
  // meanwhile: outputs ask for each row, and must not wait for each other.
  std::string_view Text(AccountNumber number) const;
  // A hash of the account's comparable form that never changes between runs and machines. Thread-safe.
  uint64_t StableHash(AccountNumber number) const;
  AccountNumber size() const;

 private:
  struct Account {
    std::string text;
    uint64_t stable_hash;
  };

  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, AccountNumber> by_spelling_;
  absl::flat_hash_map<std::string, AccountNumber> by_alias_;
  std::deque<Account> accounts_;  // never moves
};

// One lane's memory of the accounts that it met: a section of a bank file repeats its account, and
// a ledger has a few thousand.
class AccountCache {
 public:
  explicit AccountCache(AccountBook* book);
  AccountNumber Number(std::string_view account, uint64_t* stable_hash);

 private:
  static constexpr size_t kSlots = 8192;
  static constexpr size_t kWays = 4;  // slots that one hash may use
  static constexpr size_t kTextMax = 43;
  static constexpr size_t kMiddleMax = kTextMax - 32;

  // A text as its last and its first sixteen bytes, which two comparisons tell apart; what lies between
  // them only the longest accounts have.
  struct alignas(64) Slot {
    __m128i tail;
    __m128i head;  // zero when the tail is all
    uint64_t stable_hash;
    AccountNumber number;
    uint8_t size;  // 0: unused
    char middle[kMiddleMax];
  };

  static_assert(sizeof(Slot) == 64);

  static bool Holds(const Slot& slot, std::string_view account, __m128i tail, __m128i head);
  AccountNumber NumberElsewhere(std::string_view account, uint64_t* stable_hash);
  void Fill(Slot* slot, std::string_view account, __m128i tail, __m128i head);

  AccountBook* book_;
  std::vector<Slot> slots_;
  Slot* last_;  // found: sections of a bank file repeat their account
  uint32_t next_way_ = 0;
};

}  // namespace kvitt
