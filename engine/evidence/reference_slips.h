// References that one small slip away from what a payer quoted: what rule 4 (reference_repaired)
// looks up.
//
// A slip is one of a hand or an eye: a digit changed, neighbours swapped, a digit lost or added at an
// end, a digit doubled or one of a double lost, letters written for the digits that they look like.
// A digit lost in the middle is none: nobody can say which, and what is found so is chance. Slips are
// made in what was quoted, before leading zeros are dropped: a wrong digit among the zeros of a
// filled field is a slip too.
//
//   SlipList slips;
//   FindSlips("20260001079", account, SlipAlphabet::kDigits, &slips);
//   for (size_t i = 0; i < slips.size(); ++i) Look up slips.key(i) ...
//   DescribeSlip(slips.kind(i), "20260001079", "20260001019")   // "10th digit 1 read as 7"
//
// A payment has some 250 to 300 slips, and a night a million such payments. The keys of digits are
// sums of powers of ten, so a slip is one addition; no text is made and nothing allocated. Where
// references have check digits only slips that keep the rule are made. What is not digits alone goes
// through text: some fifty times slower and rare.
//
// All functions are pure and thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/evidence/reference_forms.h"
#include "engine/store/reference_key.h"

namespace kvitt {

// What went wrong, as a step from the right reference to the quoted one.
enum class SlipKind : uint8_t {
  kChanged,           // one digit became another digit, or one letter another letter
  kSwapped,           // two neighbours changed places
  kFirstLost,         // the first character was left out
  kLastLost,          // the last one, often the check digit, was left out
  kFirstAdded,        // a character too many in front
  kLastAdded,         // a character too many at the end
  kDoubled,           // a character was written twice
  kDoubleLost,        // a double character was written once
  kLettersForDigits,  // all look-alike letters, or all from some place on, stand for digits
  kLetterForDigit,    // one letter stands for a digit, where other letters are right
  kDigitForLetter,    // one digit stands for a letter
  kInnerZeros,        // zeros between letters and number lost or added: INV-42 for INV-0042
  kRunTogether,       // two references written as one
  kContinued,         // cut at the width of its field, continued in the text
};

inline constexpr size_t kSlipKinds = 14;

// What the references that are looked for are made of. Where no item has a letter in its references,
// values with letters need not be tried.
enum class SlipAlphabet : uint8_t { kDigits, kDigitsAndLetters };

// The slips of one reference. A buffer to be used again and again: 20 KiB. Not shared.
class SlipList {
 public:
  // More than the longest reference has.
  static constexpr size_t kMax = 1536;

  size_t size() const { return size_; }

  ReferenceKey key(size_t i) const { return keys_[i]; }

  SlipKind kind(size_t i) const { return kinds_[i]; }

  absl::Span<const ReferenceKey> keys() const { return {keys_.get(), size_}; }

  void Clear() { size_ = 0; }

  // REQUIRES: size() < kMax.
  void Add(SlipKind kind, ReferenceKey key) {
    keys_[size_] = key;
    kinds_[size_] = kind;
    ++size_;
  }

 private:
  size_t size_ = 0;
  std::unique_ptr<ReferenceKey[]> keys_ = std::make_unique<ReferenceKey[]>(kMax);
  std::unique_ptr<SlipKind[]> kinds_ = std::make_unique<SlipKind[]>(kMax);
};

// Replaces *slips by the keys on `account` of all values one slip away from `quoted`; each key once,
// none is the key of `quoted` itself. The order is a function of the text alone. Empty when `quoted`
// has less than four significant characters, no digit, or more than 36 characters. Among more than 18
// digits no letter is looked for: what is so long has none, or begins with RF.
void FindSlips(std::string_view quoted,
               AccountNumber account,
               SlipAlphabet alphabet,
               SlipList* slips);

// The same without slips that no reference of `forms` can be: a tenth of them where the references of
// the account have check digits.
void FindSlips(std::string_view quoted,
               AccountNumber account,
               const ReferenceForms& forms,
               SlipList* slips);

struct TwoReferences {
  ReferenceKey first;
  ReferenceKey second;
  size_t cut;  // how many letters and digits of the quoted text belong to the first
};

// Replaces *pairs by all ways to cut what was quoted into two references of at least four significant
// characters each, the shorter first ones first. Marks between the two do not matter. A pair of equal
// references is left out: nobody pays one item twice in one payment.
void RunTogether(std::string_view quoted, AccountNumber account, std::vector<TwoReferences>* pairs);

// The same without pairs of which either cannot be a reference of `forms`.
void RunTogether(std::string_view quoted,
                 AccountNumber account,
                 const ReferenceForms& forms,
                 std::vector<TwoReferences>* pairs);

struct ContinuedReference {
  ReferenceKey key;
  std::string text;  // both parts together, folded
  size_t words;      // how many words of the text belong to it
};

// Replaces *found by what comes out when the first word, the first two or the first three of the
// remittance text continue what was quoted. A reference of digits is continued by digits alone.
void Continued(std::string_view quoted,
               absl::Span<const std::string_view> text_lines,
               AccountNumber account,
               std::vector<ContinuedReference>* found);

// The slip in words for a clerk: "3rd digit 7 read as 1", "last two digits swapped: 19 written as
// 91". `found` is the right reference, in normal form or as the item gives it.
std::string DescribeSlip(SlipKind kind, std::string_view quoted, std::string_view found);

// A stable word for outputs: "changed", "swapped", "first_lost", ...
std::string_view Name(SlipKind kind);

}  // namespace kvitt
