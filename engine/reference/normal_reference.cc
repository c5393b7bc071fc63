// The form in which references are compared. See kvitt/reference.h for what it is.
//
// Nearly every reference of a file is 8 to 32 digits: those are recognised and copied in a few wide
// instructions. Everything else goes through FoldReference, a byte at a time, with the same answers.

#include "engine/reference/normal_reference.h"

#include <algorithm>

#include "engine/reference/ascii_block.h"
#include "engine/reference/kid.h"
#include "engine/reference/rf.h"
#include "engine/reference/scheme.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

using reference::Copy8To32;
using reference::DigitMask16;
using reference::IsDigits8;
using reference::Load16;
using reference::Load8;

// What senders write where they have no reference, in folded form.
constexpr std::string_view kFillers[] = {"NA",          "NONE",         "NONREF",     "NOREF",
                                         "NOREFERENCE", "NOTAVAILABLE", "NOTPROVIDED"};

// REQUIRES: 8 <= size <= 32.
bool IsShortDigits(const char* p, size_t size) {
  if (size >= 16) {
    return (DigitMask16(Load16(p)) & DigitMask16(Load16(p + size - 16))) == 0xFFFF;
  }
  return IsDigits8(Load8(p)) && IsDigits8(Load8(p + size - 8));
}

// Digits without their leading zeros. REQUIRES: digits alone, 8 <= size <= 32.
size_t CopyShortDigits(const char* p, size_t size, char* out) {
  if (p[0] != '0') [[likely]] {
    Copy8To32(out, p, size);
    return size;
  }
  size_t zeros = 1;
  while (zeros < size && p[zeros] == '0') ++zeros;
  const size_t left = size - zeros;
  if (left >= 8) {
    Copy8To32(out, p + zeros, left);
  } else {
    std::memmove(out, p + zeros, left);
  }
  return left;
}

// The length of the UTF-8 character at `p` when it is a blank, a dash or another mark: the Latin-1
// signs from the no-break space on, and the block "general punctuation". 0 for everything else.
size_t MarkLength(const unsigned char* p, size_t left) {
  if (left >= 2 && p[0] == 0xC2 && p[1] >= 0xA0 && p[1] <= 0xBF) return 2;
  if (left >= 3 && p[0] == 0xE2 && (p[1] == 0x80 || p[1] == 0x81)) return 3;
  if (left >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) return 3;
  return 0;
}

// Removes leading zeros, then the wrapping of valid RF references, as often as there is one.
size_t Unwrap(char* text, size_t size) {
  size_t begin = 0;
  for (;;) {
    while (begin < size && text[begin] == '0') ++begin;
    if (!reference::PassesRf(std::string_view(text + begin, size - begin))) break;
    begin += 4;
  }
  std::memmove(text, text + begin, size - begin);
  return size - begin;
}

// Whether `value` is a KID whose mod 11 check is the minus sign.
bool IsMinusKid(std::string_view value) {
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (value.empty() || value.back() != '-') return false;
  const std::string compact = reference::Compact(value, "");
  return reference::PassesKidMod11(compact) && compact.find_first_not_of("0-") != std::string::npos;
}

size_t AnyNormalReference(std::string_view value, char* out) {
  const bool ends_in_minus = IsMinusKid(value);
  size_t size = Unwrap(out, reference::FoldReference(value, out));
  // The minus takes the place that it had, or an earlier one, so it fits.
  if (ends_in_minus) out[size++] = '-';
  const std::string_view normal(out, size);
  if (std::find(std::begin(kFillers), std::end(kFillers), normal) != std::end(kFillers)) return 0;
  return size;
}

}  // namespace

namespace reference {

// Upper case, letters and digits only; letters beyond ASCII stay, those of Latin-1 in upper case.
size_t FoldReference(std::string_view value, char* out) {
  size_t size = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (reference::IsDigit(c) || (c >= 'A' && c <= 'Z')) {
      out[size++] = c;
    } else if (c >= 'a' && c <= 'z') {
      out[size++] = static_cast<char>(c - 'a' + 'A');
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      unsigned char next[3] = {};
      const size_t left = std::min<size_t>(value.size() - i, 3);
      std::memcpy(next, value.data() + i, left);
      const size_t mark = MarkLength(next, left);
      if (mark > 0) {
        i += mark - 1;
      } else if (left >= 2 && next[0] == 0xC3 && next[1] >= 0xA0 && next[1] <= 0xBE &&
                 next[1] != 0xB7) {
        out[size++] = c;
        out[size++] = static_cast<char>(next[1] - 0x20);
        ++i;
      } else {
        out[size++] = c;
      }
    }
  }
  return size;
}

}  // namespace reference

size_t NormalReferenceTo(std::string_view value, char* out) {
  if (value.size() >= 8 && value.size() <= 32 && IsShortDigits(value.data(), value.size()))
      [[likely]] {
    return CopyShortDigits(value.data(), value.size(), out);
  }
  return AnyNormalReference(value, out);
}

std::string NormalReference(std::string_view value) {
  std::string normal(value.size(), '\0');
  normal.resize(NormalReferenceTo(value, normal.data()));
  return normal;
}

}  // namespace kvitt
