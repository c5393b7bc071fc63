// Recognising the CSV exports of banks and wallets, and reading their cells.
//
//   file   = *title-row header *row
//   header = at least the cells that a mapping names, in any order
//
// Sources of the layouts: csv_shipped_mappings.cc.

#include "io/formats/csv_mapping.h"

#include <algorithm>

#include "io/bytes/charset.h"
#include "io/bytes/separated_cell.h"
#include "io/bytes/separated_rows.h"
#include "io/formats/csv_column.h"

namespace kvitt::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kSeparators = ";,\t";
constexpr size_t kRowsLookedAt = 40;

// What the settings say of a shipped mapping, on top of it.
void Change(const Mapping& change, Mapping* mapping) {
  for (const auto& [field, cell] : change.columns) mapping->columns[field] = cell;
  for (const auto& [field, value] : change.constants) mapping->constants[field] = value;
  for (const auto& [word, kind] : change.kinds) mapping->kinds[word] = kind;
  if (!change.booked.empty()) mapping->booked = change.booked;
}

size_t FindCell(const std::vector<std::string>& header, std::string_view name) {
  return static_cast<size_t>(std::find(header.begin(), header.end(), name) - header.begin());
}

bool HasAll(const std::vector<std::string>& header, const std::vector<std::string>& wanted) {
  return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return FindCell(header, name) < header.size();
  });
}

// The first of `A|B|C` that the header has; npos when it has none.
size_t FindColumn(const std::vector<std::string>& header, std::string_view spec) {
  for (;;) {
    const size_t bar = spec.find('|');
    const size_t at = FindCell(header, spec.substr(0, bar));
    if (at < header.size()) return at;
    if (bar == std::string_view::npos) return std::string_view::npos;
    spec.remove_prefix(bar + 1);
  }
}

// Whether the booking date of a row can be read. A row without one says nothing against the
// mapping.
bool DateFits(const Mapping& mapping,
              const std::vector<std::string>& header,
              const SeparatedRow& row) {
  const auto spec = mapping.columns.find("booking_date");
  if (spec == mapping.columns.end()) return true;
  const size_t column = FindColumn(header, spec->second);
  if (column >= row.cells.size() || row.cells[column].empty()) return true;
  Date date;
  return ParseDateByPattern(TrimBlanks(row.cells[column]), mapping.date_pattern, &date);
}

std::vector<std::string> HeaderOf(const SeparatedRow& row, bool twice_encoded) {
  std::vector<std::string> header;
  for (const std::string_view cell : row.cells) {
    const std::string once = twice_encoded ? EncodedOnce(cell) : std::string();
    header.emplace_back(once.empty() ? TrimBlanks(cell) : TrimBlanks(once));
  }
  return header;
}

// Looks for a header among the first rows, separated by `separator`.
void FindHeader(std::string_view padded,
                char separator,
                absl::Span<const Mapping> mappings,
                std::optional<Layout>* best) {
  std::vector<SeparatedRow> rows(1);
  SeparatedRows reader(padded.substr(0, padded.size() - kTextPadding), separator);
  while (rows.size() <= kRowsLookedAt && reader.Next(&rows.back())) rows.emplace_back();
  rows.pop_back();
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const bool twice : {false, true}) {
      const std::vector<std::string> header = HeaderOf(rows[i], twice);
      for (const Mapping& mapping : mappings) {
        if (!HasAll(header, mapping.header)) continue;
        if (best->has_value() && (*best)->mapping.header.size() >= mapping.header.size()) continue;
        if (i + 1 < rows.size() && !DateFits(mapping, header, rows[i + 1])) continue;
        *best = Layout{mapping, separator, twice, rows[i].line, header};
      }
      if (best->has_value()) break;
    }
  }
}

// The number at `text`, by the letters of the pattern.
bool ReadByPattern(std::string_view text, std::string_view pattern, Date* date) {
  if (text.size() < pattern.size()) return false;
  int year = 0;
  int month = 0;
  int day = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    int* const part = pattern[i] == 'Y' ? &year : pattern[i] == 'M' ? &month : &day;
    if (pattern[i] != 'Y' && pattern[i] != 'M' && pattern[i] != 'D') {
      if (text[i] != pattern[i]) return false;
    } else if (text[i] < '0' || text[i] > '9') {
      return false;
    } else {
      *part = *part * 10 + (text[i] - '0');
    }
  }
  if (text.size() > pattern.size() && text[pattern.size()] != ' ' && text[pattern.size()] != 'T') {
    return false;
  }
  if (!IsCivil(year, month, day)) return false;
  *date = Date::FromCivil(year, month, day);
  return true;
}

void TrimTo(size_t begin, size_t end, std::string* text) {
  while (end > begin && (*text)[end - 1] == ' ') --end;
  while (begin < end && (*text)[begin] == ' ') ++begin;
  *text = text->substr(begin, end - begin);
}

// Blanks of every kind as plain ones, none at the ends, and no currency word behind the number.
std::string PlainBlanks(std::string_view text) {
  constexpr std::string_view kBlanks[] = {"\xc2\xa0", "\xe2\x80\xaf"};
  constexpr std::string_view kMinus = "\xe2\x88\x92";  // U+2212
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t skip = 1;
    char c = text[i];
    for (const std::string_view blank : kBlanks) {
      if (text.substr(i, blank.size()) != blank) continue;
      skip = blank.size();
      c = ' ';
    }
    if (text.substr(i, kMinus.size()) == kMinus) {
      skip = kMinus.size();
      c = '-';
    }
    out.push_back(c);
    i += skip;
  }
  TrimTo(0, out.size(), &out);
  TrimTo(0, out.size() - CurrencyWord(out).size(), &out);
  return out;
}

}  // namespace

std::vector<Mapping> MappingsOf(const FormatSettings& settings) {
  std::vector<Mapping> shipped = ShippedMappings();
  std::vector<Mapping> mappings;
  for (const Mapping& each : settings.mappings) {
    const auto same = std::find_if(shipped.begin(), shipped.end(), [&each](const Mapping& mapping) {
      return mapping.name == each.name;
    });
    if (same != shipped.end() && each.header.empty()) {
      Change(each, &*same);
    } else {
      mappings.push_back(each);
    }
  }
  mappings.insert(mappings.end(), shipped.begin(), shipped.end());
  return mappings;
}

std::string AsUtf8(std::string_view bytes, bool* was_windows_1252) {
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    bytes.remove_prefix(kByteOrderMark.size());
  }
  *was_windows_1252 = !IsUtf8(bytes);
  if (!*was_windows_1252) return std::string(bytes);
  std::string text;
  AppendAsUtf8(Charset::kWindows1252, bytes, &text);
  return text;
}

std::string EncodedOnce(std::string_view text) {
  if (!HasHighByte(text)) return {};
  for (const Charset charset : {Charset::kWindows1252, Charset::kIso8859_1}) {
    std::string once;
    if (AppendFromUtf8(charset, text, &once) && HasHighByte(once) && IsUtf8(once)) return once;
  }
  return {};
}

std::optional<Layout> FindLayout(std::string_view text, absl::Span<const Mapping> mappings) {
  std::string padded(text);
  padded.append(kTextPadding, '\0');
  std::optional<Layout> best;
  for (const char separator : kSeparators) FindHeader(padded, separator, mappings, &best);
  return best;
}

bool ParseDateByPattern(std::string_view text, std::string_view patterns, Date* date) {
  for (;;) {
    const size_t bar = patterns.find('|');
    if (ReadByPattern(text, patterns.substr(0, bar), date)) return true;
    if (bar == std::string_view::npos) return false;
    patterns.remove_prefix(bar + 1);
  }
}

std::string_view CurrencyWord(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  size_t begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  const bool is_word = begin > 0 && text.size() - begin <= 3;
  return is_word ? text.substr(begin) : std::string_view();
}

std::string PlainAmount(std::string_view text, char decimal_mark, char thousands_mark) {
  const std::string compact = PlainBlanks(text);
  std::string_view digits = compact;
  std::string out;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) {
    if (digits.front() == '-') out.push_back('-');
    digits.remove_prefix(1);
  } else if (!digits.empty() && digits.back() == '-') {
    out.push_back('-');
    digits.remove_suffix(1);
  }
  digits = TrimBlanks(digits);
  const size_t mark = digits.find(decimal_mark);
  const std::string_view whole = digits.substr(0, mark);
  // Blanks divide thousands everywhere.
  if (whole.find(' ') != std::string_view::npos) thousands_mark = ' ';
  size_t group = whole.find(thousands_mark);
  if (thousands_mark == 0 || group == std::string_view::npos) {
    out.append(whole);
  } else {
    if (group == 0 || group > 3 || (whole.size() - group) % 4 != 0) return {};
    for (size_t i = 0; i < whole.size(); ++i) {
      const bool is_group = i >= group && (i - group) % 4 == 0;
      if (is_group != (whole[i] == thousands_mark)) return {};
      if (!is_group) out.push_back(whole[i]);
    }
  }
  if (mark != std::string_view::npos) out.append(".").append(digits.substr(mark + 1));
  if (out == "-0") return "0";
  // A zero keeps no sign: `-0,00` is a plain zero.
  if (!out.empty() && out.front() == '-' && out.find_first_not_of("-0.") == std::string::npos) {
    out.erase(0, 1);
  }
  return out;
}

}  // namespace kvitt::csv
