// Any bytes as the CSV export of a bank or a wallet.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const kvitt::Format* surest = kvitt::SniffFormat(bytes);
  // Rows of our own names are streams, with rules of their own: csv_fuzz.cc.
  if (surest != nullptr && surest->name == "payments-csv" && surest->sniff(bytes) > 95) {
    kvitt::CheckReading("payments-csv", data, size);
  }
  kvitt::CheckReading("vipps-csv", data, size);
  kvitt::CheckReading("mobilepay-csv", data, size);
  return 0;
}
