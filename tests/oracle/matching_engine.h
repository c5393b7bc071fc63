// The engine's decisions on a small world, through the public headers alone.

#pragma once

#include "tests/oracle/matching_world.h"

namespace kvitt::oracle {

// With the default policy and one thread. A run that fails is a failure of the test: it is told by
// decisions without outcome rows, which no oracle gives.
WorldDecisions DecideByEngine(const World& world);

}  // namespace kvitt::oracle
