// The Swedish organisation number: 10 digits, the last one by Luhn. The century prefix 16, the
// filler 00 of 12-digit fields and the value-added-tax form (SE before, 01 behind) are taken off.
// Printed with a hyphen before its last four digits.
//
// Source: the public package python-stdnum (se/orgnr.py).

#include "engine/reference/org_se.h"

#include "engine/reference/luhn.h"

namespace kvitt::reference {
namespace {

NumberCheck CheckOrgSe(std::string_view number) {
  if (number.size() == 14 && number.substr(0, 2) == "SE" && number.substr(12) == "01") {
    number = number.substr(2, 10);
  } else if (number.size() == 12 && (number.substr(0, 2) == "16" || number.substr(0, 2) == "00")) {
    number.remove_prefix(2);
  }
  if (std::string reason = NotDigitsReason(number, 10, 10); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (WithoutLeadingZeros(number).empty()) return Bad("it is all zeros");
  if (std::string reason = LuhnReason(number); !reason.empty()) return Bad(std::move(reason));
  return Good(number, Joined({number.substr(0, 6), "-", number.substr(6)}));
}

std::string MakeOrgSe(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 9, 9);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  return std::string(base) + LuhnDigit(base);
}

}  // namespace

const Scheme kOrgSeScheme = {"org-se", "Swedish organisation number", "-", false, CheckOrgSe,
                             MakeOrgSe};

}  // namespace kvitt::reference
