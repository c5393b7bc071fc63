// A second author's reading of docs/matching.md and docs/policy.md: how the payments of a small world
// are decided, slowly and plainly. Every set of items is tried, every assignment of a round is tried,
// and references are compared as text. It shares nothing with the engine but the words of the public
// headers and the check digits of references.
//
// Tests hold the engine against it (matching_oracle_test).

#pragma once

#include "tests/oracle/matching_world.h"

namespace kvitt::oracle {

// Decides with the default policy. REQUIRES: at most a dozen items and a handful of payments.
WorldDecisions DecideByOracle(const World& world);

}  // namespace kvitt::oracle
