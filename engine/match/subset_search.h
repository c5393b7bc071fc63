// Which sets of open items make exactly this amount? Exact subset sums within a declared budget, for
// rule combination.
//
// Items of equal amount form a class, and a set is told by how many it takes of each class: two sets
// that differ only in which of several equal items they take are one. The question is always whether
// there is exactly one such set, because only then may a payment be posted on it.
//
//   const SubsetClass classes[] = {{50000, 1}, {12500, 13}, {-2500, 1}};
//   SubsetResult found = FindSubsets(classes, 60000, SubsetLimits{});
//   found.verdict            // kUnique: 500.00 + 125.00 - 25.00
//   found.answers[0].take    // {1, 1, 1}
//
// Verdicts kNone, kUnique and kSeveral are proven over all sets, never over sets of some size only:
// that no other set of up to six items makes the amount does not say that no other set makes it.
// With twenty or more items of arbitrary amounts a second set by accident is common; kSeveral is then
// the truth and not a weakness of the search.
//
// Method. Credit notes are turned into items that are taken unless they are used, so that all amounts
// are positive; items larger than the target fall out; and where the target is more than half of what
// is left, the search looks for what is NOT paid. Then the classes, largest first, are dealt out to
// two lists of sums, each kept sorted by merging it with itself shifted, without what exceeds the
// target and with equal sums once; the two are walked from both ends. A payment of 2 to 6 of 40 items,
// or of all but 2, needs some ten thousand sums. Equal or round amounts have few different sums,
// so they cost little however many sets there are.
//
// The budget is in steps: a step is a class looked at, a sum made or a sum compared. Reading out what was
// found may add some thousands. It is never time, so the result is the same on every machine. A larger
// budget never contradicts kNone, kUnique or kSeveral of a smaller one. Memory is some 16 bytes for each
// step at most, twice that where sums pass 63 bits.
//
// Pure and safe to call from any thread. The result does not depend on the order of the classes.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"

namespace kvitt {

// Open items of one amount. Credit notes are negative.
struct SubsetClass {
  int64_t amount_minor = 0;
  uint32_t count = 0;
};

struct SubsetLimits {
  // Less than a millisecond. Where one answer is likely at all (up to thirty items, four paid), a tenth of
  // it is enough: with many more sums, two of them are nearly certain to be the same.
  uint64_t budget_steps = uint64_t{1} << 18;
  // How many answers are written out when there are several.
  uint32_t answers_wanted = 3;
};

enum class SubsetVerdict : uint8_t {
  kNone,         // no set makes the target
  kUnique,       // exactly one does: answers[0]
  kSeveral,      // at least two do
  kSearchLimit,  // the budget was spent before any of these was proven
};

// How many of each class are taken, in the order in which the classes were given.
struct SubsetAnswer {
  std::vector<uint32_t> take;
};

struct SubsetResult {
  SubsetVerdict verdict = SubsetVerdict::kNone;
  // How many answers there are; at least so many when not exact. Large searches stop when they have met
  // the answers wanted, and very large numbers of answers are not counted to the end.
  uint64_t alternatives = 0;
  bool alternatives_exact = true;
  // At most `answers_wanted`, and one when the verdict is kUnique: those with the fewest items first;
  // of equally many items the one that takes fewer of the smallest amount, then of the next larger, and so
  // on (amounts compared without sign, of +x and -x first the -x). They are the first of all answers
  // when `alternatives_exact`, else of those that were met. With kSearchLimit they are right but may
  // be followed by others: never post them.
  std::vector<SubsetAnswer> answers;
  // How easily an amount that was not meant as any set meets one, filled for kUnique: so many other sets
  // (those of the same two halves once) make sums inside a span of that length by the target. So nearby_sets
  // / nearby_span_minor is about the share of amounts of this size that some set makes; and 100 times that
  // of whole kroner, where all items are whole kroner. With items up to 50,000.00 of which four are paid:
  // ten items, 70 in a million; twenty, 3 in a thousand; thirty, one in twenty. A rule that posts
  // unattended should ask for more evidence where this is not small. A span of 0 says nothing: all is
  // paid, or counting would pass the budget or 63 bits.
  uint64_t nearby_sets = 0;
  uint64_t nearby_span_minor = 0;
  uint64_t steps = 0;
};

// All sets of items that make exactly `target_minor`. The empty set is no answer (nor is a set without an
// item of positive amount: for a target of zero or more there is none but the empty one). A target below
// zero is no payment: kNone.
//
// REQUIRES: no amount is zero and none comes twice. A count of zero is not an error.
SubsetResult FindSubsets(absl::Span<const SubsetClass> classes,
                         int64_t target_minor,
                         const SubsetLimits& limits);

// The memory of searches that follow one another: what a large search has asked of the system costs as
// much as the search, so a thread keeps it. The results do not depend on it.
class SubsetMemory {
 public:
  SubsetMemory();
  ~SubsetMemory();
  SubsetMemory(const SubsetMemory&) = delete;
  SubsetMemory& operator=(const SubsetMemory&) = delete;

 private:
  friend SubsetResult FindSubsets(absl::Span<const SubsetClass>,
                                  int64_t,
                                  const SubsetLimits&,
                                  SubsetMemory*);
  struct Arenas;
  std::unique_ptr<Arenas> arenas_;
};

// The same in memory that the caller keeps. REQUIRES: one search at a time in one memory.
SubsetResult FindSubsets(absl::Span<const SubsetClass> classes,
                         int64_t target_minor,
                         const SubsetLimits& limits,
                         SubsetMemory* memory);

}  // namespace kvitt
