#include "kvitt/amount.h"

#include <cstring>

#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr int kDigitsMax = 18;  // of minor units: any such amount, and any sum of two, fits int64_t
constexpr int64_t kPower[] = {1, 10, 100, 1000, 10000};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view Describe(AmountError error) {
  switch (error) {
    case AmountError::kOk: return "an amount";
    case AmountError::kEmpty: return "no amount";
    case AmountError::kMalformed: return "not an amount (digits with one decimal mark)";
    case AmountError::kTooManyDecimals: return "more decimals than the currency has";
    case AmountError::kTooLarge: return "more than 18 digits of minor units";
  }
  return "not an amount";
}

AmountError ParseAmount(std::string_view text, int decimals, int64_t* minor, char mark) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  const char* p = text.data();
  const char* end = p + text.size();
  if (p == end) return AmountError::kEmpty;
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* first = p;
  uint64_t value = 0;
  int digits = 0;  // significant ones
  for (; p != end && IsDigit(*p); ++p) {
    value = value * 10 + static_cast<uint64_t>(*p - '0');
    digits += (value != 0);
    if (digits > kDigitsMax) return AmountError::kTooLarge;
  }
  if (p == first) return AmountError::kMalformed;
  int written = 0;
  bool surplus = false;
  if (p != end) {
    if (*p != mark) return AmountError::kMalformed;
    ++p;
    if (p == end) return AmountError::kMalformed;
    for (; p != end; ++p) {
      if (!IsDigit(*p)) return AmountError::kMalformed;
      if (written == decimals) {
        surplus |= (*p != '0');
        continue;
      }
      value = value * 10 + static_cast<uint64_t>(*p - '0');
      digits += (value != 0);
      ++written;
      if (digits > kDigitsMax) return AmountError::kTooLarge;
    }
  }
  if (surplus) return AmountError::kTooManyDecimals;
  for (; written < decimals; ++written) {
    value *= 10;
    digits += (value != 0);
    if (digits > kDigitsMax) return AmountError::kTooLarge;
  }
  if (negative && value == 0) return AmountError::kMalformed;
  *minor = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  return AmountError::kOk;
}

char* WriteAmount(char* out, int64_t minor, int decimals) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  uint64_t value = static_cast<uint64_t>(minor);
  if (minor < 0) {
    *out++ = '-';
    value = ~value + 1;
  }
  const uint64_t power = static_cast<uint64_t>(kPower[decimals]);
  uint64_t major = value / power;
  uint64_t rest = value % power;
  char buffer[20];
  int count = 0;
  do {
    buffer[count++] = static_cast<char>('0' + major % 10);
    major /= 10;
  } while (major != 0);
  while (count > 0) *out++ = buffer[--count];
  if (decimals > 0) {
    *out = '.';
    for (int i = decimals; i > 0; --i) {
      out[i] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    }
    out += decimals + 1;
  }
  return out;
}

std::string FormatAmount(int64_t minor, int decimals) {
  char buffer[28];
  return std::string(buffer, WriteAmount(buffer, minor, decimals));
}

std::string FormatSum(Int128 minor, int decimals) {
  KVITT_CHECK(decimals >= 0 && decimals <= 4);
  const bool negative = minor < 0;
  std::string reversed;
  for (int i = 0; i <= decimals || minor != 0; ++i) {
    if (i == decimals && decimals > 0) reversed.push_back('.');
    const int digit = static_cast<int>(minor % 10);
    reversed.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    minor /= 10;
  }
  if (negative) reversed.push_back('-');
  return std::string(reversed.rbegin(), reversed.rend());
}

}  // namespace kvitt
