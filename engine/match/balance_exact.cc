#include "engine/match/balance_exact.h"

#include <algorithm>
#include <utility>

#include "engine/allocate/posting.h"
#include "engine/match/search_round.h"

namespace kvitt {
namespace {

std::vector<ItemHandle> SetOf(const SearchView& view,
                              const SearchCase& search,
                              bool due_only,
                              Date paid_on) {
  std::vector<ItemHandle> items;
  ForEachPayerItem(view.books, view.evidence, search, [&](ItemHandle handle) {
    if (!due_only || IsDue(view.books.items.DueDate(view.books.items.At(handle)), paid_on)) {
      items.push_back(handle);
    }
  });
  return items;
}

}  // namespace

void RunBalanceExact(Books* books) {
  RunSearchRound(books, Rule::kBalanceExact, ProposeByBalance);
}

Proposal ProposeByBalance(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (search.payer == kNobody || search.stopped_by == Rule::kPayerAmount) return proposal;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  const Date paid_on = PaidOn(books, payment);
  const PayerBalance balance = view->evidence.balances.Of(books, view->evidence, search, paid_on);
  proposal.count = balance.open_count;
  proposal.found =
      balance.open_count == 0 ? TrialResult::kNothingFound : TrialResult::kAmountDiffers;
  if (balance.too_large) return proposal;
  // Sums that are nowhere near need no list.
  const int64_t above = std::max({books.policies.ToleranceMax(payment.currency),
                                  ChargesOf(books, payment), balance.discounts});
  const auto near = [&](int64_t net) {
    return net > 0 && net >= payment.amount_minor - books.policies.ToleranceMax(payment.currency) &&
           net - payment.amount_minor <= above;
  };
  Agreement best = Agreement::kNone;
  const auto ask = [&](uint32_t count, int64_t net, bool due_only) {
    if (count < 2 || !near(net)) return;
    std::vector<ItemHandle> items = SetOf(*view, search, due_only, paid_on);
    const bool has_invoice = std::any_of(items.begin(), items.end(), [&](ItemHandle item) {
      return books.items.At(item).kind() != ItemKind::kCreditNote;
    });
    const Agreement agreement = has_invoice ? AgreementOf(books, payment, items) : Agreement::kNone;
    if (agreement == Agreement::kNone || agreement > best) return;
    if (agreement < best) proposal.answers.clear();
    best = agreement;
    Answer& answer = proposal.answers.emplace_back();
    for (ItemHandle item : items) answer.choices.push_back({{item}, 1});
  };
  ask(balance.due_count, balance.due_net, true);
  if (balance.due_count != balance.open_count) ask(balance.open_count, balance.open_net, false);
  if (!proposal.answers.empty()) Judge(books, search, /*respects_objections=*/true, &proposal);
  return proposal;
}

}  // namespace kvitt
