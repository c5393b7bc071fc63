// The remittance field of SWIFT statements (`:86:`), in the dialects that banks speak.
//
//   structured  = 3 digits, SEP { 2 digits, text, SEP }      Germany: 166?00TEXT?20SVWZ+...?32NAME
//   coded       = { "/" CODE "/" text }                       Netherlands, SWIFT:
//   /EREF/..//NAME/../REMI/.. unstructured = lines of text
//
// Sources: the Deutsche Kreditwirtschaft's DFÜ agreement annex 3 (GVC, `?20` to `?63`, SEPA
// keywords with
// `+`), the SWIFT user handbook's code words, and public test files of wolph/mt940, railslove/cmxl
// and sandermarechal/jejik-mt940.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/text_arena.h"

namespace kvitt {

struct SwiftDetails {
  int transaction_code = 0;        // German GVC: 166; 0: none
  std::string_view posting_text;   // ?00
  std::string_view end_to_end_id;  // EREF
  std::string_view payer_name;
  std::string_view payer_account;      // IBAN, or as written
  std::string_view payer_bank;         // BIC or bank code
  std::string_view structured;         // /REMI/STRD/: a creditor reference
  std::string_view return_reason;      // /RTRN/
  std::string_view charges;            // "EUR2,50": taken out of the amount
  uint32_t transactions = 0;           // /NRTX/: how many the entry stands for
  bool lump = false;                   // the text says that a batch was booked in one sum
  std::vector<std::string_view> text;  // what the payer wrote

  void Clear();
};

// Reads the content of one or more physical lines, without line ends and already UTF-8. Views point
// into the lines or the arena. `is_credit` tells which party is the payer.
void ReadSwiftDetails(absl::Span<const std::string_view> lines,
                      bool is_credit,
                      TextArena* arena,
                      SwiftDetails* details);

// Whether the reference of an entry is none: NONREF, zeros, or a word that only names what :86:
// holds.
bool IsSwiftFiller(std::string_view reference);

// Charges in the supplementary line of an entry: "EUR2,50" of `/OCMT/USD50,/CHGS/EUR2,50/`.
std::string_view SwiftCharges(std::string_view supplementary);

}  // namespace kvitt
