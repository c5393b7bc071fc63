// THE TABLE of matching rules: a row's place is its precedence. Each rule is one round over the
// whole run before the next begins, so a weak rule never takes an item that a stronger one would
// have given to a later payment. A new rule is one file in this folder, one row here, and two text
// cases: one payment that it accepts, one that it must refuse.

#include "engine/match/rules.h"

#include "engine/match/duplicate.h"
#include "engine/match/reference_exact.h"
#include "engine/match/reversal.h"

namespace kvitt {
namespace {

constexpr RuleRow kRules[] = {
    {Rule::kDuplicate, [](Books* books, bool* changed) { *changed |= RunDuplicate(books); }},
    {Rule::kReversal, [](Books* books, bool* changed) { *changed |= PairReversals(books); }},
    {Rule::kReferenceExact,
     [](Books* books, bool* changed) { RunReferenceExact(books, *changed); }},
};

}  // namespace

absl::Span<const RuleRow> Rules() {
  return kRules;
}

}  // namespace kvitt
