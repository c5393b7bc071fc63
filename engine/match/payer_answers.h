// What rules 6 to 8 find among the items of a payer, the first that has an answer: for rules that
// only suppose who the payer is.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

Proposal ProposeForPayer(SearchView* view, const SearchCase& search);

}  // namespace kvitt
