#include "io/bytes/text_encoding.h"

#include <algorithm>

namespace kvitt {
namespace {

using namespace std::string_view_literals;

// Bank files are mostly ASCII, so in UTF-16 nearly every second byte is NUL.
bool LooksLikeUtf16(std::string_view head) {
  const std::string_view sample = head.substr(0, 512);
  if (sample.size() < 8) return false;
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] == '\0') ++zeros[i % 2];
  }
  const size_t half = sample.size() / 2;
  return (zeros[0] > half * 3 / 4 && zeros[1] < half / 8) ||
         (zeros[1] > half * 3 / 4 && zeros[0] < half / 8);
}

// Digits are F0..F9 and blanks 40 there.
bool LooksLikeEbcdic(std::string_view head) {
  const std::string_view sample = head.substr(0, 512);
  if (sample.size() < 32) return false;
  size_t ebcdic = 0;
  for (const char c : sample) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0xf0 && byte <= 0xf9) || byte == 0x40 || (byte >= 0xc1 && byte <= 0xe9)) ++ebcdic;
  }
  return ebcdic > sample.size() * 9 / 10;
}

}  // namespace

size_t ByteOrderMarkLength(std::string_view head) {
  return head.starts_with("\xef\xbb\xbf"sv) ? 3 : 0;
}

std::string_view UnreadableEncoding(std::string_view head) {
  if (head.starts_with("\xff\xfe\x00\x00"sv) || head.starts_with("\x00\x00\xfe\xff"sv)) {
    return "text in UTF-32; kvitt reads UTF-8 and the banks' 8-bit sets";
  }
  if (head.starts_with("\xff\xfe"sv) || head.starts_with("\xfe\xff"sv) || LooksLikeUtf16(head)) {
    return "text in UTF-16; kvitt reads UTF-8 and the banks' 8-bit sets";
  }
  if (LooksLikeEbcdic(head)) return "text in EBCDIC; kvitt reads UTF-8 and the banks' 8-bit sets";
  if (head.starts_with("%PDF-"sv)) return "a PDF document";
  if (head.starts_with("\xd0\xcf\x11\xe0"sv)) return "an old Excel or Word document";
  if (head.starts_with("BZh"sv)) return "bzip2 data; gzip, zstd and zip are read";
  if (head.starts_with("\xfd"
                       "7zXZ"sv))
    return "xz data; gzip, zstd and zip are read";
  if (head.starts_with("7z\xbc\xaf"sv)) return "a 7z archive; gzip, zstd and zip are read";
  return {};
}

bool IsBlank(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0' || c == '\x1a';
  });
}

}  // namespace kvitt
