#include "engine/evidence/payer_balances.h"

#include <algorithm>
#include <vector>

#include "engine/evidence/evidence.h"
#include "kvitt/amount.h"

namespace kvitt {
namespace {

// Fewer items are added up for each payment: that is as fast as looking the sum up.
constexpr size_t kManyItems = 64;

size_t CountItems(const Evidence& evidence, const SearchCase& search) {
  if (!search.named.empty()) return search.named.size();
  size_t count = 0;
  for (CustomerNumber customer : evidence.PaidBy(search.payer)) {
    count += evidence.items_of.ByAge(customer).size();
  }
  return count;
}

// Adds up items one by one.
class Adder {
 public:
  explicit Adder(const Books& books) : books_(books) {}

  // Returns what the item adds to the net.
  int64_t Add(const ItemRecord& item) {
    const bool lends = item.kind() == ItemKind::kCreditNote;
    const int64_t net = lends ? -item.open_minor : item.open_minor;
    gross_ += item.open_minor;
    open_ += net;
    ++count_;
    if (item.has(ItemRecord::kHasDiscount)) discounts_ += books_.items.Discount(item);
    return net;
  }

  // All but what is due.
  PayerBalance Total() const {
    constexpr Int128 kGrossMax = Int128{1} << 61;
    PayerBalance balance;
    balance.open_count = count_;
    balance.too_large = gross_ > kGrossMax || discounts_ > kGrossMax;
    if (balance.too_large) return balance;
    balance.open_net = static_cast<int64_t>(open_);
    balance.discounts = static_cast<int64_t>(discounts_);
    return balance;
  }

 private:
  const Books& books_;
  Int128 open_ = 0;
  Int128 gross_ = 0;
  Int128 discounts_ = 0;
  uint32_t count_ = 0;
};

}  // namespace

struct PayerBalances::ByDueDate {
  // What is due from that day on, until the next step.
  struct Step {
    Date due;
    int64_t net = 0;
    uint32_t count = 0;
  };

  PayerBalance total;
  std::vector<Step> steps;  // in the order of days; no date comes first

  ByDueDate(const Books& books, const Evidence& evidence, const SearchCase& search) {
    Adder adder(books);
    ForEachPayerItem(books, evidence, search, [&](ItemHandle handle) {
      const ItemRecord& item = books.items.At(handle);
      const int64_t net = adder.Add(item);
      const Date due = books.items.DueDate(item);
      // Items come by due date, customer by customer.
      if (steps.empty() || !(steps.back().due == due)) steps.push_back({due, 0, 0});
      // Too large a sum is not asked for.
      steps.back().net = static_cast<int64_t>(static_cast<uint64_t>(steps.back().net) +
                                              static_cast<uint64_t>(net));
      ++steps.back().count;
    });
    total = adder.Total();
    if (total.too_large) steps.clear();
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& a, const Step& b) { return a.due < b.due; });
    for (size_t i = 1; i < steps.size(); ++i) {
      steps[i].net += steps[i - 1].net;
      steps[i].count += steps[i - 1].count;
    }
  }

  PayerBalance On(Date paid_on) const {
    PayerBalance balance = total;
    const auto later = std::partition_point(
        steps.begin(), steps.end(), [&](const Step& step) { return IsDue(step.due, paid_on); });
    if (later == steps.begin()) return balance;
    balance.due_net = std::prev(later)->net;
    balance.due_count = std::prev(later)->count;
    return balance;
  }
};

PayerBalance PayerBalances::Of(const Books& books,
                               const Evidence& evidence,
                               const SearchCase& search,
                               Date paid_on) {
  if (!search.named.empty() || CountItems(evidence, search) < kManyItems) {
    Adder adder(books);
    Int128 due = 0;
    uint32_t due_count = 0;
    ForEachPayerItem(books, evidence, search, [&](ItemHandle handle) {
      const ItemRecord& item = books.items.At(handle);
      const int64_t net = adder.Add(item);
      if (!IsDue(books.items.DueDate(item), paid_on)) return;
      due += net;
      ++due_count;
    });
    PayerBalance balance = adder.Total();
    balance.due_count = due_count;
    if (!balance.too_large) balance.due_net = static_cast<int64_t>(due);
    return balance;
  }
  const Key key = {search.payer, search.account, search.currency};
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<const ByDueDate>& known = large_[key];
  if (known == nullptr) known = std::make_shared<const ByDueDate>(books, evidence, search);
  return known->On(paid_on);
}

void PayerBalances::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  large_.clear();
}

}  // namespace kvitt
