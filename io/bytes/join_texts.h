// Texts in a row with something between them: "a, b, c".

#pragma once

#include <string>
#include <string_view>

namespace kvitt {

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
