// A zip archive as the list of its members. A member is a file of its own, `archive.zip!member`;
// its name is a label and never becomes a path.
//
// Refused as a whole: names that are absolute or climb (`../`), two members of one name, members
// that overlap, encryption, more than kZipMembersMax members. Directories are left out.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "io/bytes/byte_stream.h"
#include "io/bytes/decompress.h"
#include "io/bytes/input_file.h"

namespace kvitt {

inline constexpr size_t kZipMembersMax = 100'000;

class ZipArchive {
 public:
  struct Member {
    std::string name;
    uint64_t number = 0;  // in the archive
    uint64_t bytes = 0;
    uint64_t compressed_bytes = 0;
  };

  virtual ~ZipArchive() = default;
  // In the order of the archive's directory.
  virtual const std::vector<Member>& members() const = 0;
  // Streams of several members may be open, and read by different threads, at the same time. The
  // archive must outlive them. Length and checksum are verified at the end.
  virtual absl::StatusOr<std::unique_ptr<ByteStream>> OpenMember(const Member& member,
                                                                 const ExpansionLimits& limits) = 0;
};

// `file` must outlive the archive.
absl::StatusOr<std::unique_ptr<ZipArchive>> OpenZip(const InputFile& file);
// An archive that is in memory, for what came from stdin.
absl::StatusOr<std::unique_ptr<ZipArchive>> OpenZipBytes(std::string bytes);

}  // namespace kvitt
