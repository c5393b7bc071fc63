// `kvitt explain`: why a payment, an item or a deviation stands where it does, told from the output folder
// of a run alone.
//
//   auto explanation = kvitt::Explain({.id = "P1", .folder = "results"});
//   if (explanation.ok()) std::puts(kvitt::ExplanationText(*explanation).c_str());
//
// Nothing here throws, prints or exits. Memory does not grow with the folder.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "kvitt/stored_rows.h"

namespace kvitt {

struct ExplainRequest {
  std::string id;  // of a payment, an item or a deviation
  std::string folder = "kvitt-out";
};

// What one rule found.
struct RuleAnswer {
  int number = 0;  // 1 to 11
  std::string rule;
  // A word of `tried` (docs/records.md), or `not_reached` (a rule before it decided), `not_tried` (the
  // payment is none that rules look at), `not_said` (the folder does not tell).
  std::string found;
  uint64_t count = 0;     // of items or answers, when the rule gave one
  bool inferred = false;  // told from outcome and deviations, not written by the run
  std::string sentence;
};

// One row of `payments` with all that belongs to it.
struct PaymentStory {
  StoredPayment payment;
  bool has_row =
      false;  // false: payments was not emitted; only payment_id and what follows is known
  std::vector<RuleAnswer> rules;
  std::string decision;  // sentences
  std::vector<StoredAllocation> allocations;
  std::vector<StoredException> deviations;
};

struct ItemPayment {
  StoredAllocation allocation;
  StoredPayment payment;  // its payment_id alone when there is no row
};

struct ItemStory {
  std::string item_id;
  std::string customer_id;
  std::string currency;
  bool is_open = false;    // then `item` is its row in open_items
  bool open_known = true;  // false: open_items was not emitted, so that what is open cannot be told
  StoredItem item;
  std::string open_before;  // decimal text
  std::string open_after;
  std::vector<ItemPayment> payments;
  std::vector<StoredException> deviations;   // that name it
  std::vector<StoredException> suggestions;  // of payments for which it is suggested
};

struct Explanation {
  std::string id;
  std::string folder;
  std::vector<std::string> not_emitted;     // streams that the folder does not hold
  std::vector<PaymentStory> payments;       // more than one when it was delivered again
  std::vector<ItemStory> items;             // one at most
  std::vector<StoredException> deviations;  // with that id
};

// kNotFound: no such folder, or nothing in it has that id. kDataLoss: a row of it cannot be read.
absl::StatusOr<Explanation> Explain(const ExplainRequest& request);

// For people: about a screen for each payment. Safe for a terminal.
std::string ExplanationText(const Explanation& explanation);

// One JSON object, with a line end.
std::string ExplanationJson(const Explanation& explanation);

}  // namespace kvitt
