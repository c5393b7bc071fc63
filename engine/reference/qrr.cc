// The Swiss QR reference (formerly ISR): 27 digits, the last one by the recursive mod 10. A shorter
// base is filled with zeros on the left.
//
// Source: SIX, "Swiss Implementation Guidelines QR-bill", annex on check digits; verified on public
// camt.053 files.

#include "engine/reference/qrr.h"

#include "absl/strings/str_cat.h"

namespace kvitt::reference {
namespace {

constexpr size_t kQrrLength = 27;

char RecursiveMod10Digit(std::string_view payload) {
  static constexpr int kTable[] = {0, 9, 4, 6, 8, 2, 7, 1, 3, 5};
  int carry = 0;
  for (const char c : payload) carry = kTable[(carry + (c - '0')) % 10];
  return static_cast<char>('0' + (10 - carry) % 10);
}

NumberCheck CheckQrr(std::string_view reference) {
  if (std::string reason = NotDigitsReason(reference, kQrrLength, kQrrLength); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const char expected = RecursiveMod10Digit(reference.substr(0, kQrrLength - 1));
  if (reference.back() != expected) return Bad(CheckDigitReason(reference.back(), expected));
  return Good(reference, GroupedFromRight(reference, 5));
}

std::string MakeQrr(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, 1, kQrrLength - 1);
  if (!reason->empty()) return {};
  const std::string payload = std::string(kQrrLength - 1 - base.size(), '0') + std::string(base);
  return payload + RecursiveMod10Digit(payload);
}

}  // namespace

const Scheme kQrrScheme = {"qrr", "Swiss QR reference, 27 digits", "", false, CheckQrr, MakeQrr};

}  // namespace kvitt::reference
