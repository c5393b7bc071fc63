// KVITT_CHECK: a condition that only a bug can break. On in every build: it prints the condition
// and its place to stderr and aborts with exit code 70. Bad input and failing disks are never
// checked with it; they are deviations and statuses.

#pragma once

namespace kvitt {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace kvitt

#define KVITT_CHECK(condition)                              \
  do {                                                      \
    if (!(condition)) [[unlikely]] {                        \
      ::kvitt::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                       \
  } while (false)
