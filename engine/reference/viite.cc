// The Finnish national reference (viite): 4 to 20 digits, the last one a check digit with the
// weights 7,3,1 repeating from the right of the payload. Leading zeros mean nothing: files fill
// them up to 20 digits. Printed in groups of five from the right.
//
// Source: Finance Finland, reference number guideline; public packages "finnish-reference-number".

#include "engine/reference/viite.h"

namespace kvitt::reference {
namespace {

constexpr size_t kViiteMin = 4;
constexpr size_t kViiteMax = 20;

NumberCheck CheckViite(std::string_view reference) {
  if (std::string reason = NotDigitsReason(reference, kViiteMin, kViiteMax); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const std::string_view significant = WithoutLeadingZeros(reference);
  if (significant.empty()) return Bad("it is all zeros");
  const char expected = ViiteDigit(reference.substr(0, reference.size() - 1));
  if (reference.back() != expected) return Bad(CheckDigitReason(reference.back(), expected));
  // A number of fewer digits than a reference has keeps the zeros that make it one.
  const size_t shortest = kViiteMin > significant.size() ? kViiteMin : significant.size();
  const std::string_view normal = reference.substr(reference.size() - shortest);
  return Good(normal, GroupedFromRight(normal, 5));
}

std::string MakeViite(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, kViiteMin - 1, kViiteMax - 1);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  return std::string(base) + ViiteDigit(base);
}

}  // namespace

char ViiteDigit(std::string_view payload) {
  static constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  size_t place = 0;
  for (size_t i = payload.size(); i-- > 0;) {
    sum += (payload[i] - '0') * kWeights[place];
    place = place == 2 ? 0 : place + 1;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool PassesViite(std::string_view digits) {
  return digits.size() >= kViiteMin && digits.size() <= kViiteMax &&
         !WithoutLeadingZeros(digits).empty() &&
         digits.back() == ViiteDigit(digits.substr(0, digits.size() - 1));
}

const Scheme kViiteScheme = {"viite",  "Finnish national reference", "", false, CheckViite,
                             MakeViite};

}  // namespace kvitt::reference
