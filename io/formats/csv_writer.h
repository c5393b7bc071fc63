// The writers of CSV record streams.

#pragma once

#include <memory>

#include "io/formats/format_writer.h"

namespace kvitt::csv {

std::unique_ptr<FormatWriter> MakeItemWriter();
std::unique_ptr<FormatWriter> MakePaymentWriter();
std::unique_ptr<FormatWriter> MakeCustomerWriter();

}  // namespace kvitt::csv
