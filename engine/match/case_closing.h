// The last step of the search: cases that no rule decided. Money that seems to be paid twice, and
// money of a payer who owes nothing, goes on account; for the rest it is said whether there is
// something to suggest.

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

void CloseCases(Books* books);

}  // namespace kvitt
