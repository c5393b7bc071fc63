// Reads invented bs602 files, and writes again what was accepted.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kvitt::CheckReading("bs602", data, size);
  kvitt::CheckRoundTrip("bs602", data, size);
  return 0;
}
