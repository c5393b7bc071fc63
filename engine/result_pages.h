// Decisions as rows: pages of payments in canonical order, and pages of open items.

#pragma once

#include <string>
#include <vector>

#include "engine/allocate/books.h"
#include "kvitt/reconcile.h"

namespace kvitt {

// One run of the payment store is one page. `files` are the names by file number.
void ReadPaymentPage(const Books& books,
                     const std::vector<std::string>& files,
                     size_t page,
                     PaymentPage* out);
void ReadAllocationPage(const Books& books, size_t page, AllocationPage* out);
void ReadExceptionPage(const Books& books,
                       const std::vector<std::string>& files,
                       size_t page,
                       ExceptionPage* out);

inline constexpr size_t kOpenItemsPerPage = 2048;
void ReadOpenItemPage(const Books& books,
                      const std::vector<ItemHandle>& ordered,
                      size_t page,
                      OpenItemPage* out);

}  // namespace kvitt
