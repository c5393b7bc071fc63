// What the header of a CSV record stream says: which column holds which field, how cells are
// separated, and whether the file can be read at all.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/formats/csv_column.h"
#include "kvitt/io.h"

namespace kvitt::csv {

// The names of the fields of a kind of record, and those without which there is no record.
struct FieldNames {
  std::vector<std::string_view> all;
  std::vector<std::string_view> required;
};

inline constexpr uint32_t kNoField = static_cast<uint32_t>(-1);

struct Plan {
  Dialect dialect;
  size_t header_bytes = 0;           // of the header line without its line end
  std::vector<uint32_t> fields;      // of each column: index into FieldNames::all, or kNoField
  std::vector<std::string> unknown;  // names of the columns without a field
  std::string refusal;               // why the file cannot be read; "" when it can
};

// `head` are the first bytes of the file, its header among them.
Plan MakePlan(std::string_view head, const FieldNames& names, const FormatSettings& settings);

// How sure the header line of `head` is one of these records: 0, or 41 to 95.
int SniffHeader(std::string_view head, const FieldNames& names);

}  // namespace kvitt::csv
