// Column mappings: how the CSV export of a bank or a wallet is recognised, and what its cells mean.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "kvitt/date.h"
#include "kvitt/io.h"

namespace kvitt::csv {

using Mapping = FormatSettings::ColumnMapping;

// Those that kvitt brings along, in order of precedence. See csv_shipped_mappings.cc.
const std::vector<Mapping>& ShippedMappings();

// The shipped mappings as the settings change them, behind those that the settings add.
std::vector<Mapping> MappingsOf(const FormatSettings& settings);

// The text of an export as UTF-8: without its byte order mark, and from Windows-1252 when it is not
// UTF-8.
std::string AsUtf8(std::string_view bytes, bool* was_windows_1252);

// UTF-8 that was taken for Windows-1252 (or ISO-8859-1) and encoded again, taken back: `BelÃ¸b` is
// `Beløb`. Empty when `text` is not that.
std::string EncodedOnce(std::string_view text);

// An export recognised.
struct Layout {
  Mapping mapping;
  char separator = ',';
  bool twice_encoded = false;  // its header only fits by EncodedOnce
  uint64_t header_line = 0;
  std::vector<std::string> header;
};

// The mapping whose header stands among the first rows of `text` (UTF-8) and whose dates its first
// row has; the one that names most header cells when there are several.
std::optional<Layout> FindLayout(std::string_view text, absl::Span<const Mapping> mappings);

// A date by one of the patterns (joined by |); a time of day may follow behind a blank or a T.
bool ParseDateByPattern(std::string_view text, std::string_view patterns, Date* date);

// The letters behind the number of an amount cell: `kr`, `EUR`; "" when there are none.
std::string_view CurrencyWord(std::string_view text);

// The digits of an amount cell in the form that ParseAmount takes, with `.`: thousands marks taken
// out (each must divide three digits, as must blanks), a sign in front or behind, no currency letters.
// Empty when the cell is none.
std::string PlainAmount(std::string_view text, char decimal_mark, char thousands_mark);

}  // namespace kvitt::csv
