// KID, the Norwegian customer identification that a payer quotes: 2 to 25 characters, the last one
// a check digit by mod 10 (Luhn) or mod 11.
//
// Mod 11 weighs 2,3,4,5,6,7,2,3.. from the right of the payload; the check is 11 minus the
// remainder, 0 for remainder 0 and a literal minus sign for remainder 1. The minus is a check
// digit, not punctuation: it stays in the normal form.
//
// Source: Nets, "OCR giro - System manual", section 5. Sources differ on the shortest KID (2 or 4
// characters); 2 is accepted, because an agreement fixes the length anyway.

#include "engine/reference/kid.h"

#include "engine/reference/luhn.h"

namespace kvitt::reference {
namespace {

constexpr size_t kKidMin = 2;
constexpr size_t kKidMax = 25;

NumberCheck CheckMod10(std::string_view kid) {
  if (std::string reason = NotDigitsReason(kid, kKidMin, kKidMax); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (std::string reason = LuhnReason(kid); !reason.empty()) return Bad(std::move(reason));
  return Good(kid, std::string(kid));
}

NumberCheck CheckMod11(std::string_view kid) {
  // The payload must be digits; the last character is a digit or the minus.
  std::string digits(kid);
  if (digits.size() >= kKidMin && digits.back() == '-') digits.back() = '0';
  if (std::string reason = NotDigitsReason(digits, kKidMin, kKidMax); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const char expected = KidMod11Digit(kid.substr(0, kid.size() - 1));
  if (kid.back() != expected) return Bad(CheckDigitReason(kid.back(), expected));
  return Good(kid, std::string(kid));
}

std::string MakeWith(char (*digit)(std::string_view), std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, kKidMin - 1, kKidMax - 1);
  if (!reason->empty()) return {};
  return std::string(base) + digit(base);
}

std::string MakeMod10(std::string_view base, std::string* reason) {
  return MakeWith(LuhnDigit, base, reason);
}

std::string MakeMod11(std::string_view base, std::string* reason) {
  return MakeWith(KidMod11Digit, base, reason);
}

}  // namespace

char KidMod11Digit(std::string_view payload) {
  int sum = 0;
  int weight = 2;
  for (size_t i = payload.size(); i-- > 0;) {
    sum += (payload[i] - '0') * weight;
    weight = weight == 7 ? 2 : weight + 1;
  }
  const int remainder = sum % 11;
  if (remainder == 0) return '0';
  if (remainder == 1) return '-';
  return static_cast<char>('0' + 11 - remainder);
}

bool PassesKidMod11(std::string_view kid) {
  if (kid.size() < kKidMin || kid.size() > kKidMax) return false;
  const std::string_view payload = kid.substr(0, kid.size() - 1);
  return IsDigits(payload) && kid.back() == KidMod11Digit(payload);
}

const Scheme kKidMod10Scheme = {"kid10", "Norwegian KID, mod 10", "", false, CheckMod10, MakeMod10};
const Scheme kKidMod11Scheme = {
    "kid11", "Norwegian KID, mod 11 (may end in '-')", "", false, CheckMod11, MakeMod11};

}  // namespace kvitt::reference
