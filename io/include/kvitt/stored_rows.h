// The rows of an output folder as they are read back: text as it stands in the files, so that a folder of
// another version can be shown, too. Fields are those of docs/records.md; an absent field is "".

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kvitt {

struct StoredReference {
  std::string value;
  std::string scheme;
  std::string amount;
};

// One element of `tried`.
struct StoredTrial {
  std::string rule;
  std::string found;
  uint64_t count = 0;
};

struct StoredPayment {
  std::string payment_id;
  std::string creditor_account;
  std::string kind;
  std::string direction;
  std::string amount;
  std::string currency;
  std::string booking_date;
  std::string value_date;
  std::vector<StoredReference> references;
  std::vector<std::string> text;
  std::string payer_name;
  std::string payer_account;
  std::string payer_org_no;
  std::string customer_id;
  std::string bank_reference;
  std::string end_to_end_id;
  std::string reverses;
  std::string file;
  uint64_t record = 0;
  std::string outcome;
  std::string rule;
  std::string confidence;
  std::string allocated;
  std::string on_account;
  std::string unallocated;
  std::string uniqueness;
  uint64_t alternatives = 0;
  std::string evidence;
  std::vector<StoredTrial> tried;
};

struct StoredAllocation {
  std::string payment_id;
  std::string item_id;
  std::string customer_id;
  std::string amount;
  std::string currency;
  std::string kind;
  std::string rule;
  std::string confidence;
  std::string booking_date;
};

struct StoredSuggestion {
  struct Part {
    std::string item_id;
    std::string amount;
    std::string kind;
  };

  std::string rule;
  std::string confidence;
  std::vector<Part> allocations;
  std::string explanation;
};

struct StoredException {
  std::string exception_id;
  std::string code;
  std::string severity;
  std::string payment_id;
  std::vector<std::string> item_ids;
  std::string customer_id;
  std::string file;
  uint64_t record = 0;
  std::string amount;
  std::string difference;
  std::string currency;
  std::string explanation;
  std::vector<StoredSuggestion> suggestions;
};

struct StoredItem {
  std::string item_id;
  std::string kind;
  std::string customer_id;
  std::string creditor_account;
  std::vector<std::string> references;
  std::string amount;
  std::string open_amount;
  std::string currency;
  std::string issue_date;
  std::string due_date;
  std::string discount_amount;
  std::string discount_date;
  std::string status;
  std::string customer_name;
  std::string customer_org_no;
};

}  // namespace kvitt
