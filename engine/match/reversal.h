// Rule 2, reversal: money that is taken back. It names, or uniquely equals, an earlier payment on
// that account.
//
// Pairs are found before anything is posted. The payment that is taken back then decides as usual,
// and the reversal takes back its postings at once, so that what it had closed is open again for
// the payments that decide after it.

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

// Finds the pairs: marks the payments that are taken back (kReversed, kEntangled) and settles what
// is known of the reversals. Returns whether there are any.
bool PairReversals(Books* books);

// Completes pairs whose payment no rule 3 decided: nothing was posted, nothing is taken back.
void FinishReversals(Books* books);

}  // namespace kvitt
