// What must hold for every bank file that a fuzzer invents: the answer does not depend on the
// blocks, an accepted file's records add up to its report, and a set-aside one says why.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/formats/verdict.h"
#include "kvitt/check.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {

inline void CheckReading(std::string_view format_name, const uint8_t* data, size_t size) {
  const Format* format = FindFormat(format_name);
  KVITT_CHECK(format != nullptr);
  const std::string bytes(data, data + size);
  const ReadOutcome whole = ReadAll(*format, bytes);
  const ReadOutcome parts = ReadAll(*format, bytes, 100);
  // Only so many problems are kept of each block, so the tail of a long list may differ.
  if (parts.report.problems.size() < kBlockProblemsMax) {
    KVITT_CHECK(InspectLine(whole.report, "f") == InspectLine(parts.report, "f"));
  }
  KVITT_CHECK(whole.report.warnings == parts.report.warnings);
  KVITT_CHECK(whole.records == parts.records);
  KVITT_CHECK(whole.report.set_aside == !whole.report.problems.empty());
  Int128 sum = 0;
  for (const int64_t minor : whole.amounts) sum += minor;
  if (whole.report.set_aside || whole.report.credits.size() + whole.report.debits.size() != 1) {
    return;
  }
  // What is not booked yet is no entry, so no sum has it.
  for (const std::string& record : whole.records) {
    if (record.find("\"status\":\"pending\"") != std::string::npos) return;
  }
  // One currency in one direction: its sum in the report is that of the records.
  const bool is_credit = whole.report.debits.empty();
  const auto& [code, text] =
      is_credit ? *whole.report.credits.begin() : *whole.report.debits.begin();
  const Currency currency = Currency::FromCode(code);
  KVITT_CHECK(text == FormatSum(is_credit ? sum : -sum, currency.decimals()));
}

}  // namespace kvitt
