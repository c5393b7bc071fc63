// References that exist, but on another creditor account: money that may have come in at the wrong
// place. Nothing is posted; the payment's deviation says where the reference leads.

#pragma once

#include <vector>

#include "engine/allocate/books.h"
#include "engine/match/bucket_join.h"

namespace kvitt {

// Marks the payments of `misses` whose reference some item carries on another account, and
// remembers those items. Scans all items once, in parallel.
void MarkOtherAccountReferences(Books* books, const std::vector<Miss>& misses);

}  // namespace kvitt
