#include "io/cli/progress_line.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace kvitt {
namespace {

bool IsTerminal() {
  const char* const term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

ProgressLine::ProgressLine(const RunProgress* progress, bool wanted) : progress_(progress) {
  if (wanted && IsTerminal()) thread_ = std::thread([this] { Show(); });
}

ProgressLine::~ProgressLine() {
  done_.store(true);
  if (thread_.joinable()) {
    thread_.join();
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
  }
}

void ProgressLine::Show() {
  constexpr std::string_view kBar = "=====>";
  constexpr int kWidth = 24;
  for (int step = 0; !done_.load(); ++step) {
    // What is left to read is not known of archives and pipes, so the bar shows work, not a share.
    char bar[kWidth + 1];
    const int at = step % (kWidth + static_cast<int>(kBar.size()));
    for (int i = 0; i < kWidth; ++i) {
      const int place = i - at + static_cast<int>(kBar.size());
      bar[i] = place >= 0 && place < static_cast<int>(kBar.size())
                   ? kBar[static_cast<size_t>(place)]
                   : ' ';
    }
    bar[kWidth] = '\0';
    std::fprintf(stderr, "\r\x1b[K[%s] %s, %llu records", bar, progress_->stage.load(),
                 static_cast<unsigned long long>(progress_->records.load()));
    std::fflush(stderr);
    for (int i = 0; i < 10 && !done_.load(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

}  // namespace kvitt
