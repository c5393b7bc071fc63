// Runs whose output folder a test then reads.

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {

// A run on one thread into `out` of the scratch folder; its input is the caller's.
inline RunRequest RequestInto(const ScratchFolder& folder,
                              const std::string& out,
                              const char* format) {
  RunRequest request;
  request.out = folder.Path(out);
  request.config.output_format = format;
  request.config.threads = 1;
  return request;
}

inline void Settle(const RunRequest& request) {
  const absl::StatusOr<RunResult> result = RunJob(request);
  ASSERT_TRUE(result.ok()) << result.status().message();
  ASSERT_TRUE(result->committed);
}

}  // namespace kvitt
