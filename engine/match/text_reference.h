// Rule 5, text_reference: references or item ids stand in the free text, and the amount pays all of
// them in full.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

void RunTextReference(Books* books);
Proposal ProposeByText(SearchView* view, const SearchCase& search);

// The open items that the text names for certain.
std::vector<ItemHandle> NamedInText(const SearchView& view, const SearchCase& search);

}  // namespace kvitt
