#include "engine/evidence/payer_items.h"

#include <algorithm>
#include <utility>

#include "engine/allocate/composed.h"
#include "engine/evidence/open_item_index.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// Walking over so many paid items again and again costs more than leaving them out.
constexpr uint32_t kVeryManyItems = 1'000;

}  // namespace

void PayerItems::Build(const Books& books, CustomerDirectory* directory) {
  const size_t customers = directory->size();
  begin_.assign(customers + 1, 0);
  end_.clear();
  large_.clear();
  discount_max_.assign(customers, 0);
  by_age_.clear();
  by_amount_.clear();
  if (customers == 0) return;

  struct Owned {
    CustomerNumber customer;
    ItemHandle item;
  };

  const size_t workers = WorkersOf(books.threads);
  std::vector<std::vector<Owned>> open(workers);
  std::vector<std::vector<char>> has_item(workers, std::vector<char>(customers, 0));
  const ItemStore& items = books.items;
  directory->ForEachItem(books.threads, [&](CustomerNumber customer, ItemHandle handle,
                                            const ItemRecord& item, size_t worker) {
    if (item.has(ItemRecord::kDead)) return;
    has_item[worker][customer] = 1;
    if (IsOpen(item)) open[worker].push_back({customer, handle});
  });
  size_t count = 0;
  for (size_t w = 0; w < workers; ++w) {
    count += open[w].size();
    for (const Owned& owned : open[w]) ++begin_[owned.customer + 1];
    for (CustomerNumber c = 0; c < customers; ++c) {
      if (has_item[w][c] != 0) directory->NoteItem(c);
    }
  }
  for (size_t c = 0; c < customers; ++c) begin_[c + 1] += begin_[c];
  end_.assign(begin_.begin() + 1, begin_.end());
  for (CustomerNumber c = 0; c < customers; ++c) {
    if (end_[c] - begin_[c] > kVeryManyItems) large_.push_back(c);
  }
  by_age_.resize(count);
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (const std::vector<Owned>& list : open) {
    for (const Owned& owned : list) by_age_[next[owned.customer]++] = owned.item;
  }
  by_amount_.resize(count);
  ParallelFor(customers, 256, books.threads, [&](size_t begin, size_t end, int) {
    for (size_t c = begin; c < end; ++c) {
      const auto first = by_age_.begin() + begin_[c];
      const auto last = by_age_.begin() + begin_[c + 1];
      std::vector<ItemHandle> list(first, last);
      SortItems(books, &list);
      std::copy(list.begin(), list.end(), first);
      const auto amounts = by_amount_.begin() + begin_[c];
      for (size_t i = 0; i < list.size(); ++i) {
        const ItemRecord& item = items.At(list[i]);
        amounts[static_cast<ptrdiff_t>(i)] = {item.currency, item.open_minor, list[i]};
      }
      std::stable_sort(amounts, by_amount_.begin() + begin_[c + 1]);
      for (ItemHandle item : list) {
        if (items.At(item).has(ItemRecord::kHasDiscount)) {
          discount_max_[c] = std::max(discount_max_[c], items.Discount(items.At(item)));
        }
      }
    }
  });
}

void PayerItems::DropPaid(const Books& books) {
  const auto is_paid = [&](ItemHandle item) { return !IsOpen(books.items.At(item)); };
  for (CustomerNumber c : large_) {
    const auto age = by_age_.begin() + begin_[c];
    const auto age_end = std::remove_if(age, by_age_.begin() + end_[c], is_paid);
    const auto amounts = by_amount_.begin() + begin_[c];
    const auto amounts_end =
        std::remove_if(amounts, by_amount_.begin() + end_[c],
                       [&](const Amount& amount) { return is_paid(amount.item); });
    KVITT_CHECK(age_end - age == amounts_end - amounts);
    end_[c] = static_cast<uint32_t>(age_end - by_age_.begin());
  }
}

}  // namespace kvitt
