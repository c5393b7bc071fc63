// Where the free text of a payment leads: open items whose reference or id stands in it, and tokens
// that may be customer numbers.

#pragma once

#include <string>
#include <vector>

#include "engine/allocate/books.h"
#include "engine/evidence/customer_directory.h"
#include "engine/evidence/open_item_index.h"
#include "engine/evidence/search_case.h"

namespace kvitt {

// Fills `texts`, `text_cut` and, from a fixed reference in the text, `named` of the case;
// `customers` are tokens that may be the id of a customer.
void FollowText(const Books& books,
                const OpenItemIndex& index,
                const CustomerDirectory& directory,
                SearchCase* search,
                std::vector<std::string>* customers);

}  // namespace kvitt
