// Any bytes as a bank file of the format KVITT_FUZZ_FORMAT: never a crash, the same answer in one
// block and in many, and the sums of the report are those of the records that were handed over.

#include <cstdint>
#include <string>
#include <string_view>

#include "io/formats/format.h"
#include "kvitt/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/io/formats/sample_records.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const kvitt::Format* format = kvitt::FindFormat(KVITT_FUZZ_FORMAT);
  for (const kvitt::Format& each : kvitt::Formats()) each.sniff(bytes);
  const kvitt::ReadOutcome whole = kvitt::ReadAll(*format, bytes);
  const kvitt::ReadOutcome parts = kvitt::ReadAll(*format, bytes, 100);
  KVITT_CHECK(whole.report.set_aside == parts.report.set_aside);
  if (whole.report.set_aside) return 0;
  KVITT_CHECK(whole.records == parts.records);
  KVITT_CHECK(kvitt::InspectLine(whole.report, "") == kvitt::InspectLine(parts.report, ""));
  // What is not booked yet is no entry, so no count and no sum has it. Of a report of the day nothing
  // counts as booked, and its entries are counted all the same.
  size_t pending = 0;
  size_t reported = 0;
  for (const std::string& record : whole.records) {
    pending += record.find("\"status\":\"pending\"") != std::string::npos;
    reported += record.find("\"origin\":\"report\"") != std::string::npos;
  }
  if (reported != 0) {
    KVITT_CHECK(whole.report.transactions <= whole.records.size());
  } else {
    KVITT_CHECK(whole.report.transactions == whole.records.size() - pending);
  }
  if (pending != 0) return 0;
  // With one currency and one direction, what the report adds up is what was handed over.
  if (whole.report.credits.size() + whole.report.debits.size() == 1) {
    const auto& sums = whole.report.credits.empty() ? whole.report.debits : whole.report.credits;
    const int decimals = kvitt::Currency::FromCode(sums.begin()->first).decimals();
    kvitt::Int128 sum = 0;
    for (const int64_t amount : whole.amounts) sum += amount < 0 ? -amount : amount;
    KVITT_CHECK(sums.begin()->second == kvitt::FormatSum(sum, decimals));
  }
  return 0;
}
