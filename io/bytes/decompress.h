// gzip and zstd as streams of what is inside them. Every member or frame is read; a container that
// ends early, fails a checksum, or has anything after its last member is refused.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "io/bytes/byte_stream.h"

namespace kvitt {

enum class Container : uint8_t { kNone, kGzip, kZstd, kZip };

// By the first bytes, never by a name. 4 bytes are enough.
Container DetectContainer(std::string_view head);
// "gzip", "zstd", "zip", ""
std::string_view Name(Container container);

// What a decompressor refuses to exceed. A bomb is an error, never a truncation.
struct ExpansionLimits {
  uint64_t max_bytes = 0;      // of the decompressed bytes
  uint32_t max_expansion = 0;  // decompressed bytes for each compressed one, after the first 64 MiB
};

inline constexpr uint64_t kExpansionFree = uint64_t{64} << 20;

// kResourceExhausted when `out` bytes made from `in` bytes pass a limit.
absl::Status CheckExpansion(uint64_t in, uint64_t out, const ExpansionLimits& limits);

std::unique_ptr<ByteStream> GunzipStream(std::unique_ptr<ByteStream> compressed,
                                         const ExpansionLimits& limits);
std::unique_ptr<ByteStream> UnzstdStream(std::unique_ptr<ByteStream> compressed,
                                         const ExpansionLimits& limits);

}  // namespace kvitt
