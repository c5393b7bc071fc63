#include "engine/allocate/take_back.h"

#include <vector>

#include "engine/allocate/posting.h"
#include "kvitt/check.h"

namespace kvitt {

void TakeBack(Books* books, PaymentHandle handle) {
  PaymentRecord& payment = books->payments.At(handle);
  std::vector<Posting> postings;
  const bool decided = payment.decided != PaymentCase::kUndecided;
  if (decided) PostingsOf(*books, handle, &postings);
  const PaymentHandle takeback = books->decisions.Find(handle)->reversed_by;
  KVITT_CHECK(takeback != kNoPayment);
  ComposedDecision& composed = books->decisions.Compose(takeback);
  for (const Posting& posting : postings) {
    if (posting.item != kNoItem) OpenAgain(books, posting.item, posting.amount_minor);
    Posting back = posting;
    back.amount_minor = -posting.amount_minor;
    // Money is taken back by `reversal` rows. Discounts, write-offs and lent credit end by a row of
    // their own kind with the opposite sign, so that each kind still adds up to what was given.
    if (posting.kind == AllocationKind::kPayment || posting.kind == AllocationKind::kOnAccount) {
      back.kind = AllocationKind::kReversal;
    }
    composed.postings.push_back(back);
  }
  payment.outcome = Outcome::kReversed;
  if (!decided) payment.decided = PaymentCase::kComposed;
}

}  // namespace kvitt
