// The rules, in their order. See rules.cc.

#pragma once

#include "absl/types/span.h"
#include "engine/allocate/books.h"
#include "kvitt/decision.h"

namespace kvitt {

struct RuleRow {
  Rule rule;
  // One round over the whole run. What an earlier round settled is settled; a round looks at
  // payments that are still undecided. `changed` says whether an earlier round took payments out of
  // the run or entangled them.
  void (*run)(Books* books, bool* changed);
};

absl::Span<const RuleRow> Rules();

}  // namespace kvitt
