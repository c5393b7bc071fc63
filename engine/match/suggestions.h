// What a person is shown for a case that nothing decided: what each rule would do now, the better
// rule first.
//
// Nothing of it is kept: when the run is done the items stand still, so suggestions are made when a
// row is written. Thread-safe then.

#pragma once

#include <vector>

#include "engine/match/search_rule.h"

namespace kvitt {

// Whether there is any suggestion.
bool HasSuggestion(SearchView* view, const SearchCase& search);
// Whether rules 3 to 5 suggest something.
bool HasSuggestionByQuote(SearchView* view, const SearchCase& search);
// Appends the suggestions; at most Policy::suggestions_max for each rule, none twice.
void MakeSuggestions(SearchView* view, const SearchCase& search, std::vector<Suggestion>* out);

}  // namespace kvitt
