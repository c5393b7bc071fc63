#include "engine/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace kvitt {
namespace {

TEST(ParallelForTest, RangesDependOnCountAndGrainAlone) {
  for (const int threads : {0, 1, 2, 3, 8}) {
    std::mutex mutex;
    std::set<std::pair<size_t, size_t>> ranges;
    ParallelFor(10, 4, threads, [&](size_t begin, size_t end, int) {
      const std::lock_guard<std::mutex> lock(mutex);
      ranges.emplace(begin, end);
    });
    EXPECT_EQ(ranges, (std::set<std::pair<size_t, size_t>>{{0, 4}, {4, 8}, {8, 10}})) << threads;
  }
}

TEST(ParallelForTest, EveryElementOnceAndWorkersNeverShare) {
  constexpr size_t kCount = 100'003;
  constexpr int kThreads = 8;
  std::vector<int> seen(kCount, 0);
  std::vector<std::atomic<int>> busy(kThreads);
  ParallelFor(kCount, 64, kThreads, [&](size_t begin, size_t end, int worker) {
    ASSERT_GE(worker, 0);
    ASSERT_LT(worker, kThreads);
    EXPECT_EQ(busy[static_cast<size_t>(worker)].fetch_add(1), 0)
        << "two bodies with one worker number";
    for (size_t i = begin; i < end; ++i) ++seen[i];
    busy[static_cast<size_t>(worker)].fetch_sub(1);
  });
  for (const int times : seen) ASSERT_EQ(times, 1);
}

TEST(ParallelForTest, NothingToDoCallsNothing) {
  int calls = 0;
  ParallelFor(0, 16, 4, [&](size_t, size_t, int) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(ParallelForTest, NestedLoopsFinish) {
  std::atomic<size_t> sum = 0;
  ParallelFor(8, 1, 3, [&](size_t, size_t, int) {
    ParallelFor(100, 7, 2, [&](size_t begin, size_t end, int) { sum += end - begin; });
  });
  EXPECT_EQ(sum.load(), 800U);
}

TEST(RunWorkersTest, WorkersMayWaitForEachOther) {
  constexpr int kThreads = 4;
  std::barrier meeting(kThreads);
  std::atomic<int> met = 0;
  RunWorkers(kThreads, [&](int) {
    meeting.arrive_and_wait();
    ++met;
  });
  EXPECT_EQ(met.load(), kThreads);
}

TEST(RunWorkersTest, AtLeastTheCallerWorks) {
  for (const int threads : {-1, 0, 1}) {
    std::vector<int> workers;
    RunWorkers(threads, [&](int worker) { workers.push_back(worker); });
    EXPECT_EQ(workers, std::vector<int>{0}) << threads;
  }
}

}  // namespace
}  // namespace kvitt
