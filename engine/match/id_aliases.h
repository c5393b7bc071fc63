// Item ids may be quoted as references.
//
// Ids that some payment may quote are added to the index of references, and no others: an item with
// two references is decided over the whole run and not inside its bucket, which costs ten times as much.

#pragma once

#include "engine/allocate/books.h"

namespace kvitt {

void AddIdAliases(Books* books);

}  // namespace kvitt
