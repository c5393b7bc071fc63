// Rule 1, duplicate: the same bank transaction delivered again, not a second payment of the same
// amount.
//
//   - a given payment_id is the identity of a payment;
//   - without one, equal content (account, bank reference, amount, dates, references, text) is the
//     same payment, but for equal lines of one statement, which are as many payments as there are
//     lines; across statements the larger count is true, never the sum;
//   - an entry of a statement whose details came in a notification (same account, bank reference
//   and
//     total) is the control of those details, not more money;
//   - copies and announcements never post.

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

// Settles every payment that is a duplicate, a copy, not booked, or without its details. Returns
// whether there are any.
bool RunDuplicate(Books* books);

// Items that carry an id that an earlier item carries: the first counts, the others take no part.
struct DuplicateItem {
  ItemHandle item;
  ItemHandle first;
};

std::vector<DuplicateItem> FindDuplicateItems(Books* books);

}  // namespace kvitt
