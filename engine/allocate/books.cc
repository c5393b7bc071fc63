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

GroupNumber Books::GroupOf(const ItemRecord& item) const {
  if (!policies.has_groups()) return kNoGroup;
  char scratch[kPackedTextBytesMax];
  const CustomerRecord* const customer = customers.Find(items.CustomerId(item, scratch));
  return customer == nullptr ? kNoGroup : policies.GroupNumberOf(customer->group);
}

const ResolvedTerms& Books::PolicyOf(const PaymentRecord& payment, const ItemRecord& item) const {
  return policies.For(payment.account, GroupOf(item));
}

const ResolvedTerms& Books::PolicyOf(const PaymentRecord& payment,
                                     absl::Span<const ItemHandle> paid) const {
  if (paid.empty() || !policies.has_groups()) return policies.For(payment.account, kNoGroup);
  const GroupNumber group = GroupOf(items.At(paid[0]));
  const bool is_shared = std::all_of(
      paid.begin(), paid.end(), [&](ItemHandle item) { return GroupOf(items.At(item)) == group; });
  return policies.For(payment.account, is_shared ? group : kNoGroup);
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
