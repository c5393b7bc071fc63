// Rule 11, payer_name: the payer is unknown, and the name is close to exactly one customer's. What
// rules 6 to 8 find there is suggested.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunPayerName(Books* books);
Proposal ProposeByName(SearchView* view, const SearchCase& search);

}  // namespace kvitt
