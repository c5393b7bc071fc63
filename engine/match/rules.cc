// THE TABLE of matching rules: a row's place is its precedence. Each rule is one round over the
// whole run before the next begins, so a weak rule never takes an item that a stronger one would
// have given to a later payment. A new rule is one file in this folder, one row here, and two text
// cases: one payment that it accepts, one that it must refuse.

#include "engine/match/rules.h"

#include "engine/match/amount_unique.h"
#include "engine/match/balance_exact.h"
#include "engine/match/combination.h"
#include "engine/match/duplicate.h"
#include "engine/match/payer_amount.h"
#include "engine/match/payer_name.h"
#include "engine/match/payer_oldest.h"
#include "engine/match/reference_exact.h"
#include "engine/match/reference_repaired.h"
#include "engine/match/reversal.h"
#include "engine/match/text_reference.h"

namespace kvitt {
namespace {

constexpr RuleRow kRules[] = {
    {Rule::kDuplicate, [](Books* books, bool* changed) { *changed |= RunDuplicate(books); }},
    {Rule::kReversal, [](Books* books, bool* changed) { *changed |= PairReversals(books); }},
    {Rule::kReferenceExact,
     [](Books* books, bool* changed) { RunReferenceExact(books, *changed); }},
    {Rule::kReferenceRepaired, [](Books* books, bool*) { RunReferenceRepaired(books); }},
    {Rule::kTextReference, [](Books* books, bool*) { RunTextReference(books); }},
    {Rule::kPayerAmount, [](Books* books, bool*) { RunPayerAmount(books); }},
    {Rule::kBalanceExact, [](Books* books, bool*) { RunBalanceExact(books); }},
    {Rule::kCombination, [](Books* books, bool*) { RunCombination(books); }},
    {Rule::kPayerOldest, [](Books* books, bool*) { RunPayerOldest(books); }},
    {Rule::kAmountUnique, [](Books* books, bool*) { RunAmountUnique(books); }},
    {Rule::kPayerName, [](Books* books, bool*) { RunPayerName(books); }},
};

}  // namespace

absl::Span<const RuleRow> Rules() {
  return kRules;
}

}  // namespace kvitt
