// Rule 10, amount_unique: the payer is unknown, and exactly one open item on the account has the
// amount. Only ever a suggestion.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunAmountUnique(Books* books);
Proposal ProposeByAmount(SearchView* view, const SearchCase& search);

}  // namespace kvitt
