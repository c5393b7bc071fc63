// One round of a rule that searches: all cases are asked on the items as they are, those with one
// answer that may be posted compete where their answers share an item, and the best outcome for all
// together is posted. See docs/matching.md.

#pragma once

#include "engine/match/search_rule.h"

namespace kvitt {

// Runs the round; gathers the evidence first if no earlier round did.
void RunSearchRound(Books* books, Rule rule, ProposeFn propose);

// The evidence of the run; null when there are no cases.
Evidence* EvidenceOf(Books* books);

}  // namespace kvitt
