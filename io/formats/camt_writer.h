// Writes camt.053 and camt.054, in the shapes of any version from .02.

#pragma once

#include <memory>

#include "io/formats/camt_grammar.h"
#include "io/formats/format_writer.h"

namespace kvitt {

// A section becomes one or more statements: totals and balances stand before the entries, so
// entries are held back, but never more of them than fill a statement of a moderate size.
std::unique_ptr<FormatWriter> MakeCamtWriter(CamtKind kind);

}  // namespace kvitt
