// Rule 3, reference_exact: a structured reference (all of them, when there are several) finds open
// items.

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

// One round over the run. `look_at_payments`: see JoinBuckets.
void RunReferenceExact(Books* books, bool look_at_payments);

}  // namespace kvitt
