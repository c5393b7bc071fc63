// Putting a sentence for people together from its parts.

#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kvitt {
namespace sentence_internal {

// Abseil may be built with a string_view of its own, which StrCat then wants.
inline absl::string_view Part(std::string_view text) {
  return {text.data(), text.size()};
}

inline absl::string_view Part(const char* text) {
  return text;
}

inline const std::string& Part(const std::string& text) {
  return text;
}

template <typename Number>
const Number& Part(const Number& number) {
  return number;
}

}  // namespace sentence_internal

// Texts and whole numbers, one after another.
template <typename... Parts>
std::string Sentence(const Parts&... parts) {
  return absl::StrCat(sentence_internal::Part(parts)...);
}

// The texts with `between` between them.
template <typename Texts>
std::string JoinTexts(const Texts& texts, std::string_view between) {
  std::string out;
  bool first = true;
  for (const std::string_view text : texts) {
    if (!first) out.append(between);
    first = false;
    out.append(text);
  }
  return out;
}

}  // namespace kvitt
