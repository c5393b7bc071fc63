#include "engine/match/payer_amount.h"

#include <algorithm>
#include <utility>

#include "engine/allocate/posting.h"
#include "engine/match/search_round.h"

namespace kvitt {
namespace {

// Calls fn(item) for the payer's items whose open amount can agree with the payment at all.
template <typename Fn>
void ForEachNearAmount(const SearchView& view, const SearchCase& search, Fn fn) {
  if (!search.named.empty()) {
    ForEachPayerItem(view.books, view.evidence, search, fn);
    return;
  }
  const ItemStore& items = view.books.items;
  const PaymentRecord& payment = view.PaymentOf(search);
  const int64_t tolerance = view.books.policies.ToleranceMax(payment.currency);
  const int64_t charges = ChargesOf(view.books, payment);
  for (CustomerNumber customer : view.evidence.PaidBy(search.payer)) {
    const int64_t above =
        std::max({tolerance, charges, view.evidence.items_of.DiscountMax(customer)});
    const absl::Span<const PayerItems::Amount> list = view.evidence.items_of.ByAmount(customer);
    const PayerItems::Amount least = {search.currency, payment.amount_minor - tolerance, 0};
    for (auto entry = std::lower_bound(list.begin(), list.end(), least); entry != list.end();
         ++entry) {
      if (entry->currency != search.currency) break;
      if (entry->open_minor - payment.amount_minor > above) break;
      if (IsEligible(search, items.At(entry->item))) fn(entry->item);
    }
  }
}

}  // namespace

void RunPayerAmount(Books* books) {
  RunSearchRound(books, Rule::kPayerAmount, ProposeByPayerAmount);
}

Proposal ProposeByPayerAmount(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer == kNobody) return proposal;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  Agreement best = Agreement::kNone;
  std::vector<ItemHandle> agreeing;
  ForEachNearAmount(*view, search, [&](ItemHandle item) {
    if (books.items.At(item).kind() == ItemKind::kCreditNote) return;
    const Agreement agreement = AgreementOf(books, payment, {item});
    if (agreement == Agreement::kNone || agreement > best) return;
    if (agreement < best) agreeing.clear();
    best = agreement;
    agreeing.push_back(item);
  });
  for (Choice& choice : GroupAlike(books, payment, std::move(agreeing))) {
    proposal.answers.push_back({{std::move(choice)}});
  }
  if (proposal.answers.empty()) {
    const bool any = AnyPayerItem(books, view->evidence, search, [](ItemHandle) { return true; });
    proposal.found = any ? TrialResult::kAmountDiffers : TrialResult::kNothingFound;
    return proposal;
  }
  Judge(books, search, /*respects_objections=*/true, &proposal);
  return proposal;
}

}  // namespace kvitt
