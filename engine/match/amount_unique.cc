#include "engine/match/amount_unique.h"

#include <vector>

namespace kvitt {

void RunAmountUnique(Books* books) {
  Evidence* evidence = books->evidence.get();
  if (evidence == nullptr) return;
  std::vector<const SearchCase*> asked;
  for (const size_t left : evidence->left) {
    const SearchCase& search = evidence->cases[left];
    if (search.payer == kNobody && IsAsked(*books, search)) {
      asked.push_back(&search);
    }
  }
  evidence->amounts.Build(*books, evidence->index.items(), asked);
  NoteSuggestingRule(*books, evidence, Rule::kAmountUnique, ProposeByAmount);
}

Proposal ProposeByAmount(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer != kNobody) return proposal;
  const AmountIndex::Found found =
      view->evidence.amounts.Find(search, view->PaymentOf(search).amount_minor);
  proposal.count = found.count;
  if (found.count == 0) {
    proposal.found = TrialResult::kNothingFound;
  } else if (found.count > 1) {
    proposal.found = TrialResult::kSeveralAnswers;
  } else {
    proposal.found = TrialResult::kSuggestOnly;
    proposal.answers.push_back({{{{found.item}, 1}}});
  }
  return proposal;
}

}  // namespace kvitt
