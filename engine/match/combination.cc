#include "engine/match/combination.h"

#include <algorithm>
#include <utility>

#include "engine/allocate/posting.h"
#include "engine/match/search_round.h"
#include "engine/match/subset_search.h"

namespace kvitt {
namespace {

// What a set of items is worth under a hypothesis: alike items together, and those of equal worth
// that are not alike side by side.
struct Worth {
  int64_t minor = 0;
  std::vector<Choice> groups;
  bool discounted = false;

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
  for (const Choice& group : groups) {
    const ItemRecord& item = books.items.At(group.items[0]);
    int64_t minor = item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
    const bool discounted = with_discounts && DiscountInTime(books, payment, item);
    if (discounted) minor -= books.items.Discount(item);
    if (minor == 0) continue;
    const auto same = std::find_if(worths.begin(), worths.end(),
                                   [&](const Worth& worth) { return worth.minor == minor; });
    Worth& worth = same == worths.end() ? worths.emplace_back() : *same;
    worth.minor = minor;
    worth.groups.push_back(group);
    worth.discounted = worth.discounted || discounted;
  }
  return worths;
}

// The answers of one search as items; `several` is set when some answer leaves open which of items
// that are not alike it takes.
std::vector<Answer> AnswersOf(const std::vector<Worth>& worths,
                              const SubsetResult& result,
                              bool* several) {
  std::vector<Answer> answers;
  for (const SubsetAnswer& found : result.answers) {
    Answer answer;
    for (size_t w = 0; w < worths.size(); ++w) {
      uint32_t left = found.take[w];
      if (left == 0) continue;
      if (worths[w].groups.size() > 1 && left < worths[w].count()) *several = true;
      for (const Choice& group : worths[w].groups) {
        const uint32_t take = std::min(left, static_cast<uint32_t>(group.items.size()));
        left -= take;
        if (take != 0) answer.choices.push_back({group.items, take});
      }
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace

void RunCombination(Books* books) {
  RunSearchRound(books, Rule::kCombination, ProposeCombination);
}

Proposal ProposeCombination(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer == kNobody || search.left_behind) return proposal;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  std::vector<ItemHandle> items;
  const Policy& policy = books.policy;
  const bool all = CollectPayerItems(*view, search, policy.combination_items_max, &items);
  proposal.count = static_cast<uint32_t>(items.size());
  if (!all) {
    proposal.found = TrialResult::kSearchLimit;
    return proposal;
  }
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
    std::vector<SubsetClass> classes;
    for (const Worth& worth : worths) classes.push_back({worth.minor, worth.count()});
    const SubsetResult result = FindSubsets(
        classes, hypothesis.target,
        {.budget_steps = static_cast<uint64_t>(policy.search_steps), .answers_wanted = 3});
    if (result.verdict == SubsetVerdict::kSearchLimit) {
      proposal.found = TrialResult::kSearchLimit;
      return proposal;
    }
    if (result.verdict == SubsetVerdict::kNone) continue;
    bool several = result.verdict == SubsetVerdict::kSeveral;
    proposal.answers = AnswersOf(worths, result, &several);
    Judge(books, search, /*respects_objections=*/true, &proposal);
    if (several) {
      proposal.found = TrialResult::kSeveralAnswers;
      proposal.count =
          static_cast<uint32_t>(std::clamp<uint64_t>(result.alternatives, 2, UINT32_MAX));
    }
    return proposal;
  }
  return proposal;
}

}  // namespace kvitt
