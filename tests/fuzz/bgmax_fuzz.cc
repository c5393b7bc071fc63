// Reads invented bgmax files, and writes again what was accepted.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kvitt::CheckReading("bgmax", data, size);
  kvitt::CheckRoundTrip("bgmax", data, size);
  return 0;
}
