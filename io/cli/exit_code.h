// What the program ends with.

#pragma once

#include "absl/status/status.h"

namespace kvitt {

inline constexpr int kExitDone = 0;
inline constexpr int kExitDifferent = 1;   // of `kvitt diff --exit-code` alone: the runs differ
inline constexpr int kExitUsage = 2;       // wrong usage or configuration; nothing was read
inline constexpr int kExitSetAside = 3;    // done, but some input was set aside
inline constexpr int kExitControl = 4;     // a control did not hold; nothing was committed
inline constexpr int kExitFailOn = 5;      // done, but a --fail-on limit was passed
inline constexpr int kExitLedgerHeld = 6;  // another run holds the ledger
inline constexpr int kExitResources = 7;   // memory, disk, file size; nothing was committed
inline constexpr int kExitOutput = 8;      // an output could not be written
inline constexpr int kExitBug = 70;
inline constexpr int kExitInterrupted = 130;

// Says a failed status on stderr, behind "kvitt COMMAND: ", and gives its exit code.
int Refuse(const char* command, const absl::Status& status);

}  // namespace kvitt
