// The first step of the normal form of references. See kvitt/reference.h for the whole of it.

#pragma once

#include <cstddef>
#include <string_view>

namespace kvitt::reference {

// `value` in upper case, letters and digits only, leading zeros kept: what was quoted, without the
// marks that people put between. Writes at most value.size() bytes; returns the length.
size_t FoldReference(std::string_view value, char* out);

}  // namespace kvitt::reference
