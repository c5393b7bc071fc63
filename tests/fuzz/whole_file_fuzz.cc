// Reads invented files of the format KVITT_FUZZ_FORMAT, one of those that are read in one piece.

#include "tests/fuzz/format_reading.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kvitt::CheckReading(KVITT_FUZZ_FORMAT, data, size);
  return 0;
}
