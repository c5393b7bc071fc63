// A calendar date without a time zone, as days since 1970-01-01.
//
//   Date due;
//   if (ParseDate("2026-03-01", &due)) due.days();   // 20513
//
// Dates outside 1900-01-01 .. 2199-12-31 are not dates of business and are refused by the parsers.
// All functions are pure and safe to call from any thread.

#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace kvitt {

class Date {
 public:
  // No date. Sorts before every real date.
  constexpr Date() = default;

  static constexpr Date FromDays(int32_t days) { return Date(days); }

  // REQUIRES: a date of the proleptic Gregorian calendar. See IsCivil.
  static Date FromCivil(int year, int month, int day);

  constexpr bool has_value() const { return days_ != kNone; }

  constexpr int32_t days() const { return days_; }

  friend constexpr auto operator<=>(Date, Date) = default;

 private:
  static constexpr int32_t kNone = std::numeric_limits<int32_t>::min();

  constexpr explicit Date(int32_t days) : days_(days) {}

  int32_t days_ = kNone;
};

struct CivilDate {
  int year;
  int month;
  int day;
};

// Whether the three numbers are a real date from 1900 to 2199.
bool IsCivil(int year, int month, int day);
// REQUIRES: date.has_value().
CivilDate ToCivil(Date date);

// `YYYY-MM-DD`, exactly ten characters. False (and *date untouched) when it is not a date.
bool ParseDate(std::string_view text, Date* date);
// `YYYYMMDD`, `YYMMDD` (00-69 are 20xx, 70-99 are 19xx) and `DDMMYY`. All zeros or all blanks set
// no date and return true; anything else that is not a date returns false.
bool ParseDateYYYYMMDD(std::string_view text, Date* date);
bool ParseDateYYMMDD(std::string_view text, Date* date);
bool ParseDateDDMMYY(std::string_view text, Date* date);

// `YYYY-MM-DD`; "" for no date.
std::string FormatDate(Date date);
// Writes ten characters at `out` and returns the end. REQUIRES: date.has_value().
char* WriteDate(char* out, Date date);

}  // namespace kvitt
