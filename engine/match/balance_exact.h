// Rule 7, balance_exact: the payer is known, and the amount is the whole due balance or the whole
// open balance, credit notes netted.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunBalanceExact(Books* books);
Proposal ProposeByBalance(SearchView* view, const SearchCase& search);

}  // namespace kvitt
