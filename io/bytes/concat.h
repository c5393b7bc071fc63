// Sentences out of their parts: Concat({"expected at most ", Digits(64), ", found ", found}).

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kvitt {

// The parts, one after another.
inline std::string Concat(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view part : parts) text.append(part);
  return text;
}

// A number as decimal text.
inline std::string Digits(uint64_t number) {
  return std::to_string(number);
}

}  // namespace kvitt
