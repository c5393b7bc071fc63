// The words that stand for enumerated fields in JSON Lines and CSV, one table for reading and
// writing.

#include <cstddef>

#include "kvitt/record_batch.h"

namespace kvitt {
namespace {

// Indexed by the value of the enum.
constexpr std::string_view kItemKinds[] = {"invoice", "credit_note", "fee", "interest",
                                           "prepayment"};
constexpr std::string_view kItemStatuses[] = {"open", "closed", "blocked", "disputed",
                                              "collection"};
constexpr std::string_view kCustomerStatuses[] = {"active", "insolvent", "closed"};
constexpr std::string_view kDunningLevels[] = {"invoice", "customer"};
constexpr std::string_view kPaymentKinds[] = {
    "payment", "direct_debit", "reversal", "direct_debit_return", "fee", "interest", "transfer"};
constexpr std::string_view kDirections[] = {"credit", "debit"};
constexpr std::string_view kReferenceSchemes[] = {"unknown", "kid", "ocr", "fik",     "viite",
                                                  "rf",      "qrr", "ogm", "invoice", "text"};

template <typename Enum, size_t kCount>
bool Find(const std::string_view (&names)[kCount], std::string_view name, Enum* value) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) {
      *value = static_cast<Enum>(i);
      return true;
    }
  }
  return false;
}

template <typename Enum, size_t kCount>
std::string_view At(const std::string_view (&names)[kCount], Enum value) {
  const size_t i = static_cast<size_t>(value);
  return i < kCount ? names[i] : std::string_view();
}

}  // namespace

std::string_view Name(ItemKind kind) {
  return At(kItemKinds, kind);
}

std::string_view Name(ItemStatus status) {
  return At(kItemStatuses, status);
}

std::string_view Name(CustomerStatus status) {
  return At(kCustomerStatuses, status);
}

std::string_view Name(DunningLevel level) {
  return At(kDunningLevels, level);
}

std::string_view Name(PaymentKind kind) {
  return At(kPaymentKinds, kind);
}

std::string_view Name(Direction direction) {
  return At(kDirections, direction);
}

std::string_view Name(ReferenceScheme scheme) {
  return At(kReferenceSchemes, scheme);
}

bool FromName(std::string_view name, ItemKind* kind) {
  return Find(kItemKinds, name, kind);
}

bool FromName(std::string_view name, ItemStatus* status) {
  return Find(kItemStatuses, name, status);
}

bool FromName(std::string_view name, CustomerStatus* status) {
  return Find(kCustomerStatuses, name, status);
}

bool FromName(std::string_view name, DunningLevel* level) {
  return Find(kDunningLevels, name, level);
}

bool FromName(std::string_view name, PaymentKind* kind) {
  return Find(kPaymentKinds, name, kind);
}

bool FromName(std::string_view name, Direction* direction) {
  return Find(kDirections, name, direction);
}

bool FromName(std::string_view name, ReferenceScheme* scheme) {
  return Find(kReferenceSchemes, name, scheme);
}

}  // namespace kvitt
