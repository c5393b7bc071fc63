// The Norwegian organisation number: 9 digits, weights 3,2,7,6,5,4,3,2,1, sum divisible by 11. The
// value-added-tax form (NO before, MVA behind) is read too. Printed in groups of three.
//
// Source: the public package python-stdnum (no/orgnr.py).

#include "engine/reference/org_no.h"

namespace kvitt::reference {
namespace {

constexpr std::string_view kWeights = "32765432";

NumberCheck CheckOrgNo(std::string_view number) {
  if (number.substr(0, 2) == "NO") number.remove_prefix(2);
  if (number.size() == 12 && number.substr(9) == "MVA") number.remove_suffix(3);
  if (std::string reason = NotDigitsReason(number, 9, 9); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (WithoutLeadingZeros(number).empty()) return Bad("it is all zeros");
  const int expected = (11 - WeightedSum(number, kWeights) % 11) % 11;
  if (expected == 10) return Bad("these eight digits have no check digit and are not issued");
  if (number.back() - '0' != expected) {
    return Bad(CheckDigitReason(number.back(), static_cast<char>('0' + expected)));
  }
  return Good(number, GroupedFromLeft(number, 3));
}

std::string MakeOrgNo(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 8, 8);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  const int check = (11 - WeightedSum(base, kWeights) % 11) % 11;
  if (check == 10) {
    *reason = "these eight digits have no check digit and are not issued";
    return {};
  }
  return std::string(base) + static_cast<char>('0' + check);
}

}  // namespace

const Scheme kOrgNoScheme = {"org-no", "Norwegian organisation number", ".-", false, CheckOrgNo,
                             MakeOrgNo};

}  // namespace kvitt::reference
