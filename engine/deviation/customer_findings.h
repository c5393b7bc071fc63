// The deviations of customers: what their records say that cannot be, and what they owe beyond what they may.

#pragma once

#include <string>
#include <vector>

#include "engine/allocate/books.h"
#include "kvitt/deviation.h"

namespace kvitt {

struct CustomerFinding {
  DeviationCode code = DeviationCode::kOrgNoInvalid;
  const CustomerRecord* customer = nullptr;
  std::string text;
  // Of kCreditLimitExceeded: what is open, and by how much it is above the limit.
  bool has_amount = false;
  Int128 open_minor = 0;
  Int128 beyond_minor = 0;
};

// In the order of the customer records. To be asked when the run is decided.
std::vector<CustomerFinding> FindCustomerFindings(const Books& books);

}  // namespace kvitt
