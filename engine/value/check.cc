#include "kvitt/check.h"

#include <cstdio>
#include <cstdlib>

namespace kvitt {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr,
               "kvitt: a bug: %s:%d: '%s' does not hold. Nothing was committed. Please report this "
               "line together with the command.\n",
               file, line, condition);
  std::fflush(stderr);
#ifdef KVITT_FUZZ
  // libFuzzer keeps the input of what aborts; an exit leaves it nothing to keep.
  std::abort();
#else
  std::_Exit(70);
#endif
}

}  // namespace kvitt
