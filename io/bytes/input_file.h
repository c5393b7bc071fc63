// One regular file, opened once, read by position from any thread, and watched: a file that changed
// while it was read is not what anybody sent.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/bytes/byte_stream.h"
#include "kvitt/io.h"

namespace kvitt {

class InputFile {
 public:
  // Opens without blocking and refuses what is no regular file: a FIFO would hang, a device never
  // ends.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(const InputSpec& input);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // As it was when opened.
  uint64_t size() const { return size_; }

  int descriptor() const { return descriptor_; }

  // Exactly `size` bytes from `offset`. Thread-safe. REQUIRES: offset + size <= this->size().
  absl::Status ReadAt(uint64_t offset, char* to, size_t size) const;

  // kAborted when size or time of change are no longer what they were at opening.
  absl::Status CheckUnchanged() const;

 private:
  InputFile(int descriptor, uint64_t size, timespec changed)
      : descriptor_(descriptor), size_(size), changed_(changed) {}

  int descriptor_;
  uint64_t size_;
  timespec changed_;
};

// The bytes of `file` from its beginning. `file` must outlive the stream.
std::unique_ptr<ByteStream> StreamFile(const InputFile* file);

// The bytes of an open descriptor that cannot be positioned (stdin). The descriptor stays open.
std::unique_ptr<ByteStream> StreamDescriptor(int descriptor);

// `head` first, then the rest of `stream`: gives back what was read to recognise a container.
std::unique_ptr<ByteStream> StreamAfter(std::string head, std::unique_ptr<ByteStream> stream);

}  // namespace kvitt
