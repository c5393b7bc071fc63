#include "io/generate/streamed_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/value/concat.h"

namespace kvitt {

absl::StatusOr<StreamedFile> StreamedFile::Create(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, Concat("cannot create ", path));
  return StreamedFile(path, descriptor);
}

StreamedFile::StreamedFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {
  // Records of a few hundred bytes are appended past the flush size before it is looked at.
  buffer_.reserve(kFlushBytes + (size_t{1} << 16));
}

StreamedFile::StreamedFile(StreamedFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      flushed_(other.flushed_),
      buffer_(std::move(other.buffer_)) {}

StreamedFile& StreamedFile::operator=(StreamedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(flushed_, other.flushed_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

StreamedFile::~StreamedFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status StreamedFile::Flush() {
  size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0) {
      if (errno == EINTR) continue;
      return absl::ErrnoToStatus(errno, Concat("cannot write ", path_));
    }
    written += static_cast<size_t>(count);
  }
  flushed_ += written;
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status StreamedFile::Close() {
  if (absl::Status status = Flush(); !status.ok()) return status;
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0) return absl::ErrnoToStatus(errno, Concat("cannot close ", path_));
  return absl::OkStatus();
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return absl::ErrnoToStatus(error.value(), Concat("cannot make the folder ", path));
  return absl::OkStatus();
}

}  // namespace kvitt
