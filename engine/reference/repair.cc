// One small slip of a hand: a digit changed, two neighbours swapped, a digit lost or added at an
// end, letters written for the digits that they look like.
//
// Every value one slip away is tried against the scheme; what passes is a repair. All look-alike
// letters are one slip together: who writes O for 0 does so throughout.

#include "engine/reference/repair.h"

#include <algorithm>
#include <utility>

#include "engine/reference/look_alike.h"

namespace kvitt::reference {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

class Trial {
 public:
  Trial(const Scheme& scheme, std::string_view original)
      : scheme_(scheme), own_normal_(scheme.check(original).normal) {}

  // A zero more in front can be the same number: that is no repair.
  void Try(const std::string& value) {
    const NumberCheck check = scheme_.check(value);
    if (check.ok && check.normal != own_normal_) found_.push_back(check.normal);
  }

  std::vector<std::string> Take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  const Scheme& scheme_;
  std::string own_normal_;  // empty when the value itself is not valid
  std::vector<std::string> found_;
};

void TryChanges(std::string value, std::string_view alphabet, Trial* trial) {
  for (char& place : value) {
    const char was = place;
    // In a scheme with letters a letter is not taken for any digit, nor a digit for any letter.
    const bool is_letter = kLetters.find(was) != std::string_view::npos;
    const bool keeps_kind = alphabet.size() > kDigits.size() + 1;
    for (const char c : alphabet) {
      if (keeps_kind && is_letter != (kLetters.find(c) != std::string_view::npos)) continue;
      place = c;
      trial->Try(value);
    }
    place = was;
  }
}

void TrySwaps(std::string value, Trial* trial) {
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    std::swap(value[i], value[i + 1]);
    trial->Try(value);
    std::swap(value[i], value[i + 1]);
  }
}

void TryEnds(const std::string& value, std::string_view alphabet, Trial* trial) {
  if (value.size() > 1) {
    trial->Try(value.substr(1));
    trial->Try(value.substr(0, value.size() - 1));
  }
  for (const char c : alphabet) {
    trial->Try(std::string(1, c) + value);
    trial->Try(value + c);
  }
}

void TryLetters(const std::string& value, bool has_letters, Trial* trial) {
  std::string all = value;
  for (size_t i = 0; i < value.size(); ++i) {
    const char digit = DigitLike(value[i]);
    if (digit == 0) continue;
    all[i] = digit;
    // Where letters belong, one may be right and another a slip.
    std::string one = value;
    one[i] = digit;
    if (has_letters) trial->Try(one);
  }
  trial->Try(all);
}

}  // namespace

std::vector<std::string> Repairs(const Scheme& scheme, std::string_view compact) {
  // Nothing that one slip mends is longer than this; hostile input is not worth the search.
  constexpr size_t kLongest = 40;
  if (compact.empty() || compact.size() > kLongest) return {};
  const std::string value(compact);
  std::string alphabet(kDigits);
  if (scheme.has_letters) {
    alphabet += kLetters;
  } else if (scheme.name == "kid11") {
    alphabet += '-';
  }
  Trial trial(scheme, compact);
  TryChanges(value, alphabet, &trial);
  TrySwaps(value, &trial);
  TryEnds(value, alphabet, &trial);
  TryLetters(value, scheme.has_letters, &trial);
  return trial.Take();
}

}  // namespace kvitt::reference
