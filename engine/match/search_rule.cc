#include "engine/match/search_rule.h"

#include <algorithm>

#include "engine/parallel.h"

namespace kvitt {

std::vector<std::unique_ptr<SearchView>> ViewsOf(const Books& books, const Evidence& evidence) {
  evidence.balances.Clear();
  std::vector<std::unique_ptr<SearchView>> views;
  for (int i = 0; i < std::max(books.threads, 1); ++i) {
    views.push_back(std::make_unique<SearchView>(books, evidence));
  }
  return views;
}

void NoteSuggestingRule(const Books& books, Evidence* evidence, Rule rule, ProposeFn propose) {
  const std::vector<std::unique_ptr<SearchView>> views = ViewsOf(books, *evidence);
  ParallelFor(evidence->left.size(), 64, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t i = begin; i < end; ++i) {
      SearchCase& search = evidence->cases[evidence->left[i]];
      if (!IsAsked(books, search)) continue;
      if (ModeOf(books, *evidence, search, rule) == RuleMode::kOff) {
        search.Note(rule, TrialResult::kSwitchedOff, 0);
        continue;
      }
      const Proposal proposal = propose(views[static_cast<size_t>(worker)].get(), search);
      search.Note(rule, proposal.found, proposal.count);
    }
  });
}

}  // namespace kvitt
