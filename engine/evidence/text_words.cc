// See text_words.h.

#include "engine/evidence/text_words.h"

#include <algorithm>
#include <array>

namespace kvitt {
namespace {

struct KnownWord {
  std::string_view word;
  TextWord kind;
};

// Sorted, to be searched by halves.
constexpr KnownWord kWords[] = {
    {"AMOUNT", TextWord::kSum},
    {"AND", TextWord::kConjunction},
    {"ASIAKASNRO", TextWord::kLabel},
    {"BELOEB", TextWord::kSum},
    {"BELOEP", TextWord::kSum},
    {"BELOP", TextWord::kSum},
    {"BELOPP", TextWord::kSum},
    {"BEL\xC3\x98"
     "B",
     TextWord::kSum},
    {"BEL\xC3\x98P", TextWord::kSum},
    {"BILAG", TextWord::kLabel},
    {"BILAGSNR", TextWord::kLabel},
    {"CN", TextWord::kLabel},
    {"CREDIT", TextWord::kLabel},
    {"CREDITNOTE", TextWord::kLabel},
    {"CUSTOMER", TextWord::kLabel},
    {"DKK", TextWord::kCurrency},
    {"EUR", TextWord::kCurrency},
    {"EURO", TextWord::kCurrency},
    {"F", TextWord::kLabel},
    {"FA", TextWord::kLabel},
    {"FAK", TextWord::kLabel},
    {"FIK", TextWord::kLabel},
    {"FKT", TextWord::kLabel},
    {"FNR", TextWord::kLabel},
    {"GBP", TextWord::kCurrency},
    {"GSM", TextWord::kPhone},
    {"HYVITYS", TextWord::kLabel},
    {"HYVITYSLASKU", TextWord::kLabel},
    {"ID", TextWord::kLabel},
    {"INV", TextWord::kLabel},
    {"INVNO", TextWord::kLabel},
    {"INVNR", TextWord::kLabel},
    {"ISK", TextWord::kCurrency},
    {"JA", TextWord::kConjunction},
    {"KID", TextWord::kLabel},
    {"KIDNR", TextWord::kLabel},
    {"KN", TextWord::kLabel},
    {"KR", TextWord::kCurrency},
    {"KREDIT", TextWord::kLabel},
    {"KUND", TextWord::kLabel},
    {"KUNDE", TextWord::kLabel},
    {"KUNDENR", TextWord::kLabel},
    {"KUNDNR", TextWord::kLabel},
    {"MOB", TextWord::kPhone},
    {"MOBIL", TextWord::kPhone},
    {"MOBILE", TextWord::kPhone},
    {"MOBILNR", TextWord::kPhone},
    {"NO", TextWord::kLabel},
    {"NOK", TextWord::kCurrency},
    {"NR", TextWord::kLabel},
    {"NRO", TextWord::kLabel},
    {"NUM", TextWord::kLabel},
    {"NUMBER", TextWord::kLabel},
    {"NUMERO", TextWord::kLabel},
    {"NUMMER", TextWord::kLabel},
    {"OCH", TextWord::kConjunction},
    {"OCR", TextWord::kLabel},
    {"OCRNR", TextWord::kLabel},
    {"OG", TextWord::kConjunction},
    {"ORDER", TextWord::kLabel},
    {"ORDERNO", TextWord::kLabel},
    {"ORDERNR", TextWord::kLabel},
    {"ORDRE", TextWord::kLabel},
    {"ORDRENR", TextWord::kLabel},
    {"PHONE", TextWord::kPhone},
    {"PUH", TextWord::kPhone},
    {"PUHELIN", TextWord::kPhone},
    {"RE", TextWord::kLabel},
    {"REF", TextWord::kLabel},
    {"REFNR", TextWord::kLabel},
    {"RG", TextWord::kLabel},
    {"SAMT", TextWord::kConjunction},
    {"SEK", TextWord::kCurrency},
    {"SMS", TextWord::kPhone},
    {"SUM", TextWord::kSum},
    {"SUMMA", TextWord::kSum},
    {"TEL", TextWord::kPhone},
    {"TELEFON", TextWord::kPhone},
    {"TLF", TextWord::kPhone},
    {"TLFNR", TextWord::kPhone},
    {"TOTAL", TextWord::kSum},
    {"TOTALT", TextWord::kSum},
    {"UND", TextWord::kConjunction},
    {"USD", TextWord::kCurrency},
};

static_assert(std::is_sorted(std::begin(kWords),
                             std::end(kWords),
                             [](const KnownWord& a, const KnownWord& b) {
                               return a.word < b.word;
                             }));

// Words with many endings: fakturaer, fakturanummer, laskun, viitenumero, Rechnungsnummer.
constexpr std::array<std::string_view, 10> kLabelStems = {
    "FAKT",    "INVOICE", "KREDITNOT", "LASKU", "REFERAN",
    "REFEREN", "REGNING", "RECHNUNG",  "VIITE", "BETALINGSID"};

}  // namespace

TextWord ClassifyTextWord(std::string_view word) {
  const auto known =
      std::lower_bound(std::begin(kWords), std::end(kWords), word,
                       [](const KnownWord& a, std::string_view b) { return a.word < b; });
  if (known != std::end(kWords) && known->word == word) return known->kind;
  for (const std::string_view stem : kLabelStems) {
    if (word.substr(0, stem.size()) == stem) return TextWord::kLabel;
  }
  return TextWord::kOther;
}

}  // namespace kvitt
