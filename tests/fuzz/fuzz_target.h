// What every fuzz target defines: libFuzzer, or replay_main.cc in its place, calls it with one
// input.
//
//   #include "tests/fuzz/fuzz_target.h"
//   int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { ...; return 0; }

#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
