#include "engine/store/customer_book.h"

#include <algorithm>
#include <tuple>

namespace kvitt {

void CustomerBook::Add(const CustomerBatch& batch,
                       uint32_t file,
                       uint32_t block,
                       uint32_t* ordinal) {
  if (batch.customers.empty()) return;
  Part part = {.file = file, .block = block, .first = *ordinal, .records = {}};
  part.records.reserve(batch.customers.size());
  for (const Customer& customer : batch.customers) {
    CustomerRecord& record = part.records.emplace_back();
    record.customer_id = customer.customer_id;
    record.name = customer.name;
    record.org_no = customer.org_no;
    record.country = customer.country;
    record.email = customer.email;
    record.pays_for = customer.pays_for;
    record.group = customer.group;
    record.accounts.reserve(customer.account_count);
    for (uint32_t i = 0; i < customer.account_count; ++i) {
      record.accounts.emplace_back(batch.accounts[customer.account_first + i]);
    }
    record.credit_limit_minor = customer.credit_limit_minor;
    record.currency = customer.currency;
    record.status = customer.status;
    record.dunning = customer.dunning;
    record.file = file;
  }
  *ordinal += static_cast<uint32_t>(part.records.size());
  std::lock_guard<std::mutex> lock(mutex_);
  parts_.push_back(std::move(part));
}

void CustomerBook::Seal(const std::vector<uint32_t>& file_rank,
                        const std::vector<bool>& file_dead) {
  std::erase_if(parts_, [&](const Part& part) { return file_dead[part.file]; });
  std::sort(parts_.begin(), parts_.end(), [&](const Part& a, const Part& b) {
    return std::tie(file_rank[a.file], a.block, a.first) <
           std::tie(file_rank[b.file], b.block, b.first);
  });
  size_t count = 0;
  for (const Part& part : parts_) count += part.records.size();
  // The ids in the table lie in the records, so these must not move again.
  customers_.reserve(count);
  by_id_.reserve(count);
  uint64_t record = 0;
  for (size_t p = 0; p < parts_.size(); ++p) {
    if (p > 0 && parts_[p].file != parts_[p - 1].file) record = 0;
    for (CustomerRecord& customer : parts_[p].records) {
      customer.record = ++record;
      if (by_id_.contains(customer.customer_id)) {
        duplicates_.push_back(std::move(customer));
        continue;
      }
      has_insolvent_ |= customer.status == CustomerStatus::kInsolvent;
      const uint32_t index = static_cast<uint32_t>(customers_.size());
      customers_.push_back(std::move(customer));
      by_id_.emplace(customers_.back().customer_id, index);
    }
    parts_[p].records = {};
  }
  parts_.clear();
}

const CustomerRecord* CustomerBook::Find(std::string_view customer_id) const {
  const auto found = by_id_.find(customer_id);
  return found == by_id_.end() ? nullptr : &customers_[found->second];
}

}  // namespace kvitt
