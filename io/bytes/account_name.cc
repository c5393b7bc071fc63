#include "io/bytes/account_name.h"

#include <algorithm>

#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

bool IsAlphanumeric(char c) {
  return IsDigit(c) || (Upper(c) >= 'A' && Upper(c) <= 'Z');
}

std::string Alphanumerics(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (IsAlphanumeric(c)) kept.push_back(Upper(c));
  }
  return kept;
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// The country of a BIC, in lower case; "" when `text` is none.
std::string BicCountry(std::string_view text) {
  if (text.size() != 8 && text.size() != 11) return {};
  for (size_t i = 0; i < 6; ++i) {
    if (text[i] < 'A' || text[i] > 'Z') return {};
  }
  return {static_cast<char>(text[4] + 32), static_cast<char>(text[5] + 32)};
}

// The country of a number by itself: only where number and currency leave no doubt.
std::string_view NumberCountry(std::string_view number, Currency currency) {
  if (!AllDigits(number)) return {};
  if (number.size() == 11 && currency == Currency::FromCode("NOK") &&
      CheckNumber(NumberScheme::kAccountNo, number).ok) {
    return "no";
  }
  if (number.size() == 14 && currency == Currency::FromCode("DKK")) return "dk";
  return {};
}

std::string Named(std::string_view country, std::string_view number) {
  return country.empty() ? Concat("bban:", number) : Concat("bban-", country, ":", number);
}

}  // namespace

bool HasIbanShape(std::string_view text) {
  if (text.size() < 15 || text.size() > 34) return false;
  const bool country = text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
  if (!country || !IsDigit(text[2]) || !IsDigit(text[3])) return false;
  return std::all_of(text.begin() + 4, text.end(), IsAlphanumeric);
}

bool IsIban(std::string_view text) {
  return HasIbanShape(text) && CheckNumber(NumberScheme::kIban, text).ok;
}

std::string AccountName(std::string_view text, Currency currency) {
  const std::string whole = Alphanumerics(text);
  if (whole.empty()) return {};
  if (IsIban(whole)) return whole;
  // A currency code behind an IBAN.
  if (whole.size() > 18 && !Currency::FromCode(whole.substr(whole.size() - 3)).is_none() &&
      IsIban(whole.substr(0, whole.size() - 3))) {
    return whole.substr(0, whole.size() - 3);
  }
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return Named(NumberCountry(whole, currency), whole);
  const std::string bank = Alphanumerics(text.substr(0, slash));
  const std::string number = Alphanumerics(text.substr(slash + 1));
  if (IsIban(number)) return number;
  if (number.empty()) return Named({}, bank);
  const std::string country = BicCountry(bank);
  if (!country.empty()) return Named(country, number);
  if (bank.size() == 8 && AllDigits(bank) && AllDigits(number)) return Named("de", bank + number);
  return Named({}, bank + number);
}

}  // namespace kvitt
