// The only place where money moves. Every function here changes what is open on items and writes
// down what it did in the same step, and checks both.

#pragma once

#include <string_view>
#include <vector>

#include "engine/allocate/amount_table.h"
#include "engine/allocate/books.h"

namespace kvitt {

// What the table of differing amounts needs to know of `payment` and `item`, of which
// `open_minor` is open.
AmountTerms TermsFor(const Books& books,
                     const PaymentRecord& payment,
                     const ItemRecord& item,
                     int64_t open_minor);

inline AmountTerms TermsFor(const Books& books,
                            const PaymentRecord& payment,
                            const ItemRecord& item) {
  return TermsFor(books, payment, item, item.open_minor);
}

// What the payment would do on the item, of which `open_minor` is open, if no policy held it back.
PaymentCase JudgeItem(const Books& books,
                      const PaymentRecord& payment,
                      const ItemRecord& item,
                      int64_t open_minor);

// When the payment was made, as far as is known: booking date, else value date.
Date PaidOn(const Books& books, const PaymentRecord& payment);
// What the bank file says was kept back; 0: nothing.
int64_t ChargesOf(const Books& books, const PaymentRecord& payment);
// Whether the item has a cash discount that the payment is in time for.
bool DiscountInTime(const Books& books, const PaymentRecord& payment, const ItemRecord& item);

// Whether the policy lets nobody but a person post a decision of `outcome` by this rule. Rule 3 is
// held back where it posts, because its round posts inside buckets; later rules ask for their mode
// before they decide.
bool IsHeld(const ResolvedTerms& policy, Rule rule, Outcome outcome);

// What the deviation of a surplus adds where the policy wants refunds proposed; "" elsewhere.
std::string_view RefundNote(const ResolvedTerms& policy);

// Lets one payment decide on the one item that it names: posts by the table, or finds that nothing
// may be posted (currency, blocked, closed, a credit note, held back by the policy). The caller
// makes sure that nobody else touches the item meanwhile.
void DecideOnItem(
    Books* books, PaymentRecord* payment, ItemHandle handle, Rule rule, Confidence confidence);

// Takes `closed_minor` of what is open on the item. REQUIRES: 0 <= closed_minor <= open.
void CloseOnItem(Books* books, ItemHandle item, int64_t closed_minor);
// Opens it again by that much. REQUIRES: it was closed by at least that much in this run.
void OpenAgain(Books* books, ItemHandle item, int64_t amount_minor);

// What the decision on `payment` posted, in the order of the output rows.
void PostingsOf(const Books& books, PaymentHandle handle, std::vector<Posting>* out);

// How the postings add up: amount = allocated + on_account + unallocated.
struct PaymentSums {
  int64_t allocated_minor = 0;
  int64_t on_account_minor = 0;
  int64_t kept_minor = 0;  // small surplus written off; part of allocated
  int64_t unallocated_minor = 0;
};

PaymentSums SumsOf(const PaymentRecord& payment, const std::vector<Posting>& postings);

}  // namespace kvitt
