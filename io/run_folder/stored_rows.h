// Tokens of a row as the row that they say. Unknown members are passed over.

#pragma once

#include "io/run_folder/row_tokens.h"
#include "kvitt/stored_rows.h"

namespace kvitt {

StoredPayment ReadPayment(JsonSpan row);
StoredAllocation ReadAllocation(JsonSpan row);
StoredException ReadException(JsonSpan row);
StoredItem ReadItem(JsonSpan row);

}  // namespace kvitt
