// Small worlds made by chance: few amounts, few references and few accounts, so that collisions,
// ambiguity, alike items, near misses and contradictions are the rule and not the exception. The
// same seed makes the same world everywhere.
//
// A world in which two answers disagree is made as small as it can be, and printed as a text case
// (tests/cases).

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/oracle/matching_world.h"

namespace kvitt::oracle {

enum class WorldKind {
  kExactReferences,  // what rules 1 to 3 decide
  kAllRules,         // at most one reference, text and facts of the payer: what needs every rule
  kEverything,       // also several references, references delivered as text, tiny discounts
};

World MakeWorld(uint64_t seed, WorldKind kind);

// Takes away payments, items, customers and fields, one after another, as long as `disagrees` holds.
// REQUIRES: disagrees(world).
World Shrink(World world, const std::function<bool(const World&)>& disagrees);

// The world and what should come of it, in the words of tests/cases.
std::string PrintCase(const World& world, const WorldDecisions& expected, const std::string& title);
// The lines of one decision below the `---`.
std::string PrintDecision(const WorldPayment& payment, const WorldDecision& decision);

}  // namespace kvitt::oracle
