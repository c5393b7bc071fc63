// The customers of the run: plain records with owned text. A ledger may have as many of them as items, so
// records are made outside the lock, and moved once.

#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "kvitt/record_batch.h"

namespace kvitt {

struct CustomerRecord {
  std::string customer_id;
  std::string name;
  std::string org_no;
  std::string country;
  std::string email;
  std::string pays_for;
  std::string group;
  std::vector<std::string> accounts;
  int64_t credit_limit_minor = -1;
  Currency currency;
  CustomerStatus status = CustomerStatus::kActive;
  DunningLevel dunning = DunningLevel::kInvoice;
  uint32_t file = 0;
  uint64_t record = 0;  // 1-based in its file, after Seal
};

class CustomerBook {
 public:
  // Thread-safe.
  void Add(const CustomerBatch& batch, uint32_t file, uint32_t block, uint32_t* ordinal);
  // Puts the records in the order of files and drops those of dead files. The first record of an id
  // counts; the others are listed by duplicates().
  void Seal(const std::vector<uint32_t>& file_rank, const std::vector<bool>& file_dead);

  const std::vector<CustomerRecord>& customers() const { return customers_; }

  const std::vector<CustomerRecord>& duplicates() const { return duplicates_; }

  // Null when there is none of that id.
  const CustomerRecord* Find(std::string_view customer_id) const;

  bool has_insolvent() const { return has_insolvent_; }

 private:
  // The records of one batch, in their order.
  struct Part {
    uint32_t file = 0;
    uint32_t block = 0;
    uint32_t first = 0;  // the ordinal of its first record in the block
    std::vector<CustomerRecord> records;
  };

  std::mutex mutex_;
  std::vector<Part> parts_;  // until they are sealed
  std::vector<CustomerRecord> customers_;
  std::vector<CustomerRecord> duplicates_;
  absl::flat_hash_map<std::string_view, uint32_t> by_id_;
  bool has_insolvent_ = false;
};

}  // namespace kvitt
