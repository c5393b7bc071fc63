// The name of an account out of what bank files call it: the IBAN where there is one, else
// `scheme:number`.
//
//   "DK50 0040 0440 1162 43"      DK5000400440116243
//   "NL69INGB0123456789EUR"       NL69INGB0123456789       (an IBAN with the currency behind it)
//   "DNBANOKK/15064512345"        bban-no:15064512345      (a BIC and the country's own number)
//   "10020030/1234567"            bban-de:100200301234567  (a German bank code and account number)
//   "15064512345", NOK            bban-no:15064512345
//   "0012345678", USD             bban:0012345678          (of no known country)
//
// `bban-XX` is the country's own account number, digits and letters without separators; `bban` one
// whose country is not known.

#pragma once

#include <string>
#include <string_view>

#include "kvitt/amount.h"

namespace kvitt {

// "" when `text` holds no letter or digit.
std::string AccountName(std::string_view text, Currency currency);

// Whether `text` is shaped like an IBAN and its check digits are right.
bool IsIban(std::string_view text);
// Whether it is shaped like one: what can be known of a payer's account without doubting it.
bool HasIbanShape(std::string_view text);

}  // namespace kvitt
