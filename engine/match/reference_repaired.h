// Rule 4, reference_repaired: one small slip away from what was quoted lies exactly one open item
// with exactly the amount.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunReferenceRepaired(Books* books);
Proposal ProposeRepaired(SearchView* view, const SearchCase& search);

// The item of a slip, or both of two references written as one.
ItemList ItemsOf(const SlipLead& lead);

}  // namespace kvitt
