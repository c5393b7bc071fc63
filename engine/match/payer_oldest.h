// Rule 9, payer_oldest: the payer is known, and no better rule found an answer: the oldest due
// first, until the money is used. A suggestion, unless the policy lets it post.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunPayerOldest(Books* books);

// The invoices that the money reaches, oldest first; the last perhaps in part.
std::vector<ItemHandle> OldestOf(const SearchView& view, const SearchCase& search);

}  // namespace kvitt
