// Decisions over several items at once: one payment, a list of invoices and credit notes.

#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "engine/allocate/books.h"

namespace kvitt {

// One item that a payment names.
struct PaymentPart {
  ItemHandle item = kNoItem;
  bool has_amount = false;   // the payer says how much of the payment is for it
  int64_t amount_minor = 0;  // negative for a credit note
};

// Oldest first: due date, issue date, then item id.
void SortItems(const Books& books, std::vector<ItemHandle>* handles);
// In the order in which a payment pays them: costs first where the policy wants it, else as above.
void SortForPaying(const Books& books, PayOrder order, std::vector<ItemHandle>* handles);
// "INV-1 (100.00 NOK), INV-2 (50.00 NOK)"; at most five, then how many more.
std::string NameItems(const Books& books, absl::Span<const ItemHandle> handles);

// Posts the payment on all parts by the table of differing amounts applied to their sum: credit notes
// lend what is open on them, invoices are closed oldest first, and a difference is tolerated, taken
// as discount or charge, left as residual or kept on account. Returns false, with findings and
// suggestions written and nothing posted, when it must not post (currency, blocked item, credit
// notes larger than the invoices), and when the policy holds it back: then the payment counts as
// decided (kHeld). REQUIRES: at least two parts, all open, payment undecided.
bool SettleParts(Books* books,
                 PaymentHandle handle,
                 const std::vector<PaymentPart>& parts,
                 Rule rule,
                 Confidence confidence);

// Lets a later rule pay these items after all, one or several, and forgets what was found before.
// REQUIRES: as for DecideOnItem and SettleParts.
void SettleItems(Books* books,
                 PaymentHandle payment,
                 absl::Span<const ItemHandle> items,
                 Rule rule,
                 Confidence confidence);

// How the payment stands to the sum of the parts: one of kExact, kToleratedShort, kToleratedOver,
// kDiscount (short by all discounts that are in time), kDiscountLate, kBankCharge, kShort, kOver.
// Where nothing may be posted (credit notes as large as the invoices) it is kShort. REQUIRES: open
// items of the payment's currency.
PaymentCase DecideParts(const Books& books,
                        const PaymentRecord& payment,
                        const std::vector<PaymentPart>& parts);

// What would be posted on these items, whatever their status; where amounts cannot be compared
// (another currency, credit notes alone), the money on them in their order.
std::vector<SuggestedAllocation> WouldPost(const Books& books,
                                           const PaymentRecord& payment,
                                           absl::Span<const ItemHandle> items);

// The same as a suggestion: what would be posted.
Suggestion SuggestParts(const Books& books,
                        const PaymentRecord& payment,
                        const std::vector<PaymentPart>& parts,
                        Rule rule);

}  // namespace kvitt
