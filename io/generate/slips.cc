#include "io/generate/slips.h"

#include <utility>

#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

char RandomDigit(CounterRandom* random) {
  return static_cast<char>('0' + random->Below(10));
}

char OtherDigit(char digit, CounterRandom* random) {
  const uint64_t value = static_cast<uint64_t>(digit - '0') + 1 + random->Below(9);
  return static_cast<char>('0' + value % 10);
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string MistypeDigit(std::string_view reference, CounterRandom* random) {
  std::string text(reference);
  size_t at = random->Below(text.size());
  while (!IsDigit(text[at])) at = (at + 1) % text.size();
  text[at] = OtherDigit(text[at], random);
  // A zero at the front would not be a slip but a shorter reference.
  if (at == 0 && text[0] == '0') text[0] = reference[0] == '1' ? '2' : '1';
  return text;
}

std::string SwapNeighbours(std::string_view reference, CounterRandom* random) {
  std::string text(reference);
  const size_t start = 1 + random->Below(text.size() - 2);
  for (size_t step = 0; step + 2 < text.size(); ++step) {
    const size_t at = 1 + (start - 1 + step) % (text.size() - 2);
    if (text[at] == text[at + 1]) continue;
    std::swap(text[at], text[at + 1]);
    return text;
  }
  return MistypeDigit(reference, random);
}

std::string LoseEnd(std::string_view reference, CounterRandom* random) {
  // A zero lost at the front is no slip: leading zeros do not count.
  const bool first = random->Chance(1, 2) && reference.front() != '0';
  return std::string(first ? reference.substr(1) : reference.substr(0, reference.size() - 1));
}

std::string AddEnd(std::string_view reference, CounterRandom* random) {
  if (random->Chance(1, 2)) return Concat(1 + random->Below(9), reference);
  return Concat(reference, std::string(1, RandomDigit(random)));
}

std::string MisreadLetter(std::string_view reference, CounterRandom* random) {
  static constexpr std::string_view kDigits = "0158";
  static constexpr std::string_view kLetters = "OISB";
  std::string text(reference);
  const size_t start = random->Below(text.size());
  for (size_t step = 0; step < text.size(); ++step) {
    const size_t at = (start + step) % text.size();
    const size_t known = kDigits.find(text[at]);
    if (known == std::string_view::npos) continue;
    text[at] = kLetters[known];
    break;
  }
  return text;
}

std::string InGroups(std::string_view reference, size_t group) {
  std::string text;
  for (size_t at = 0; at < reference.size(); ++at) {
    if (at != 0 && at % group == 0) text.push_back(' ');
    text.push_back(reference[at]);
  }
  return text;
}

std::string BreakCheckDigit(std::string_view reference, CounterRandom* random) {
  std::string text(reference);
  const uint64_t start = random->Below(10);
  for (uint64_t step = 0; step < 10; ++step) {
    text.back() = static_cast<char>('0' + (start + step) % 10);
    if (!IsWellFormedReference(text)) return text;
  }
  return text;
}

}  // namespace kvitt
