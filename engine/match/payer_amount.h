// Rule 6, payer_amount: the payer is known, and exactly one of the payer's items has the amount.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunPayerAmount(Books* books);
Proposal ProposeByPayerAmount(SearchView* view, const SearchCase& search);

}  // namespace kvitt
