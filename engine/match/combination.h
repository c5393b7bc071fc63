// Rule 8, combination: the payer is known, and exactly one set of the payer's items, credit notes
// negative, makes the amount.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunCombination(Books* books);
Proposal ProposeCombination(SearchView* view, const SearchCase& search);

}  // namespace kvitt
