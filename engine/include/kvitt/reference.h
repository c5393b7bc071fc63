// Reference and number arithmetic: is it well formed, make its check digits, what is its normal
// form.
//
// A reference is what a payer quotes to say what is paid. Each scheme stands in one file of
// engine/reference; this header is their common face. All functions are pure and thread-safe.
//
//   CheckNumber(NumberScheme::kKidMod10, "20260001019").ok      // true
//   MakeNumber(NumberScheme::kViite, "2026001", &reason)                // "20260011"
//   NormalReference("RF52 2026 0011")                              // "20260011"

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace kvitt {

enum class NumberScheme : uint8_t {
  // References.
  kKidMod10,
  kKidMod11,
  kOcr,        // Swedish OCR, check digit only (Luhn)
  kOcrLength,  // Swedish OCR with length digit
  kFik71,
  kFik75,
  kFik04,
  kViite,
  kRf,
  kQrr,
  // Accounts and organisation numbers.
  kBankgiro,
  kPlusgiro,
  kAccountNo,  // Norwegian account number, 11 digits
  kIban,
  kCvr,
  kOrgNo,  // Norwegian organisation number, 9 digits
  kOrgSe,  // Swedish organisation number, 10 digits
  kYTunnus,
};

struct SchemeInfo {
  NumberScheme scheme;
  std::string_view name;  // on the command line: "kid10", "ocr-length", "fik71", "iban"
  std::string_view description;
};

// Every scheme, in the order of the enum.
absl::Span<const SchemeInfo> NumberSchemes();
std::optional<NumberScheme> FindNumberScheme(std::string_view name);

struct NumberCheck {
  bool ok = false;
  std::string normal;   // the value without blanks and marks, padded where the scheme pads
  std::string printed;  // grouped as people print it
  std::string reason;   // why not, in words: "check digit is 3, expected 7"
};

NumberCheck CheckNumber(NumberScheme scheme, std::string_view value);

// Appends what the scheme needs (check digits, length digit, padding) to a base; empty with *reason
// set when no such number exists (too long, a letter, a base whose check digit is not issued).
std::string MakeNumber(NumberScheme scheme, std::string_view base, std::string* reason);

// Values that are one small slip away from `value` and valid in the scheme: a digit changed, two
// neighbours swapped, one lost or added at an end, letters written for the digits that they look
// like. In their normal form, in ascending order without repeats; `value` itself is never among
// them.
std::vector<std::string> RepairNumber(NumberScheme scheme, std::string_view value);

// A Danish payment slip line: `+71<000000020260014+81234567<`.
struct FikLine {
  char card[2] = {};       // "71"
  std::string id;          // filled with zeros to the card's length; empty for cards 01 and 73
  std::string creditor;    // eight digits
  bool id_passes = false;  // the id's check digit is right, or the card has no id
  size_t begin = 0;        // where the line stands in the text, half open
  size_t end = 0;
};

// The first payment slip line in `text` at or after `from`, in any of the forms that people and
// programs write: blanks inside, ">" or nothing for the first "+", "<" left out, the id not filled
// up.
bool FindFikLine(std::string_view text, size_t from, FikLine* line);
// `text` as one payment slip line and nothing else but blanks around it.
bool ParseFikLine(std::string_view text, FikLine* line);
// `+71<000000020260014+81234567<`.
std::string FormatFikLine(const FikLine& line);

// The form in which references are compared: upper case, letters and digits only, no leading zeros;
// a valid RF reference as the national reference inside it. Empty for fillers that are no
// references (NOTPROVIDED, zeros, "-"). The minus sign that ends a valid mod 11 KID is its check
// digit and stays: `1009-` and `1009` are two references. Letters beyond ASCII stay; the blanks,
// dashes and quotation marks of Unicode go. The normal form of a normal form is itself.
std::string NormalReference(std::string_view value);
// The same into a caller's buffer of at least value.size() bytes; returns the length. `out` may be
// value.data(). Digits alone cost a few nanoseconds and nothing is allocated for them.
size_t NormalReferenceTo(std::string_view value, char* out);

// Whether `value` passes the check digits of at least one reference scheme that its length and
// letters allow: KID mod 10 or 11 (the former also covers OCR and FIK), viite, RF, QRR.
bool IsWellFormedReference(std::string_view value);

// The form in which creditor accounts are compared and written: an IBAN in upper case without
// blanks, or `scheme:digits`, the scheme in lower case, the digits without separators; bankgiro and
// plusgiro numbers without the zeros that fixed fields put before them. `iban:` before an IBAN is
// dropped.
std::string NormalAccount(std::string_view value);
// The same into a caller's buffer of at least value.size() bytes; returns the length. `out` may be
// value.data(). Allocates nothing.
size_t NormalAccountTo(std::string_view value, char* out);

// The key under which two spellings of one account are equal: the IBAN where the national number
// is its account part (`bban-no:15064512345`, `bban-dk:` and `bban-fi:` with 14 digits), else the
// normal form. For comparing; what is written is NormalAccount.
std::string AccountAlias(std::string_view account);

}  // namespace kvitt
