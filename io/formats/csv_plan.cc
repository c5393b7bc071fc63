// The header line of a CSV record stream (RFC 4180), to a plan of its columns.
//
//   header    = name *(separator name) line-end
//   separator = "," / ";" / tab, whichever stands in the header most often
//   name      = a field of docs/records.md, in any order, blanks around it and letter case ignored

#include "io/formats/csv_plan.h"

#include <algorithm>

#include "engine/value/concat.h"
#include "io/bytes/join_texts.h"

namespace kvitt::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Blanks at the ends taken off, letters of ASCII in lower case.
std::string Folded(std::string_view name) {
  std::string folded(TrimBlanks(name));
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return folded;
}

struct Header {
  char separator = ',';
  size_t bytes = 0;
  std::vector<std::string> names;
};

// False when no line ends in `head`, or its quotes are damaged.
bool ReadHeader(std::string_view head, Header* header) {
  if (head.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    head.remove_prefix(kByteOrderMark.size());
  }
  size_t length = FirstLineLength(head);
  if (length == std::string_view::npos) length = head.size();
  const std::string_view line = head.substr(0, length);
  header->separator = FindSeparator(line);
  header->bytes = length;
  if (!SplitCells(line, header->separator, &header->names)) return false;
  for (std::string& name : header->names) {
    name = Folded(name);
  }
  return true;
}

uint32_t IndexOf(const std::vector<std::string_view>& names, std::string_view name) {
  const auto it = std::find(names.begin(), names.end(), name);
  return it == names.end() ? kNoField : static_cast<uint32_t>(it - names.begin());
}

bool Has(const Header& header, std::string_view name) {
  return std::find(header.names.begin(), header.names.end(), name) != header.names.end();
}

std::vector<std::string_view> Missing(const Header& header, const FieldNames& names) {
  std::vector<std::string_view> missing;
  for (const std::string_view name : names.required) {
    if (!Has(header, name)) missing.push_back(name);
  }
  return missing;
}

}  // namespace

Plan MakePlan(std::string_view head, const FieldNames& names, const FormatSettings& settings) {
  Plan plan;
  Header header;
  if (!ReadHeader(head, &header)) {
    plan.refusal = "expected a header line of field names, found a line whose quotes do not close";
    return plan;
  }
  plan.header_bytes = header.bytes;
  plan.dialect.separator = header.separator;
  if (settings.decimal_mark != 0) plan.dialect.decimal_mark = settings.decimal_mark;
  for (const std::string& name : header.names) {
    const uint32_t field = IndexOf(names.all, name);
    if (field == kNoField) {
      plan.unknown.push_back(name);
    } else if (std::find(plan.fields.begin(), plan.fields.end(), field) != plan.fields.end()) {
      plan.refusal = Concat("expected each column once, found ", Quoted(name), " twice");
    }
    plan.fields.push_back(field);
  }
  const std::vector<std::string_view> missing = Missing(header, names);
  if (!missing.empty()) {
    plan.refusal = Concat("expected columns ", JoinTexts(names.required, ", "),
                          " in the header, found none named ", JoinTexts(missing, ", "));
  }
  return plan;
}

int SniffHeader(std::string_view head, const FieldNames& names) {
  Header header;
  if (!ReadHeader(head, &header)) return 0;
  int known = 0;
  for (const std::string_view name : names.all) known += Has(header, name) ? 1 : 0;
  // One name alone is anybody's word.
  if (known < 2 && !(known == 1 && header.names.size() == 1)) return 0;
  return 40 + std::min(known, 45) + (Missing(header, names).empty() ? 10 : 0);
}

}  // namespace kvitt::csv
