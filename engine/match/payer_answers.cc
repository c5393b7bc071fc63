#include "engine/match/payer_answers.h"

#include "engine/match/balance_exact.h"
#include "engine/match/combination.h"
#include "engine/match/payer_amount.h"

namespace kvitt {

Proposal ProposeForPayer(SearchView* view, const SearchCase& search) {
  constexpr ProposeFn kRules[] = {ProposeByPayerAmount, ProposeByBalance, ProposeCombination};
  Proposal proposal;
  for (const ProposeFn propose : kRules) {
    proposal = propose(view, search);
    if (!proposal.answers.empty()) break;
  }
  return proposal;
}

}  // namespace kvitt
