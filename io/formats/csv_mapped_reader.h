// The reader of CSV exports by column mapping.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "io/formats/csv_mapping.h"
#include "io/formats/format.h"

namespace kvitt::csv {

// The layout of a file with this head by the mappings of the settings; none when it fits none.
std::optional<Layout> FindLayoutOfHead(std::string_view head, const FormatSettings& settings);

// A reader for files of that layout. `format` is the name in the report; its version is that of the
// mapping when `named_by_mapping`.
std::unique_ptr<FormatReader> MakeMappedReader(std::string_view format,
                                               bool named_by_mapping,
                                               Layout layout,
                                               const ReadOptions& options);

}  // namespace kvitt::csv
