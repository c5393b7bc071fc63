// The form in which creditor accounts are written and compared. See kvitt/reference.h.

#include <algorithm>
#include <cstring>

#include "engine/reference/ascii_block.h"
#include "engine/reference/iban.h"
#include "engine/reference/mod97.h"
#include "engine/reference/scheme.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// National account numbers that are the whole account part of their IBAN.
struct NationalAccount {
  std::string_view prefix;
  std::string_view country;
  size_t digits;
};

constexpr NationalAccount kNational[] = {
    {"bban-no:", "NO", 11}, {"bban-dk:", "DK", 14}, {"bban-fi:", "FI", 14}};

// Schemes whose fields are filled with zeros that people never write.
constexpr std::string_view kZeroFilled[] = {"bankgiro:", "plusgiro:"};

bool IsSeparator(char c) {
  return c == ' ' || c == '\t' || c == '-' || c == '.' || c == '/';
}

// Upper case letters and digits of `value`; other bytes but separators stay.
size_t FoldAccount(std::string_view value, char* out) {
  size_t size = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (IsSeparator(c)) continue;
    if (c == '\xC2' && i + 1 < value.size() && value[i + 1] == '\xA0') {
      ++i;
      continue;
    }
    out[size++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return size;
}

// `scheme:` in lower case without blanks. A hyphen belongs to the name: `bban-no`.
size_t FoldPrefix(std::string_view prefix, char* out) {
  size_t size = 0;
  for (const char c : prefix) {
    if (c == ' ' || c == '\t') continue;
    out[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return size;
}

// Whether nothing of `value` needs folding: upper case letters and digits alone, as IBANs come.
bool IsPlain(std::string_view value) {
  bool plain = true;
  for (const char c : value) plain &= reference::IsDigit(c) || (c >= 'A' && c <= 'Z');
  return plain;
}

}  // namespace

size_t NormalAccountTo(std::string_view value, char* out) {
  if (IsPlain(value)) [[likely]] {
    if (!value.empty()) std::memmove(out, value.data(), value.size());
    return value.size();
  }
  const size_t colon = value.find(':');
  if (colon == std::string_view::npos) return FoldAccount(value, out);
  const size_t prefix = FoldPrefix(value.substr(0, colon + 1), out);
  std::string_view rest = value.substr(colon + 1);
  // `iban:NO93 ...` says no more than the IBAN itself.
  if (std::string_view(out, prefix) == "iban:") return FoldAccount(rest, out);
  size_t size = prefix + FoldAccount(rest, out + prefix);
  for (const std::string_view filled : kZeroFilled) {
    if (std::string_view(out, prefix) != filled) continue;
    size_t first = prefix;
    while (first + 1 < size && out[first] == '0') ++first;
    std::memmove(out + prefix, out + first, size - first);
    size -= first - prefix;
  }
  return size;
}

std::string NormalAccount(std::string_view value) {
  std::string normal(value.size(), '\0');
  normal.resize(NormalAccountTo(value, normal.data()));
  return normal;
}

std::string AccountAlias(std::string_view account) {
  std::string normal = NormalAccount(account);
  for (const NationalAccount& national : kNational) {
    if (normal.compare(0, national.prefix.size(), national.prefix) != 0) continue;
    const std::string_view digits = std::string_view(normal).substr(national.prefix.size());
    if (digits.size() != national.digits || !reference::IsDigits(digits)) break;
    std::string iban(national.country);
    iban += reference::Mod97Digits(national.country, digits);
    iban += digits;
    return iban;
  }
  return normal;
}

}  // namespace kvitt
