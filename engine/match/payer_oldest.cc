#include "engine/match/payer_oldest.h"

#include <algorithm>
#include <utility>

#include "kvitt/check.h"

namespace kvitt {
namespace {

// Whether something speaks against paying by who paid, whatever is paid: what is quoted names an item
// by itself, whether or not it is among the oldest.
bool IsObjected(const SearchView& view, const SearchCase& search) {
  return search.objection != Objection::kNone || search.repair_answered || !search.quoted.empty() ||
         std::any_of(search.texts.begin(), search.texts.end(), [&](const TextLead& lead) {
           return !lead.weak && IsEligible(search, view.books.items.At(lead.item));
         });
}

}  // namespace

std::vector<ItemHandle> OldestOf(const SearchView& view, const SearchCase& search) {
  std::vector<ItemHandle> items;
  if (search.payer == kNobody) return items;
  const int64_t amount = view.PaymentOf(search).amount_minor;
  const auto reach = [&](absl::Span<const ItemHandle> oldest_first) {
    int64_t left = amount;
    for (ItemHandle item : oldest_first) {
      if (left <= 0) break;
      const ItemRecord& record = view.books.items.At(item);
      if (!IsEligible(search, record) || record.kind() == ItemKind::kCreditNote) continue;
      items.push_back(item);
      left -= std::min(left, record.open_minor);
    }
  };
  if (!search.named.empty()) {
    reach(search.named);
    return items;
  }
  // What the money reaches among all is among what it reaches of each customer's.
  const auto customers = view.evidence.PaidBy(search.payer);
  for (CustomerNumber customer : customers) reach(view.evidence.items_of.ByAge(customer));
  if (customers.size() == 1) return items;
  std::vector<ItemHandle> all = std::move(items);
  items.clear();
  SortItems(view.books, &all);
  reach(all);
  return items;
}

void RunPayerOldest(Books* books) {
  Evidence* evidence = books->evidence.get();
  if (evidence == nullptr) return;
  const SearchView view(*books, *evidence);
  std::vector<SearchCase*> posting;
  for (const size_t left : evidence->left) {
    SearchCase& search = evidence->cases[left];
    if (!IsAsked(*books, search)) continue;
    const RuleMode mode = ModeOf(*books, *evidence, search, Rule::kPayerOldest);
    if (mode == RuleMode::kOff) {
      search.Note(Rule::kPayerOldest, TrialResult::kSwitchedOff, 0);
    } else if (search.payer == kNobody) {
      search.Note(Rule::kPayerOldest, TrialResult::kNotApplicable, 0);
    } else if (mode == RuleMode::kPost) {
      posting.push_back(&search);
    } else {
      const uint32_t count = static_cast<uint32_t>(OldestOf(view, search).size());
      search.Note(Rule::kPayerOldest,
                  count == 0 ? TrialResult::kNothingFound : TrialResult::kSuggestOnly, count);
    }
  }
  std::sort(posting.begin(), posting.end(), [&](const SearchCase* a, const SearchCase* b) {
    return books->DecidesBefore(a->payment, b->payment);
  });
  for (SearchCase* search : posting) {
    const std::vector<ItemHandle> items = OldestOf(view, *search);
    const uint32_t count = static_cast<uint32_t>(items.size());
    if (items.empty()) {
      search->Note(Rule::kPayerOldest, TrialResult::kNothingFound, 0);
    } else if (IsObjected(view, *search)) {
      search->Note(Rule::kPayerOldest, TrialResult::kContradicted, count);
    } else if (std::any_of(items.begin(), items.end(),
                           [&](ItemHandle item) { return IsReserved(books->items.At(item)); })) {
      search->Note(Rule::kPayerOldest, TrialResult::kReserved, count);
    } else {
      SettleItems(books, search->payment, items, Rule::kPayerOldest, Confidence::kLow);
      const bool posted = books->payments.At(search->payment).decided != PaymentCase::kUndecided;
      search->Note(Rule::kPayerOldest, posted ? TrialResult::kDecided : TrialResult::kSuggestOnly,
                   count);
    }
  }
}

}  // namespace kvitt
