#include "engine/match/suggestions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/match/amount_unique.h"
#include "engine/match/balance_exact.h"
#include "engine/match/combination.h"
#include "engine/match/evidence_words.h"
#include "engine/match/payer_amount.h"
#include "engine/match/payer_name.h"
#include "engine/match/payer_oldest.h"
#include "engine/match/reference_repaired.h"
#include "engine/match/text_reference.h"

namespace kvitt {
namespace {

using ItemSets = std::vector<ItemList>;

ItemSets SetsOf(const Proposal& proposal) {
  ItemSets sets;
  for (const Answer& answer : proposal.answers) sets.push_back(answer.Items());
  return sets;
}

// What the references name, when they did not decide: some of several lead to open items, or the
// reference belongs to another creditor account.
ItemSets QuotedSets(const SearchView& view, const SearchCase& search) {
  const bool elsewhere = view.PaymentOf(search).has(PaymentRecord::kOtherAccountReference);
  if (!search.is_several && !elsewhere) return {};
  const ComposedDecision* composed = view.books.decisions.Find(search.payment);
  if (composed == nullptr) return {};
  ItemList open;
  for (ItemHandle item : composed->named) {
    if (IsOpen(view.books.items.At(item))) open.push_back(item);
  }
  if (open.empty()) return {};
  return {std::move(open)};
}

// Items whose amount does not agree are worth a look if there are few.
ItemSets RepairedSets(SearchView* view, const SearchCase& search) {
  const Proposal proposal = ProposeRepaired(view, search);
  if (!proposal.answers.empty()) return SetsOf(proposal);
  constexpr uint32_t kFew = 3;
  ItemSets sets;
  if (proposal.found != TrialResult::kAmountDiffers || proposal.count > kFew) return sets;
  for (const SlipLead& lead : search.slips) {
    const ItemList items = ItemsOf(lead);
    if (std::all_of(items.begin(), items.end(), [&](ItemHandle item) {
          return IsEligible(search, view->books.items.At(item));
        })) {
      sets.push_back(items);
    }
  }
  return sets;
}

ItemSets TextSets(SearchView* view, const SearchCase& search) {
  const Proposal proposal = ProposeByText(view, search);
  if (!proposal.answers.empty()) return SetsOf(proposal);
  if (proposal.found != TrialResult::kAmountDiffers) return {};
  const std::vector<ItemHandle> named = NamedInText(*view, search);
  if (named.empty()) return {};
  return {ItemList(named.begin(), named.end())};
}

ItemSets OldestSets(const SearchView& view, const SearchCase& search) {
  const std::vector<ItemHandle> items = OldestOf(view, search);
  if (items.empty()) return {};
  return {ItemList(items.begin(), items.end())};
}

// Whether the rule was asked and had nothing to say. Items are only closed, so it has nothing now.
bool FoundNothing(Rule rule, const SearchCase& search) {
  if (rule < Rule::kReferenceRepaired || !search.WasTried(rule)) return false;
  const TrialResult found = search.FoundBy(rule);
  return found == TrialResult::kNothingFound || found == TrialResult::kNotApplicable;
}

// Whether neither the references nor any rule led anywhere, as with most references that nobody knows.
bool LeadsNowhere(const SearchView& view, const SearchCase& search) {
  if (search.is_several || view.PaymentOf(search).has(PaymentRecord::kOtherAccountReference)) {
    return false;
  }
  for (size_t r = kFirstSearchRule; r < static_cast<size_t>(Rule::kCount); ++r) {
    if (!FoundNothing(static_cast<Rule>(r), search)) return false;
  }
  return true;
}

ItemSets SetsBy(Rule rule, SearchView* view, const SearchCase& search) {
  if (search.is_obstructed && rule != Rule::kReferenceExact) return {};
  if (FoundNothing(rule, search)) return {};
  if (ModeOf(view->books, view->evidence, search, rule) == RuleMode::kOff) return {};
  switch (rule) {
    case Rule::kReferenceExact:
      return QuotedSets(*view, search);
    case Rule::kReferenceRepaired:
      return RepairedSets(view, search);
    case Rule::kTextReference:
      return TextSets(view, search);
    case Rule::kPayerAmount:
      return SetsOf(ProposeByPayerAmount(view, search));
    case Rule::kBalanceExact:
      return SetsOf(ProposeByBalance(view, search));
    case Rule::kCombination:
      return SetsOf(ProposeCombination(view, search));
    case Rule::kPayerOldest:
      return OldestSets(*view, search);
    case Rule::kAmountUnique:
      return SetsOf(ProposeByAmount(view, search));
    case Rule::kPayerName:
      return SetsOf(ProposeByName(view, search));
    case Rule::kNone:
    case Rule::kDuplicate:
    case Rule::kReversal:
    case Rule::kCount:
      break;
  }
  return {};
}

constexpr Rule kInOrder[] = {Rule::kReferenceExact, Rule::kReferenceRepaired, Rule::kTextReference,
                             Rule::kPayerAmount,    Rule::kBalanceExact,      Rule::kCombination,
                             Rule::kPayerOldest,    Rule::kAmountUnique,      Rule::kPayerName};

Confidence ConfidenceOf(Rule rule) {
  return rule < Rule::kPayerOldest ? Confidence::kMedium : Confidence::kLow;
}

bool SamePostings(const std::vector<SuggestedAllocation>& a,
                  const std::vector<SuggestedAllocation>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const SuggestedAllocation& x, const SuggestedAllocation& y) {
                      return x.item_id == y.item_id && x.amount_minor == y.amount_minor &&
                             x.kind == y.kind;
                    });
}

}  // namespace

bool HasSuggestion(SearchView* view, const SearchCase& search) {
  if (LeadsNowhere(*view, search)) return false;
  // The oldest items are found fastest, and a known payer mostly has some.
  constexpr Rule kCheapFirst[] = {
      Rule::kReferenceExact, Rule::kPayerOldest,       Rule::kAmountUnique,
      Rule::kTextReference,  Rule::kReferenceRepaired, Rule::kPayerAmount,
      Rule::kBalanceExact,   Rule::kCombination,       Rule::kPayerName};
  return std::any_of(std::begin(kCheapFirst), std::end(kCheapFirst),
                     [&](Rule rule) { return !SetsBy(rule, view, search).empty(); });
}

bool HasSuggestionByQuote(SearchView* view, const SearchCase& search) {
  return !SetsBy(Rule::kReferenceExact, view, search).empty() ||
         !SetsBy(Rule::kTextReference, view, search).empty() ||
         !SetsBy(Rule::kReferenceRepaired, view, search).empty();
}

void MakeSuggestions(SearchView* view, const SearchCase& search, std::vector<Suggestion>* out) {
  if (LeadsNowhere(*view, search)) return;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  ItemSets seen;
  for (Rule rule : kInOrder) {
    uint32_t made = 0;
    for (const ItemList& items : SetsBy(rule, view, search)) {
      if (made == books.policy.suggestions_max) break;
      ItemList sorted = items;
      std::sort(sorted.begin(), sorted.end());
      if (std::find(seen.begin(), seen.end(), sorted) != seen.end()) continue;
      seen.push_back(std::move(sorted));
      Suggestion suggestion;
      suggestion.rule = rule;
      suggestion.confidence = ConfidenceOf(rule);
      suggestion.allocations = WouldPost(books, payment, items);
      // Another set whose last items the money does not reach can come to the same.
      if (std::any_of(out->begin(), out->end(), [&](const Suggestion& other) {
            return SamePostings(other.allocations, suggestion.allocations);
          })) {
        continue;
      }
      suggestion.explanation = ExplainSuggestion(*view, search, rule, items);
      out->push_back(std::move(suggestion));
      ++made;
    }
  }
}

}  // namespace kvitt
