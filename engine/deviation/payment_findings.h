// The deviations of a payment, and how they read.

#pragma once

#include <string>
#include <vector>

#include "engine/allocate/books.h"
#include "kvitt/decision.h"

namespace kvitt {

// Every deviation of the payment as it stands; none for one that is settled to the minor unit on an
// item without reservations.
void FindingsOf(const Books& books, PaymentHandle handle, std::vector<Finding>* out);

// What an exception is about, and where that stands.
struct ExceptionPlace {
  std::string_view payment_id;
  std::string_view file;
  uint64_t record = 0;
};

// The row of one finding. `place` is that of the payment; `row` may hold an older
// row, whose memory is used again.
void WriteException(const Books& books,
                    PaymentHandle handle,
                    const ExceptionPlace& place,
                    const Finding& finding,
                    bool with_suggestions,
                    ExceptionRow* row);

// An id that depends on what the deviation is about alone, so that a repeated run gives it again.
void WriteExceptionId(DeviationCode code,
                      std::string_view about,
                      uint64_t ordinal,
                      std::string* id);

}  // namespace kvitt
