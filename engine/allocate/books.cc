#include "engine/allocate/books.h"

#include <algorithm>
#include <numeric>

namespace kvitt {

void Books::PrepareAccounts() {
  const AccountNumber count = accounts.size();
  account_hash.resize(count);
  account_rank.resize(count);
  std::vector<std::string> texts(count);
  for (AccountNumber i = 0; i < count; ++i) {
    account_hash[i] = accounts.StableHash(i);
    texts[i] = std::string(accounts.Text(i));
  }
  std::vector<AccountNumber> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](AccountNumber a, AccountNumber b) { return texts[a] < texts[b]; });
  for (uint32_t rank = 0; rank < count; ++rank) account_rank[order[rank]] = rank;
}

void Books::PrepareTolerance() {
  tolerance_minor.resize(kCurrencyIndexEnd);
  for (int i = 0; i < kCurrencyIndexEnd; ++i) {
    const Currency currency = Currency::FromIndex(static_cast<uint8_t>(i));
    const auto stated = policy.terms.tolerance_minor.find(std::string(currency.code()));
    tolerance_minor[static_cast<size_t>(i)] =
        stated != policy.terms.tolerance_minor.end() ? stated->second : currency.half_major_minor();
  }
}

bool Books::DecidesBefore(PaymentHandle a, PaymentHandle b) const {
  const PaymentRecord& x = payments.At(a);
  const PaymentRecord& y = payments.At(b);
  const Date x_date = payments.BookingDate(x);
  const Date y_date = payments.BookingDate(y);
  if (x_date != y_date) return x_date < y_date;
  if (account_rank[x.account] != account_rank[y.account]) {
    return account_rank[x.account] < account_rank[y.account];
  }
  char x_scratch[PaymentStore::kPaymentIdBytesMax];
  char y_scratch[PaymentStore::kPaymentIdBytesMax];
  return payments.PaymentId(x, x_scratch) < payments.PaymentId(y, y_scratch);
}

}  // namespace kvitt
