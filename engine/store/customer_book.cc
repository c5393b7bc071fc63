#include "engine/store/customer_book.h"

#include <algorithm>
#include <tuple>

namespace kvitt {

void CustomerBook::Add(const CustomerBatch& batch,
                       uint32_t file,
                       uint32_t block,
                       uint32_t* ordinal) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const Customer& customer : batch.customers) {
    CustomerRecord& record = customers_.emplace_back();
    record.customer_id = customer.customer_id;
    record.name = customer.name;
    record.org_no = customer.org_no;
    record.country = customer.country;
    record.email = customer.email;
    record.pays_for = customer.pays_for;
    record.group = customer.group;
    for (uint32_t i = 0; i < customer.account_count; ++i) {
      record.accounts.emplace_back(batch.accounts[customer.account_first + i]);
    }
    record.credit_limit_minor = customer.credit_limit_minor;
    record.currency = customer.currency;
    record.status = customer.status;
    record.dunning = customer.dunning;
    record.file = file;
    record.block = block;
    record.ordinal = (*ordinal)++;
  }
}

void CustomerBook::Seal(const std::vector<uint32_t>& file_rank,
                        const std::vector<bool>& file_dead) {
  std::erase_if(customers_, [&](const CustomerRecord& c) { return file_dead[c.file]; });
  std::sort(customers_.begin(), customers_.end(),
            [&](const CustomerRecord& a, const CustomerRecord& b) {
              return std::tie(file_rank[a.file], a.block, a.ordinal) <
                     std::tie(file_rank[b.file], b.block, b.ordinal);
            });
  std::vector<CustomerRecord> all = std::move(customers_);
  customers_.clear();
  customers_.reserve(all.size());
  absl::flat_hash_map<std::string, uint32_t> seen;
  uint64_t record = 1;
  for (size_t i = 0; i < all.size(); ++i) {
    record = i > 0 && all[i].file == all[i - 1].file ? record + 1 : 1;
    all[i].record = record;
  }
  for (CustomerRecord& customer : all) {
    if (!seen.try_emplace(customer.customer_id, 0).second) {
      duplicates_.push_back(std::move(customer));
      continue;
    }
    has_insolvent_ |= customer.status == CustomerStatus::kInsolvent;
    customers_.push_back(std::move(customer));
  }
  by_id_.reserve(customers_.size());
  for (uint32_t i = 0; i < customers_.size(); ++i) by_id_[customers_[i].customer_id] = i;
}

const CustomerRecord* CustomerBook::Find(std::string_view customer_id) const {
  const auto found = by_id_.find(customer_id);
  return found == by_id_.end() ? nullptr : &customers_[found->second];
}

}  // namespace kvitt
