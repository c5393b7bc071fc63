#include "engine/match/combination.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/match/search_round.h"
#include "engine/match/subset_search.h"

namespace kvitt {
namespace {

// How many answers are written out. With more of them nothing is decided anyway.
constexpr uint32_t kAnswersMax = 8;
// The same where some of them may be no answers, as their discount is below the tolerance.
constexpr uint32_t kDoubtfulAnswersMax = 64;

// What a set of items is worth under a hypothesis: alike items together, and those of equal worth
// that are not alike side by side.
struct Worth {
  int64_t minor = 0;
  std::vector<Choice> groups;

  uint32_t count() const {
    size_t items = 0;
    for (const Choice& group : groups) items += group.items.size();
    return static_cast<uint32_t>(items);
  }
};

std::vector<Worth> MakeWorths(const Books& books,
                              const PaymentRecord& payment,
                              const std::vector<Choice>& groups,
                              bool with_discounts) {
  std::vector<Worth> worths;
  absl::flat_hash_map<int64_t, size_t> by_minor;
  for (const Choice& group : groups) {
    const ItemRecord& item = books.items.At(group.items[0]);
    int64_t minor = item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
    if (with_discounts && DiscountInTime(books, payment, item)) {
      minor -= books.items.Discount(item);
    }
    if (minor == 0) continue;
    const size_t at = by_minor.try_emplace(minor, worths.size()).first->second;
    if (at == worths.size()) worths.push_back({minor, {}});
    worths[at].groups.push_back(group);
  }
  return worths;
}

// The answers of one search as items, at most `most`. Items of equal worth that are not alike make
// answers of their own.
class AnswerList {
 public:
  AnswerList(const std::vector<Worth>& worths, size_t most) : worths_(worths), most_(most) {}

  void Add(const SubsetAnswer& found) { Choose(found, 0, 0, 0); }

  std::vector<Answer>& answers() { return answers_; }

  // Whether there are more than were kept.
  bool is_cut() const { return is_cut_; }

 private:
  // Has taken `taken` of worth `w` so far, from the groups before `group`.
  void Choose(const SubsetAnswer& found, size_t w, size_t group, uint32_t taken) {
    if (is_cut_) return;
    if (w == worths_.size()) {
      is_cut_ = answers_.size() == most_;
      if (!is_cut_) answers_.push_back(answer_);
      return;
    }
    const uint32_t left = found.take[w] - taken;
    if (left == 0) {
      Choose(found, w + 1, 0, 0);
      return;
    }
    const std::vector<Choice>& groups = worths_[w].groups;
    if (group == groups.size()) return;
    const uint32_t size = static_cast<uint32_t>(groups[group].items.size());
    for (uint32_t take = std::min(left, size) + 1; take-- > 0;) {
      if (take != 0) answer_.choices.push_back({groups[group].items, take});
      Choose(found, w, group + 1, taken + take);
      if (take != 0) answer_.choices.pop_back();
    }
  }

  const std::vector<Worth>& worths_;
  size_t most_;
  Answer answer_;
  std::vector<Answer> answers_;
  bool is_cut_ = false;
};

// Whether an amount that was never meant as a set would often meet one: then that there is only one
// is no evidence.
bool MayBeChance(const SubsetResult& result, const Policy& policy) {
  constexpr Int128 kThousand = 1000;
  return policy.combination_chance_max < kThousand && result.nearby_span_minor != 0 &&
         kThousand * result.nearby_sets >
             Int128{result.nearby_span_minor} * policy.combination_chance_max;
}

// What one search found.
struct Findings {
  SubsetResult sets;
  std::vector<Answer> answers;
  size_t tolerated = 0;   // sets that are no answers, as they agree by tolerance alone
  bool complete = false;  // all sets that there are were looked at
};

Findings FindAnswers(SearchView* view,
                     const PaymentRecord& payment,
                     const std::vector<Worth>& worths,
                     int64_t target,
                     uint32_t wanted) {
  std::vector<SubsetClass> classes;
  classes.reserve(worths.size());
  for (const Worth& worth : worths) classes.push_back({worth.minor, worth.count()});
  const uint64_t steps = static_cast<uint64_t>(view->books.policy.search_steps);
  Findings found;
  found.sets = FindSubsets(classes, target, {.budget_steps = steps, .answers_wanted = wanted},
                           &view->subsets);
  found.complete = found.sets.verdict == SubsetVerdict::kNone;
  if (found.complete || found.sets.verdict == SubsetVerdict::kSearchLimit) return found;
  AnswerList list(worths, wanted);
  for (const SubsetAnswer& answer : found.sets.answers) list.Add(answer);
  found.answers = std::move(list.answers());
  // A discount or a charge below the tolerance is a tolerated difference: sums know none.
  found.tolerated = std::erase_if(found.answers, [&](const Answer& answer) {
    return AgreementOf(view->books, payment, answer.Items()) >= Agreement::kTolerance;
  });
  found.complete =
      !list.is_cut() &&
      (found.sets.verdict == SubsetVerdict::kUnique ||
       (found.sets.alternatives_exact && found.sets.alternatives <= found.sets.answers.size()));
  return found;
}

}  // namespace

void RunCombination(Books* books) {
  RunSearchRound(books, Rule::kCombination, ProposeCombination);
}

Proposal ProposeCombination(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer == kNobody || search.stopped_by != Rule::kNone) return proposal;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  std::vector<ItemHandle> items;
  const Policy& policy = books.policy;
  // Too many to search need not be collected.
  const PayerBalance balance = view->evidence.balances.Of(books, view->evidence, search, Date());
  if (balance.open_count > policy.combination_items_max) {
    proposal.count = policy.combination_items_max;
    proposal.found = TrialResult::kSearchLimit;
    return proposal;
  }
  ForEachPayerItem(books, view->evidence, search, [&](ItemHandle item) { items.push_back(item); });
  proposal.count = static_cast<uint32_t>(items.size());
  proposal.found = TrialResult::kNothingFound;
  if (items.empty()) return proposal;
  const bool any_discount = std::any_of(items.begin(), items.end(), [&](ItemHandle item) {
    return DiscountInTime(books, payment, books.items.At(item));
  });
  const int64_t charges = ChargesOf(books, payment);
  const std::vector<Choice> groups = GroupAlike(books, payment, std::move(items));

  struct Hypothesis {
    bool applies;
    bool with_discounts;
    int64_t target;
  };

  const Hypothesis hypotheses[] = {
      {true, false, payment.amount_minor},
      {any_discount, true, payment.amount_minor},
      {charges > 0 && payment.amount_minor <= INT64_MAX - charges, false,
       payment.amount_minor + charges},
  };
  for (const Hypothesis& hypothesis : hypotheses) {
    if (!hypothesis.applies) continue;
    const std::vector<Worth> worths = MakeWorths(books, payment, groups, hypothesis.with_discounts);
    Findings found = FindAnswers(view, payment, worths, hypothesis.target, kAnswersMax);
    if (found.sets.verdict == SubsetVerdict::kSeveral && found.answers.empty() && !found.complete) {
      found = FindAnswers(view, payment, worths, hypothesis.target, kDoubtfulAnswersMax);
    }
    const bool limited = found.sets.verdict == SubsetVerdict::kSearchLimit;
    // All sets that are short by the same charges are tolerated if one is.
    const bool is_none = found.complete || !hypothesis.with_discounts;
    if (found.answers.empty() && is_none && !limited) continue;
    if (found.answers.empty()) {
      proposal.found = TrialResult::kSearchLimit;
      return proposal;
    }
    proposal.answers = std::move(found.answers);
    Judge(books, search, /*respects_objections=*/true, &proposal);
    // A single item is for rule 6 to post; it gets here where the policy switches that rule off.
    if (proposal.found == TrialResult::kDecided &&
        (proposal.answers.front().Items().size() == 1 || MayBeChance(found.sets, policy))) {
      proposal.found = TrialResult::kSuggestOnly;
    }
    if (!found.complete) {
      proposal.found = TrialResult::kSeveralAnswers;
      const uint64_t listed = proposal.answers.size() + found.tolerated;
      proposal.count = static_cast<uint32_t>(std::clamp<uint64_t>(
          std::max<uint64_t>(found.sets.alternatives, listed) - found.tolerated, 2, UINT32_MAX));
    }
    return proposal;
  }
  return proposal;
}

}  // namespace kvitt
