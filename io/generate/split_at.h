// Text cut at a separator. (absl::StrSplit does not take std::string_view where the distribution's
// Abseil has a type of its own.)

#pragma once

#include <string_view>
#include <vector>

namespace kvitt {

// The pieces between the separators; one empty piece for an empty text.
inline std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace kvitt
