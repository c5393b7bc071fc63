#include "io/inspect/masked_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kvitt {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Digits that belong together, with single marks between them as people write them.
struct Group {
  size_t begin = 0;
  size_t end = 0;                 // behind the last digit
  std::string digits;             // without the marks
  std::vector<size_t> positions;  // of each digit in the text
};

int TwoDigits(std::string_view digits, size_t at) {
  return (digits[at] - '0') * 10 + (digits[at + 1] - '0');
}

bool IsDayAndMonth(int day, int month) {
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

int Weighted(std::string_view digits, std::string_view weights) {
  int sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sum += (digits[i] - '0') * (weights[i] - '0');
  return sum;
}

bool PassesLuhn(std::string_view digits) {
  int sum = 0;
  bool is_doubled = false;
  for (size_t i = digits.size(); i-- > 0; is_doubled = !is_doubled) {
    const int value = (digits[i] - '0') * (is_doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool IsNorwegian(std::string_view digits) {
  if (digits.size() != 11) return false;
  // D numbers have 4 added to the first digit of the day, others to the month.
  const int day = TwoDigits(digits, 0) % 40;
  const int month = TwoDigits(digits, 2) % 40;
  return IsDayAndMonth(day, month) && Weighted(digits, "3761894521") % 11 == 0 &&
         Weighted(digits, "54327654321") % 11 == 0;
}

bool IsSwedish(std::string_view digits) {
  if (digits.size() == 12) {
    const int century = TwoDigits(digits, 0);
    if (century < 18 || century > 20) return false;
    digits.remove_prefix(2);
  }
  if (digits.size() != 10) return false;
  // Coordination numbers have 60 added to the day.
  return IsDayAndMonth(TwoDigits(digits, 4) % 60, TwoDigits(digits, 2)) && PassesLuhn(digits);
}

bool IsDanish(std::string_view digits, bool has_dash) {
  if (digits.size() != 10 || !IsDayAndMonth(TwoDigits(digits, 0), TwoDigits(digits, 2))) {
    return false;
  }
  return has_dash || Weighted(digits, "4327654321") % 11 == 0;
}

// Visa, Mastercard, American Express, Diners, JCB, Maestro, Discover and UnionPay begin with 2 to 6.
bool IsCard(std::string_view digits) {
  return digits.size() >= 13 && digits.size() <= 19 && digits[0] >= '2' && digits[0] <= '6' &&
         PassesLuhn(digits);
}

Group GroupAt(std::string_view text, size_t begin) {
  Group group;
  group.begin = begin;
  size_t at = begin;
  while (at < text.size()) {
    if (IsDigit(text[at])) {
      group.digits.push_back(text[at]);
      group.positions.push_back(at);
      group.end = ++at;
    } else if ((text[at] == ' ' || text[at] == '-' || text[at] == '+') && at + 1 < text.size() &&
               IsDigit(text[at + 1])) {
      ++at;
    } else {
      break;
    }
  }
  return group;
}

// Whether one mark stands in the group, before its last digits.
bool IsParted(const Group& group, size_t last_digits) {
  const size_t count = group.digits.size();
  return count > last_digits && group.end - group.begin == count + 1 &&
         group.positions[count - last_digits] == group.positions[count - last_digits - 1] + 2;
}

// In one piece, or in fours.
bool IsWrittenAsCard(const Group& group) {
  const size_t count = group.digits.size();
  if (group.end - group.begin == count) return true;
  for (size_t i = 1; i < count; ++i) {
    const size_t step = group.positions[i] - group.positions[i - 1];
    if (step != (i % 4 == 0 ? 2u : 1u)) return false;
  }
  return true;
}

// The Finnish personal id at `at`, which no letter or digit adjoins: its digits behind the date and its check
// character are covered too.
bool IsFinnish(std::string_view text, size_t at) {
  constexpr size_t kLength = 11;
  constexpr std::string_view kCheck = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  if (text.size() - at < kLength) return false;
  std::string digits;
  for (size_t i = 0; i < kLength - 1; ++i) {
    if (i == 6) continue;
    if (!IsDigit(text[at + i])) return false;
    digits.push_back(text[at + i]);
  }
  if (std::string_view("-+ABCDEFUVWXY").find(text[at + 6]) == std::string_view::npos) return false;
  const size_t behind = at + kLength;
  if (behind < text.size() && (IsDigit(text[behind]) || IsLetter(text[behind]))) return false;
  int64_t number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return IsDayAndMonth(TwoDigits(digits, 0), TwoDigits(digits, 2)) &&
         kCheck[static_cast<size_t>(number % 31)] == text[behind - 1];
}

void Cover(const Group& group, size_t first, size_t last, std::string* text) {
  for (size_t i = first; i < last; ++i) (*text)[group.positions[i]] = '*';
}

}  // namespace

std::string MaskPersonalNumbers(std::string_view text) {
  std::string shown(text);
  for (size_t at = 0; at < text.size();) {
    const bool adjoins = at > 0 && (IsLetter(text[at - 1]) || IsDigit(text[at - 1]));
    if (!IsDigit(text[at]) || adjoins) {
      ++at;
      continue;
    }
    if (IsFinnish(text, at)) {
      constexpr size_t kLength = 11;
      shown.replace(at, kLength, kLength, '*');
      at += kLength;
      continue;
    }
    // Numbers with blanks between them may be one number or several: the longest reading comes first.
    Group group = GroupAt(text, at);
    while (!group.digits.empty()) {
      const bool ends = group.end == text.size() || !IsLetter(text[group.end]);
      if (ends && IsCard(group.digits) && IsWrittenAsCard(group)) {
        Cover(group, 6, group.digits.size() - 4, &shown);
        break;
      }
      const bool parts_of_four = IsParted(group, 4);
      const bool has_dash = parts_of_four && text[group.positions.back() - 4] == '-';
      const bool one_part = group.end - group.begin == group.digits.size();
      if (ends && (((one_part || IsParted(group, 5)) && IsNorwegian(group.digits)) ||
                   ((one_part || parts_of_four) &&
                    (IsSwedish(group.digits) || IsDanish(group.digits, has_dash))))) {
        Cover(group, 0, group.digits.size(), &shown);
        break;
      }
      // Without its last part.
      const size_t mark = text.substr(group.begin, group.end - group.begin).find_last_of(" -+");
      if (mark == std::string_view::npos) break;
      size_t kept = 0;
      while (kept < group.positions.size() && group.positions[kept] < group.begin + mark) ++kept;
      group.digits.resize(kept);
      group.positions.resize(kept);
      group.end = kept == 0 ? group.begin : group.positions.back() + 1;
    }
    // On behind the first part of what was read.
    const size_t first_end = text.find_first_not_of("0123456789", at);
    at = std::max(group.end, std::min(first_end, text.size()));
  }
  return shown;
}

}  // namespace kvitt
