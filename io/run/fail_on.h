// --fail-on: limits that turn a finished run into exit code 5.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kvitt/reconcile.h"

namespace kvitt {

class FailOn {
 public:
  // `exceptions>N` (deviations), `rate>P%` (share of payments that were not matched, in per cent with
  // at most one decimal) and `amount>A` (money of those payments, in major units of each currency).
  static absl::StatusOr<FailOn> Parse(const std::vector<std::string>& limits);
  // What was passed, as a sentence; "" when nothing was.
  std::string Passed(const RunTotals& totals) const;

 private:
  enum class What { kExceptions, kRatePerMille, kAmount };

  struct Limit {
    What what;
    int64_t value;  // of kAmount: in hundredths of the major unit
    std::string text;
  };

  std::vector<Limit> limits_;
};

}  // namespace kvitt
