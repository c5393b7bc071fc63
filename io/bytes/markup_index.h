// Where the markup of an XML text lies: stage one of the scanner.
//
// One pass over the bytes finds every `<`, and every byte that the second stage has to look at
// twice:
// `&`, `]` (of a `]]>` that may stand where it must not) and the control characters that XML
// forbids. Sixty-four bytes a step, by AVX-512 or AVX2 where the machine has it; the portable kernel
// gives the same answers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kvitt {

enum class MarkupKernel : uint8_t { kPortable, kAvx2, kAvx512 };

// The fastest kernel that this machine runs.
MarkupKernel BestMarkupKernel();
// Whether this machine runs `kernel`.
bool HasMarkupKernel(MarkupKernel kernel);

struct MarkupFound {
  size_t tags = 0;         // positions of '<' written
  size_t specials = 0;     // positions of '&', ']' and forbidden control characters written
  bool non_ascii = false;  // whether any byte is 0x80 or above
  // Whether any of them may be no part of UTF-8: all of them, or, where the kernel tells them apart, those
  // that do not make whole characters of two bytes.
  bool unsure_utf8 = false;
  bool carriage_return = false;  // whether any byte is 0x0D
};

// Looks at `length` bytes and appends positions, counted from `base`, in ascending order. `tags`
// and `specials` have room for `length` + 64 positions each; more than the counted ones may be
// overwritten.
MarkupFound FindMarkup(MarkupKernel kernel,
                       const char* bytes,
                       size_t length,
                       uint32_t base,
                       uint32_t* tags,
                       uint32_t* specials);

// The last place in `bytes` where `needle` (2 to 32 bytes) begins; null when there is none.
const char* FindLast(MarkupKernel kernel, std::string_view bytes, std::string_view needle);

}  // namespace kvitt
