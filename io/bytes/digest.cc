#include "io/bytes/digest.h"

#include <xxhash.h>

#include <cstring>
#include <memory>

#include "absl/strings/escaping.h"
#include "io/bytes/digest_avx2.h"

namespace kvitt {
namespace {

PieceDigest Canonical(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  PieceDigest digest;
  std::memcpy(digest.data(), canonical.digest, digest.size());
  return digest;
}

}  // namespace

void DigestPieces(std::string_view bytes, std::vector<PieceDigest>* pieces) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  for (size_t begin = 0; begin < bytes.size(); begin += kDigestPiece) {
    const std::string_view piece = bytes.substr(begin, kDigestPiece);
    pieces->push_back(has_avx2 ? DigestPieceAvx2(piece)
                               : Canonical(XXH3_128bits(piece.data(), piece.size())));
  }
}

std::string CombineDigest(absl::Span<const PieceDigest> pieces, uint64_t bytes) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_128bits_reset(state.get());
  for (const PieceDigest& piece : pieces)
    XXH3_128bits_update(state.get(), piece.data(), piece.size());
  std::array<unsigned char, 8> length{};
  for (size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<unsigned char>(bytes >> (8 * i));
  XXH3_128bits_update(state.get(), length.data(), length.size());
  const PieceDigest digest = Canonical(XXH3_128bits_digest(state.get()));
  std::string raw(digest.begin(), digest.end());
  return absl::BytesToHexString(raw);
}

std::string DigestBytes(std::string_view bytes) {
  std::vector<PieceDigest> pieces;
  DigestPieces(bytes, &pieces);
  return CombineDigest(pieces, bytes.size());
}

}  // namespace kvitt
