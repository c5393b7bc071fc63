// A file that is written once from its start to its end, through a buffer that its writer appends
// to.

#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kvitt {

// Moves, does not copy. Used by one thread. A file that was not closed is left as it is.
class StreamedFile {
 public:
  // Creates or empties the file.
  static absl::StatusOr<StreamedFile> Create(const std::string& path);

  StreamedFile(StreamedFile&& other) noexcept;
  StreamedFile& operator=(StreamedFile&& other) noexcept;
  ~StreamedFile();

  // What is appended here goes to the file. Call FlushIfLarge between records.
  std::string* buffer() { return &buffer_; }

  // Gives the buffer to the system when it holds a megabyte or more.
  absl::Status FlushIfLarge() { return buffer_.size() < kFlushBytes ? absl::OkStatus() : Flush(); }

  // Flushes and closes. Errors of writing that the system tells late are told here.
  absl::Status Close();

  const std::string& path() const { return path_; }

  uint64_t bytes() const { return flushed_ + buffer_.size(); }

 private:
  static constexpr size_t kFlushBytes = size_t{1} << 20;

  StreamedFile(std::string path, int descriptor);
  absl::Status Flush();

  std::string path_;
  int descriptor_;
  uint64_t flushed_ = 0;
  std::string buffer_;
};

// Makes the folder and those above it.
absl::Status MakeFolder(const std::string& path);

}  // namespace kvitt
