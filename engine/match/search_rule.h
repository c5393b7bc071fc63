// What a rule of the search sees, and how it is asked. Rules 4 to 8 each propose what one case would
// pay; search_round.h asks them for all cases at once and lets the best outcome be posted.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/evidence/evidence.h"
#include "engine/match/proposal.h"
#include "engine/match/subset_search.h"

namespace kvitt {

// One thread's view while cases are asked and nothing is posted.
struct SearchView {
  SearchView(const Books& books_in, const Evidence& evidence_in)
      : books(books_in), evidence(evidence_in) {}

  ~SearchView() = default;
  SearchView(const SearchView&) = delete;
  SearchView& operator=(const SearchView&) = delete;

  const Books& books;
  const Evidence& evidence;
  SubsetMemory subsets;

  const PaymentRecord& PaymentOf(const SearchCase& search) const {
    return books.payments.At(search.payment);
  }
};

using ProposeFn = Proposal (*)(SearchView* view, const SearchCase& search);

// A view for each thread of a walk over cases while nothing is posted; forgets the balances of before.
std::vector<std::unique_ptr<SearchView>> ViewsOf(const Books& books, const Evidence& evidence);

// Notes what a rule that only suggests finds for each undecided case.
void NoteSuggestingRule(const Books& books, Evidence* evidence, Rule rule, ProposeFn propose);

}  // namespace kvitt
