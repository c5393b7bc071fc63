// The open items of the customers that some case concerns: by age, and by amount.

#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/allocate/books.h"
#include "engine/evidence/customer_directory.h"

namespace kvitt {

class PayerItems {
 public:
  // Collects the items of all customers of the directory, and notes there who has any item at all.
  void Build(const Books& books, CustomerDirectory* directory);

  // Leaves out what nothing is open on any more, where a customer has very many items.
  void DropPaid(const Books& books);

  // Oldest first, see SortItems.
  absl::Span<const ItemHandle> ByAge(CustomerNumber customer) const {
    return SpanOf(by_age_, customer);
  }

  // What was open when the items were collected; what has been paid since is not open at all, and may
  // be left out.
  struct Amount {
    uint8_t currency;
    int64_t open_minor;
    ItemHandle item;

    friend bool operator<(const Amount& a, const Amount& b) {
      return a.currency != b.currency ? a.currency < b.currency : a.open_minor < b.open_minor;
    }
  };

  // In ascending order.
  absl::Span<const Amount> ByAmount(CustomerNumber customer) const {
    return SpanOf(by_amount_, customer);
  }

  // Asks for what ByAmount looks at.
  void Prefetch(CustomerNumber customer) const {
    if (size_t{customer} + 1 < begin_.size()) __builtin_prefetch(&begin_[customer]);
  }

  // The largest cash discount on any of them.
  int64_t DiscountMax(CustomerNumber customer) const {
    return customer < discount_max_.size() ? discount_max_[customer] : 0;
  }

 private:
  template <typename T>
  absl::Span<const T> SpanOf(const std::vector<T>& items, CustomerNumber customer) const {
    if (size_t{customer} + 1 >= begin_.size()) return {};
    return absl::MakeConstSpan(items).subspan(begin_[customer], end_[customer] - begin_[customer]);
  }

  std::vector<uint32_t> begin_;
  std::vector<uint32_t> end_;
  std::vector<CustomerNumber> large_;  // customers of very many items
  std::vector<ItemHandle> by_age_;
  std::vector<Amount> by_amount_;
  std::vector<int64_t> discount_max_;
};

}  // namespace kvitt
