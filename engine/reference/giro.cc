// Swedish bankgiro (7 or 8 digits) and plusgiro (2 to 8 digits) numbers, both ending in a Luhn
// digit. A bankgiro is printed with a hyphen before its last four digits, a plusgiro in pairs from
// the right with a hyphen before the check digit.
//
// Source: the public package banktools-se (bankgiro.rb, plusgiro.rb).

#include "engine/reference/giro.h"

#include "engine/reference/luhn.h"

namespace kvitt::reference {
namespace {

std::string LuhnNumberReason(std::string_view number, size_t min, size_t max) {
  std::string reason = NotDigitsReason(number, min, max);
  return reason.empty() ? LuhnReason(number) : reason;
}

std::string MakeLuhnNumber(std::string_view base, size_t min, size_t max, std::string* reason) {
  *reason = NotDigitsReason(base, min - 1, max - 1);
  if (!reason->empty()) return {};
  return std::string(base) + LuhnDigit(base);
}

NumberCheck CheckBankgiro(std::string_view number) {
  if (std::string reason = LuhnNumberReason(number, 7, 8); !reason.empty()) {
    return Bad(std::move(reason));
  }
  return Good(number,
              Joined({number.substr(0, number.size() - 4), "-", number.substr(number.size() - 4)}));
}

std::string MakeBankgiro(std::string_view base, std::string* reason) {
  return MakeLuhnNumber(base, 7, 8, reason);
}

NumberCheck CheckPlusgiro(std::string_view number) {
  if (std::string reason = LuhnNumberReason(number, 2, 8); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const std::string_view payload = number.substr(0, number.size() - 1);
  return Good(number,
              Joined({GroupedFromRight(payload, 2), "-", number.substr(number.size() - 1)}));
}

std::string MakePlusgiro(std::string_view base, std::string* reason) {
  return MakeLuhnNumber(base, 2, 8, reason);
}

}  // namespace

const Scheme kBankgiroScheme = {"bankgiro",  "Swedish bankgiro number", "-", false, CheckBankgiro,
                                MakeBankgiro};
const Scheme kPlusgiroScheme = {"plusgiro",  "Swedish plusgiro number", "-", false, CheckPlusgiro,
                                MakePlusgiro};

}  // namespace kvitt::reference
