// A run in words: summary.json for programs, --timings for benchmark harnesses.

#pragma once

#include <string>

#include "kvitt/run.h"

namespace kvitt {

// The same bytes for the same input and settings, whatever the threads, blocks and order of files.
std::string SummaryJson(const RunResult& result);
// Time and bytes by stage; differs from run to run.
std::string TimingsJson(const RunResult& result);

}  // namespace kvitt
