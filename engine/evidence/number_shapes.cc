// See number_shapes.h.

#include "engine/evidence/number_shapes.h"

#include <array>

#include "engine/reference/scheme.h"

namespace kvitt {
namespace {

using reference::IsDigit;
using reference::IsDigits;

// The numbers of a date, and the marks between them.
struct Fields {
  std::array<int, 3> value{};
  std::array<size_t, 3> width{};
  std::array<char, 2> mark{};
  size_t count = 0;
};

// Up to three numbers of up to four digits with one mark between each two: "27.02.2026". A blank
// after a point belongs to it: "27. 2. 2026".
bool ReadFields(std::string_view text, Fields* fields) {
  size_t at = 0;
  while (fields->count < 3) {
    const size_t begin = at;
    int value = 0;
    while (at < text.size() && at - begin < 4 && IsDigit(text[at])) {
      value = value * 10 + (text[at++] - '0');
    }
    if (at == begin) return false;
    fields->value[fields->count] = value;
    fields->width[fields->count] = at - begin;
    ++fields->count;
    if (at == text.size()) return true;
    if (fields->count == 3) return false;
    const char mark = text[at++];
    if (std::string_view("./- :").find(mark) == std::string_view::npos) return false;
    fields->mark[fields->count - 1] = mark;
    if (mark == '.' && at == text.size()) return true;
    if (mark == '.' && text[at] == ' ') ++at;
  }
  return false;
}

bool IsYear(int value, size_t width) {
  return width == 2 || (width == 4 && value >= 1990 && value <= 2099);
}

bool IsMonth(int value, size_t width) {
  return width <= 2 && value >= 1 && value <= 12;
}

bool IsDay(int value, size_t width) {
  return width <= 2 && value >= 1 && value <= 31;
}

bool IsTime(const Fields& fields) {
  for (size_t i = 0; i < fields.count; ++i) {
    if (fields.width[i] > 2 || fields.value[i] > (i == 0 ? 24 : 59)) return false;
    if (i + 1 < fields.count && fields.mark[i] != ':') return false;
  }
  return fields.count >= 2;
}

bool IsThreePartDate(const Fields& fields) {
  const auto& [a, b, c] = fields.value;
  const auto& [wa, wb, wc] = fields.width;
  if (fields.mark[0] != fields.mark[1] || fields.mark[0] == ':') return false;
  return (IsDay(a, wa) && IsMonth(b, wb) && IsYear(c, wc)) ||
         (IsMonth(a, wa) && IsDay(b, wb) && IsYear(c, wc)) ||
         (IsYear(a, wa) && IsMonth(b, wb) && IsDay(c, wc));
}

bool IsTwoPartDate(const Fields& fields) {
  const auto& [a, b, c] = fields.value;
  const auto& [wa, wb, wc] = fields.width;
  if (fields.mark[0] == ':') return false;
  return (IsDay(a, wa) && IsMonth(b, wb)) || (IsMonth(a, wa) && wb == 4 && IsYear(b, wb)) ||
         (wa == 4 && IsYear(a, wa) && IsMonth(b, wb));
}

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// 20260227 or 27022026.
bool IsCompactDate(std::string_view text) {
  if (text.size() != 8 || !IsDigits(text)) return false;
  const auto fits = [](std::string_view year, std::string_view month, std::string_view day) {
    return LooksLikeYear(year) && IsMonth(Number(month), 2) && IsDay(Number(day), 2);
  };
  return fits(text.substr(0, 4), text.substr(4, 2), text.substr(6)) ||
         fits(text.substr(4), text.substr(2, 2), text.substr(0, 2));
}

}  // namespace

bool LooksLikeYear(std::string_view text) {
  return text.size() == 4 && IsDigits(text) && IsYear(Number(text), 4);
}

bool LooksLikeDate(std::string_view text) {
  if (text.size() > 10 && text[10] == 'T') text = text.substr(0, 10);
  if (IsCompactDate(text)) return true;
  Fields fields;
  if (!ReadFields(text, &fields)) return false;
  if (IsTime(fields)) return true;
  if (fields.count == 3) return IsThreePartDate(fields);
  return fields.count == 2 && IsTwoPartDate(fields);
}

namespace {

bool IsDigitAt(std::string_view text, size_t at) {
  return at < text.size() && IsDigit(text[at]);
}

size_t DigitsEnd(std::string_view text, size_t at) {
  while (IsDigitAt(text, at)) ++at;
  return at;
}

// Behind the mark between thousands at `at`; `at` itself when there is none.
size_t AfterThousandsMark(std::string_view text, size_t at) {
  if (at >= text.size()) return at;
  if (text[at] == ' ' || text[at] == '.' || text[at] == ',' || text[at] == '\'') return at + 1;
  if (text.substr(at, 2) == "\xC2\xA0") return at + 2;
  if (text.substr(at, 3) == "\xE2\x80\xAF") return at + 3;
  return at;
}

// The end of "1 234 567" or "1234567".
size_t WholeEnd(std::string_view text, size_t begin) {
  size_t end = DigitsEnd(text, begin);
  if (end - begin > 3) return end;
  // No amount is longer; a long list of three digits each is none.
  constexpr int kGroupsMax = 6;
  for (int groups = 0; groups < kGroupsMax; ++groups) {
    const size_t group = AfterThousandsMark(text, end);
    if (group == end || DigitsEnd(text, group) - group != 3) return end;
    end = group + 3;
  }
  return end;
}

// The end of ",50" or ".50" behind a whole number; `at` when there is none. 27.02.2026 has none.
size_t DecimalsEnd(std::string_view text, size_t at) {
  if (at >= text.size() || (text[at] != ',' && text[at] != '.')) return at;
  const size_t end = DigitsEnd(text, at + 1);
  if (end - at - 1 != 2) return at;
  const bool goes_on = end < text.size() &&
                       std::string_view(".,/-").find(text[end]) != std::string_view::npos &&
                       IsDigitAt(text, end + 1);
  return goes_on ? at : end;
}

}  // namespace

size_t AmountEnd(std::string_view text, size_t begin, bool is_named) {
  for (const size_t whole : {WholeEnd(text, begin), DigitsEnd(text, begin)}) {
    const size_t end = DecimalsEnd(text, whole);
    if (end > whole) return end;
    // "500,-" and "500:-"
    const std::string_view mark = text.substr(whole, 2);
    if (mark == ",-" || mark == ":-") return whole + 2;
    if (is_named) return whole;
  }
  return begin;
}

}  // namespace kvitt
