#include "engine/match/payer_name.h"

#include <utility>

#include "engine/evidence/named_payers.h"
#include "engine/match/payer_answers.h"

namespace kvitt {

void RunPayerName(Books* books) {
  Evidence* evidence = books->evidence.get();
  if (evidence == nullptr) return;
  FindNamedPayers(*books, evidence);
  NoteSuggestingRule(*books, evidence, Rule::kPayerName, ProposeByName);
}

Proposal ProposeByName(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer != kNobody) return proposal;
  if (search.alleged == kNobody) {
    proposal.found = TrialResult::kNothingFound;
    return proposal;
  }
  SearchCase alleged = search;
  alleged.payer = search.alleged;
  alleged.named.clear();
  alleged.stopped_by = Rule::kNone;
  proposal = ProposeForPayer(view, alleged);
  if (!proposal.answers.empty()) proposal.found = TrialResult::kSuggestOnly;
  return proposal;
}

}  // namespace kvitt
