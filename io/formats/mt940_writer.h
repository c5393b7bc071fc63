// The writer of SWIFT customer statements (mt940): one message for each section, numbered and
// balanced by account, details in the German dialect.

#pragma once

#include <memory>

#include "io/formats/format_writer.h"

namespace kvitt {

std::unique_ptr<FormatWriter> MakeMt940Writer();

}  // namespace kvitt
