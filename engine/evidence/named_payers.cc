#include "engine/evidence/named_payers.h"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/evidence/name_index.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"

namespace kvitt {
namespace {

// A customer's name as some record gives it.
struct NamedCustomer {
  std::string_view customer_id;
  std::string_view name;

  friend bool operator<(const NamedCustomer& a, const NamedCustomer& b) {
    return a.customer_id != b.customer_id ? a.customer_id < b.customer_id : a.name < b.name;
  }
};

struct CustomerNames {
  std::vector<NamedCustomer> all;
  std::vector<std::vector<std::string>> ids;  // of customers that are not in the stream
};

// Customer streams come in the order of their ids, or in few pieces that do.
void SortNames(std::vector<NamedCustomer>* names) {
  constexpr size_t kPiecesMax = 32;
  std::vector<std::vector<NamedCustomer>::iterator> ends = {names->begin()};
  while (ends.back() != names->end() && ends.size() <= kPiecesMax) {
    ends.push_back(std::is_sorted_until(ends.back(), names->end()));
  }
  if (ends.back() != names->end()) {
    std::sort(names->begin(), names->end());
    return;
  }
  for (size_t i = 2; i < ends.size(); ++i) {
    std::inplace_merge(names->begin(), ends[i - 1], ends[i]);
  }
}

// Names of the customer stream, and of open items whose customers are not in it. In the order of
// their ids, so that nothing depends on who came first.
CustomerNames CollectNames(const Books& books) {
  CustomerNames collected;
  std::vector<NamedCustomer>& names = collected.all;
  for (const CustomerRecord& customer : books.customers.customers()) {
    if (!customer.name.empty()) names.push_back({customer.customer_id, customer.name});
  }
  const ItemStore& items = books.items;
  const size_t workers = WorkersOf(books.threads);
  std::vector<std::vector<std::string_view>> found(workers);
  std::vector<absl::flat_hash_set<uint64_t>> seen(workers);
  collected.ids.resize(workers);
  ScanItems(items, books.threads, [&](ItemHandle, const ItemRecord& item, size_t worker) {
    if (item.cold == 0 || !IsOpen(item)) return;
    const std::string_view name = ColdFind(items.Cold(item), ColdTag::kCustomerName);
    // Each name of a customer once for each thread, but for ids that lie in the arena.
    const uint64_t print = XXH3_64bits_withSeed(name.data(), name.size(), item.customer_id.bits());
    if (name.empty() || !seen[worker].insert(print).second) return;
    char scratch[kPackedTextBytesMax];
    const std::string_view id = items.CustomerId(item, scratch);
    const CustomerRecord* record = books.customers.Find(id);
    if (record != nullptr && !record->name.empty()) return;
    collected.ids[worker].emplace_back(id);
    found[worker].push_back(name);
  });
  for (size_t w = 0; w < workers; ++w) {
    for (size_t i = 0; i < found[w].size(); ++i) {
      names.push_back({collected.ids[w][i], found[w][i]});
    }
  }
  SortNames(&names);
  return collected;
}

}  // namespace

void FindNamedPayers(const Books& books, Evidence* evidence) {
  const std::vector<CustomerRecord>& customers = books.customers.customers();
  const bool any_name = books.items.has_customer_names() ||
                        std::any_of(customers.begin(), customers.end(),
                                    [](const CustomerRecord& c) { return !c.name.empty(); });
  if (!any_name) return;
  std::vector<SearchCase*> asked;
  for (const size_t left : evidence->left) {
    SearchCase& search = evidence->cases[left];
    const PaymentRecord& payment = books.payments.At(search.payment);
    if (search.payer == kNobody && payment.decided == PaymentCase::kUndecided &&
        !books.payments.ColdText(payment, ColdTag::kPayerName).empty()) {
      asked.push_back(&search);
    }
  }
  if (asked.empty()) return;
  const CustomerNames collected = CollectNames(books);
  const std::vector<NamedCustomer>& names = collected.all;
  const auto name_of = [&](const SearchCase* search) {
    return books.payments.ColdText(books.payments.At(search->payment), ColdTag::kPayerName);
  };
  NameIndex index;
  for (const SearchCase* search : asked) index.Expect(name_of(search));
  std::vector<std::string_view> texts(names.size());
  for (size_t i = 0; i < names.size(); ++i) texts[i] = names[i].name;
  index.AddAll(texts, books.threads);
  index.Seal();
  std::vector<uint32_t> alleged(asked.size(), UINT32_MAX);
  ParallelFor(asked.size(), 64, books.threads, [&](size_t begin, size_t end, int) {
    for (size_t i = begin; i < end; ++i) {
      // Two names may be of one customer; names of two customers identify neither.
      constexpr size_t kCloseMax = 8;
      const std::vector<CloseName> close = index.Closest(name_of(asked[i]), kCloseMax);
      if (close.empty()) continue;
      const bool one = std::all_of(close.begin(), close.end(), [&](const CloseName& other) {
        return names[other.id].customer_id == names[close[0].id].customer_id;
      });
      if (one) alleged[i] = close[0].id;
    }
  });
  for (size_t i = 0; i < asked.size(); ++i) {
    if (alleged[i] == UINT32_MAX) continue;
    asked[i]->alleged = evidence->directory.Number(names[alleged[i]].customer_id);
  }
  NamePaidFor(evidence);
  evidence->items_of.Build(books, &evidence->directory);
}

}  // namespace kvitt
