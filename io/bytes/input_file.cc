#include "io/bytes/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

constexpr uint64_t kReadAheadWorth = uint64_t{1} << 20;

std::string_view TypeOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "no regular file";
}

class FileStream : public ByteStream {
 public:
  explicit FileStream(const InputFile* file) : file_(file) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    const auto count = static_cast<size_t>(std::min<uint64_t>(size, file_->size() - offset_));
    if (absl::Status status = file_->ReadAt(offset_, to, count); !status.ok()) return status;
    offset_ += count;
    return count;
  }

 private:
  const InputFile* file_;
  uint64_t offset_ = 0;
};

class DescriptorStream : public ByteStream {
 public:
  explicit DescriptorStream(int descriptor) : descriptor_(descriptor) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    for (;;) {
      const ssize_t count = read(descriptor_, to, size);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return absl::ErrnoToStatus(errno, "cannot read stdin");
      pollfd ready{descriptor_, POLLIN, 0};
      poll(&ready, 1, -1);
    }
  }

 private:
  int descriptor_;
};

class PushedBackStream : public ByteStream {
 public:
  PushedBackStream(std::string head, std::unique_ptr<ByteStream> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (given_ == head_.size()) return rest_->Read(to, size);
    const size_t count = std::min(size, head_.size() - given_);
    std::memcpy(to, head_.data() + given_, count);
    given_ += count;
    return count;
  }

 private:
  std::string head_;
  size_t given_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const InputSpec& input) {
  const int link = input.follow_link ? 0 : O_NOFOLLOW;
  const int descriptor =
      open(input.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | link);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, "cannot be opened");

  struct stat facts {};

  const int failed = fstat(descriptor, &facts);
  std::unique_ptr<InputFile> file(
      new InputFile(descriptor, static_cast<uint64_t>(facts.st_size), facts.st_mtim));
  if (failed != 0) return absl::ErrnoToStatus(errno, "cannot be examined");
  if (!S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError(
        Concat("expected a regular file, found ", TypeOf(facts.st_mode)));
  }
  // Only advice: a longer read-ahead, worth its call for what is more than one block.
  if (file->size_ > kReadAheadWorth) posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

InputFile::~InputFile() {
  close(descriptor_);
}

absl::Status InputFile::ReadAt(uint64_t offset, char* to, size_t size) const {
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(descriptor_, to + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0) {
      if (errno == EINTR) continue;
      return absl::ErrnoToStatus(errno, Concat("cannot be read at byte ", offset + done));
    }
    if (count == 0) {
      return absl::AbortedError(Concat("file changed while it was read: expected ", size_,
                                       " bytes, found its end at byte ", offset + done));
    }
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::Status InputFile::CheckUnchanged() const {
  struct stat facts {};

  if (fstat(descriptor_, &facts) != 0) return absl::ErrnoToStatus(errno, "cannot be examined");
  if (static_cast<uint64_t>(facts.st_size) != size_) {
    return absl::AbortedError(Concat("file changed while it was read: expected ", size_,
                                     " bytes, found ", facts.st_size));
  }
  if (facts.st_mtim.tv_sec != changed_.tv_sec || facts.st_mtim.tv_nsec != changed_.tv_nsec) {
    return absl::AbortedError(
        "file changed while it was read: its time of modification is not what it was");
  }
  return absl::OkStatus();
}

std::unique_ptr<ByteStream> StreamFile(const InputFile* file) {
  return std::make_unique<FileStream>(file);
}

std::unique_ptr<ByteStream> StreamDescriptor(int descriptor) {
  return std::make_unique<DescriptorStream>(descriptor);
}

std::unique_ptr<ByteStream> StreamAfter(std::string head, std::unique_ptr<ByteStream> stream) {
  return std::make_unique<PushedBackStream>(std::move(head), std::move(stream));
}

}  // namespace kvitt
