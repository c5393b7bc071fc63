// The engine's decisions on a small world, through the public headers alone.

#pragma once

#include "tests/oracle/matching_world.h"

namespace kvitt::oracle {

// With the default policy and one thread. When the run fails all outcomes are Outcome::kCount, which
// no oracle gives.
WorldDecisions DecideByEngine(const World& world);

}  // namespace kvitt::oracle
