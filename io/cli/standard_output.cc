#include "io/cli/standard_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "io/cli/exit_code.h"

namespace kvitt {
namespace {

constexpr size_t kHeldBytes = size_t{64} << 10;

}  // namespace

void StandardOutput::Flush() {
  for (size_t done = 0; done < held_.size() && !has_ended();) {
    const ssize_t count = write(STDOUT_FILENO, held_.data() + done, held_.size() - done);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno == EPIPE) {
      is_closed_ = true;
    } else if (errno != EINTR && errno != EAGAIN) {
      error_ = errno;
    }
  }
  held_.clear();
}

absl::Status StandardOutput::Write(std::string_view text) {
  held_.append(text);
  if (held_.size() >= kHeldBytes) Flush();
  if (has_ended()) return absl::CancelledError("nobody reads the output");
  return absl::OkStatus();
}

int StandardOutput::Close(const char* command, int exit_code) {
  Flush();
  if (error_ == 0) return exit_code;
  std::fprintf(stderr, "kvitt %s: cannot write to stdout: %s\n", command, std::strerror(error_));
  return kExitOutput;
}

}  // namespace kvitt
