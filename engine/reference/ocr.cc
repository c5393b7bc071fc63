// The Swedish OCR reference: 2 to 25 digits, the last one by Luhn. Under agreements with variable
// length the second last digit is the length of the whole reference modulo 10, covered by the check
// digit.
//
// Source: Bankgirot BG6070, section 5.2, as cited by the public package banktools-se (ocr.rb).

#include "engine/reference/ocr.h"

#include "engine/reference/luhn.h"

namespace kvitt::reference {
namespace {

constexpr size_t kOcrMin = 2;
constexpr size_t kOcrMax = 25;

NumberCheck CheckOcr(std::string_view ocr) {
  if (std::string reason = NotDigitsReason(ocr, kOcrMin, kOcrMax); !reason.empty()) {
    return Bad(std::move(reason));
  }
  if (std::string reason = LuhnReason(ocr); !reason.empty()) return Bad(std::move(reason));
  return Good(ocr, std::string(ocr));
}

NumberCheck CheckOcrLength(std::string_view ocr) {
  if (std::string reason = NotDigitsReason(ocr, kOcrMin + 1, kOcrMax); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const char expected = static_cast<char>('0' + ocr.size() % 10);
  const char found = ocr[ocr.size() - 2];
  if (found != expected) {
    return Bad(Joined({"length digit is ", std::string_view(&found, 1), ", expected ",
                       std::string_view(&expected, 1)}));
  }
  return CheckOcr(ocr);
}

std::string MakeOcr(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, kOcrMin - 1, kOcrMax - 1);
  if (!reason->empty()) return {};
  return std::string(base) + LuhnDigit(base);
}

std::string MakeOcrLength(std::string_view base, std::string* reason) {
  *reason = NotDigitsReason(base, kOcrMin - 1, kOcrMax - 2);
  if (!reason->empty()) return {};
  const std::string payload = std::string(base) + static_cast<char>('0' + (base.size() + 2) % 10);
  return payload + LuhnDigit(payload);
}

}  // namespace

const Scheme kOcrScheme = {"ocr",  "Swedish OCR reference, check digit", "", false, CheckOcr,
                           MakeOcr};
const Scheme kOcrLengthScheme = {
    "ocr-length", "Swedish OCR reference, length and check digit", "", false, CheckOcrLength,
    MakeOcrLength};

}  // namespace kvitt::reference
