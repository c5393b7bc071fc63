// Why a payment was not decided by its references: the deviation that it has when nothing more
// particular is known.

#pragma once

#include "engine/allocate/books.h"
#include "kvitt/deviation.h"

namespace kvitt {

// Whether a reference that leads nowhere was meant to lead somewhere: its check digits hold, or it
// has none that could fail (an invoice number).
bool CountsAsWellFormed(const PaymentReference& reference);

// reference_missing, reference_unknown, reference_invalid or account_mismatch.
DeviationCode CodeOfUndecided(const Books& books, const PaymentRecord& payment);

}  // namespace kvitt
