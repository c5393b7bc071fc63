// The main job: bank files and invoices in, allocations and deviations out.
//
//   kvitt::RunRequest request;
//   request.invoices = {"items.csv"};
//   request.payments = {"night/"};
//   request.out = "out";
//   absl::StatusOr<kvitt::RunResult> result = kvitt::RunJob(request);
//   std::puts(kvitt::RunTable(*result).c_str());

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kvitt/config.h"
#include "kvitt/io.h"
#include "kvitt/reconcile.h"

namespace kvitt {

// What a person watching the run may want to see. Read by other threads while the run goes on.
struct RunProgress {
  std::atomic<const char*> stage{"starting"};
  std::atomic<uint64_t> records{0};
};

struct RunRequest {
  std::vector<std::string> invoices;  // files, folders, patterns, "-"
  std::vector<std::string> payments;
  std::vector<std::string> customers;
  std::string out = "kvitt-out";  // replaced if an earlier run made it
  RunConfig config;
  bool dry_run = false;  // decides, writes nothing
  // Files (as named in reports) whose totals fail and that are to be posted all the same.
  std::vector<std::string> accept_mismatch;
  std::vector<std::string> fail_on;  // exceptions>N, rate>P%, amount>A
  std::string timings;               // where to write time and bytes by stage as JSON; "": nowhere
  size_t block_bytes = size_t{1} << 20;
  const std::atomic<bool>* stop = nullptr;
  RunProgress* progress = nullptr;
};

struct OutputFile {
  std::string name;
  uint64_t bytes = 0;
};

struct RunResult {
  int exit_code = 0;        // of docs: 0, 3, 4, 5, 7 or 8
  std::string exit_reason;  // why it is not 0
  bool committed = false;
  std::vector<FileReport> files;
  std::vector<std::string> accepted_mismatch;
  RunTotals totals;
  std::vector<StageTime> stages;
  std::vector<OutputFile> outputs;
  std::string out;
  int64_t wall_nanoseconds = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t resident_bytes_peak = 0;
};

// kInvalidArgument: the request is wrong and nothing was read. kNotFound: a path leads nowhere.
// kResourceExhausted: memory or disk; kCancelled: stopped; kFailedPrecondition: an invariant failed.
// In all of these nothing was committed.
absl::StatusOr<RunResult> RunJob(const RunRequest& request);

// The run as a table that a clerk understands.
std::string RunTable(const RunResult& result);

}  // namespace kvitt
