#include "io/bytes/separated_cell.h"

#include <cstddef>
#include <cstring>

namespace kvitt {
namespace {

constexpr std::string_view kRunners = "=+-@\t\r\n";
// The same four signs in full width: U+FF1D, U+FF0B, U+FF0D, U+FF20.
constexpr std::string_view kWideRunners[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                             "\xef\xbc\xa0"};
// What a spreadsheet takes off before it looks: a byte order mark and a blank that does not break.
constexpr std::string_view kSkipped[] = {"\xef\xbb\xbf", "\xc2\xa0"};

}  // namespace

bool IsFormula(std::string_view text) {
  for (;;) {
    if (text.empty()) return false;
    if (text.front() == '\'' || text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    bool skipped = false;
    for (const std::string_view each : kSkipped) {
      if (text.substr(0, each.size()) == each) {
        text.remove_prefix(each.size());
        skipped = true;
      }
    }
    if (skipped) continue;
    if (kRunners.find(text.front()) != std::string_view::npos) return true;
    for (const std::string_view each : kWideRunners) {
      if (text.substr(0, each.size()) == each) return true;
    }
    return false;
  }
}

bool UnquoteCell(std::string_view raw, TextArena* arena, std::string_view* text) {
  if (raw.size() < 2 || raw.back() != '"') return false;
  const std::string_view inner = raw.substr(1, raw.size() - 2);
  size_t quote = inner.find('"');
  if (quote == std::string_view::npos) {
    *text = inner;
    return true;
  }
  char* const begin = arena->Allocate(inner.size());
  char* out = begin;
  size_t from = 0;
  while (quote != std::string_view::npos) {
    if (quote + 1 == inner.size() || inner[quote + 1] != '"') {
      arena->Shrink(inner.size());
      return false;
    }
    const size_t length = quote + 1 - from;
    std::memcpy(out, inner.data() + from, length);
    out += length;
    from = quote + 2;
    quote = inner.find('"', from);
  }
  std::memcpy(out, inner.data() + from, inner.size() - from);
  out += inner.size() - from;
  const size_t size = static_cast<size_t>(out - begin);
  arena->Shrink(inner.size() - size);
  *text = {begin, size};
  return true;
}

void AppendTextCell(std::string_view text, char separator, std::string* out) {
  const bool guard = IsFormula(text);
  bool quote = guard;
  for (size_t i = 0; i < text.size() && !quote; ++i) {
    const char c = text[i];
    quote = c == separator || c == '"' || c == '\n' || c == '\r';
  }
  if (!quote) {
    out->append(text);
    return;
  }
  out->push_back('"');
  if (guard) out->push_back('\'');
  for (size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"')) {
    out->append(text.substr(0, at + 1));
    out->push_back('"');
    text.remove_prefix(at + 1);
  }
  out->append(text);
  out->push_back('"');
}

bool SplitCells(std::string_view line, char separator, std::vector<std::string>* cells) {
  cells->clear();
  TextArena arena;
  size_t begin = 0;
  for (;;) {
    size_t end = begin;
    if (end < line.size() && line[end] == '"') {
      // Up to the closing quote, then on to the separator.
      ++end;
      while (end < line.size()) {
        if (line[end] == '"') {
          if (end + 1 >= line.size() || line[end + 1] != '"') break;
          ++end;
        }
        ++end;
      }
    }
    while (end < line.size() && line[end] != separator) ++end;
    std::string_view text = line.substr(begin, end - begin);
    if (!text.empty() && text.front() == '"' && !UnquoteCell(text, &arena, &text)) return false;
    text = WithoutGuard(text);
    cells->emplace_back(text);
    if (end >= line.size()) return true;
    begin = end + 1;
  }
}

char FindSeparator(std::string_view line) {
  size_t commas = 0;
  size_t semicolons = 0;
  size_t tabs = 0;
  bool quoted = false;
  for (const char c : line) {
    quoted ^= c == '"';
    if (quoted) continue;
    commas += c == ',';
    semicolons += c == ';';
    tabs += c == '\t';
  }
  if (semicolons > commas && semicolons >= tabs) return ';';
  return tabs > commas ? '\t' : ',';
}

size_t FirstLineLength(std::string_view bytes) {
  bool quoted = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    quoted ^= bytes[i] == '"';
    if (bytes[i] != '\n' || quoted) continue;
    return i != 0 && bytes[i - 1] == '\r' ? i - 1 : i;
  }
  return std::string_view::npos;
}

}  // namespace kvitt
