// What a file is known by: 128 bits of its decompressed bytes, so that a renamed or recompressed
// delivery is the same file.
//
// XXH3-128 of every piece of 64 KiB (the last one may be shorter), and XXH3-128 of those, in order,
// followed by the length. Pieces can be hashed in any order by any thread, and neither block size
// nor compression shows in the answer. It is not keyed: two files with equal digests are compared
// byte by byte before one of them is called a copy.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace kvitt {

inline constexpr size_t kDigestPiece = size_t{64} << 10;

using PieceDigest = std::array<unsigned char, 16>;

// Appends the digests of the pieces of `bytes`, which start at a multiple of kDigestPiece and,
// unless they are the end of the file, are a multiple of it long.
void DigestPieces(std::string_view bytes, std::vector<PieceDigest>* pieces);

// 32 hexadecimal characters. `pieces` in the order of the file.
std::string CombineDigest(absl::Span<const PieceDigest> pieces, uint64_t bytes);

// The digest of bytes in memory.
std::string DigestBytes(std::string_view bytes);

}  // namespace kvitt
