// Opening an input: what it is, by its first bytes, and how its bytes come out.

#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "io/bytes/byte_stream.h"
#include "io/bytes/decompress.h"
#include "io/bytes/input_file.h"
#include "io/bytes/zip_archive.h"
#include "kvitt/io.h"

namespace kvitt {

// Where the bytes of a file come from. `file` alone: a plain file, read by position. `stream`: one
// byte after another; it reads from `file` and `archive`, which are kept for it.
struct FileBytes {
  std::shared_ptr<InputFile> file;      // null for stdin
  std::shared_ptr<ZipArchive> archive;  // null unless it is a member, or the archive itself
  std::unique_ptr<ByteStream> stream;
};

// Opens a file or stdin. For a zip the result has an archive and no stream: open its members. An
// archive from stdin may have up to `memory_max` bytes.
absl::StatusOr<FileBytes> OpenInput(const InputSpec& input,
                                    const ExpansionLimits& limits,
                                    uint64_t memory_max);

absl::StatusOr<FileBytes> OpenMember(const FileBytes& zip,
                                     const ZipArchive::Member& member,
                                     const ExpansionLimits& limits);

// The bytes of `bytes` from the beginning, whatever they come from. `bytes` must outlive the
// stream.
std::unique_ptr<ByteStream> StreamOf(FileBytes* bytes);

}  // namespace kvitt
