// Exact subset sums: the two halves of sums and what follows from where they meet. See
// subset_search.h.

#include "engine/match/subset_search.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

#include "engine/match/subset_answers.h"
#include "kvitt/amount.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// The halves are first compared when they hold so many sums together, and again whenever they have
// grown four times. Below, every search is carried to its end, and alternatives are counted exactly.
constexpr size_t kFirstMeeting = 4096;
constexpr size_t kMeetingGrowth = 4;
// Where answers are many, nodes of a half are kept for about so many look-ups in all, and at least so many
// in each layer.
constexpr size_t kLookupsPerHalf = 8192;
constexpr size_t kNodesPerLayerMin = 8;

// Room for sums that is not cleared before it is written.
template <typename Sum>
class SumArena {
 public:
  // Room for `more` sums behind the first `kept`, which stay; returns the first of all.
  Sum* Reserve(size_t kept, size_t more) {
    if (kept + more > capacity_) {
      capacity_ = std::max(kept + more, 2 * capacity_);
      std::unique_ptr<Sum[]> larger = std::make_unique_for_overwrite<Sum[]>(capacity_);
      std::copy_n(sums_.get(), kept, larger.get());
      sums_ = std::move(larger);
    }
    return sums_.get();
  }

  const Sum* sums() const { return sums_.get(); }

 private:
  std::unique_ptr<Sum[]> sums_;
  size_t capacity_ = 0;
};

// A class as the search sees it. All weights are positive; `used` of a term, 0 to `most`, adds weight
// * used to the sum, and take = base + sign * used.
struct Term {
  uint64_t weight = 0;
  uint32_t most = 0;
  uint32_t input = 0;
  int32_t sign = 1;
  bool is_credit = false;
};

struct Problem {
  std::vector<Term> terms;
  Int128 target = 0;
  std::vector<uint32_t> base;  // by input
  // The same before anything was left out: how far the target is from the nearer end of all sums.
  std::vector<Term> all_terms;
  Int128 distance = 0;
  uint64_t steps = 0;
};

uint64_t Magnitude(int64_t amount) {
  const uint64_t bits = static_cast<uint64_t>(amount);
  return amount < 0 ? 0 - bits : bits;
}

Int128 TotalOf(const std::vector<Term>& terms) {
  Int128 total = 0;
  for (const Term& term : terms) total += static_cast<Int128>(term.weight) * term.most;
  return total;
}

// The search for `used` becomes the search for what is not used.
void Flip(Term* term, uint32_t* base) {
  *base = term->sign > 0 ? *base + term->most : *base - term->most;
  term->sign = -term->sign;
}

// Credit notes become terms that are taken unless they are used.
Problem MakeProblem(absl::Span<const SubsetClass> classes, int64_t target_minor) {
  Problem problem;
  problem.target = target_minor;
  problem.base.resize(classes.size());
  problem.terms.reserve(classes.size());
  for (size_t i = 0; i < classes.size(); ++i) {
    KVITT_CHECK(classes[i].amount_minor != 0);
    Term term{.weight = Magnitude(classes[i].amount_minor),
              .most = classes[i].count,
              .input = static_cast<uint32_t>(i),
              .is_credit = classes[i].amount_minor < 0};
    if (term.is_credit) {
      problem.target += static_cast<Int128>(term.weight) * term.most;
      Flip(&term, &problem.base[i]);
    }
    problem.terms.push_back(term);
  }
  problem.steps = classes.size();
  return problem;
}

// Leaves out what cannot be used for a sum up to `limit`.
void LeaveOutLarger(Int128 limit, std::vector<Term>* terms) {
  for (Term& term : *terms) {
    if (static_cast<Int128>(term.weight) * term.most > limit) {
      term.most = static_cast<uint32_t>(limit / static_cast<Int128>(term.weight));
    }
  }
  std::erase_if(*terms, [](const Term& term) { return term.most == 0; });
}

// Turns the problem round when the target is more than half of all. False when no set can make it.
bool SearchNearerEnd(Problem* problem) {
  const Int128 total = TotalOf(problem->terms);
  if (problem->target < 0 || problem->target > total) return false;
  if (problem->target * 2 <= total) return true;
  for (Term& term : problem->terms) Flip(&term, &problem->base[term.input]);
  problem->target = total - problem->target;
  return true;
}

// Leaves out what is larger than the target and turns the problem round while the target is more than
// half of the rest. False when no set can make the target.
bool Reduce(Problem* problem) {
  if (!SearchNearerEnd(problem)) return false;
  problem->all_terms = problem->terms;
  problem->distance = problem->target;
  Int128 before = 0;
  do {
    before = problem->target;
    problem->steps += problem->terms.size();
    LeaveOutLarger(problem->target, &problem->terms);
    if (!SearchNearerEnd(problem)) return false;
  } while (problem->target != before);
  return true;
}

// Whether the target is a multiple of what all weights are multiples of.
bool DividesTarget(const Problem& problem) {
  uint64_t divisor = 0;
  for (const Term& term : problem.terms) {
    divisor = std::gcd(divisor, term.weight);
    if (divisor == 1) return true;
  }
  return divisor == 0 || problem.target % static_cast<Int128>(divisor) == 0;
}

// The order of the search: the largest first, so that the lists are short for as long as possible. False,
// and not sorted, when the budget does not allow it.
bool SortTerms(uint64_t budget, uint64_t* steps, std::vector<Term>* terms) {
  *steps += terms->size() * static_cast<size_t>(std::bit_width(terms->size()));
  if (*steps > budget) return false;
  std::sort(terms->begin(), terms->end(), [](const Term& a, const Term& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    return a.is_credit < b.is_credit;
  });
  return true;
}

// 1 or 0 without a jump. The compiler else makes one jump of all comparisons of the same two sums, and
// it is missed every other time.
template <typename Sum>
inline size_t NotAfter(Sum a, Sum b) {
  asm("" : "+r"(a));  // what is known of other comparisons of `a` is forgotten
  size_t truth = a <= b ? 1 : 0;
  asm("" : "+r"(truth));
  return truth;
}

// Writes the sorted union of `sums` and of the first `shifted` of them plus `shift`; returns its size.
// REQUIRES: `sums` is strictly increasing, so equal sums are met as pairs and written once.
template <typename Sum>
size_t MergeShifted(const Sum* sums, size_t size, size_t shifted, Sum shift, Sum* out) {
  size_t i = 0;
  size_t j = 0;
  Sum* const out_begin = out;
  while (i < size && j < shifted) {
    const Sum plain = sums[i];
    const Sum moved = sums[j] + shift;
    const size_t plain_next = NotAfter(plain, moved);
    *out++ = moved ^ ((plain ^ moved) & (Sum{0} - static_cast<Sum>(plain_next)));
    i += plain_next;
    j += NotAfter(moved, plain);
  }
  out = std::copy(sums + i, sums + size, out);
  for (; j < shifted; ++j) *out++ = sums[j] + shift;
  return static_cast<size_t>(out - out_begin);
}

// The sums, each once and in ascending order, that some classes can make without passing the target; and
// the same of one class fewer, and so on down to none.
template <typename Sum>
class Half {
 public:
  Half(Sum target, SumArena<Sum>* arena) : target_(target), arena_(*arena) {
    arena_.Reserve(0, 1)[0] = 0;
    layers_.push_back({0, 1, nullptr});
  }

  // Layer 0 is of no classes.
  size_t layer_count() const { return layers_.size(); }

  absl::Span<const Sum> layer(size_t i) const {
    return absl::MakeConstSpan(arena_.sums() + layers_[i].begin, layers_[i].size);
  }

  // The term that leads to layer i. REQUIRES: i > 0.
  const Term& term(size_t i) const { return *layers_[i].term; }

  absl::Span<const Sum> top() const { return layer(layers_.size() - 1); }

  // Adds a layer for `term`, which must stay. False, with nothing changed but the steps, when
  // *steps would pass `budget`; `reserve` steps more are kept for comparing the halves.
  bool Add(const Term& term, uint64_t reserve, uint64_t budget, uint64_t* steps) {
    // Any number up to `most` is a sum of some of 1, 2, 4, ... and a rest. What is made on the way stands
    // behind the top layer, and the last takes its place.
    const size_t begin = layers_.back().begin + layers_.back().size;
    Layer from = layers_.back();
    uint32_t left = term.most;
    for (uint32_t bundle = 1; left > 0; bundle *= 2) {
      const uint32_t count = std::min(bundle, left);
      left -= count;
      const Sum shift = static_cast<Sum>(term.weight) * static_cast<Sum>(count);
      const size_t shifted = CountUpTo(from, target_ - shift);
      const size_t bound = from.size + shifted;
      if (*steps + 2 * bound + reserve > budget) return false;
      *steps += bound;
      const size_t end = from.begin + from.size;
      Sum* const sums = arena_.Reserve(end, bound);
      from.size = MergeShifted(sums + from.begin, from.size, shifted, shift, sums + end);
      from.begin = end;
    }
    if (from.begin != begin) {
      Sum* const sums = arena_.Reserve(from.begin, from.size);
      std::copy_n(sums + from.begin, from.size, sums + begin);
    }
    layers_.push_back({begin, from.size, &term});
    return true;
  }

 private:
  struct Layer {
    size_t begin = 0;
    size_t size = 0;
    const Term* term = nullptr;
  };

  size_t CountUpTo(const Layer& layer, Sum limit) const {
    const Sum* const begin = arena_.sums() + layer.begin;
    return static_cast<size_t>(std::upper_bound(begin, begin + layer.size, limit) - begin);
  }

  const Sum target_;
  SumArena<Sum>& arena_;
  std::vector<Layer> layers_;
};

// Positions in the top layers of both halves.
struct Meeting {
  size_t left = 0;
  size_t right = 0;
};

// The pairs of a left and a right sum that make the target: the first `most` of them.
template <typename Sum>
std::vector<Meeting> Meet(absl::Span<const Sum> left,
                          absl::Span<const Sum> right,
                          Sum target,
                          size_t most) {
  std::vector<Meeting> met;
  size_t i = 0;
  size_t j = right.size();
  while (i < left.size() && j > 0) {
    const Sum have = left[i];
    const Sum need = target - right[j - 1];
    if (have == need) [[unlikely]] {
      met.push_back({i, j - 1});
      if (met.size() == most) break;
    }
    i += NotAfter(have, need);
    j -= NotAfter(need, have);
  }
  return met;
}

// How many pairs of a left and a right sum miss the target by 1 to `span` from below.
template <typename Sum>
uint64_t CountNearby(absl::Span<const Sum> left,
                     absl::Span<const Sum> right,
                     Sum target,
                     Sum span) {
  uint64_t pairs = 0;
  size_t least = right.size();  // the first right sum that is large enough
  size_t end = right.size();    // behind the last that is small enough
  for (const Sum sum : left) {
    const Sum rest = target - sum;
    while (end > 0 && right[end - 1] >= rest) --end;
    while (least > 0 && right[least - 1] + span >= rest) --least;
    pairs += end - least;
  }
  return pairs;
}

// Makes of the sums of one half the nodes and edges that lead to answers.
template <typename Sum>
class AnswerTracing {
 public:
  AnswerTracing(const Half<Sum>& half, size_t nodes_max, uint64_t* steps)
      : half_(half), nodes_max_(nodes_max), steps_(steps) {}

  // The most nodes of a layer that cost no more than the declared number of look-ups.
  static size_t NodesMax(const Half<Sum>& half) {
    size_t lookups = 1;  // for a node in each layer
    for (size_t i = 1; i < half.layer_count(); ++i) {
      lookups += std::min(size_t{half.term(i).most} + 1, half.layer(i - 1).size());
    }
    return std::max(kNodesPerLayerMin, kLookupsPerHalf / lookups);
  }

  // `tops`: positions in the top layer, ascending.
  AnswerLayers Run(std::vector<size_t> tops) {
    AnswerLayers layers(half_.layer_count());
    for (size_t i = half_.layer_count(); i-- > 1;) {
      tops = TraceLayer(i, tops, &layers[i]);
    }
    layers[0].nodes.resize(1);
    return layers;
  }

  // Whether answers were left out because they are too many; then there are more than kNodesPerLayerMin.
  bool left_out() const { return left_out_; }

 private:
  // A node of the layer below from which `used` of the class lead to the node `top`.
  struct WayDown {
    size_t top = 0;
    uint32_t used = 0;
    size_t below = 0;
  };

  // Fills the layer and returns the positions of the nodes below. Each node keeps its first way down, so
  // it stays part of an answer; of the others as many as there is room for.
  std::vector<size_t> TraceLayer(size_t i, const std::vector<size_t>& tops, AnswerLayer* layer) {
    ways_.clear();
    if (half_.term(i).most < half_.layer(i - 1).size()) {
      FindWaysByUsed(i, tops);
    } else {
      FindWaysByBelow(i, tops);
    }
    std::vector<size_t> kept;
    std::vector<size_t> all;
    for (size_t w = 0; w < ways_.size(); ++w) {
      all.push_back(ways_[w].below);
      if (w == 0 || ways_[w].top != ways_[w - 1].top) kept.push_back(ways_[w].below);
    }
    SortUnique(&kept);
    SortUnique(&all);
    AddWhatFits(all, &kept);

    layer->sign = half_.term(i).sign;
    layer->nodes.resize(tops.size());
    for (const WayDown& way : ways_) {
      const auto found = std::lower_bound(kept.begin(), kept.end(), way.below);
      AnswerNode& node = layer->nodes[way.top];
      if (node.edge_end == 0) node.edge_begin = static_cast<uint32_t>(layer->edges.size());
      if (found != kept.end() && *found == way.below) {
        layer->edges.push_back({way.used, static_cast<uint32_t>(found - kept.begin())});
      }
      node.edge_end = static_cast<uint32_t>(layer->edges.size());
    }
    return kept;
  }

  // Fills ways_, ascending by top, at least one for each: looks for every sum that the class leaves.
  void FindWaysByUsed(size_t i, const std::vector<size_t>& tops) {
    const absl::Span<const Sum> below = half_.layer(i - 1);
    const Sum weight = static_cast<Sum>(half_.term(i).weight);
    const uint32_t most = half_.term(i).most;
    *steps_ += tops.size() * (size_t{most} + 1);
    for (size_t top = 0; top < tops.size(); ++top) {
      Sum sum = half_.layer(i)[tops[top]];
      const Sum* end = below.end();
      for (uint32_t used = 0; used <= most; ++used) {
        const Sum* const found = std::lower_bound(below.begin(), end, sum);
        if (found != end && *found == sum) {
          ways_.push_back({top, used, static_cast<size_t>(found - below.begin())});
        }
        if (sum < weight) break;
        sum -= weight;
        end = found;
      }
    }
  }

  // The same for a class of many items over few sums: looks at every sum below.
  void FindWaysByBelow(size_t i, const std::vector<size_t>& tops) {
    const absl::Span<const Sum> below = half_.layer(i - 1);
    const Sum weight = static_cast<Sum>(half_.term(i).weight);
    *steps_ += tops.size() * below.size();
    for (size_t top = 0; top < tops.size(); ++top) {
      const Sum sum = half_.layer(i)[tops[top]];
      for (size_t at = 0; at < below.size() && below[at] <= sum; ++at) {
        const Sum rest = sum - below[at];
        if (rest % weight != 0 || rest / weight > half_.term(i).most) continue;
        ways_.push_back({top, static_cast<uint32_t>(rest / weight), at});
      }
    }
  }

  static void SortUnique(std::vector<size_t>* positions) {
    std::sort(positions->begin(), positions->end());
    positions->erase(std::unique(positions->begin(), positions->end()), positions->end());
  }

  void AddWhatFits(const std::vector<size_t>& all, std::vector<size_t>* kept) {
    std::vector<size_t> others;
    std::set_difference(all.begin(), all.end(), kept->begin(), kept->end(),
                        std::back_inserter(others));
    const size_t room = nodes_max_ - std::min(nodes_max_, kept->size());
    if (others.size() > room) {
      left_out_ = true;
      others.resize(room);
    }
    kept->insert(kept->end(), others.begin(), others.end());
    std::sort(kept->begin(), kept->end());
  }

  const Half<Sum>& half_;
  const size_t nodes_max_;
  uint64_t* const steps_;
  std::vector<WayDown> ways_;
  bool left_out_ = false;
};

template <typename Sum>
class Search {
 public:
  Search(Problem problem, const SubsetLimits& limits, SumArena<Sum>* left, SumArena<Sum>* right)
      : problem_(std::move(problem)),
        target_(static_cast<Sum>(problem_.target)),
        limits_(limits),
        halves_{Half<Sum>(target_, left), Half<Sum>(target_, right)} {}

  // `empty_sets`: 1 when the empty set makes the target.
  SubsetResult Run(uint32_t empty_sets) {
    const uint64_t enough = std::max<uint64_t>(2, limits_.answers_wanted) + empty_sets;
    size_t next_meeting = kFirstMeeting;
    while (covered() < problem_.terms.size()) {
      if (!AddNext()) break;
      const size_t sums = halves_[0].top().size() + halves_[1].top().size();
      if (sums < next_meeting || covered() == problem_.terms.size()) continue;
      next_meeting = kMeetingGrowth * sums;
      if (FindAnswers() >= enough) return Result(empty_sets);
    }
    if (covered() != covered_when_met_) FindAnswers();
    return Result(empty_sets);
  }

 private:
  // The next class goes to the half with fewer sums.
  template <typename Each>
  static uint8_t NextHalf(const Half<Each> (&halves)[2]) {
    return halves[0].top().size() <= halves[1].top().size() ? 0 : 1;
  }

  size_t covered() const { return graph_.half_of_class.size(); }

  // False when the budget does not allow it.
  bool AddNext() {
    const uint8_t half = NextHalf(halves_);
    const uint64_t other = halves_[1 - half].top().size();
    if (!halves_[half].Add(problem_.terms[covered()], other, limits_.budget_steps,
                           &problem_.steps)) {
      return false;
    }
    graph_.half_of_class.push_back(half);
    return true;
  }

  // Finds the answers that take only from the classes covered so far, beside what is taken anyhow, and
  // returns how many there are, or were looked at.
  uint64_t FindAnswers() {
    problem_.steps += halves_[0].top().size() + halves_[1].top().size();
    const size_t nodes_max = std::min(AnswerTracing<Sum>::NodesMax(halves_[0]),
                                      AnswerTracing<Sum>::NodesMax(halves_[1]));
    std::vector<Meeting> met = Meet(halves_[0].top(), halves_[1].top(), target_, nodes_max + 1);
    covered_when_met_ = covered();
    ways_ = 0;
    left_out_ = false;
    graph_.pairs.clear();
    if (met.empty()) return 0;
    if (met.size() > nodes_max) {
      left_out_ = true;
      met.resize(nodes_max);
    }
    // In ascending order of left sums, the right ones descend: each is a node once.
    std::vector<size_t> tops[2];
    for (size_t i = 0; i < met.size(); ++i) {
      tops[0].push_back(met[i].left);
      tops[1].push_back(met[met.size() - 1 - i].right);
      graph_.pairs.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(met.size() - 1 - i)});
    }
    for (size_t half = 0; half < 2; ++half) {
      AnswerTracing<Sum> tracing(halves_[half], nodes_max, &problem_.steps);
      graph_.halves[half] = tracing.Run(std::move(tops[half]));
      left_out_ = left_out_ || tracing.left_out();
    }
    ways_ = CountPaths(&graph_);
    return ways_;
  }

  SubsetResult Result(uint32_t empty_sets) {
    SubsetResult result;
    result.steps = problem_.steps;
    const bool complete = covered() == problem_.terms.size();
    // Where the empty set was not met (yet), this says one too few: still "at least so many".
    result.alternatives = ways_ - std::min<uint64_t>(ways_, empty_sets);
    result.alternatives_exact = complete && !left_out_ && ways_ < kWaysMax;
    result.verdict = result.alternatives >= 2   ? SubsetVerdict::kSeveral
                     : !complete                ? SubsetVerdict::kSearchLimit
                     : result.alternatives == 1 ? SubsetVerdict::kUnique
                                                : SubsetVerdict::kNone;
    const uint32_t wanted = result.verdict == SubsetVerdict::kUnique ? 1 : limits_.answers_wanted;
    for (const std::vector<uint32_t>& path : FirstPaths(graph_, wanted + empty_sets)) {
      SubsetAnswer answer{problem_.base};
      for (size_t i = 0; i < path.size(); ++i) {
        const Term& term = problem_.terms[i];
        uint32_t& take = answer.take[term.input];
        take = term.sign > 0 ? take + path[i] : take - path[i];
      }
      result.answers.push_back(std::move(answer));
    }
    RemoveEmptySet(&result.answers);
    if (result.answers.size() > wanted) result.answers.resize(wanted);
    if (result.verdict == SubsetVerdict::kUnique) LookNearby(&result);
    return result;
  }

  // Sums are complete up to the target, so the span is below it: wide enough to count in, and narrow
  // enough that sums are as dense in it as at the target.
  void LookNearby(SubsetResult* result) {
    const Sum span = target_ / 8;
    if (static_cast<Int128>(span) * 16 < problem_.distance) {
      LookFarther(result);
      return;
    }
    if (static_cast<Int128>(span) > std::numeric_limits<int64_t>::max()) return;
    const absl::Span<const Sum> left = halves_[0].top();
    const absl::Span<const Sum> right = halves_[1].top();
    result->steps += left.size() + 2 * right.size();
    result->nearby_span_minor = static_cast<uint64_t>(span);
    result->nearby_sets = CountNearby(left, right, target_, span);
  }

  // Where what was left out decided nearly all, no sums are left to count. Then all sets up to twice the
  // distance of the target from the nearer end of all sums are counted; they are few, or are not counted.
  void LookFarther(SubsetResult* result) {
    if (problem_.distance > std::numeric_limits<int64_t>::max() / 4) return;
    const uint64_t limit = 2 * static_cast<uint64_t>(problem_.distance);
    std::vector<Term>& terms = problem_.all_terms;
    LeaveOutLarger(static_cast<Int128>(limit), &terms);
    if (terms.size() == 1) {  // however many equal items: 0 to `most` of them, but for the answer
      result->nearby_span_minor = limit;
      result->nearby_sets = terms.front().most;
      return;
    }
    if (!SortTerms(limits_.budget_steps, &result->steps, &terms)) return;
    SumArena<uint64_t> arenas[2];
    Half<uint64_t> halves[2] = {{limit, &arenas[0]}, {limit, &arenas[1]}};
    for (const Term& term : terms) {
      const size_t half = NextHalf(halves);
      const uint64_t other = halves[1 - half].top().size();
      if (!halves[half].Add(term, other, limits_.budget_steps, &result->steps)) return;
    }
    result->nearby_span_minor = limit;
    result->nearby_sets =
        CountNearby(halves[0].top(), halves[1].top(), limit + 1, limit + 1) - 1;  // the answer
  }

  static void RemoveEmptySet(std::vector<SubsetAnswer>* answers) {
    std::erase_if(*answers, [](const SubsetAnswer& answer) {
      return std::all_of(answer.take.begin(), answer.take.end(),
                         [](uint32_t take) { return take == 0; });
    });
  }

  Problem problem_;
  const Sum target_;
  const SubsetLimits limits_;
  Half<Sum> halves_[2];
  AnswerGraph graph_;
  // What FindAnswers found, and when.
  size_t covered_when_met_ = std::numeric_limits<size_t>::max();
  uint64_t ways_ = 0;
  bool left_out_ = false;
};

}  // namespace

struct SubsetMemory::Arenas {
  SumArena<uint64_t> halves[2];
};

SubsetMemory::SubsetMemory() : arenas_(std::make_unique<Arenas>()) {}

SubsetMemory::~SubsetMemory() = default;

SubsetResult FindSubsets(absl::Span<const SubsetClass> classes,
                         int64_t target_minor,
                         const SubsetLimits& limits,
                         SubsetMemory* memory) {
  SubsetResult result;
  if (target_minor < 0) return result;
  Problem problem = MakeProblem(classes, target_minor);
  const bool possible = Reduce(&problem) && DividesTarget(problem);
  result.steps = problem.steps;
  if (!possible) return result;
  if (!SortTerms(limits.budget_steps, &problem.steps, &problem.terms)) {
    result.verdict = SubsetVerdict::kSearchLimit;
    result.alternatives_exact = false;
    return result;
  }
  const uint32_t empty_sets = target_minor == 0 ? 1 : 0;
  // Sums never pass the target, so that a target of 63 bits leaves room for one addition.
  if (problem.target <= static_cast<Int128>(std::numeric_limits<int64_t>::max())) {
    SumArena<uint64_t>* const halves = memory->arenas_->halves;
    return Search<uint64_t>(std::move(problem), limits, &halves[0], &halves[1]).Run(empty_sets);
  }
  SumArena<Int128> halves[2];
  return Search<Int128>(std::move(problem), limits, &halves[0], &halves[1]).Run(empty_sets);
}

SubsetResult FindSubsets(absl::Span<const SubsetClass> classes,
                         int64_t target_minor,
                         const SubsetLimits& limits) {
  SubsetMemory memory;
  return FindSubsets(classes, target_minor, limits, &memory);
}

}  // namespace kvitt
