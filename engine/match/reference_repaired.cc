#include "engine/match/reference_repaired.h"

#include <algorithm>

#include "engine/match/search_round.h"

namespace kvitt {
namespace {

bool BelongsTo(const SearchView& view, const SearchCase& search, const SlipLead& lead) {
  const auto customers = view.evidence.PaidBy(search.payer);
  const auto belongs = [&](ItemHandle item) {
    const CustomerNumber owner = view.evidence.directory.OfItem(view.books.items.At(item));
    return std::find(customers.begin(), customers.end(), owner) != customers.end();
  };
  return belongs(lead.item) && (lead.second == kNoItem || belongs(lead.second));
}

}  // namespace

ItemList ItemsOf(const SlipLead& lead) {
  ItemList items(1, lead.item);
  if (lead.second != kNoItem) items.push_back(lead.second);
  return items;
}

void RunReferenceRepaired(Books* books) {
  RunSearchRound(books, Rule::kReferenceRepaired, ProposeRepaired);
}

Proposal ProposeRepaired(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  if (!payment.has(PaymentRecord::kHasReference)) return proposal;
  Agreement best = Agreement::kNone;
  std::vector<SlipLead> agreeing;
  uint32_t open = 0;
  for (const SlipLead& lead : search.slips) {
    const ItemList items = ItemsOf(lead);
    if (!std::all_of(items.begin(), items.end(),
                     [&](ItemHandle item) { return IsEligible(search, books.items.At(item)); })) {
      continue;
    }
    ++open;
    const Agreement agreement = AgreementOf(books, payment, items);
    // A near amount and a near reference together prove nothing.
    if (agreement >= Agreement::kTolerance || agreement > best) continue;
    if (agreement < best) agreeing.clear();
    best = agreement;
    agreeing.push_back(lead);
  }
  if (agreeing.empty()) {
    proposal.found = open == 0 ? TrialResult::kNothingFound : TrialResult::kAmountDiffers;
    proposal.count = open;
    return proposal;
  }
  const bool payer_known = search.payer != kNobody;
  if (agreeing.size() > 1 && payer_known) {
    const auto of_payer = std::find_if(agreeing.begin(), agreeing.end(), [&](const SlipLead& lead) {
      return BelongsTo(*view, search, lead);
    });
    const bool only_one = of_payer != agreeing.end() &&
                          std::none_of(of_payer + 1, agreeing.end(), [&](const SlipLead& lead) {
                            return BelongsTo(*view, search, lead);
                          });
    if (only_one) agreeing = {*of_payer};
  }
  for (const SlipLead& lead : agreeing) {
    Answer& answer = proposal.answers.emplace_back();
    for (ItemHandle item : ItemsOf(lead)) answer.choices.push_back({{item}, 1});
  }
  Judge(books, search, /*respects_objections=*/false, &proposal);
  if (proposal.found == TrialResult::kDecided && payer_known &&
      !BelongsTo(*view, search, agreeing[0])) {
    proposal.found = TrialResult::kContradicted;
  }
  return proposal;
}

}  // namespace kvitt
