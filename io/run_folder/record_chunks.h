// A stream of an output folder as chunks of whole records, read in memory that does not grow with the
// file. A record is a line; in CSV a line break inside quotes does not end it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "io/bytes/input_file.h"
#include "io/run_folder/run_folder.h"

namespace kvitt {

class RecordChunks {
 public:
  // Opens the file; of a CSV reads the header. `stream` must have a path.
  static absl::StatusOr<RecordChunks> Open(const StoredStream& stream);

  // The next whole records, each with its line end; "" at the end of the file. Good until the next call,
  // and readable 64 bytes beyond its end.
  absl::StatusOr<std::string_view> Next();

  // Where in the file the chunk that Next() gave begins.
  uint64_t chunk_offset() const { return chunk_offset_; }

  const StoredStream& stream() const { return stream_; }

  const std::vector<std::string>& columns() const { return columns_; }  // of CSV

  // Any bytes of the file again.
  absl::Status ReadAt(uint64_t offset, size_t size, std::string* out) const;

 private:
  absl::Status Fail(const absl::Status& status) const;
  absl::Status ReadHeader();

  StoredStream stream_;
  std::unique_ptr<InputFile> file_;
  std::vector<std::string> columns_;
  std::string buffer_;  // what is left of the chunk before, then new bytes, then padding
  size_t held_ = 0;     // content bytes in buffer_
  size_t given_ = 0;    // of them, in the chunk that was given last
  uint64_t read_ = 0;   // bytes of the file read so far
  uint64_t chunk_offset_ = 0;
};

// The end of the record that begins at `begin`, behind its line end; npos when it does not end here.
size_t RecordEnd(std::string_view bytes, size_t begin, RowForm form);

// A record without its line end.
std::string_view WithoutLineEnd(std::string_view record);

}  // namespace kvitt
