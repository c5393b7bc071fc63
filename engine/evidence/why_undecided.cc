#include "engine/evidence/why_undecided.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

// Only digits, and what looks like an RF reference, can fail check digits; an invoice number
// cannot.
bool CanFailCheckDigit(std::string_view value) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool looks_rf = value.size() > 4 && (value[0] == 'R' || value[0] == 'r') &&
                        (value[1] == 'F' || value[1] == 'f') && is_digit(value[2]) &&
                        is_digit(value[3]);
  return looks_rf || std::none_of(value.begin(), value.end(), is_letter);
}

}  // namespace

bool CountsAsWellFormed(const PaymentReference& reference) {
  return reference.scheme == ReferenceScheme::kInvoice ||
         reference.scheme == ReferenceScheme::kText || !CanFailCheckDigit(reference.value) ||
         IsWellFormedReference(reference.value);
}

DeviationCode CodeOfUndecided(const Books& books, const PaymentRecord& payment) {
  if (payment.has(PaymentRecord::kOtherAccountReference)) return DeviationCode::kAccountMismatch;
  if (!payment.has(PaymentRecord::kHasReference)) return DeviationCode::kReferenceMissing;
  std::vector<PaymentReference> references;
  books.payments.References(payment, &references);
  const bool well_formed =
      std::any_of(references.begin(), references.end(), [](const PaymentReference& reference) {
        // Fillers are no references.
        return !MakeReferenceKey(reference.value, kAnyAccount).is_none() &&
               CountsAsWellFormed(reference);
      });
  return well_formed ? DeviationCode::kReferenceUnknown : DeviationCode::kReferenceInvalid;
}

}  // namespace kvitt
