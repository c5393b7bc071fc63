// The Norwegian account number: 11 digits, the last one by mod 11 with the weights
// 5,4,3,2,7,6,5,4,3,2; a payload that would need check 10 is not issued. Printed as 4 2 5.
//
// Accounts that begin with 0000 may be old 7-digit postgiro numbers, whose last seven digits pass
// Luhn instead. Source: the public package python-stdnum (no/kontonr.py).

#include "engine/reference/account_no.h"

#include "engine/reference/luhn.h"

namespace kvitt::reference {
namespace {

constexpr std::string_view kWeights = "5432765432";

int CheckValue(std::string_view payload) {
  return (11 - WeightedSum(payload, kWeights) % 11) % 11;
}

NumberCheck CheckAccountNo(std::string_view account) {
  if (std::string reason = NotDigitsReason(account, 11, 11); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const int expected = CheckValue(account.substr(0, 10));
  const bool is_old_postgiro =
      account.substr(0, 4) == "0000" && account != "00000000000" && PassesLuhn(account.substr(4));
  if (account.back() - '0' != expected && !is_old_postgiro) {
    if (expected == 10) return Bad("these ten digits have no check digit and are not issued");
    return Bad(CheckDigitReason(account.back(), static_cast<char>('0' + expected)));
  }
  if (account == "00000000000") return Bad("it is all zeros");
  return Good(account,
              Joined({account.substr(0, 4), " ", account.substr(4, 2), " ", account.substr(6)}));
}

std::string MakeAccountNo(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 10, 10);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  const int check = CheckValue(base);
  if (check == 10) {
    *reason = "these ten digits have no check digit and are not issued";
    return {};
  }
  return std::string(base) + static_cast<char>('0' + check);
}

}  // namespace

const Scheme kAccountNoScheme = {
    "account-no", "Norwegian account number", ".-", false, CheckAccountNo, MakeAccountNo};

}  // namespace kvitt::reference
