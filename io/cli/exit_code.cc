#include "io/cli/exit_code.h"

#include <cstdio>
#include <string>

#include "kvitt/io.h"

namespace kvitt {

int Refuse(const char* command, const absl::Status& status) {
  const std::string text = ForTerminal(std::string(status.message()));
  std::fprintf(stderr, "kvitt %s: %s\n", command, text.c_str());
  if (absl::IsResourceExhausted(status)) return kExitResources;
  if (absl::IsCancelled(status)) return kExitInterrupted;
  if (absl::IsAborted(status) || absl::IsDataLoss(status)) return kExitControl;
  return kExitUsage;
}

}  // namespace kvitt
