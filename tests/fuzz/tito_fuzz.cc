// Reads invented tito files.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kvitt::CheckReading("tito", data, size);
  return 0;
}
