// The digest of one piece by AVX2: the shared library of the hash is built for every x86-64 machine and
// takes twice as long.

#pragma once

#include <string_view>

#include "io/bytes/digest.h"

namespace kvitt {

// What DigestPieces gives for these bytes. REQUIRES: the processor has AVX2.
PieceDigest DigestPieceAvx2(std::string_view piece);

}  // namespace kvitt
