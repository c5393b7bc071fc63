// A ledger and its payments in memory, for benchmarks of the engine and of its outputs: each item is
// paid once, in another order, and it is known how each payment must end.

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "kvitt/record_batch.h"

namespace kvitt {

struct LedgerRecords {
  std::deque<std::string> texts;  // never move
  OpenItemBatch items;
  PaymentBatch payments;
  size_t exact = 0;    // payments to the minor unit
  size_t half = 0;     // of half the amount
  size_t twofold = 0;  // of twice the amount
  size_t unknown = 0;  // whose reference no item carries

  explicit LedgerRecords(size_t count) {
    for (size_t i = 0; i < count; ++i) AddItem(i);
    // Odd and larger than any factor of the counts in use, so that every item comes once.
    constexpr size_t kStride = 1'000'003;
    for (size_t i = 0; i < count; ++i) AddPayment(i, i * kStride % count);
  }

 private:
  std::string_view Keep(std::string text) { return texts.emplace_back(std::move(text)); }

  std::string_view Numbered(std::string_view prefix, size_t number, size_t digits) {
    const std::string text = std::to_string(number);
    return Keep(std::string(prefix) + std::string(digits - text.size(), '0') + text);
  }

  static int64_t AmountOf(size_t item) {
    return static_cast<int64_t>(10'000 + 2 * (item * 7919 % 5'000'000));
  }

  std::string_view AccountOf(size_t item) {
    return Numbered("bankgiro:", 10'000'000 + item % 500, 8);
  }

  // Ten to twenty digits, as they come.
  std::string_view ReferenceOf(size_t item) {
    return Numbered("7", item * 1'000'003 % 1'000'000'000, 9 + item % 11);
  }

  void AddItem(size_t i) {
    OpenItem& item = items.items.emplace_back();
    item.item_id = Numbered("I", i, 9);
    item.customer_id = Numbered("C", i / 4, 9);
    item.creditor_account = AccountOf(i);
    item.amount_minor = item.open_amount_minor = AmountOf(i);
    item.currency = Currency::FromCode("SEK");
    item.issue_date = Date::FromDays(20'454);
    item.due_date = Date::FromDays(20'484);
    items.AddReference(&item, ReferenceOf(i));
  }

  void AddPayment(size_t i, size_t item) {
    Payment& payment = payments.payments.emplace_back();
    payment.payment_id = Numbered("P", i, 9);
    payment.creditor_account = AccountOf(item);
    payment.amount_minor = AmountOf(item);
    payment.currency = Currency::FromCode("SEK");
    payment.booking_date = Date::FromDays(20'480);
    payment.payer_name = Numbered("Kund ", item / 4, 9);
    PaymentReference reference;
    reference.value = ReferenceOf(item);
    switch (i % 20) {
      case 3:
        payment.amount_minor /= 2;
        ++half;
        break;
      case 7:
        payment.amount_minor *= 2;
        ++twofold;
        break;
      case 11:
        reference.value = Numbered("9", i, 15);
        ++unknown;
        break;
      default:
        ++exact;
    }
    payments.AddReference(&payment, reference);
  }
};

}  // namespace kvitt
