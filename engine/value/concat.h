// Text from parts: words, and integers in decimal. (The distribution's Abseil has a string_view
// type of its own, so that absl::StrCat does not take std::string_view.)

#pragma once

#include <concepts>
#include <string>
#include <string_view>

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

}  // namespace kvitt
