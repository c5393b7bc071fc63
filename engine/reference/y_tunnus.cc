// The Finnish business id (Y-tunnus): 7 digits and a check digit, weights 7,9,10,5,8,4,2. Remainder
// 0 gives 0, remainder 1 is not issued, else 11 minus the remainder. Printed with a hyphen before
// the check digit; the value-added-tax form (FI before) is read too.
//
// One public validator maps remainder 1 to check digit 0; python-stdnum refuses it. Refusing is the
// reading that cannot take a wrong number for a right one, and is what is done here.

#include "engine/reference/y_tunnus.h"

namespace kvitt::reference {
namespace {

// ':' is the weight 10.
constexpr std::string_view kWeights = "79:5842";
constexpr std::string_view kNotIssued = "these seven digits have no check digit and are not issued";

// 0 to 9, or 10 where no number is issued.
int CheckValue(std::string_view payload) {
  const int remainder = WeightedSum(payload, kWeights) % 11;
  return remainder == 0 ? 0 : 11 - remainder;
}

NumberCheck CheckYTunnus(std::string_view number) {
  if (number.substr(0, 2) == "FI") number.remove_prefix(2);
  // Old numbers had six digits before the check digit and are filled with a zero.
  const std::string padded = number.size() == 7 ? Joined({"0", number}) : std::string(number);
  if (std::string reason = NotDigitsReason(padded, 8, 8); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (WithoutLeadingZeros(padded).empty()) return Bad("it is all zeros");
  const int expected = CheckValue(padded);
  if (expected == 10) return Bad(std::string(kNotIssued));
  if (padded.back() - '0' != expected) {
    return Bad(CheckDigitReason(padded.back(), static_cast<char>('0' + expected)));
  }
  return Good(padded, Joined({padded.substr(0, 7), "-", padded.substr(7)}));
}

std::string MakeYTunnus(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 7, 7);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  const int check = CheckValue(base);
  if (check == 10) {
    *reason = std::string(kNotIssued);
    return {};
  }
  return std::string(base) + static_cast<char>('0' + check);
}

}  // namespace

const Scheme kYTunnusScheme = {"y-tunnus", "Finnish business id", "-",
                               false,      CheckYTunnus,          MakeYTunnus};

}  // namespace kvitt::reference
