// Money: an integer number of minor units and an ISO 4217 currency.
//
// Floating point never touches an amount. The number of decimals belongs to the currency
// (0 for JPY, 2 for NOK, 3 for KWD, 4 for CLF); text with more decimals than the currency has is
// refused unless the surplus digits are zeros, and never rounded.
//
//   int64_t minor = 0;
//   Currency nok = Currency::FromCode("NOK");
//   if (ParseAmount("1250.50", nok.decimals(), &minor) == AmountError::kOk) ...   // 125050
//   std::string text = FormatAmount(minor, nok.decimals());                       // "1250.50"
//
// All functions are pure and safe to call from any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kvitt {

// An ISO 4217 currency as a one-byte index into the built-in table. A default-made Currency is
// "none" and compares unequal to every real one.
class Currency {
 public:
  constexpr Currency() = default;

  // The currency of a three-letter upper-case code; none when the code is not in ISO 4217.
  static Currency FromCode(std::string_view code);

  // REQUIRES: index came from index() of a Currency.
  static constexpr Currency FromIndex(uint8_t index) { return Currency(index); }

  // "NOK"; "" for none.
  std::string_view code() const;
  // Number of minor-unit decimals, 0 to 4. 2 for none.
  int decimals() const;
  // 50 hundredths of the major unit in minor units: 50 for NOK, 0 for JPY (which has no halves), 500 for
  // KWD.
  int64_t half_major_minor() const;

  constexpr bool is_none() const { return index_ == 0; }

  constexpr uint8_t index() const { return index_; }

  friend constexpr bool operator==(Currency a, Currency b) { return a.index_ == b.index_; }

  friend constexpr bool operator<(Currency a, Currency b) { return a.index_ < b.index_; }

 private:
  constexpr explicit Currency(uint8_t index) : index_(index) {}

  uint8_t index_ = 0;
};

// Number of currencies in the table plus one (index 0 is none): the size of arrays by currency.
inline constexpr int kCurrencyIndexEnd = 256;

struct Amount {
  int64_t minor = 0;
  Currency currency;

  friend bool operator==(const Amount&, const Amount&) = default;
};

enum class AmountError : uint8_t {
  kOk = 0,
  kEmpty,            // no digits
  kMalformed,        // a character that does not belong, two marks, a mark without digits
  kTooManyDecimals,  // more non-zero decimals than the currency has
  kTooLarge,         // does not fit 18 digits of minor units
};

// A sentence for people: "more decimals than the currency has".
std::string_view Describe(AmountError error);

// Parses `[-]digits[MARK digits]` with exactly one kind of decimal mark ('.' or ','), no blanks, no
// sign but a leading '-', no thousands mark, no exponent. "5." and ".5" are malformed. `-0` is
// malformed. On success stores minor units; on error leaves *minor alone.
AmountError ParseAmount(std::string_view text, int decimals, int64_t* minor, char mark = '.');

// Decimal text with exactly `decimals` decimals and a leading '-' when negative.
std::string FormatAmount(int64_t minor, int decimals);

inline std::string FormatAmount(Amount amount) {
  return FormatAmount(amount.minor, amount.currency.decimals());
}

// Writes what FormatAmount returns at `out` (at least 24 bytes) and returns the end.
char* WriteAmount(char* out, int64_t minor, int decimals);

// Sums of amounts: no file is large enough to overflow 128 bits.
// (A typedef, because __extension__, which silences -Wpedantic, does not go with `using`.)
// NOLINTNEXTLINE(modernize-use-using)
__extension__ typedef __int128 Int128;

// Decimal text of a sum, as FormatAmount.
std::string FormatSum(Int128 minor, int decimals);

}  // namespace kvitt
