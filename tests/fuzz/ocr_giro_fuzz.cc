// Reads invented ocr-giro files, and writes again what was accepted.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kvitt::CheckReading("ocr-giro", data, size);
  kvitt::CheckRoundTrip("ocr-giro", data, size);
  return 0;
}
