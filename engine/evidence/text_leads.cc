#include "engine/evidence/text_leads.h"

#include <algorithm>
#include <string_view>

#include "engine/allocate/composed.h"
#include "engine/evidence/evidence.h"
#include "engine/evidence/text_tokens.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// One thread's buffers; the numbers of an account are worked out once while its payments come in a
// row.
struct Scratch {
  TextCandidates candidates;
  OwnNumbers own;
  AccountNumber own_account = kAnyAccount;
  std::vector<std::string_view> lines;
  std::vector<PaymentReference> references;
  std::vector<ItemHandle> found;
  std::vector<const TextCandidate*> used;
};

void ReadLines(const Books& books, const PaymentRecord& payment, Scratch* scratch) {
  scratch->lines.clear();
  books.payments.Text(payment, &scratch->lines);
  scratch->references.clear();
  books.payments.References(payment, &scratch->references);
  // What was delivered as text in a reference field is text.
  for (const PaymentReference& reference : scratch->references) {
    if (reference.scheme == ReferenceScheme::kText) scratch->lines.push_back(reference.value);
  }
}

void AddLead(ItemHandle item, bool weak, SearchCase* search) {
  const auto known = std::find_if(search->texts.begin(), search->texts.end(),
                                  [&](const TextLead& lead) { return lead.item == item; });
  if (known == search->texts.end()) {
    search->texts.push_back({item, weak});
  } else {
    known->weak = known->weak && weak;
  }
}

// Whether a structured reference names the items already.
bool NamedByReference(const SearchCase& search) {
  return !search.named.empty() && !search.text_is_fixed;
}

// A token that stands on several items names who pays, unless references say more. Several such
// tokens do so together.
void AddNamed(const Books& books, const std::vector<ItemHandle>& found, SearchCase* search) {
  if (search->is_several || found.size() > OpenItemIndex::kItemsPerReferenceMax) {
    return;
  }
  search->named.insert(search->named.end(), found.begin(), found.end());
  SortItems(books, &search->named);
}

}  // namespace

void FollowText(const Books& books,
                const OpenItemIndex& index,
                const CustomerDirectory& directory,
                SearchCase* search,
                std::vector<std::string>* customers) {
  thread_local Scratch scratch;
  const PaymentRecord& payment = books.payments.At(search->payment);
  ReadLines(books, payment, &scratch);
  if (scratch.own_account != search->account || scratch.own_account == kAnyAccount) {
    scratch.own = OwnNumbers(books.accounts.Text(search->account));
    scratch.own_account = search->account;
  }
  FindTextCandidates({.lines = scratch.lines,
                      .account = search->account,
                      .own = &scratch.own,
                      .amount_minor = payment.amount_minor,
                      .decimals = Currency::FromIndex(payment.currency).decimals()},
                     &scratch.candidates);
  search->text_cut = scratch.candidates.is_cut();
  for (const TextCandidate& candidate : scratch.candidates.all()) {
    index.Prefetch(candidate.key);
    directory.PrefetchExistence(scratch.candidates.written(candidate));
  }
  scratch.used.clear();
  // The longest come first, so that what lies inside a number that found something counts no more.
  for (const TextCandidate& candidate : scratch.candidates.all()) {
    const bool inside = std::any_of(scratch.used.begin(), scratch.used.end(),
                                    [&](const TextCandidate* u) { return u->Overlaps(candidate); });
    if (inside) continue;
    const std::string_view normal = scratch.candidates.normal(candidate);
    const std::string_view written = scratch.candidates.written(candidate);
    if (directory.MayExist(written)) customers->emplace_back(written);
    if (normal != written && directory.MayExist(normal)) customers->emplace_back(normal);
    scratch.found.clear();
    index.Find(candidate.key, search->account, normal, &scratch.found);
    std::erase_if(scratch.found,
                  [&](ItemHandle item) { return !IsEligible(*search, books.items.At(item)); });
    if (scratch.found.empty()) continue;
    scratch.used.push_back(&candidate);
    const bool weak = candidate.weak != WeakReason::kNone;
    if (scratch.found.size() == 1) {
      AddLead(scratch.found[0], weak, search);
    } else if (!weak) {
      if (!NamedByReference(*search)) AddNamed(books, scratch.found, search);
      search->text_is_fixed = true;
    }
  }
}

}  // namespace kvitt
