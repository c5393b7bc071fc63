#include "io/bytes/digest_avx2.h"

// What the header of the library includes comes first: it must not be compiled for AVX2.
#include <assert.h>
#include <immintrin.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cstring>

// The library's own code, once more, as functions of this file alone.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-declarations"
#define XXH_INLINE_ALL
#define XXH_VECTOR 2  // AVX2
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace {

void Print(const char* bytes, size_t size, XXH128_canonical_t* print) {
  XXH128_canonicalFromHash(print, XXH3_128bits(bytes, size));
}

}  // namespace
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace kvitt {

PieceDigest DigestPieceAvx2(std::string_view piece) {
  XXH128_canonical_t print;
  Print(piece.data(), piece.size(), &print);
  PieceDigest digest;
  std::memcpy(digest.data(), print.digest, digest.size());
  return digest;
}

}  // namespace kvitt
