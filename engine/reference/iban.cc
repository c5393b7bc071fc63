// The international bank account number: a country, two check digits by mod 97-10, and an account
// part whose length the country fixes. Printed in groups of four. A base to make one of is the
// country and the account part: `NO86011117947`.
//
// Source: ISO 13616; lengths from the public IBAN registry.

#include "engine/reference/iban.h"

#include <algorithm>

#include "engine/reference/mod97.h"

namespace kvitt::reference {
namespace {

struct CountryLength {
  char country[3];
  unsigned char length;
};

// In alphabetical order.
constexpr CountryLength kLengths[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30},
};

// 0 when the country issues none.
size_t LengthOf(std::string_view country) {
  const auto* at = std::lower_bound(
      std::begin(kLengths), std::end(kLengths), country,
      [](const CountryLength& each, std::string_view key) { return each.country < key; });
  return at != std::end(kLengths) && at->country == country ? at->length : 0;
}

NumberCheck CheckIban(std::string_view iban) {
  if (iban.size() < 5)
    return Bad(Joined({"it has ", std::to_string(iban.size()), " characters, expected more"}));
  const size_t length = LengthOf(iban.substr(0, 2));
  if (length == 0) return Bad("its first two characters are no country that issues IBANs");
  if (iban.size() != length) {
    return Bad(Joined({"it has ", std::to_string(iban.size()), " characters, expected ",
                       std::to_string(length)}));
  }
  const std::string_view body = iban.substr(4);
  if (!IsDigits(iban.substr(2, 2)) || Mod97(body) < 0) {
    return Bad("a character is neither letter nor digit, or the check digits are no digits");
  }
  const std::string expected = Mod97Digits(iban.substr(0, 2), body);
  if (iban.substr(2, 2) != expected) {
    return Bad(Joined({"check digits are ", iban.substr(2, 2), ", expected ", expected}));
  }
  return Good(iban, GroupedFromLeft(iban, 4));
}

std::string MakeIban(std::string_view base, std::string* reason) {
  reason->clear();
  const size_t length = base.size() < 3 ? 0 : LengthOf(base.substr(0, 2));
  if (length == 0) {
    *reason = "its first two characters are no country that issues IBANs";
  } else if (base.size() + 2 != length) {
    *reason = Joined({"it has ", std::to_string(base.size()), " characters, expected ",
                      std::to_string(length - 2), " (country and account)"});
  } else if (Mod97(base.substr(2)) < 0) {
    *reason = "a character is neither letter nor digit";
  }
  if (!reason->empty()) return {};
  const std::string_view country = base.substr(0, 2);
  const std::string_view body = base.substr(2);
  return Joined({country, Mod97Digits(country, body), body});
}

}  // namespace

bool PassesIban(std::string_view compact) {
  if (compact.size() < 5 || LengthOf(compact.substr(0, 2)) != compact.size() ||
      !IsDigits(compact.substr(2, 2))) {
    return false;
  }
  const int check = (compact[2] - '0') * 10 + (compact[3] - '0');
  return check >= 2 && check <= 98 && PassesMod97(compact);
}

const Scheme kIbanScheme = {"iban",  "International bank account number", "-.", true, CheckIban,
                            MakeIban};

}  // namespace kvitt::reference
