// The bench world: many alike items and payments, for measuring.
//
// 1,000 creditor accounts (fewer in sets under a million items), a unique Luhn-protected reference
// of 10 to 25 digits on each item, payments grouped by account in sections of 1,000. Every item is
// a pure function of (seed, index), every payment too: the k-th payment of an account takes the
// item at place k of a permutation of that account's items.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "io/formats/format.h"
#include "io/generate/counter_random.h"
#include "io/generate/truth.h"
#include "kvitt/date.h"
#include "kvitt/generate.h"

namespace kvitt {

enum class BenchKind : uint8_t {
  kExact,
  kOther,     // another amount than the item's
  kUnknown,   // a well-formed reference of no item
  kSecond,    // a second payment of an item that an earlier payment settled
  kRepaired,  // one digit of the reference is wrong
  kText,      // the reference stands in the text alone
  kPayer,     // no reference; the customer's number is known
  kCount,
};

struct BenchItem {
  uint64_t index = 0;
  uint64_t customer = 0;
  uint64_t account = 0;
  int64_t amount_minor = 0;
  std::string reference;
  Date issue_date;
  Date due_date;
};

struct BenchPayment {
  BenchKind kind = BenchKind::kExact;
  uint64_t account = 0;
  bool has_item = false;
  BenchItem item;
  int64_t amount_minor = 0;
  std::string reference;
};

// What a national format says of money, and the whole set with it.
enum class BenchHome : uint8_t { kSweden, kNorway, kDenmark, kFinland };

// The home in which all of `formats` can be written, and the longest references that all of them
// hold. InvalidArgument when formats of two countries are asked for.
struct BenchTerms {
  BenchHome home = BenchHome::kSweden;
  uint64_t reference_digits_max = 25;
};

absl::StatusOr<BenchTerms> TermsOf(absl::Span<const Format* const> formats);

class BenchWorld {
 public:
  static constexpr uint64_t kSectionPayments = 1000;
  static constexpr uint64_t kItemsMax = 800'000'000;

  // `weights` by BenchKind. REQUIRES: 0 < items <= kItemsMax, a weight above zero.
  BenchWorld(uint64_t seed,
             uint64_t items,
             std::vector<uint32_t> weights,
             const BenchTerms& terms = {});

  Currency currency() const { return currency_; }

  uint64_t account_count() const { return account_count_; }

  const std::string& account(uint64_t account) const { return accounts_[account]; }

  // The item with this index, in the order of item ids. REQUIRES: index < items.
  BenchItem Item(uint64_t index) const;

  // The index of the item at `place` of a shuffled file.
  uint64_t ShuffledIndex(uint64_t place) const { return shuffle_.Apply(place); }

  // The payment at this place of the file. REQUIRES: index < payments.
  BenchPayment PaymentAt(uint64_t index) const;

  // Items by account, for files with a section for each. REQUIRES: account < account_count(), ordinal <
  // ItemsOf(account).
  uint64_t ItemsOf(uint64_t account) const;
  uint64_t ItemIndexOf(uint64_t account, uint64_t ordinal) const;

  uint64_t customer_count() const { return items_ < 4 ? 1 : items_ / 4; }

  ExpectedDecision Truth(const BenchPayment& payment) const;

  static std::string ItemId(uint64_t index);
  static std::string CustomerId(uint64_t customer);

 private:
  BenchKind DrawnKind(uint64_t account, uint64_t ordinal) const;
  // The earlier payment of the account that a second payment repeats; `ordinal` itself when none.
  uint64_t FirstOf(uint64_t account, uint64_t ordinal) const;
  void Quote(uint64_t index, BenchPayment* payment) const;

  uint64_t seed_;
  uint64_t items_;
  uint64_t account_count_;
  Currency currency_;
  uint64_t prefix_digits_;  // of a reference, at most
  std::vector<std::string> accounts_;
  std::vector<uint32_t> weights_;
  uint64_t weight_sum_ = 0;
  Permutation slots_;    // item index -> account and rank in it
  Permutation shuffle_;  // place in a shuffled file -> item index
};

// Writes a whole set. `weights` as for the constructor.
absl::Status WriteBenchWorld(const GenerateRequest& request, const std::vector<uint32_t>& weights);

}  // namespace kvitt
