// The creditor reference of ISO 11649: `RF`, two check digits by mod 97-10, and 1 to 21 letters or
// digits. It often wraps a national reference: RF5220260011 is the Finnish 20260011. Printed in
// groups of four from the left.
//
// Source: ISO 11649; the public package python-stdnum (iso11649.py).

#include "engine/reference/rf.h"

#include "engine/reference/mod97.h"

namespace kvitt::reference {
namespace {

constexpr size_t kBodyMax = 21;

NumberCheck CheckRf(std::string_view reference) {
  if (reference.size() < 5 || reference.size() > kBodyMax + 4) {
    return Bad(
        Joined({"it has ", std::to_string(reference.size()), " characters, expected 5 to 25"}));
  }
  if (reference.substr(0, 2) != "RF") return Bad("it does not begin with RF");
  if (!IsDigits(reference.substr(2, 2))) return Bad("no two check digits follow RF");
  const std::string_view body = reference.substr(4);
  if (Mod97(body) < 0) return Bad("a character is neither letter nor digit");
  const std::string expected = Mod97Digits("RF", body);
  // 00, 01 and 99 leave the same remainders as 97, 98 and 02, but are never issued.
  if (reference.substr(2, 2) != expected) {
    return Bad(Joined({"check digits are ", reference.substr(2, 2), ", expected ", expected}));
  }
  return Good(reference, GroupedFromLeft(reference, 4));
}

std::string MakeRf(std::string_view base, std::string* reason) {
  reason->clear();
  if (base.empty()) {
    *reason = "it is empty";
  } else if (base.size() > kBodyMax) {
    *reason = Joined({"it has ", std::to_string(base.size()), " characters, expected 1 to ",
                      std::to_string(kBodyMax)});
  } else if (Mod97(base) < 0) {
    *reason = "a character is neither letter nor digit";
  }
  if (!reason->empty()) return {};
  return Joined({"RF", Mod97Digits("RF", base), base});
}

}  // namespace

bool PassesRf(std::string_view compact) {
  if (compact.size() < 5 || compact.size() > kBodyMax + 4 || compact.substr(0, 2) != "RF" ||
      !IsDigits(compact.substr(2, 2))) {
    return false;
  }
  const int check = (compact[2] - '0') * 10 + (compact[3] - '0');
  return check >= 2 && check <= 98 && PassesMod97(compact);
}

const Scheme kRfScheme = {"rf", "ISO 11649 creditor reference", "-.", true, CheckRf, MakeRf};

}  // namespace kvitt::reference
