// Subset sums against a slow and obvious oracle that tries every number of every class.

#include "engine/match/subset_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "kvitt/amount.h"

namespace kvitt {
namespace {

using Classes = std::vector<SubsetClass>;
using Take = std::vector<uint32_t>;

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();

Int128 SumOf(const Classes& classes, const Take& take) {
  Int128 sum = 0;
  for (size_t i = 0; i < classes.size(); ++i) {
    sum += static_cast<Int128>(classes[i].amount_minor) * take[i];
  }
  return sum;
}

bool TakesAnInvoice(const Classes& classes, const Take& take) {
  for (size_t i = 0; i < classes.size(); ++i) {
    if (take[i] > 0 && classes[i].amount_minor > 0) return true;
  }
  return false;
}

// Positions of the classes in the order in which answers are compared.
std::vector<size_t> SmallestFirst(const Classes& classes) {
  std::vector<size_t> order(classes.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto size_of = [&](size_t i) {
    const Int128 amount = classes[i].amount_minor;
    return amount < 0 ? -amount : amount;
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (size_of(a) != size_of(b)) return size_of(a) < size_of(b);
    return classes[a].amount_minor < classes[b].amount_minor;
  });
  return order;
}

// Every answer, in the documented order.
std::vector<Take> AllAnswers(const Classes& classes, int64_t target) {
  std::vector<Take> answers;
  Take take(classes.size(), 0);
  while (true) {
    if (target >= 0 && TakesAnInvoice(classes, take) && SumOf(classes, take) == target) {
      answers.push_back(take);
    }
    size_t i = 0;
    while (i < take.size() && take[i] == classes[i].count) take[i++] = 0;
    if (i == take.size()) break;
    ++take[i];
  }
  const std::vector<size_t> order = SmallestFirst(classes);
  std::sort(answers.begin(), answers.end(), [&](const Take& a, const Take& b) {
    uint64_t items_a = 0;
    uint64_t items_b = 0;
    for (const uint32_t each : a) items_a += each;
    for (const uint32_t each : b) items_b += each;
    if (items_a != items_b) return items_a < items_b;
    for (const size_t i : order) {
      if (a[i] != b[i]) return a[i] < b[i];
    }
    return false;
  });
  return answers;
}

SubsetVerdict VerdictOf(size_t answers) {
  return answers == 0   ? SubsetVerdict::kNone
         : answers == 1 ? SubsetVerdict::kUnique
                        : SubsetVerdict::kSeveral;
}

std::string Text(const Classes& classes, int64_t target) {
  std::string text = std::to_string(target) + " of";
  for (const SubsetClass& each : classes) {
    text += " " + std::to_string(each.count) + "x" + std::to_string(each.amount_minor);
  }
  return text;
}

std::vector<Take> Takes(const SubsetResult& result) {
  std::vector<Take> takes;
  for (const SubsetAnswer& answer : result.answers) takes.push_back(answer.take);
  return takes;
}

void ExpectLikeOracle(const Classes& classes, int64_t target, uint32_t wanted) {
  SCOPED_TRACE(Text(classes, target));
  std::vector<Take> expected = AllAnswers(classes, target);
  const SubsetResult found = FindSubsets(classes, target, {.answers_wanted = wanted});
  EXPECT_EQ(found.verdict, VerdictOf(expected.size()));
  EXPECT_TRUE(found.alternatives_exact);
  EXPECT_EQ(found.alternatives, expected.size());
  const size_t kept = expected.size() == 1 ? 1 : std::min<size_t>(expected.size(), wanted);
  expected.resize(kept);
  EXPECT_EQ(Takes(found), expected);
}

// A world of amounts that are all different, from few values so that sums meet often.
Classes RandomClasses(std::mt19937_64* random, size_t classes_max, int64_t amount_max) {
  std::map<int64_t, uint32_t> made;
  const size_t wanted = (*random)() % (classes_max + 1);
  const int64_t unit = (*random)() % 4 == 0 ? 50 : 1;
  for (size_t i = 0; i < wanted; ++i) {
    int64_t amount = 1 + static_cast<int64_t>((*random)() % static_cast<uint64_t>(amount_max));
    if ((*random)() % 4 == 0) amount = -amount;
    made[amount * unit] = static_cast<uint32_t>((*random)() % 4);
  }
  Classes classes;
  for (const auto& [amount, count] : made) classes.push_back({amount, count});
  std::shuffle(classes.begin(), classes.end(), *random);
  return classes;
}

// Mostly what some set makes, since most sums that are drawn at random are made by none.
int64_t RandomTarget(const Classes& classes, std::mt19937_64* random) {
  Take take;
  for (const SubsetClass& each : classes) {
    take.push_back(static_cast<uint32_t>((*random)() % (each.count + 1)));
  }
  const int64_t off = (*random)() % 4 == 0 ? static_cast<int64_t>((*random)() % 5) - 2 : 0;
  return static_cast<int64_t>(SumOf(classes, take)) + off;
}

TEST(SubsetSearchTest, AnswersLikeTheOracle) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const int64_t amount_max = i % 2 == 0 ? 20 : 400;
    const Classes classes = RandomClasses(&random, 6, amount_max);
    ExpectLikeOracle(classes, RandomTarget(classes, &random), 1 + static_cast<uint32_t>(i % 4));
    if (HasFailure()) return;
  }
}

TEST(SubsetSearchTest, CountsTheAnswersThatCancelOut) {
  ExpectLikeOracle({{10, 2}, {-10, 3}, {5, 1}}, 0, 3);
  ExpectLikeOracle({{10, 1}, {-10, 1}}, 0, 3);
  ExpectLikeOracle({{10, 1}, {20, 1}}, 0, 3);
  ExpectLikeOracle({{-10, 1}, {-20, 1}}, 0, 3);
  ExpectLikeOracle({}, 0, 3);
  ExpectLikeOracle({}, 100, 3);
}

TEST(SubsetSearchTest, RefusesWhatIsBeyondEverySum) {
  const Classes classes = {{500, 3}, {70, 2}, {-200, 1}};
  ExpectLikeOracle(classes, 1640, 3);
  ExpectLikeOracle(classes, 1641, 3);
  ExpectLikeOracle(classes, 1639, 3);
  ExpectLikeOracle(classes, -200, 3);
  ExpectLikeOracle(classes, -130, 3);
  ExpectLikeOracle(classes, kLargest, 3);
  ExpectLikeOracle(classes, kSmallest, 3);
}

TEST(SubsetSearchTest, TakesAllButAFew) {
  Classes classes;
  int64_t total = 0;
  for (int64_t i = 0; i < 40; ++i) {
    classes.push_back({1000000 + (i + 1) * (i + 1) * (i + 1) * 17, 1});
    total += classes.back().amount_minor;
  }
  const int64_t target = total - classes[5].amount_minor - classes[31].amount_minor;
  const SubsetResult found = FindSubsets(classes, target, SubsetLimits{});
  ASSERT_EQ(found.verdict, SubsetVerdict::kUnique);
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(found.answers[0].take[i], i == 5 || i == 31 ? 0U : 1U) << i;
  }
  EXPECT_LT(found.steps, 4000U);
}

TEST(SubsetSearchTest, ClassesOfEqualItemsCostAlmostNothing) {
  const SubsetResult thirteen = FindSubsets({{{29900, 13}}}, 5 * 29900, SubsetLimits{});
  EXPECT_EQ(thirteen.verdict, SubsetVerdict::kUnique);
  EXPECT_EQ(thirteen.answers[0].take, Take{5});
  EXPECT_LT(thirteen.steps, 100U);
  const SubsetResult many = FindSubsets({{{29900, 100000}}}, 50000 * 29900, SubsetLimits{});
  EXPECT_EQ(many.verdict, SubsetVerdict::kUnique);
  EXPECT_EQ(many.answers[0].take, Take{50000});
  EXPECT_LT(many.steps, 100U);
  EXPECT_EQ(many.nearby_sets, 100000U);  // one for every 299.00
  EXPECT_EQ(many.nearby_span_minor, 100000U * 29900U);
}

TEST(SubsetSearchTest, CountsWhatMissesTheTargetByLittle) {
  // 3, 6, 12, ... make every multiple of 3 in one way.
  Classes classes;
  for (int64_t i = 0; i < 10; ++i) classes.push_back({int64_t{3} << i, 1});
  const SubsetResult low = FindSubsets(classes, 300, SubsetLimits{});
  ASSERT_EQ(low.verdict, SubsetVerdict::kUnique);
  EXPECT_EQ(low.nearby_span_minor, 600U);
  EXPECT_EQ(low.nearby_sets, 200U);  // 0 to 600 but for 300
  const SubsetResult high = FindSubsets(classes, 3 * 1023 - 240, SubsetLimits{});
  ASSERT_EQ(high.verdict, SubsetVerdict::kUnique);
  EXPECT_EQ(high.nearby_span_minor, 480U);  // twice what is not paid
  EXPECT_EQ(high.nearby_sets, 160U);
  const SubsetResult all = FindSubsets(classes, 3 * 1023, SubsetLimits{});
  ASSERT_EQ(all.verdict, SubsetVerdict::kUnique);
  EXPECT_EQ(all.nearby_span_minor, 0U);
  EXPECT_EQ(all.nearby_sets, 0U);
}

TEST(SubsetSearchTest, TellsHowManyAmountsMeetASetByAccident) {
  std::mt19937_64 random(29);
  uint64_t met = 0;
  uint64_t tried = 0;
  uint64_t foretold = 0;  // in millionths
  while (tried < 4000) {
    Classes classes;
    int64_t paid = 0;
    for (int i = 0; i < 20; ++i) {
      classes.push_back({10000 + static_cast<int64_t>(random() % 1000000), 1});
      if (i < 5) paid += classes.back().amount_minor;
    }
    std::map<int64_t, int> amounts;
    for (const SubsetClass& each : classes) amounts[each.amount_minor] = 1;
    if (amounts.size() < classes.size()) continue;
    const SubsetResult found = FindSubsets(classes, paid, SubsetLimits{});
    if (found.verdict != SubsetVerdict::kUnique) continue;
    foretold += found.nearby_sets * 1000000 / found.nearby_span_minor * 20;
    for (int i = 0; i < 20; ++i) {
      const int64_t other = paid - 1 - static_cast<int64_t>(random() % 50000);
      met += FindSubsets(classes, other, SubsetLimits{}).verdict == SubsetVerdict::kNone ? 0U : 1U;
      ++tried;
    }
  }
  EXPECT_GT(met, 20U);
  EXPECT_GT(foretold, met * 700000);
  EXPECT_LT(foretold, met * 1500000);
}

TEST(SubsetSearchTest, AnyOrderOfTheClassesGivesTheSame) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 300; ++i) {
    // With thirty classes the searches stop early; with few of them they are complete.
    Classes classes = RandomClasses(&random, i % 2 == 0 ? 8 : 30, 3000);
    const int64_t target = RandomTarget(classes, &random);
    const SubsetResult first = FindSubsets(classes, target, SubsetLimits{});
    for (int turn = 0; turn < 4; ++turn) {
      std::vector<size_t> order(classes.size());
      for (size_t j = 0; j < order.size(); ++j) order[j] = j;
      std::shuffle(order.begin(), order.end(), random);
      Classes shuffled;
      for (const size_t j : order) shuffled.push_back(classes[j]);
      const SubsetResult again = FindSubsets(shuffled, target, SubsetLimits{});
      SCOPED_TRACE(Text(classes, target));
      ASSERT_EQ(again.verdict, first.verdict);
      ASSERT_EQ(again.alternatives, first.alternatives);
      ASSERT_EQ(again.alternatives_exact, first.alternatives_exact);
      ASSERT_EQ(again.steps, first.steps);
      ASSERT_EQ(again.nearby_sets, first.nearby_sets);
      ASSERT_EQ(again.nearby_span_minor, first.nearby_span_minor);
      ASSERT_EQ(again.answers.size(), first.answers.size());
      for (size_t a = 0; a < first.answers.size(); ++a) {
        for (size_t j = 0; j < order.size(); ++j) {
          ASSERT_EQ(again.answers[a].take[j], first.answers[a].take[order[j]]);
        }
      }
    }
  }
}

TEST(SubsetSearchTest, AmountsAtTheEndOfTheRangeDoNotOverflow) {
  ExpectLikeOracle({{kLargest, 3}, {kLargest - 1, 2}, {1, 3}}, kLargest, 3);
  ExpectLikeOracle({{kLargest, 3}, {kLargest - 1, 2}, {kSmallest, 3}, {1, 3}}, kLargest, 3);
  ExpectLikeOracle({{kLargest, 3}, {kSmallest, 3}, {1, 3}}, 0, 3);
  ExpectLikeOracle({{kLargest, 3}, {kSmallest, 3}, {1, 2}}, 0, 3);
  ExpectLikeOracle({{kLargest, 3}, {kLargest - 3, 3}, {-kLargest, 3}, {3, 3}}, kLargest - 6, 3);
  std::mt19937_64 random(13);
  for (int i = 0; i < 2000; ++i) {
    std::map<int64_t, uint32_t> made;
    for (int j = 0; j < 5; ++j) {
      int64_t amount =
          kLargest / (1 + static_cast<int64_t>(random() % 3)) - static_cast<int64_t>(random() % 4);
      if (random() % 2 == 0) amount = -amount;
      made[amount] = 1 + static_cast<uint32_t>(random() % 3);
    }
    made[1] = 2;
    Classes classes;
    for (const auto& [amount, count] : made) classes.push_back({amount, count});
    Take take;
    for (const SubsetClass& each : classes) {
      take.push_back(static_cast<uint32_t>(random() % (each.count + 1)));
    }
    const Int128 sum = SumOf(classes, take);
    if (sum < 0 || sum > kLargest) continue;
    ExpectLikeOracle(classes, static_cast<int64_t>(sum), 3);
    if (HasFailure()) return;
  }
}

// How many sets make each sum, for worlds too large to try every set of. Modulo 2^64: sums that are made
// by few items, or by all but few, have far fewer sets than that.
// REQUIRES: every count is 1 and every amount positive.
std::vector<uint64_t> CountBySum(const Classes& classes, size_t sums) {
  std::vector<uint64_t> ways(sums, 0);
  ways[0] = 1;
  for (const SubsetClass& each : classes) {
    const size_t amount = static_cast<size_t>(each.amount_minor);
    for (size_t sum = sums; sum-- > amount;) ways[sum] += ways[sum - amount];
  }
  return ways;
}

TEST(SubsetSearchTest, LargeWorldsAgreeWithCountingBySum) {
  std::mt19937_64 random(17);
  int proven[4] = {0, 0, 0, 0};
  for (int i = 0; i < 60; ++i) {
    // Large enough for the halves to be compared before all classes are in them.
    const size_t size = 12 + static_cast<size_t>(i);
    const int64_t largest = i % 3 == 0 ? 60000 : 9000;
    std::map<int64_t, uint32_t> made;
    while (made.size() < size) {
      made[100 + static_cast<int64_t>(random() % static_cast<uint64_t>(largest))] = 1;
    }
    Classes classes;
    for (const auto& [amount, count] : made) classes.push_back({amount, count});
    std::shuffle(classes.begin(), classes.end(), random);
    int64_t total = 0;
    for (const SubsetClass& each : classes) total += each.amount_minor;
    const std::vector<uint64_t> ways = CountBySum(classes, static_cast<size_t>(total) + 1);
    for (int turn = 0; turn < 8; ++turn) {
      int64_t target = 0;
      for (size_t j = 0; j < 4; ++j) target += classes[random() % size].amount_minor;
      if (turn % 2 == 1) target = std::max<int64_t>(1, total - target);
      target = std::min(target, total);
      const uint64_t expected = ways[static_cast<size_t>(target)];
      const SubsetResult found = FindSubsets(classes, target, SubsetLimits{});
      SCOPED_TRACE(Text(classes, target));
      ++proven[static_cast<size_t>(found.verdict)];
      ASSERT_NE(found.verdict, SubsetVerdict::kSearchLimit);
      ASSERT_EQ(found.verdict, VerdictOf(expected));
      ASSERT_LE(found.alternatives, expected);
      ASSERT_TRUE(found.alternatives == expected || !found.alternatives_exact);
      for (const SubsetAnswer& answer : found.answers) {
        ASSERT_EQ(SumOf(classes, answer.take), target);
      }
    }
  }
  EXPECT_GT(proven[static_cast<size_t>(SubsetVerdict::kNone)], 10);
  EXPECT_GT(proven[static_cast<size_t>(SubsetVerdict::kUnique)], 10);
  EXPECT_GT(proven[static_cast<size_t>(SubsetVerdict::kSeveral)], 10);
}

TEST(SubsetSearchTest, ALargerBudgetNeverContradicts) {
  std::mt19937_64 random(19);
  int limits_met = 0;
  for (int i = 0; i < 150; ++i) {
    const int64_t amount_max = i % 3 == 0 ? 500 : 400000000;
    const Classes classes = RandomClasses(&random, 30, amount_max);
    const int64_t target = RandomTarget(classes, &random);
    SubsetResult certain = FindSubsets(classes, target, {.budget_steps = 0});
    for (uint64_t budget = 1; budget < uint64_t{1} << 21; budget = budget * 3 + 1) {
      const SubsetResult found = FindSubsets(classes, target, {.budget_steps = budget});
      SCOPED_TRACE(Text(classes, target));
      for (const SubsetAnswer& answer : found.answers) {
        ASSERT_EQ(SumOf(classes, answer.take), target);
      }
      limits_met += found.verdict == SubsetVerdict::kSearchLimit ? 1 : 0;
      if (certain.verdict != SubsetVerdict::kSearchLimit) {
        ASSERT_EQ(found.verdict, certain.verdict) << budget;
      }
      certain = found;
    }
  }
  EXPECT_GT(limits_met, 300);
}

TEST(SubsetSearchTest, SpentBudgetIsToldAndTheSameEveryTime) {
  // Sixty amounts of twelve digits: no two sets are likely to make the same, and none is ruled out.
  std::mt19937_64 random(23);
  Classes classes;
  int64_t target = 0;
  for (int i = 0; i < 60; ++i) {
    classes.push_back({static_cast<int64_t>(random() % 1000000000000), 1});
    if (i % 2 == 0) target += classes.back().amount_minor;
  }
  const SubsetResult found = FindSubsets(classes, target, SubsetLimits{});
  EXPECT_EQ(found.verdict, SubsetVerdict::kSearchLimit);
  EXPECT_FALSE(found.alternatives_exact);
  EXPECT_LE(found.steps, SubsetLimits{}.budget_steps);
  EXPECT_GE(found.steps, SubsetLimits{}.budget_steps / 8);
  const SubsetResult again = FindSubsets(classes, target, SubsetLimits{});
  EXPECT_EQ(again.steps, found.steps);
  EXPECT_EQ(Takes(again), Takes(found));
}

TEST(SubsetSearchTest, MoreClassesThanTheBudgetAreNotEvenSorted) {
  Classes classes;
  for (int64_t i = 1; i <= 100000; ++i) classes.push_back({i, 1});
  const SubsetResult found = FindSubsets(classes, 2000000000, SubsetLimits{});
  EXPECT_EQ(found.verdict, SubsetVerdict::kSearchLimit);
  EXPECT_TRUE(found.answers.empty());
}

TEST(SubsetSearchTest, NumbersBeyondCountingAreNotExact) {
  Classes classes;
  for (int64_t i = 1; i <= 90; ++i) classes.push_back({i, 1});
  const SubsetResult found = FindSubsets(classes, 2000, SubsetLimits{});
  EXPECT_EQ(found.verdict, SubsetVerdict::kSeveral);
  EXPECT_FALSE(found.alternatives_exact);
  EXPECT_EQ(found.answers.size(), 3U);
}

}  // namespace
}  // namespace kvitt
