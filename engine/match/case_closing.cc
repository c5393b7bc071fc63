#include "engine/match/case_closing.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/allocate/posting.h"
#include "engine/evidence/why_undecided.h"
#include "engine/match/double_payment.h"
#include "engine/match/suggestions.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"

namespace kvitt {
namespace {

// What becomes of a case, found out in parallel and written down in order.
struct Closing {
  bool on_account = false;
  bool suggested = false;
};

bool OwesNothing(const SearchView& view, const SearchCase& search) {
  return !AnyPayerItem(view.books, view.evidence, search, [&](ItemHandle item) {
    return view.books.items.At(item).kind() != ItemKind::kCreditNote;
  });
}

Closing CloseCase(SearchView* view, const SearchCase& search, bool repeats) {
  if (search.is_obstructed) return {.suggested = HasSuggestion(view, search)};
  if (repeats) return {.on_account = true};
  const bool contradicted =
      search.objection != Objection::kNone || !search.quoted.empty() || search.text_cut;
  if (search.payer != kNobody && !contradicted && OwesNothing(*view, search) &&
      !HasSuggestionByQuote(view, search)) {
    return {.on_account = true};
  }
  return {.suggested = HasSuggestion(view, search)};
}

void KeepOnAccount(Books* books, const SearchCase& search, PaymentHandle repeated) {
  PaymentRecord& payment = books->payments.At(search.payment);
  ComposedDecision& composed = books->decisions.Compose(search.payment);
  const PackedText customer =
      repeated != kNoPayment
          ? CustomerOfPayment(*books, repeated)
          : books->items.PackCustomer(books->evidence->directory.Id(search.payer));
  composed.postings = {{kNoItem, customer, payment.amount_minor, AllocationKind::kOnAccount}};
  composed.suggestions.clear();
  if (composed.findings.empty()) {
    composed.findings.push_back({.code = CodeOfUndecided(*books, payment)});
  }
  if (repeated != kNoPayment) {
    composed.findings.push_back({.code = DeviationCode::kPossibleDoublePayment, .other = repeated});
  }
  payment.decided = PaymentCase::kComposed;
  payment.outcome = Outcome::kOnAccount;
  payment.rule = Rule::kPayerOldest;
  payment.confidence = Confidence::kMedium;
}

// Deviations beside the one that says why the payment was not decided by its reference.
void AddRemarks(Books* books, const SearchCase& search) {
  std::vector<Finding> remarks;
  for (ItemHandle item : search.reserved) {
    for (DeviationCode code : ReservationsOf(books->items.At(item))) {
      const bool known = std::any_of(remarks.begin(), remarks.end(),
                                     [&](const Finding& other) { return other.code == code; });
      if (!known) remarks.push_back({.code = code, .item = item});
    }
  }
  if (search.WasTried(Rule::kCombination) &&
      search.FoundBy(Rule::kCombination) == TrialResult::kSeveralAnswers) {
    remarks.push_back({.code = DeviationCode::kCombinationAmbiguous});
  }
  const bool limited = std::any_of(search.found.begin(), search.found.end(), [](TrialResult found) {
    return found == TrialResult::kSearchLimit;
  });
  if (limited) remarks.push_back({.code = DeviationCode::kSearchLimit});
  if (remarks.empty()) return;
  books->decisions.Compose(search.payment).remarks = std::move(remarks);
}

// A payment in another currency is suggested for the item that it names, as long as there is something
// open on it.
void WithdrawSuggestions(Books* books) {
  ScanPayments(books->payments, books->threads, [&](PaymentHandle, PaymentRecord& payment, size_t) {
    if (payment.decided == PaymentCase::kCurrencyMismatch &&
        !IsOpen(books->items.At(payment.item)) && payment.outcome == Outcome::kSuggested) {
      payment.outcome = Outcome::kUnmatched;
    }
  });
}

}  // namespace

void CloseCases(Books* books) {
  WithdrawSuggestions(books);
  NotePaidTwice(books);
  Evidence* evidence = books->evidence.get();
  if (evidence == nullptr) return;
  evidence->items_of.DropPaid(*books);
  std::vector<const SearchCase*> undecided;
  for (const SearchCase& search : evidence->cases) {
    if (books->payments.At(search.payment).decided == PaymentCase::kUndecided) {
      undecided.push_back(&search);
    }
  }
  const std::vector<PaymentHandle> repeated = FindRepeated(*books, undecided);
  std::vector<Closing> closings(undecided.size());
  const std::vector<std::unique_ptr<SearchView>> views = ViewsOf(*books, *evidence);
  ParallelFor(undecided.size(), 64, books->threads, [&](size_t begin, size_t end, int worker) {
    for (size_t i = begin; i < end; ++i) {
      closings[i] = CloseCase(views[static_cast<size_t>(worker)].get(), *undecided[i],
                              repeated[i] != kNoPayment);
    }
  });
  for (size_t i = 0; i < undecided.size(); ++i) {
    if (closings[i].on_account) {
      KeepOnAccount(books, *undecided[i], repeated[i]);
      continue;
    }
    if (closings[i].suggested) {
      books->payments.At(undecided[i]->payment).outcome = Outcome::kSuggested;
    }
    AddRemarks(books, *undecided[i]);
  }
}

}  // namespace kvitt
