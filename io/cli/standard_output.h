// Stdout as the place where data goes.
//
// A reader that has gone away (`kvitt ... | head`) ends the output quietly; every other failure to
// write, a full disk at the last byte too, is said and gives exit code 8.

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace kvitt {

class StandardOutput {
 public:
  // Not OK when nothing more can be written: then the caller stops making data.
  absl::Status Write(std::string_view text);

  // Writes what is held back. `exit_code` of the command so far becomes the answer, or 8, said on
  // stderr, when not all data could be written.
  int Close(const char* command, int exit_code);

  // Whether the reader has gone away, or writing failed.
  bool has_ended() const { return is_closed_ || error_ != 0; }

 private:
  void Flush();

  std::string held_;
  bool is_closed_ = false;
  int error_ = 0;
};

}  // namespace kvitt
