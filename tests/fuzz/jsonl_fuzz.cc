// Any bytes as items, payments and customers in JSON Lines: never a crash, the same answer in one
// block and in many, and what was accepted survives being written and read again.

#include <cstdint>
#include <string>
#include <string_view>

#include "io/formats/format.h"
#include "kvitt/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/io/formats/sample_records.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string_view name : {"items-jsonl", "payments-jsonl", "customers-jsonl"}) {
    const kvitt::Format* format = kvitt::FindFormat(name);
    format->sniff(bytes);
    const kvitt::ReadOutcome whole = kvitt::ReadAll(*format, bytes);
    const kvitt::ReadOutcome parts = kvitt::ReadAll(*format, bytes, 64);
    KVITT_CHECK(whole.records == parts.records);
    KVITT_CHECK(whole.problems.size() == parts.problems.size());
    KVITT_CHECK(whole.report.bad_records == whole.problems.size());
    const std::string written = kvitt::JoinLines(whole.records);
    const kvitt::ReadOutcome again = kvitt::ReadAll(*format, written);
    KVITT_CHECK(again.records == whole.records && again.problems.empty());
    KVITT_CHECK(again.report.credits == whole.report.credits);
  }
  return 0;
}
