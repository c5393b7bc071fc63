// The Danish CVR number: 8 digits, the first not 0, weights 2,7,6,5,4,3,2,1, sum divisible by 11.
//
// Numbers without this property may have been issued lately (no public source confirms it), so data
// that carries one is warned of and never refused; this check says no.
// Source: the public package python-stdnum (dk/cvr.py).

#include "engine/reference/cvr.h"

namespace kvitt::reference {
namespace {

constexpr std::string_view kWeights = "2765432";

NumberCheck CheckCvr(std::string_view number) {
  if (number.substr(0, 2) == "DK") number.remove_prefix(2);
  if (std::string reason = NotDigitsReason(number, 8, 8); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (number[0] == '0') return Bad("it begins with 0");
  const int expected = (11 - WeightedSum(number, kWeights) % 11) % 11;
  if (expected == 10) return Bad("these seven digits have no check digit");
  if (number.back() - '0' != expected) {
    return Bad(CheckDigitReason(number.back(), static_cast<char>('0' + expected)));
  }
  return Good(number, GroupedFromLeft(number, 2));
}

std::string MakeCvr(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 7, 7);
  if (reason->empty() && base[0] == '0') *reason = "it begins with 0";
  if (!reason->empty()) return {};
  const int check = (11 - WeightedSum(base, kWeights) % 11) % 11;
  if (check == 10) {
    *reason = "these seven digits have no check digit";
    return {};
  }
  return std::string(base) + static_cast<char>('0' + check);
}

}  // namespace

const Scheme kCvrScheme = {"cvr", "Danish CVR number", "-.", false, CheckCvr, MakeCvr};

}  // namespace kvitt::reference
