// What the schemes share: taking separators out, the words of a refusal, printing in groups.

#include "engine/reference/scheme.h"

#include <algorithm>

#include "engine/reference/ascii_block.h"

namespace kvitt::reference {

std::string Compact(std::string_view value, std::string_view marks) {
  std::string compact;
  compact.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == ' ' || c == '\t') continue;
    // A no-break space in UTF-8, as copied from a web page.
    if (c == '\xC2' && i + 1 < value.size() && value[i + 1] == '\xA0') {
      ++i;
      continue;
    }
    if (marks.find(c) != std::string_view::npos) continue;
    compact.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return compact;
}

bool IsDigits(std::string_view text) {
  if (text.size() < 8) return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
  // The last eight overlap what stands before.
  bool all = IsDigits8(Load8(text.data() + text.size() - 8));
  for (size_t i = 0; i + 8 < text.size(); i += 8) all = all && IsDigits8(Load8(text.data() + i));
  return all;
}

std::string_view WithoutLeadingZeros(std::string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return whole;
}

NumberCheck Good(std::string_view normal, std::string printed) {
  NumberCheck check;
  check.ok = true;
  check.normal = std::string(normal);
  check.printed = std::move(printed);
  return check;
}

NumberCheck Bad(std::string reason) {
  NumberCheck check;
  check.reason = std::move(reason);
  return check;
}

std::string NotDigitsReason(std::string_view text, size_t min, size_t max) {
  if (text.empty()) return "it is empty";
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsDigit(text[i])) {
      return Joined(
          {"character ", std::to_string(i + 1), " is not a digit, expected digits alone"});
    }
  }
  if (text.size() >= min && text.size() <= max) return {};
  if (min == max)
    return Joined(
        {"it has ", std::to_string(text.size()), " digits, expected ", std::to_string(min)});
  return Joined({"it has ", std::to_string(text.size()), " digits, expected ", std::to_string(min),
                 " to ", std::to_string(max)});
}

std::string CheckDigitReason(char found, char expected) {
  return Joined({"check digit is ", std::string_view(&found, 1), ", expected ",
                 std::string_view(&expected, 1)});
}

std::string GroupedFromLeft(std::string_view text, size_t size) {
  std::string grouped;
  for (size_t i = 0; i < text.size(); i += size) {
    if (i > 0) grouped.push_back(' ');
    grouped.append(text.substr(i, size));
  }
  return grouped;
}

std::string GroupedFromRight(std::string_view text, size_t size) {
  const size_t head = text.size() % size;
  if (head == 0) return GroupedFromLeft(text, size);
  if (head == text.size()) return std::string(text);
  return Joined({text.substr(0, head), " ", GroupedFromLeft(text.substr(head), size)});
}

int WeightedSum(std::string_view digits, std::string_view weights) {
  int sum = 0;
  for (size_t i = 0; i < weights.size() && i < digits.size(); ++i) {
    // Weights are written as text; ':' stands for 10, the character after '9'.
    sum += (digits[i] - '0') * (weights[i] - '0');
  }
  return sum;
}

}  // namespace kvitt::reference
