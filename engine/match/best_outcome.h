// Several payments, some items that more than one of them wants: who gets what is best for all.
//
// Best is, in this order: the most money settled; the fewest alternatives given up; the earlier
// payments. Exact for groups within a budget, else first come, first served.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/match/proposal.h"

namespace kvitt {

struct Contender {
  size_t index = 0;          // the caller's
  int64_t amount_minor = 0;  // > 0
  Answer answer;
};

struct Award {
  bool settles = false;
  ItemList items;
};

struct GroupOutcome {
  std::vector<Award> awards;  // of each contender
  bool searched = true;       // false: the group was too large, and order decided
};

// `contenders` stand in the order of decision. At most `payments_max` of them are solved together.
GroupOutcome FindBestOutcome(const std::vector<Contender>& contenders, uint32_t payments_max);

}  // namespace kvitt
