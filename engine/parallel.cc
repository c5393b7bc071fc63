// Two bodies for ParallelFor: oneTBB, and plain threads. The distribution's oneTBB is not
// instrumented, so the thread sanitizer reports races inside it even for a trivial loop; sanitizer
// builds therefore take the plain body. RunWorkers has one body: its workers may block on each
// other, which tasks of a pool must not.

#include "engine/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "kvitt/check.h"

#ifdef KVITT_PARALLEL_TBB
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>
#endif

namespace kvitt {

int AvailableThreads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void RunWorkers(int threads, absl::FunctionRef<void(int worker)> fn) {
  std::vector<std::thread> others;
  for (int worker = 1; worker < threads; ++worker) {
    try {
      others.emplace_back([fn, worker] { fn(worker); });
    } catch (const std::system_error&) {
      break;  // Fewer threads give the same answer later.
    }
  }
  fn(0);
  for (std::thread& other : others) other.join();
}

namespace {

size_t RangeCount(size_t count, size_t grain) {
  return count / grain + (count % grain != 0 ? 1 : 0);
}

void ForEachRangePlainly(size_t ranges,
                         int threads,
                         absl::FunctionRef<void(size_t range, int worker)> fn) {
  std::atomic<size_t> next = 0;
  RunWorkers(threads, [&](int worker) {
    for (size_t range = next.fetch_add(1); range < ranges; range = next.fetch_add(1)) {
      fn(range, worker);
    }
  });
}

#ifdef KVITT_PARALLEL_TBB

bool GivesThreads(int threads) {
  std::mutex gate;
  std::vector<std::thread> others;
  bool given = true;
  {
    const std::lock_guard<std::mutex> closed(gate);
    try {
      while (static_cast<int>(others.size()) + 1 < threads) {
        others.emplace_back([&gate] { const std::lock_guard<std::mutex> through(gate); });
      }
    } catch (const std::system_error&) {
      given = false;
    }
  }
  for (std::thread& other : others) other.join();
  return given;
}

// Whether the system gives so many threads at once. oneTBB ends the program when it is refused one, so the system
// is asked before, and oneTBB left alone ever after a refusal.
bool MayHaveThreads(int threads) {
  static std::mutex mutex;
  static int proven = 1;
  static bool refused = false;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!refused && threads > proven) {
    refused = !GivesThreads(threads);
    proven = threads;
  }
  return !refused;
}

void ForEachRange(size_t ranges,
                  int threads,
                  absl::FunctionRef<void(size_t range, int worker)> fn) {
  if (!MayHaveThreads(threads)) return ForEachRangePlainly(ranges, threads, fn);
  // oneTBB stops at one thread per processor unless told otherwise; who asks for eight threads on
  // two processors (the tests do) gets eight.
  const auto wanted = static_cast<size_t>(threads);
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism,
                                  std::max(wanted, static_cast<size_t>(AvailableThreads())));
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<size_t>(0, ranges, 1),
        [&](const tbb::blocked_range<size_t>& part) {
          const int worker = tbb::this_task_arena::current_thread_index();
          for (size_t range = part.begin(); range != part.end(); ++range) fn(range, worker);
        },
        tbb::simple_partitioner());
  });
}

#else

void ForEachRange(size_t ranges,
                  int threads,
                  absl::FunctionRef<void(size_t range, int worker)> fn) {
  ForEachRangePlainly(ranges, threads, fn);
}

#endif

}  // namespace

void ParallelFor(size_t count,
                 size_t grain,
                 int threads,
                 absl::FunctionRef<void(size_t begin, size_t end, int worker)> fn) {
  KVITT_CHECK(grain > 0);
  const size_t ranges = RangeCount(count, grain);
  const auto call = [&](size_t range, int worker) {
    const size_t begin = range * grain;
    fn(begin, begin + std::min(grain, count - begin), worker);
  };
  if (threads <= 1 || ranges <= 1) {
    for (size_t range = 0; range < ranges; ++range) call(range, 0);
    return;
  }
  ForEachRange(ranges, static_cast<int>(std::min(ranges, static_cast<size_t>(threads))), call);
}

}  // namespace kvitt
