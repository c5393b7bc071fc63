// Taking back what a payment posted: the second half of a reversal. The first half, which payment it is
// that a reversal means, is a rule (engine/match/reversal.h).

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

// Takes back what the payment posted, with the reversal that was found for it.
// REQUIRES: the decision book names that reversal.
void TakeBack(Books* books, PaymentHandle handle);

}  // namespace kvitt
