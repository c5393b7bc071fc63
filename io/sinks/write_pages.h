// Pages of a result into a file: formatted on all threads, written in order.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "io/sinks/sink.h"

namespace kvitt {

// Writes the stream `sink` to `path` and syncs it. *bytes gets its size. Stops early, with kCancelled,
// when *stop turns true (it may be null).
absl::Status WritePages(const Reconciliation& run,
                        const Sink& sink,
                        OutputFormat format,
                        int threads,
                        const std::string& path,
                        const std::atomic<bool>* stop,
                        uint64_t* bytes);

// Writes `text` to `path` and syncs it.
absl::Status WriteTextFile(const std::string& path, std::string_view text);

}  // namespace kvitt
