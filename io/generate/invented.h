// Invented names and numbers of people and firms that do not exist, each a pure function of an
// index.
//
// Names are words of a code: two different customers differ in at least three syllables, so that a
// name with a slip in it is still nearest to its owner. Numbers carry right check digits.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/generate/counter_random.h"

namespace kvitt {

enum class Country : uint8_t { kNorway, kSweden, kDenmark, kFinland };

std::string_view CountryCode(Country country);   // "NO"
std::string_view HomeCurrency(Country country);  // "NOK"

// Customers are indexes below this; strangers stand above.
inline constexpr uint64_t kCustomerIndexEnd = 440'000'000;

// A firm or a person. REQUIRES: index < 2 * kCustomerIndexEnd.
std::string InventName(Country country, uint64_t index);
// "AS", "AB", "A/S", "Oy".
std::string_view CompanyForm(Country country);
// The same name as a payer's bank writes it: capitals, ø as OE, another order, the company form
// gone.
std::string RespellName(std::string_view name, CounterRandom* random);

// An IBAN. Different indexes give different accounts. REQUIRES: index < 1'000'000'000.
std::string InventIban(Country country, uint64_t index);
// The national account number inside it.
std::string NationalAccount(std::string_view iban);
// An organisation number. Different indexes below OrgNoCount give different numbers, then they repeat:
// Denmark and Finland have no more of them.
uint64_t OrgNoCount(Country country);
std::string InventOrgNo(Country country, uint64_t index);

// A reference of the country's scheme. Different numbers give different references. Some Finnish
// ones are RF references unless only digits can be said. REQUIRES: number < 9'000'000'000.
struct ReferenceWish {
  Country country;
  uint64_t number;
  bool digits_only;
};

std::string InventReference(const ReferenceWish& wish, CounterRandom* random);
// A well-formed reference that InventReference gives for no number.
std::string InventUnknownReference(Country country, CounterRandom* random);

}  // namespace kvitt
