// A line on a terminal that says how far a run has come, at most ten times a second.

#pragma once

#include <atomic>
#include <thread>

#include "kvitt/run.h"

namespace kvitt {

class ProgressLine {
 public:
  // Shows `progress` on stderr until it goes away; does nothing when stderr is no terminal (or a
  // dumb one), or when `wanted` is false.
  ProgressLine(const RunProgress* progress, bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void Show();

  const RunProgress* progress_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace kvitt
