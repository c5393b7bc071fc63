#include "io/sinks/write_pages.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <thread>

#include "engine/parallel.h"
#include "io/sinks/output_folder.h"

namespace kvitt {
namespace {

// Pages are written in groups, so that a write is large and a ticket is rare.
constexpr size_t kPagesPerGroup = 8;

int WriteAt(int file, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return 0;
}

// Gives each group its place in the file, in the order of the groups.
class Tickets {
 public:
  explicit Tickets(uint64_t first_offset) : offset_(first_offset) {}

  // Waits for the groups before. Each is being formatted by some worker, so the wait ends.
  uint64_t Place(size_t group, uint64_t bytes) {
    while (next_.load(std::memory_order_acquire) != group) std::this_thread::yield();
    const uint64_t offset = offset_;
    offset_ += bytes;
    next_.store(group + 1, std::memory_order_release);
    return offset;
  }

  uint64_t end() const { return offset_; }

 private:
  std::atomic<size_t> next_{0};
  uint64_t offset_;
};

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {}

  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }

  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int get() const { return file_; }

  // 0, or what went wrong. A disk may say only now that it is full.
  int SyncAndClose() {
    int error = fdatasync(file_) == 0 || errno == EINVAL ? 0 : errno;
    if (close(file_) != 0 && error == 0) error = errno;
    file_ = -1;
    return error;
  }

 private:
  int file_;
};

}  // namespace

absl::Status WritePages(const Reconciliation& run,
                        const Sink& sink,
                        OutputFormat format,
                        int threads,
                        const std::string& path,
                        const std::atomic<bool>* stop,
                        uint64_t* bytes) {
  OpenFile file(path);
  if (file.get() < 0) return OutputError("create", path, errno);
  RowBuffer head;
  sink.begin(run, format, &head);
  std::atomic<int> error{WriteAt(file.get(), head.view(), 0)};
  Tickets tickets(head.size());
  const size_t pages = sink.pages(run);
  const size_t groups = (pages + kPagesPerGroup - 1) / kPagesPerGroup;
  std::atomic<size_t> next_group{0};
  std::atomic<bool> stopped{false};
  RunWorkers(std::max(1, threads), [&](int) {
    const std::unique_ptr<PageWriter> writer = sink.make_writer(format);
    RowBuffer rows;
    for (size_t group = next_group.fetch_add(1); group < groups; group = next_group.fetch_add(1)) {
      rows.Clear();
      // After a failure groups still pass through the tickets, empty, so that nobody waits for ever.
      if (stop != nullptr && stop->load(std::memory_order_relaxed)) stopped.store(true);
      if (error.load() == 0 && !stopped.load()) {
        const size_t end = std::min(pages, (group + 1) * kPagesPerGroup);
        for (size_t page = group * kPagesPerGroup; page < end; ++page) {
          writer->Write(run, page, &rows);
        }
      }
      const uint64_t offset = tickets.Place(group, rows.size());
      if (const int failed = WriteAt(file.get(), rows.view(), offset); failed != 0) {
        error.store(failed);
      }
    }
  });
  if (stopped.load()) return absl::CancelledError("interrupted");
  if (error.load() != 0) return OutputError("write", path, error.load());
  if (const int failed = file.SyncAndClose(); failed != 0) {
    return OutputError("write", path, failed);
  }
  *bytes = tickets.end();
  return absl::OkStatus();
}

absl::Status WriteTextFile(const std::string& path, std::string_view text) {
  OpenFile file(path);
  if (file.get() < 0) return OutputError("create", path, errno);
  if (const int failed = WriteAt(file.get(), text, 0); failed != 0) {
    return OutputError("write", path, failed);
  }
  if (const int failed = file.SyncAndClose(); failed != 0) {
    return OutputError("write", path, failed);
  }
  return absl::OkStatus();
}

}  // namespace kvitt
