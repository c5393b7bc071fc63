// The engine's decisions on a small world, through the public headers alone.

#pragma once

#include <string>
#include <vector>

#include "tests/oracle/matching_world.h"

namespace kvitt::oracle {

// With the default policy and one thread. When the run fails all outcomes are Outcome::kCount, which
// no oracle gives.
WorldDecisions DecideByEngine(const World& world);

// The suggestions of each payment, best first.
using WorldSuggestions = std::vector<std::vector<Suggestion>>;

struct EngineAnswer {
  WorldDecisions decisions;
  WorldSuggestions suggestions;
};

EngineAnswer AskEngine(const World& world);

// What is wrong with the suggestions of an answer, whatever the rules say: a payment is suggested
// when it has some and unmatched when it has none; they are in the order of the rules, of items that
// are open still, and spend no more than the payment's money. Empty: nothing.
std::string WrongSuggestion(const World& world, const EngineAnswer& answer);

}  // namespace kvitt::oracle
