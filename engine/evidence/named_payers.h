// Customers by name, for payments of which nothing else says who paid. A likeness of names decides
// nothing; it helps a person to look.

#pragma once

#include "engine/evidence/evidence.h"

namespace kvitt {

// Sets `alleged` of the undecided cases without a payer whose payer's name is close to that of
// exactly one customer, and collects the items of those customers.
void FindNamedPayers(const Books& books, Evidence* evidence);

}  // namespace kvitt
