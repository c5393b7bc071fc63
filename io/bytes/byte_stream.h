// Bytes one after another, from wherever they come: a file, stdin, a decompressor, a member of an
// archive.
//
// What can go wrong has a code each, so that the verdict on the file needs no words to be read:
//   kOutOfRange         the bytes end too early
//   kDataLoss           the container is damaged: a checksum, a length, bytes after the end
//   kResourceExhausted  a declared limit was passed
//   kAborted            the file changed while it was read
//   anything else       the system did not give the bytes

#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"

namespace kvitt {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Up to `size` bytes at `to`; 0 only at the end. May give fewer than there are. After an error or
  // the end it is not called again. REQUIRES: size > 0.
  virtual absl::StatusOr<size_t> Read(char* to, size_t size) = 0;
};

}  // namespace kvitt
