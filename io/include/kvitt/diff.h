// `kvitt diff`: what differs between the output folders of two runs over the same payments, for instance under two
// policies or by two versions: decisions gained, lost and moved, with their money.
//
//   auto diff = kvitt::DiffRuns({.a = "before", .b = "after"});
//   if (diff.ok()) std::puts(kvitt::DiffText(*diff).c_str());
//
// Payments are paired by their id. Both folders are read once, side by side, so that memory grows only with
// how far the same payment stands apart in them. Nothing here throws, prints or exits.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kvitt/reconcile.h"
#include "kvitt/stored_rows.h"

namespace kvitt {

struct DiffRequest {
  std::string a;
  std::string b;
  size_t examples_max = 10;  // of each kind of change
};

// How a payment of B stands to the same payment of A.
enum class Change : uint8_t {
  kSame,
  kGained,   // posted in B only
  kLost,     // posted in A only
  kMoved,    // posted in both, to other items, customers or amounts
  kOutcome,  // the same postings, or none in both, and another outcome
  kRule,     // the same outcome and postings, decided by another rule or with another confidence
  kOnlyInA,
  kOnlyInB,
};
inline constexpr size_t kChanges = 8;
// "same", "gained", "lost", "moved", "outcome", "rule", "only_in_a", "only_in_b"
std::string_view Name(Change change);

// One side of a payment.
struct DiffSide {
  bool exists = false;
  std::string amount;
  std::string currency;
  std::string booking_date;
  std::string outcome;
  std::string rule;
  std::string confidence;
  std::string allocated;
  std::string on_account;
  std::vector<StoredAllocation> allocations;
};

struct DiffExample {
  std::string payment_id;
  DiffSide a;
  DiffSide b;
};

// What the summary of a run says of it as a whole.
struct RunFigures {
  uint64_t payments = 0;
  std::string match_rate_percent;
  uint64_t items_open_after = 0;
  std::map<std::string, std::string> open_amount_after;  // by currency code
  std::map<std::string, uint64_t> deviations;            // by code
};

struct RunDiff {
  std::string a;
  std::string b;
  bool has_allocations = true;  // false: one folder lacks them; kMoved is then told by sums alone
  // By change. Sums are of the payments' amounts; of kSame there is the count alone.
  std::array<CountAndSum, kChanges> changes;
  std::map<std::pair<std::string, std::string>, CountAndSum>
      outcomes;                                             // of all changes, from A to B
  std::array<std::vector<DiffExample>, kChanges> examples;  // largest amount first
  RunFigures figures_a;
  RunFigures figures_b;

  const CountAndSum& operator[](Change change) const {
    return changes[static_cast<size_t>(change)];
  }

  // Whether anything differs that the folders say of payments, deviations and open amounts.
  bool has_changes() const;
};

// kNotFound: not the folder of a run, or one without payments. kDataLoss: a row that cannot be read.
absl::StatusOr<RunDiff> DiffRuns(const DiffRequest& request);

// For people. Safe for a terminal.
std::string DiffText(const RunDiff& diff);

// One JSON object, with a line end.
std::string DiffJson(const RunDiff& diff);

}  // namespace kvitt
