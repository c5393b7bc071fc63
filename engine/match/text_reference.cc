#include "engine/match/text_reference.h"

#include <algorithm>

#include "engine/match/search_round.h"

namespace kvitt {
namespace {

void Collect(const SearchView& view,
             const SearchCase& search,
             bool weak,
             std::vector<ItemHandle>* out) {
  for (const TextLead& lead : search.texts) {
    if (lead.weak != weak || !IsEligible(search, view.books.items.At(lead.item))) continue;
    if (std::find(out->begin(), out->end(), lead.item) == out->end()) out->push_back(lead.item);
  }
}

bool HasInvoice(const Books& books, const std::vector<ItemHandle>& items) {
  return std::any_of(items.begin(), items.end(), [&](ItemHandle item) {
    return books.items.At(item).kind() != ItemKind::kCreditNote;
  });
}

}  // namespace

std::vector<ItemHandle> NamedInText(const SearchView& view, const SearchCase& search) {
  std::vector<ItemHandle> items;
  Collect(view, search, false, &items);
  return items;
}

void RunTextReference(Books* books) {
  RunSearchRound(books, Rule::kTextReference, ProposeByText);
}

Proposal ProposeByText(SearchView* view, const SearchCase& search) {
  Proposal proposal;
  if (!search.has_text) return proposal;
  if (search.text_cut) {
    proposal.found = TrialResult::kSearchLimit;
    return proposal;
  }
  const Books& books = view->books;
  const PaymentRecord& payment = view->PaymentOf(search);
  std::vector<ItemHandle> strong = NamedInText(*view, search);
  std::vector<ItemHandle> all = strong;
  Collect(*view, search, true, &all);
  if (search.text_is_fixed) {
    proposal.found = TrialResult::kSeveralAnswers;
    proposal.count = static_cast<uint32_t>(search.named.size());
    return proposal;
  }
  if (all.empty()) {
    proposal.found = TrialResult::kNothingFound;
    return proposal;
  }
  const std::vector<ItemHandle>* paid = nullptr;
  if (HasInvoice(books, strong) && AgreementOf(books, payment, strong) != Agreement::kNone) {
    paid = &strong;
  } else if (HasInvoice(books, all) && AgreementOf(books, payment, all) == Agreement::kExact) {
    paid = &all;
  }
  if (paid == nullptr) {
    proposal.found = TrialResult::kAmountDiffers;
    proposal.count = static_cast<uint32_t>(strong.size());
    return proposal;
  }
  Answer& answer = proposal.answers.emplace_back();
  for (ItemHandle item : *paid) answer.choices.push_back({{item}, 1});
  Judge(books, search, /*respects_objections=*/false, &proposal);
  return proposal;
}

}  // namespace kvitt
