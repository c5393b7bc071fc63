// The one seam to threads. Everything in kvitt that runs on several threads does so through these
// two verbs; parallel.cc is the only file that knows the scheduler (KVITT_PARALLEL: oneTBB, or
// plain threads so that the thread sanitizer can see all of it).
//
//   ParallelFor(rows, 4096, threads, [&](size_t begin, size_t end, int worker) { ... });
//   RunWorkers(threads, [&](int worker) { while (queue.Pop(&job)) ... });
//
// Both return when every call has returned. What was written before the call is seen by the bodies,
// and what the bodies wrote is seen after it. A body must not throw.

#pragma once

#include <cstddef>

#include "absl/functional/function_ref.h"

namespace kvitt {

// Number of processors that this process may use, at least 1.
int AvailableThreads();

// Calls fn(begin, end, worker) for the ranges [0, grain), [grain, 2 * grain), ... of [0, count).
// Which ranges there are depends on count and grain alone; which thread takes which, and when, is
// open. At most `threads` calls run at a time, and `worker` (0 <= worker < max(threads, 1)) is
// different in each of those: it can index scratch space. Bodies must not wait for each other. With
// threads <= 1, or one range, everything runs on the calling thread, in order. REQUIRES: grain > 0.
void ParallelFor(size_t count,
                 size_t grain,
                 int threads,
                 absl::FunctionRef<void(size_t begin, size_t end, int worker)> fn);

// Calls fn(worker) for worker 0 .. threads - 1, each on a thread of its own (worker 0 on the
// calling one), so bodies may wait for each other. When the system refuses a thread the higher
// workers are not called at all: bodies share one supply of work and must finish it with any number
// of workers from one up.
void RunWorkers(int threads, absl::FunctionRef<void(int worker)> fn);

}  // namespace kvitt
