// Text from parts: words, and integers in decimal. (The distribution's Abseil keeps a string_view
// type of its own, so that absl::StrCat does not take std::string_view.)

#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace kvitt {

inline void AppendPart(std::string* out, std::string_view part) {
  out->append(part);
}

template <std::integral Number>
void AppendPart(std::string* out, Number number) {
  out->append(std::to_string(number));
}

// Appends the parts, one after another.
template <typename... Parts>
void AppendParts(std::string* out, const Parts&... parts) {
  (AppendPart(out, parts), ...);
}

template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  AppendParts(&text, parts...);
  return text;
}

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
