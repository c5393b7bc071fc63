// Permutations of an index space, and draws that belong to one record.

#include "io/generate/counter_random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace kvitt {
namespace {

TEST(Permutation, VisitsEachIndexOnceAndCanBeUndone) {
  for (const uint64_t size : {1U, 2U, 3U, 7U, 100U, 1000U, 65'537U}) {
    const Permutation permutation(size, 42);
    std::vector<bool> seen(size);
    for (uint64_t index = 0; index < size; ++index) {
      const uint64_t value = permutation.Apply(index);
      ASSERT_LT(value, size);
      ASSERT_FALSE(seen[value]) << "size " << size << " index " << index;
      seen[value] = true;
      ASSERT_EQ(permutation.Invert(value), index);
    }
  }
}

TEST(Permutation, CanBeUndoneFarOut) {
  const Permutation permutation(uint64_t{800'000'000} * 16, 7);
  for (uint64_t index = 0; index < permutation.size(); index += 123'456'789) {
    EXPECT_EQ(permutation.Invert(permutation.Apply(index)), index);
  }
}

TEST(Permutation, AnotherKeyGivesAnotherOrder) {
  const Permutation one(1000, 1);
  const Permutation other(1000, 2);
  int same = 0;
  for (uint64_t index = 0; index < 1000; ++index) same += one.Apply(index) == other.Apply(index);
  EXPECT_LT(same, 20);
}

TEST(CounterRandom, DrawsStayInBoundsAndReachTheirEnds) {
  CounterRandom random(1, 2, 3);
  bool low = false;
  bool high = false;
  for (int draw = 0; draw < 1000; ++draw) {
    const int64_t value = random.Between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    low |= value == -2;
    high |= value == 2;
  }
  EXPECT_TRUE(low && high);
}

TEST(CounterRandom, ARecordsDrawsDependOnNothingElse) {
  CounterRandom first(9, 1, 77);
  for (int draw = 0; draw < 5; ++draw) CounterRandom(9, 1, 76).Next();
  CounterRandom second(9, 1, 77);
  EXPECT_EQ(first.Next(), second.Next());
  EXPECT_NE(CounterRandom(9, 1, 77).Next(), CounterRandom(9, 2, 77).Next());
}

}  // namespace
}  // namespace kvitt
