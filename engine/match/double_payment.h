// Does this payment repeat one that was settled in this run? Said, never decided: a second payment
// is real money.

#pragma once

#include <vector>

#include "engine/evidence/evidence.h"

namespace kvitt {

// For each undecided case, the settled payment that it repeats (kNoPayment: none): of the same payer,
// amount, currency, references and text, on the same account, within the policy's days. Of several
// the first in the order of decision.
std::vector<PaymentHandle> FindRepeated(const Books& books,
                                        const std::vector<const SearchCase*>& cases);

// Notes on each payment whose item another payment of the same amount closed in this run which one
// that was.
void NotePaidTwice(Books* books);

// The customer of the first item that the payment pays.
PackedText CustomerOfPayment(const Books& books, PaymentHandle handle);

}  // namespace kvitt
