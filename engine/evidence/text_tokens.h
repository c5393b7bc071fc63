// What in a payment's free text may be a reference or the id of an item: the candidates of rule 5
// (text_reference) and of the customer numbers that payers quote.
//
// A candidate is a whole token of at least four characters with a digit among them: `14` is not in
// `1814`. People and banks also take tokens apart, so these are put together again:
//
//   INV-1001, F/2026/17, 1234.5678.901   one token: marks inside it do not count
//   FAKT.NR:1001, FAKT-1001, KID1234     the whole, and what follows a known label
//   1234 5678 901                        each two to six neighbouring groups of digits
//   ...202600|01019                      what ends one line with what begins the next
//   1001/1002/1003, 1001-1003            the whole, and each part when all are long enough;
//                                        ranges are not filled in
//   +71<000000020260014+81234567<        the payment id of a slip line
//   RF18 5390 0754 7034                  as printed, when its check digits pass
//
// The numbers of the creditor's own account are never candidates, nor are parts of them. Candidates
// that read as something else - a date, a phone number, an amount, a postcode, a year - are *weak*:
// rule 5 believes them only when the amount proves them.
//
//   const OwnNumbers own("NO9386011117947");
//   TextCandidates found;
//   FindTextCandidates({.lines = lines, .account = account, .own = &own}, &found);
//   for (const TextCandidate& candidate : found.all()) Look up candidate.key ...
//
// Work and output are bounded for any text: see kTextCandidatesMax. Pure, and thread-safe as long as
// each thread has its own TextCandidates.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/store/reference_key.h"

namespace kvitt {

enum class WeakReason : uint8_t { kNone, kDate, kPhone, kAmount, kPostcode, kYear };

// "date", "phone number", ...; "" for kNone.
std::string_view Name(WeakReason reason);

struct TextCandidate {
  ReferenceKey key;
  // Where it stands in TextCandidates::text(), half open, marks and blanks inside it included.
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t normal_begin = 0;
  uint8_t normal_size = 0;
  WeakReason weak = WeakReason::kNone;

  bool Overlaps(const TextCandidate& other) const { return begin < other.end && other.begin < end; }
};

// A list of fifty invoice numbers has about a hundred candidates.
inline constexpr size_t kTextCandidatesMax = 256;

// The numbers that name the creditor's own account in any spelling. Make it once for each account.
class OwnNumbers {
 public:
  OwnNumbers() = default;
  explicit OwnNumbers(std::string_view creditor_account);

  // REQUIRES: a normal form (NormalReference).
  bool Has(std::string_view normal) const;

  // Whether one of them has so many characters: most of a text need not be asked about.
  bool HasSize(size_t size) const { return size < 64 && ((sizes_ >> size) & 1U) != 0; }

 private:
  void Add(std::string_view number);

  std::vector<std::string> numbers_;
  uint64_t sizes_ = 0;
};

struct PaymentText {
  absl::Span<const std::string_view> lines;
  AccountNumber account = kAnyAccount;  // what the keys belong to
  const OwnNumbers* own = nullptr;      // none when it is null
  // The payment's amount, so that it is told apart from references. Zero: unknown.
  int64_t amount_minor = 0;
  int decimals = 2;
};

// The candidates of one text. A buffer to be used again and again; not shared between threads.
class TextCandidates {
 public:
  // Longest first, then by their place. The same key can stand at several places.
  absl::Span<const TextCandidate> all() const { return candidates_; }

  // The normal form of a candidate.
  std::string_view normal(const TextCandidate& candidate) const {
    return std::string_view(normals_).substr(candidate.normal_begin, candidate.normal_size);
  }

  // As it was written.
  std::string_view written(const TextCandidate& candidate) const {
    return std::string_view(text_).substr(candidate.begin, candidate.end - candidate.begin);
  }

  // All lines, a line feed between them.
  std::string_view text() const { return text_; }

  // Whether there were more than kTextCandidatesMax; then nothing should be decided by this text.
  bool is_cut() const { return is_cut_; }

 private:
  friend class TextScan;

  std::string text_;
  std::string normals_;
  std::vector<TextCandidate> candidates_;
  bool is_cut_ = false;
};

// Replaces *found by the candidates of the text.
void FindTextCandidates(const PaymentText& payment, TextCandidates* found);

}  // namespace kvitt
