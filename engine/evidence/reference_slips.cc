// See reference_slips.h.

#include "engine/evidence/reference_slips.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "engine/reference/kid.h"
#include "engine/reference/look_alike.h"
#include "engine/reference/normal_reference.h"
#include "engine/value/concat.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

using reference::DigitLike;
using reference::IsDigit;
using reference::IsDigits;
using reference::LettersLike;
using reference::WithoutLeadingZeros;

__extension__ typedef unsigned __int128 Wide;

// Shorter references are one slip away from everything.
constexpr size_t kSignificantMin = 4;
// Nothing that one slip mends is longer; a field of SEPA holds 35 characters.
constexpr size_t kLongest = 36;
// A field can hold two references with marks and blanks between.
constexpr size_t kQuotedMax = 140;

bool IsLetter(char c) {
  return c >= 'A' && c <= 'Z';
}

// What was quoted without marks, as it was: with its leading zeros, and with a minus at the end of
// digits, which can be the check digit of a KID.
class Quote {
 public:
  explicit Quote(std::string_view quoted) {
    while (!quoted.empty() && quoted.back() == ' ') quoted.remove_suffix(1);
    if (quoted.empty() || quoted.size() > kQuotedMax) return;
    size_ = reference::FoldReference(quoted, text_.data());
    if (quoted.back() == '-' && IsDigits(text())) text_[size_++] = '-';
  }

  std::string_view text() const { return {text_.data(), size_}; }

  bool IsLongEnough() const { return WithoutLeadingZeros(text()).size() >= kSignificantMin; }

 private:
  std::array<char, kQuotedMax> text_;  // folding and the minus never make a text longer
  size_t size_ = 0;
};

// What a one at the k-th place from the right adds to the key of a number: the low 16 digits are a
// number of 54 bits, the 12 above them stand above those bits.
constexpr std::array<Wide, CheckRule::kPlaces> kTens = [] {
  std::array<Wide, CheckRule::kPlaces> powers{};
  Wide ten = 1;
  for (size_t k = 0; k < powers.size(); ++k) {
    if (k == 16) ten = 1;
    powers[k] = k < 16 ? ten : ten << 54;
    ten *= 10;
  }
  return powers;
}();

// The slips of digits.
//
// The key of a number is linear: digit d at the k-th place from the right adds d * kTens[k]. So a
// changed digit adds a difference, swapped neighbours two of them, and where a digit goes or comes
// the key of the rest is carried along from place to place.
//
// No key is added twice, without looking any up, for these reasons. Values of equal length are
// different texts, hence different numbers. A longer value is a smaller number only if it starts
// with a zero, a shorter one is never larger than the quoted number, so those lengths meet only
// where leading zeros fill them up. There, a value that lost or gained a digit of the r-th run of
// equal digits differs from the quoted text at r places, the borders of the runs up to it: it is a
// changed digit when r = 1, and swapped neighbours when r = 2, the first of the two runs is one
// digit, and zeros follow.
class DigitSlips {
 public:
  // One place is left for the digit that a slip adds.
  static constexpr size_t kDigitsMax = CheckRule::kPlaces - 1;

  // REQUIRES: digits, with at least four significant ones, no more than kDigitsMax.
  // `rule`: one that all references keep that can be meant, or null.
  DigitSlips(std::string_view text, AccountNumber account, const CheckRule* rule, SlipList* slips)
      : text_(text), account_high_(uint64_t{account} << 32), rule_(rule), slips_(slips) {
    size_t places = text_.size();
    for (size_t i = 0; i < text_.size(); ++i) {
      digit_[i] = static_cast<uint8_t>(text_[i] - '0');
      --places;
      key_ += digit_[i] * kTens[places];
      shifted_ += digit_[i] * kTens[places + 1];
    }
    zero_led_ = digit_[0] == 0;
    if (rule_ != nullptr) AddShares();
  }

  void Find() {
    Changes();
    Swaps();
    Runs();
    Ends();
  }

 private:
  void Add(SlipKind kind, Wide key) {
    slips_->Add(kind,
                {static_cast<uint64_t>(key), static_cast<uint64_t>(key >> 64) | account_high_});
  }

  // What the first i digits add up to by the rule, at their places, one further right, one further left.
  void AddShares() {
    const size_t size = text_.size();
    for (size_t i = 0; i < size; ++i) {
      const size_t place = size - 1 - i;
      shares_[i + 1] = shares_[i] + rule_->Share(place, digit_[i]);
      right_shares_[i + 1] =
          right_shares_[i] + (place == 0 ? 0 : rule_->Share(place - 1, digit_[i]));
      left_shares_[i + 1] = left_shares_[i] + rule_->Share(place + 1, digit_[i]);
    }
  }

  // What the digits from the i-th on add up to.
  unsigned SharesFrom(size_t i) const { return shares_[text_.size()] - shares_[i]; }

  // Calls fn for each digit that may stand at `place` when all the others add up to `rest`.
  template <typename Fn>
  void ForDigits(size_t place, unsigned rest, Fn fn) const {
    if (rule_ == nullptr) {
      for (uint8_t digit = 0; digit < 10; ++digit) fn(digit);
      return;
    }
    const uint8_t digit = rule_->Solve(place, rest);
    if (digit != CheckRule::kNoDigit) fn(digit);
  }

  void Changes() {
    for (size_t i = 0; i < text_.size(); ++i) {
      const size_t place = text_.size() - 1 - i;
      const Wide rest = key_ - digit_[i] * kTens[place];
      ForDigits(place, shares_[i] + SharesFrom(i + 1), [&](uint8_t digit) {
        if (digit == digit_[i]) return;
        const Wide key = rest + digit * kTens[place];
        // A zero for the first digit is the same as the first digit gone: see Runs.
        if (digit == 0 && (i == 0 || key == 0)) return;
        Add(SlipKind::kChanged, key);
      });
    }
  }

  void Swaps() {
    for (size_t i = 0; i + 1 < text_.size(); ++i) {
      if (digit_[i] == digit_[i + 1]) continue;
      const size_t place = text_.size() - 1 - i;
      if (rule_ != nullptr &&
          !rule_->Holds(shares_[i] + rule_->Share(place, digit_[i + 1]) +
                        rule_->Share(place - 1, digit_[i]) + SharesFrom(i + 2))) {
        continue;
      }
      const Wide left = kTens[place];
      const Wide right = kTens[place - 1];
      const Wide up = Wide{digit_[i + 1]} - digit_[i];  // modulo 2^128, as is the sum
      Add(SlipKind::kSwapped, key_ + up * (left - right));
    }
  }

  // Whether a value that lost or gained a digit of the run that starts at `start`, the r-th after the
  // leading zeros, is a change or a swap.
  bool IsSameLengthSlip(size_t r, size_t start) const {
    if (r == 1) return zero_led_;
    if (r != 2 || digit_[start] != 0) return false;
    return start == (zero_led_ ? first_significant_ + 1 : 1);
  }

  // Each run of equal digits one digit shorter or longer.
  void Runs() {
    const size_t size = text_.size();
    // The key without the digit at i, and with that digit twice.
    Wide shorter = key_ - digit_[0] * kTens[size - 1];
    Wide longer = key_ + digit_[0] * kTens[size];
    size_t r = zero_led_ ? 0 : 1;
    for (size_t start = 0; start < size;) {
      size_t end = start + 1;
      while (end < size && digit_[end] == digit_[start]) ++end;
      if (r == 1) first_significant_ = start;
      if (r > 0) Run(r, start, end, shorter, longer);
      ++r;
      if (end == size) break;
      // The rest of the run does not change either key; stepping over its border does.
      const Wide border = kTens[size - 1 - end];
      const Wide change = Wide{digit_[start]} - digit_[end];
      shorter += change * border;
      longer -= change * kTens[size - end];
      start = end;
    }
  }

  void Run(size_t r, size_t start, size_t end, Wide shorter, Wide longer) {
    const bool is_first = start == 0;
    const bool is_last = end == text_.size();
    const bool is_known = IsSameLengthSlip(r, start);
    const bool keeps_shorter =
        rule_ == nullptr || rule_->Holds(right_shares_[start] + SharesFrom(start + 1));
    const bool keeps_longer =
        rule_ == nullptr || rule_->Holds(left_shares_[start + 1] + SharesFrom(start));
    if (keeps_shorter && !is_known && shorter != 0) {
      if (end - start > 1) {
        Add(SlipKind::kDoubled, shorter);
      } else if (is_first) {
        Add(SlipKind::kFirstAdded, shorter);
      } else if (is_last) {
        Add(SlipKind::kLastAdded, shorter);
      }
    }
    if (keeps_longer && !(is_known && zero_led_)) {
      Add(is_last    ? SlipKind::kLastLost
          : is_first ? SlipKind::kFirstLost
                     : SlipKind::kDoubleLost,
          longer);
    }
  }

  // Digits that are not those at the ends, which Runs has added.
  void Ends() {
    const size_t size = text_.size();
    ForDigits(size, shares_[size], [&](uint8_t digit) {
      if (digit != 0 && digit != digit_[0]) Add(SlipKind::kFirstLost, key_ + digit * kTens[size]);
    });
    ForDigits(0, left_shares_[size], [&](uint8_t digit) {
      if (digit != digit_[size - 1]) Add(SlipKind::kLastLost, shifted_ + digit);
    });
  }

  std::string_view text_;
  uint64_t account_high_;
  const CheckRule* rule_;
  SlipList* slips_;
  std::array<uint8_t, CheckRule::kPlaces> digit_{};
  std::array<unsigned, CheckRule::kPlaces> shares_{};
  std::array<unsigned, CheckRule::kPlaces> right_shares_{};
  std::array<unsigned, CheckRule::kPlaces> left_shares_{};
  Wide key_ = 0;
  Wide shifted_ = 0;  // the key of the text with a zero behind it
  bool zero_led_ = false;
  size_t first_significant_ = 0;
};

// Values of digits with one letter among them: a letter lost at an end, or read as a digit. A letter
// stands in base 37 there, and the value has up to 18 characters; what is longer holds no letters.
class LetterAmongDigits {
 public:
  // `forms`: what references look like, or null.
  LetterAmongDigits(std::string_view text,
                    AccountNumber account,
                    const ReferenceForms* forms,
                    SlipList* slips)
      : text_(text),
        tag_high_((uint64_t{account} << 32) |
                  (uint64_t{static_cast<uint8_t>(ReferenceKey::Kind::kAlphanumeric)} << 30)),
        forms_(forms),
        slips_(slips) {}

  // Whether any reference with letters, or a minus, is as long as one slip makes the text.
  bool MayBeAsLong() const {
    const size_t digits = WithoutLeadingZeros(text_).size();
    if (forms_ == nullptr) return true;
    if (digits >= kBase37Max && forms_->has_long_texts()) return true;
    if (digits > kBase37Max) return false;
    // Up to one character more; the first can be any.
    ShapeSet shapes;
    shapes.AddRange(KeyOf(kPowers[digits - 1]),
                    KeyOf(kPowers[std::min(text_.size() + 1, kBase37Max)] - 1));
    return forms_->MayHaveAny(shapes);
  }

  void Find() {
    if (text_.size() > kBase37Max || !MayBeAsLong()) return;
    Wide power = 1;
    for (size_t i = text_.size(); i-- > 0; power *= 37) {
      key_ += Code(text_[i]) * power;
    }
    if (text_.size() < kBase37Max) {
      for (char letter = 'A'; letter <= 'Z'; ++letter) {
        Add(SlipKind::kFirstLost, key_ + Code(letter) * power);
        Add(SlipKind::kLastLost, key_ * 37 + Code(letter));
      }
    }
    power = 1;
    for (size_t i = text_.size(); i-- > 0; power *= 37) {
      for (const char letter : LettersLike(text_[i])) {
        Add(SlipKind::kDigitForLetter, key_ + (Code(letter) - Code(text_[i])) * power);
      }
    }
  }

 private:
  static constexpr size_t kBase37Max = 18;

  static constexpr std::array<Wide, kBase37Max + 1> kPowers = [] {
    std::array<Wide, kBase37Max + 1> powers{};
    powers[0] = 1;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 37;
    return powers;
  }();

  static Wide Code(char c) { return static_cast<Wide>(IsDigit(c) ? c - '0' : c - 'A' + 10); }

  ReferenceKey KeyOf(Wide value) const {
    return {static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64) | tag_high_};
  }

  void Add(SlipKind kind, Wide key) { slips_->Add(kind, KeyOf(key)); }

  std::string_view text_;
  uint64_t tag_high_;
  const ReferenceForms* forms_;
  SlipList* slips_;
  Wide key_ = 0;
};

// Remembers which keys were added.
class Seen {
 public:
  // Whether `key` is new.
  bool Insert(ReferenceKey key, size_t index, const SlipList& slips) {
    size_t at = StableHash(key, 0) % places_.size();
    for (; places_[at] != 0; at = (at + 1) % places_.size()) {
      if (slips.key(places_[at] - 1U) == key) return false;
    }
    places_[at] = static_cast<uint16_t>(index + 1);
    return true;
  }

 private:
  std::array<uint16_t, 4096> places_{};
};

// The slips of any text, by making each of them.
class TextSlips {
 public:
  // REQUIRES: kSignificantMin <= text.size() <= kLongest.
  TextSlips(std::string_view text, AccountNumber account, SlipAlphabet alphabet, SlipList* slips)
      : text_(text),
        account_(account),
        own_(MakeReferenceKey(text, account)),
        with_letters_(alphabet == SlipAlphabet::kDigitsAndLetters),
        slips_(slips) {}

  void Find() {
    LettersForDigits();
    if (std::none_of(text_.begin(), text_.end(), IsDigit)) return;
    Swaps();
    Ends();
    Doubles();
    Changes();
    SingleLetters();
    InnerZeros();
  }

 private:
  void Try(SlipKind kind, std::string_view value) {
    const ReferenceKey key = MakeReferenceKey(value, account_);
    if (key.is_none() || key == own_) return;
    if (!with_letters_ && key.kind() == ReferenceKey::Kind::kAlphanumeric) return;
    if (seen_.Insert(key, slips_->size(), *slips_)) slips_->Add(kind, key);
  }

  // A minus is a check digit where it makes a right one, and a mark elsewhere.
  void TryMinus(SlipKind kind, const std::string& value) {
    if (with_letters_ && reference::PassesKidMod11(value)) Try(kind, value);
  }

  // All of them are one slip. Where letters belong in front (INV-1OO1), all from there on.
  void LettersForDigits() {
    std::string value(text_);
    const bool has_digit = std::any_of(text_.begin(), text_.end(), IsDigit);
    for (size_t i = value.size(); i-- > 0;) {
      const char digit = DigitLike(value[i]);
      if (digit == 0) continue;
      value[i] = digit;
      if (has_digit || IsDigits(value)) Try(SlipKind::kLettersForDigits, value);
    }
  }

  void Swaps() {
    std::string value(text_);
    for (size_t i = 0; i + 1 < value.size(); ++i) {
      if (!IsPlain(value[i]) || !IsPlain(value[i + 1])) continue;
      std::swap(value[i], value[i + 1]);
      Try(SlipKind::kSwapped, value);
      std::swap(value[i], value[i + 1]);
    }
  }

  void Ends() {
    if (IsPlain(text_.front())) Try(SlipKind::kFirstAdded, text_.substr(1));
    if (IsPlain(text_.back())) Try(SlipKind::kLastAdded, text_.substr(0, text_.size() - 1));
    std::string longer;
    for (const char c : kAlphabet) {
      if (IsLetter(c) && !with_letters_) break;
      longer.assign(1, c);
      longer += text_;
      Try(SlipKind::kFirstLost, longer);
      if (text_.back() == '-') continue;  // nothing stands behind a check digit
      longer.assign(text_);
      longer += c;
      Try(SlipKind::kLastLost, longer);
    }
    if (IsDigits(text_)) TryMinus(SlipKind::kLastLost, Concat(text_, "-"));
  }

  void Doubles() {
    for (size_t i = 0; i < text_.size(); ++i) {
      if (!IsPlain(text_[i])) continue;
      std::string value(text_);
      value.insert(i, 1, text_[i]);
      Try(SlipKind::kDoubleLost, value);
      if (i + 1 == text_.size() || text_[i] != text_[i + 1]) continue;
      value.assign(text_);
      value.erase(i, 1);
      Try(SlipKind::kDoubled, value);
    }
  }

  void Changes() {
    std::string value(text_);
    for (size_t i = 0; i < text_.size(); ++i) {
      if (!IsPlain(text_[i])) continue;
      for (const char c : kAlphabet) {
        // A letter is not taken for any digit, nor a digit for any letter.
        if (IsLetter(c) != IsLetter(text_[i])) continue;
        value[i] = c;
        Try(SlipKind::kChanged, value);
      }
      value[i] = text_[i];
    }
    value.back() = '-';
    if (IsDigits(text_)) TryMinus(SlipKind::kChanged, value);
  }

  void SingleLetters() {
    std::string value(text_);
    for (size_t i = 0; i < text_.size(); ++i) {
      if (const char digit = DigitLike(text_[i]); digit != 0) {
        value[i] = digit;
        Try(SlipKind::kLetterForDigit, value);
      }
      if (with_letters_) {
        for (const char letter : LettersLike(text_[i])) {
          value[i] = letter;
          Try(SlipKind::kDigitForLetter, value);
        }
      }
      value[i] = text_[i];
    }
  }

  // The number behind the last letter, filled up with zeros to other widths.
  void InnerZeros() {
    const size_t number = text_.size() - TrailingDigits();
    if (number == 0 || number == text_.size()) return;
    const std::string_view letters = text_.substr(0, number);
    const std::string_view digits = WithoutLeadingZeros(text_.substr(number));
    if (digits.empty()) return;
    std::string filled(digits);
    while (filled.size() <= kNumberWidthMax && number + filled.size() <= kLongest) {
      Try(SlipKind::kInnerZeros, Concat(letters, filled));
      filled.insert(0, 1, '0');
    }
  }

  size_t TrailingDigits() const {
    size_t count = 0;
    while (count < text_.size() && IsDigit(text_[text_.size() - 1 - count])) ++count;
    return count;
  }

  // A whole character: the bytes of letters beyond ASCII are left alone.
  static bool IsPlain(char c) { return static_cast<unsigned char>(c) < 0x80; }

  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static constexpr size_t kNumberWidthMax = 10;

  std::string_view text_;
  AccountNumber account_;
  ReferenceKey own_;
  bool with_letters_;
  SlipList* slips_;
  Seen seen_;
};

// The minus as a check digit that was lost, or read as a digit.
void FindMinus(std::string_view digits, AccountNumber account, SlipList* slips) {
  std::array<char, DigitSlips::kDigitsMax + 1> value;
  std::copy(digits.begin(), digits.end(), value.begin());
  for (const size_t at : {digits.size(), digits.size() - 1}) {
    value[at] = '-';
    const std::string_view kid(value.data(), at + 1);
    if (!reference::PassesKidMod11(kid)) continue;
    const SlipKind kind = at == digits.size() ? SlipKind::kLastLost : SlipKind::kChanged;
    const ReferenceKey key = MakeReferenceKey(kid, account);
    if (!key.is_none()) slips->Add(kind, key);
  }
}

void FindSlips(std::string_view quoted,
               AccountNumber account,
               SlipAlphabet alphabet,
               const ReferenceForms* forms,
               SlipList* slips) {
  slips->Clear();
  const Quote quote(quoted);
  const std::string_view text = quote.text();
  if (!quote.IsLongEnough() || text.size() > kLongest) return;
  if (!IsDigits(text) || text.size() > DigitSlips::kDigitsMax) {
    TextSlips(text, account, alphabet, slips).Find();
  } else {
    const CheckRule* rule = forms == nullptr ? nullptr : forms->RuleOf(account);
    DigitSlips(text, account, rule, slips).Find();
    if (alphabet == SlipAlphabet::kDigitsAndLetters) {
      LetterAmongDigits letters(text, account, forms, slips);
      letters.Find();
      if (letters.MayBeAsLong()) FindMinus(text, account, slips);
    }
  }
  KVITT_CHECK(slips->size() <= SlipList::kMax);
}

// The two parts of a number that is cut in two, from cut to cut.
class CutNumber {
 public:
  // REQUIRES: digits, no more than CheckRule::kPlaces, cut behind the first for a start.
  CutNumber(std::string_view digits, AccountNumber account)
      : digits_(digits), account_high_(uint64_t{account} << 32) {
    for (size_t i = 0; i < digits.size(); ++i) second_ += Digit(i) * kTens[digits.size() - 1 - i];
    Next();
  }

  void Next() {
    constexpr uint64_t kLowEnd = 10'000'000'000'000'000u;
    second_ -= Digit(cut_) * kTens[digits_.size() - 1 - cut_];
    first_low_ = first_low_ * 10 + Digit(cut_);
    first_high_ = first_high_ * 10 + first_low_ / kLowEnd;
    first_low_ %= kLowEnd;
    ++cut_;
  }

  ReferenceKey First() const { return KeyOf((Wide{first_high_} << 54) | first_low_); }

  ReferenceKey Second() const { return KeyOf(second_); }

  bool FirstKeeps(const CheckRule& rule) const { return Keeps(rule, 0, cut_); }

  bool SecondKeeps(const CheckRule& rule) const { return Keeps(rule, cut_, digits_.size()); }

 private:
  uint8_t Digit(size_t i) const { return static_cast<uint8_t>(digits_[i] - '0'); }

  ReferenceKey KeyOf(Wide value) const {
    return {static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64) | account_high_};
  }

  bool Keeps(const CheckRule& rule, size_t begin, size_t end) const {
    unsigned sum = 0;
    for (size_t i = begin; i < end; ++i) sum += rule.Share(end - 1 - i, Digit(i));
    return rule.Holds(sum);
  }

  std::string_view digits_;
  uint64_t account_high_;
  size_t cut_ = 0;
  Wide second_ = 0;
  uint64_t first_low_ = 0;
  uint64_t first_high_ = 0;
};

void CutDigits(std::string_view text,
               AccountNumber account,
               const ReferenceForms& forms,
               std::vector<TwoReferences>* pairs) {
  const ReferenceKey least = MakeReferenceKey("1000", account);  // kSignificantMin characters
  const auto is_short = [&](ReferenceKey key) {
    return (key.high & 0xffffffffu) == 0 && key.low < least.low;
  };
  const CheckRule* rule = forms.RuleOf(account);
  CutNumber number(text, account);
  for (size_t cut = 1; cut + kSignificantMin <= text.size(); ++cut, number.Next()) {
    if (cut < kSignificantMin) continue;
    const ReferenceKey first = number.First();
    const ReferenceKey second = number.Second();
    if (is_short(first) || is_short(second) || first == second) continue;
    if (!forms.MayHave(first) || !forms.MayHave(second)) continue;
    if (rule != nullptr && !(number.SecondKeeps(*rule) && number.FirstKeeps(*rule))) continue;
    pairs->push_back({first, second, cut});
  }
}

void CutText(std::string_view text, AccountNumber account, std::vector<TwoReferences>* pairs) {
  for (size_t cut = kSignificantMin; cut + kSignificantMin <= text.size(); ++cut) {
    const std::string_view first = text.substr(0, cut);
    const std::string_view second = text.substr(cut);
    if (WithoutLeadingZeros(first).size() < kSignificantMin ||
        WithoutLeadingZeros(second).size() < kSignificantMin) {
      continue;
    }
    // No letter beyond ASCII is cut in two.
    if ((static_cast<unsigned char>(second.front()) & 0xC0U) == 0x80) continue;
    const TwoReferences pair = {MakeReferenceKey(first, account), MakeReferenceKey(second, account),
                                cut};
    if (pair.first.is_none() || pair.second.is_none() || pair.first == pair.second) continue;
    pairs->push_back(pair);
  }
}

}  // namespace

void FindSlips(std::string_view quoted,
               AccountNumber account,
               SlipAlphabet alphabet,
               SlipList* slips) {
  FindSlips(quoted, account, alphabet, nullptr, slips);
}

void FindSlips(std::string_view quoted,
               AccountNumber account,
               const ReferenceForms& forms,
               SlipList* slips) {
  FindSlips(quoted, account,
            forms.has_letters() ? SlipAlphabet::kDigitsAndLetters : SlipAlphabet::kDigits, &forms,
            slips);
}

void RunTogether(std::string_view quoted,
                 AccountNumber account,
                 std::vector<TwoReferences>* pairs) {
  pairs->clear();
  CutText(Quote(quoted).text(), account, pairs);
}

void RunTogether(std::string_view quoted,
                 AccountNumber account,
                 const ReferenceForms& forms,
                 std::vector<TwoReferences>* pairs) {
  pairs->clear();
  const Quote quote(quoted);
  if (IsDigits(quote.text()) && quote.text().size() <= CheckRule::kPlaces) {
    CutDigits(quote.text(), account, forms, pairs);
    return;
  }
  CutText(quote.text(), account, pairs);
  std::erase_if(*pairs, [&](const TwoReferences& pair) {
    return !forms.MayHave(pair.first) || !forms.MayHave(pair.second);
  });
}

namespace {

// The words of a text, in order, without the marks around them.
class Words {
 public:
  explicit Words(absl::Span<const std::string_view> lines) : lines_(lines) {}

  // False at the end.
  bool Next(std::string_view* word) {
    for (; line_ < lines_.size(); ++line_, at_ = 0) {
      const std::string_view line = lines_[line_];
      at_ = std::min(line.find_first_not_of(" \t", at_), line.size());
      if (at_ == line.size()) continue;
      const size_t end = std::min(line.find_first_of(" \t", at_), line.size());
      *word = line.substr(at_, end - at_);
      at_ = end;
      return true;
    }
    return false;
  }

 private:
  absl::Span<const std::string_view> lines_;
  size_t line_ = 0;
  size_t at_ = 0;
};

}  // namespace

void Continued(std::string_view quoted,
               absl::Span<const std::string_view> text_lines,
               AccountNumber account,
               std::vector<ContinuedReference>* found) {
  constexpr size_t kWordsMax = 3;
  found->clear();
  const Quote quote(quoted);
  if (quote.text().empty()) return;
  const bool digits_only = IsDigits(quote.text());
  std::string value(quote.text());
  Words words(text_lines);
  std::string_view word;
  for (size_t count = 1; count <= kWordsMax && words.Next(&word); ++count) {
    if (word.size() > kLongest) return;
    const Quote part(word);
    if (part.text().empty() || (digits_only && !IsDigits(part.text()))) return;
    if (std::none_of(part.text().begin(), part.text().end(), IsDigit)) return;
    value += part.text();
    if (value.size() > kLongest) return;
    if (WithoutLeadingZeros(value).size() < kSignificantMin) continue;
    const ReferenceKey key = MakeReferenceKey(value, account);
    if (!key.is_none()) found->push_back({key, value, count});
  }
}

namespace {

struct SlipWords {
  std::string_view name;
  std::string_view general;
  // How many characters the right reference has more than the quoted one.
  int longer;
};

constexpr std::array<SlipWords, kSlipKinds> kSlipWords = {{
    {"changed", "one character differs", 0},
    {"swapped", "two neighbours swapped", 0},
    {"first_lost", "first character lost", 1},
    {"last_lost", "last character lost", 1},
    {"first_added", "one character too many in front", -1},
    {"last_added", "one character too many at the end", -1},
    {"doubled", "one character written twice", -1},
    {"double_lost", "double character written once", 1},
    {"letters_for_digits", "letters written for digits", 0},
    {"letter_for_digit", "a letter written for a digit", 0},
    {"digit_for_letter", "a digit written for a letter", 0},
    {"inner_zeros", "another number of zeros behind the letters", 0},
    {"run_together", "two references written as one", 0},
    {"continued", "cut at the end of its field and continued in the text", 0},
}};

const SlipWords& WordsOf(SlipKind kind) {
  return kSlipWords[static_cast<size_t>(kind)];
}

std::string Ordinal(size_t number) {
  const size_t tens = number % 100;
  if (tens >= 11 && tens <= 13) return Concat(number, "th");
  static constexpr std::string_view kEndings[] = {"th", "st", "nd", "rd"};
  return Concat(number, kEndings[number % 10 < 4 ? number % 10 : 0]);
}

std::string Character(char c) {
  return Concat(IsDigit(c) ? "digit " : IsLetter(c) ? "letter " : "character ", std::string(1, c));
}

// Gives `found` the zeros or the RF wrapping that the quoted text has and the normal form has not,
// so that place stands above place.
std::string Aligned(std::string_view found, std::string_view quoted, size_t size) {
  std::string text(found);
  if (text.size() + 4 == size && quoted.size() > 4 && quoted.substr(0, 2) == "RF") {
    text.insert(0, quoted.substr(0, 4));
  }
  if (text.size() < size) text.insert(0, size - text.size(), '0');
  while (text.size() > size && text.front() == '0') text.erase(0, 1);
  return text;
}

// The first place where two texts differ; the length of the shorter when none does before.
size_t FirstDifference(std::string_view a, std::string_view b) {
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  return at;
}

std::string DescribeSwap(std::string_view quoted, size_t at) {
  const std::string wrong(quoted.substr(at, 2));
  const std::string right = {wrong[1], wrong[0]};
  const std::string_view what = IsDigit(wrong[0]) && IsDigit(wrong[1]) ? "digits" : "characters";
  const std::string where = at + 2 == quoted.size()
                                ? Concat("last two ", what)
                                : Concat(Ordinal(at + 1), " and ", Ordinal(at + 2), " ", what);
  return Concat(where, " swapped: ", right, " written as ", wrong);
}

std::string DescribeLetters(std::string_view quoted, std::string_view right) {
  std::string pairs;
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == right[i]) continue;
    const std::string pair = {quoted[i], ' ', 'f', 'o', 'r', ' ', right[i]};
    if (pairs.find(pair) != std::string::npos) continue;
    AppendParts(&pairs, pairs.empty() ? "" : ", ", pair);
  }
  return Concat("letters written for digits: ", pairs);
}

// Where the slip is, when both texts stand place above place; "" when they do not fit the kind.
std::string DescribeAt(SlipKind kind, std::string_view quoted, std::string_view right) {
  const size_t at = FirstDifference(quoted, right);
  const size_t expected = quoted.size() + static_cast<size_t>(WordsOf(kind).longer);
  if (right.size() != expected || (at == quoted.size() && at == right.size())) return {};
  switch (kind) {
    case SlipKind::kChanged:
    case SlipKind::kLetterForDigit:
    case SlipKind::kDigitForLetter:
      if (quoted.substr(at + 1) != right.substr(at + 1)) return {};
      return Concat(Ordinal(at + 1), " ", Character(right[at]), " read as ",
                    std::string(1, quoted[at]));
    case SlipKind::kSwapped:
      if (at + 1 >= quoted.size() || quoted.substr(at + 2) != right.substr(at + 2)) return {};
      return DescribeSwap(quoted, at);
    case SlipKind::kFirstLost:
      return Concat("first ", Character(right.front()), " lost");
    case SlipKind::kLastLost:
      return Concat("last ", Character(right.back()), " lost");
    case SlipKind::kFirstAdded:
      return Concat(Character(quoted.front()), " too many in front");
    case SlipKind::kLastAdded:
      return Concat(Character(quoted.back()), " too many at the end");
    case SlipKind::kDoubled:
      return at == 0 ? std::string()
                     : Concat(Ordinal(at), " ", Character(quoted[at - 1]), " written twice");
    case SlipKind::kDoubleLost:
      return at == 0 ? std::string()
                     : Concat(Ordinal(at), " ", Character(right[at - 1]),
                              " written once instead of twice");
    case SlipKind::kLettersForDigits:
      return DescribeLetters(quoted, right);
    case SlipKind::kInnerZeros:
    case SlipKind::kRunTogether:
    case SlipKind::kContinued:
      return {};
  }
  return {};
}

}  // namespace

std::string DescribeSlip(SlipKind kind, std::string_view quoted, std::string_view found) {
  const Quote from(quoted);
  const Quote to(found);
  const SlipWords& words = WordsOf(kind);
  if (from.text().size() > 1) {
    const size_t size = from.text().size() + static_cast<size_t>(words.longer);
    std::string text = DescribeAt(kind, from.text(), Aligned(to.text(), from.text(), size));
    if (!text.empty()) return text;
  }
  return std::string(words.general);
}

std::string_view Name(SlipKind kind) {
  return WordsOf(kind).name;
}

}  // namespace kvitt
