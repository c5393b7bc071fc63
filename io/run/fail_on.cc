#include "io/run/fail_on.h"

#include "engine/value/concat.h"

namespace kvitt {
namespace {

bool TakePrefix(std::string_view prefix, std::string_view* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Money of payments that were not matched, in hundredths of the major unit of its currency.
Int128 UnmatchedHundredths(const RunTotals& totals, Currency currency) {
  Int128 minor = 0;
  for (Outcome outcome : {Outcome::kSuggested, Outcome::kUnmatched, Outcome::kOnAccount}) {
    const auto sums = totals.by_outcome.find(outcome);
    if (sums == totals.by_outcome.end()) continue;
    const auto sum = sums->second.minor.find(currency);
    if (sum != sums->second.minor.end()) minor += sum->second;
  }
  for (int d = currency.decimals(); d < 2; ++d) minor *= 10;
  for (int d = currency.decimals(); d > 2; --d) minor /= 10;
  return minor;
}

}  // namespace

absl::StatusOr<FailOn> FailOn::Parse(const std::vector<std::string>& limits) {
  FailOn fail_on;
  for (const std::string& limit : limits) {
    std::string_view rest = limit;
    Limit parsed{What::kExceptions, 0, limit};
    AmountError error = AmountError::kMalformed;
    if (TakePrefix("exceptions>", &rest)) {
      error = ParseAmount(rest, 0, &parsed.value);
    } else if (TakePrefix("rate>", &rest) && !rest.empty() && rest.back() == '%') {
      parsed.what = What::kRatePerMille;
      error = ParseAmount(rest.substr(0, rest.size() - 1), 1, &parsed.value);
    } else if (TakePrefix("amount>", &rest)) {
      parsed.what = What::kAmount;
      error = ParseAmount(rest, 2, &parsed.value);
    }
    constexpr int64_t kWholePerMille = 1000;
    if (error == AmountError::kOk && parsed.what == What::kRatePerMille &&
        parsed.value >= kWholePerMille) {
      return absl::InvalidArgumentError(
          Concat("--fail-on: expected a rate below 100%, for more than all payments cannot be "
                 "unmatched, found '",
                 limit, "'."));
    }
    if (error != AmountError::kOk || parsed.value < 0) {
      return absl::InvalidArgumentError(
          Concat("--fail-on: expected exceptions>N, rate>P% or "
                 "amount>A, found '",
                 limit, "'."));
    }
    fail_on.limits_.push_back(std::move(parsed));
  }
  return fail_on;
}

std::string FailOn::Passed(const RunTotals& totals) const {
  for (const Limit& limit : limits_) {
    bool passed = false;
    switch (limit.what) {
      case What::kExceptions:
        passed = totals.deviations > static_cast<uint64_t>(limit.value);
        break;
      case What::kRatePerMille:
        // Compared as fractions, so that nothing is rounded.
        passed = totals.payments.count > 0 &&
                 Int128{totals.payments.count - totals.payments_matched} * 1000 >
                     Int128{limit.value} * totals.payments.count;
        break;
      case What::kAmount:
        for (const auto& [currency, minor] : totals.payments.minor) {
          passed = passed || UnmatchedHundredths(totals, currency) > limit.value;
        }
        break;
    }
    if (passed) return Concat("The limit --fail-on '", limit.text, "' was passed.");
  }
  return {};
}

}  // namespace kvitt
