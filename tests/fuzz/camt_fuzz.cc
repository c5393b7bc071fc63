// Any bytes as camt messages: never a crash, the same answer in one block and in many, and nothing read
// that another parser refuses or reads as other payments.

#include <cstdint>
#include <string_view>

#include "io/formats/format.h"
#include "kvitt/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/io/formats/sample_records.h"
#include "tests/oracle/camt_expat.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  for (const char* name : {"camt.052", "camt.053", "camt.054"}) {
    const kvitt::Format* format = kvitt::FindFormat(name);
    if (format->sniff(bytes) == 0) continue;
    const kvitt::ReadOutcome whole = kvitt::ReadAll(*format, bytes);
    const kvitt::ReadOutcome parts = kvitt::ReadAll(*format, bytes, 300);
    KVITT_CHECK(kvitt::InspectLine(whole.report, "") == kvitt::InspectLine(parts.report, ""));
    KVITT_CHECK(whole.records == parts.records);
    if (whole.report.set_aside) continue;
    // Joined messages and single-byte sets are ours to read; expat knows neither.
    const bool is_ours_alone = bytes.find("<?xml", 5) != std::string_view::npos ||
                               bytes.substr(0, 200).find("ncoding") != std::string_view::npos;
    if (is_ours_alone) continue;
    const kvitt::CamtOracle oracle =
        kvitt::ReadCamtByOracle(bytes, kvitt::CamtOracleParser::kExpat);
    KVITT_CHECK(oracle.is_well_formed);
    KVITT_CHECK(oracle.is_readable);
    KVITT_CHECK(oracle.payments.size() == whole.records.size());
  }
  return 0;
}
