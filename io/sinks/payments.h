// One row of `payments` as bytes.

#pragma once

#include "io/sinks/row_buffer.h"
#include "kvitt/decision.h"

namespace kvitt {

// As one line of JSON, with its line end.
void WritePaymentJson(const PaymentRow& row, RowBuffer* out);

// As one line of CSV, with its line end. Keeps the memory of a cell from row to row.
class PaymentCsv {
 public:
  void Write(const PaymentRow& row, RowBuffer* out);

 private:
  RowBuffer cell_;
};

}  // namespace kvitt
