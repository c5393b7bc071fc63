// Words that say what a number in a remittance text is, in the languages of the Nordic countries,
// English and German.

#pragma once

#include <cstdint>
#include <string_view>

namespace kvitt {

enum class TextWord : uint8_t {
  kOther,
  kLabel,        // faktura, nr, KID, OCR, viite: a reference follows
  kConjunction,  // og, och, ja: the list goes on
  kPhone,        // tlf, puh: a phone number follows
  kCurrency,     // kr, NOK: an amount stands beside it
  kSum,          // sum, summa: an amount follows
};

// REQUIRES: upper case, letters alone.
TextWord ClassifyTextWord(std::string_view word);

}  // namespace kvitt
