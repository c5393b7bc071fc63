#include "kvitt/date.h"

#include <array>
#include <bit>
#include <cstring>

#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr int kYearFirst = 1900;
constexpr int kYearLast = 2199;

bool IsLeap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// Days since 1970-01-01 of the Gregorian calendar, counted in eras of 400 years that begin on
// 1 March, so that the leap day is the last day of a year.
int32_t DaysFromCivil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int year_of_era = y - era * 400;
  const int month_from_march = month > 2 ? month - 3 : month + 9;
  const int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// Days from 1970-01-01 to the first of January of each year of business.
constexpr std::array<int32_t, kYearLast - kYearFirst + 1> MakeYearStarts() {
  std::array<int32_t, kYearLast - kYearFirst + 1> starts{};
  int32_t days = -25567;  // 1900-01-01
  for (int year = kYearFirst; year <= kYearLast; ++year) {
    starts[static_cast<size_t>(year - kYearFirst)] = days;
    days += (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
  }
  return starts;
}

constexpr auto kYearStarts = MakeYearStarts();
constexpr int32_t kMonthStarts[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

// The number of `count` digits at `p`, or -1.
int Number(const char* p, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i) {
    if (p[i] < '0' || p[i] > '9') return -1;
    value = value * 10 + (p[i] - '0');
  }
  return value;
}

bool AllOf(std::string_view text, char c) {
  for (char each : text) {
    if (each != c) return false;
  }
  return true;
}

bool Set(int year, int month, int day, Date* date) {
  if (!IsCivil(year, month, day)) return false;
  *date = Date::FromDays(DaysFromCivil(year, month, day));
  return true;
}

int FullYear(int two_digits) {
  return two_digits <= 69 ? 2000 + two_digits : 1900 + two_digits;
}

}  // namespace

bool IsCivil(int year, int month, int day) {
  return year >= kYearFirst && year <= kYearLast && month >= 1 && month <= 12 && day >= 1 &&
         day <= DaysInMonth(year, month);
}

Date Date::FromCivil(int year, int month, int day) {
  KVITT_CHECK(IsCivil(year, month, day));
  return FromDays(DaysFromCivil(year, month, day));
}

CivilDate ToCivil(Date date) {
  KVITT_CHECK(date.has_value());
  const int shifted = date.days() + 719468;
  const int era = shifted / 146097;
  const int day_of_era = shifted - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = (5 * day_of_year + 2) / 153;
  const int day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day};
}

namespace {

// The three numbers of `YYYY-MM-DD`, all bytes checked at once: each one minus the character that
// belongs there is 0 to 9 for a digit and 0 for a hyphen. REQUIRES: ten characters.
bool ReadIsoDate(const char* p, CivilDate* civil) {
  uint64_t head = 0;  // YYYY-MM-
  uint16_t tail = 0;  // DD
  std::memcpy(&head, p, sizeof(head));
  std::memcpy(&tail, p + sizeof(head), sizeof(tail));
  head ^= 0x2D30302D30303030;
  tail ^= 0x3030;
  const uint64_t head_over = (head + 0x7F76767F76767676) | head;
  const uint32_t tail_over = (tail + uint32_t{0x7676}) | tail;
  if ((head_over & 0x8080808080808080) != 0 || (tail_over & 0x8080) != 0) return false;
  const auto digit = [&](int place) { return static_cast<int>((head >> (8 * place)) & 15); };
  civil->year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
  civil->month = digit(5) * 10 + digit(6);
  civil->day = (tail & 15) * 10 + (tail >> 8);
  return true;
}

}  // namespace

bool ParseDate(std::string_view text, Date* date) {
  if (text.size() != 10) return false;
  if constexpr (std::endian::native == std::endian::little) {
    CivilDate civil;
    if (!ReadIsoDate(text.data(), &civil) || !IsCivil(civil.year, civil.month, civil.day)) {
      return false;
    }
    const int leap_day = civil.month > 2 && IsLeap(civil.year) ? 1 : 0;
    *date = Date::FromDays(kYearStarts[static_cast<size_t>(civil.year - kYearFirst)] +
                           kMonthStarts[civil.month - 1] + leap_day + civil.day - 1);
    return true;
  }
  if (text[4] != '-' || text[7] != '-') return false;
  return Set(Number(text.data(), 4), Number(text.data() + 5, 2), Number(text.data() + 8, 2), date);
}

bool ParseDateYYYYMMDD(std::string_view text, Date* date) {
  if (text.size() != 8) return false;
  if (AllOf(text, '0') || AllOf(text, ' ')) {
    *date = Date();
    return true;
  }
  return Set(Number(text.data(), 4), Number(text.data() + 4, 2), Number(text.data() + 6, 2), date);
}

bool ParseDateYYMMDD(std::string_view text, Date* date) {
  if (text.size() != 6) return false;
  if (AllOf(text, '0') || AllOf(text, ' ')) {
    *date = Date();
    return true;
  }
  const int year = Number(text.data(), 2);
  if (year < 0) return false;
  return Set(FullYear(year), Number(text.data() + 2, 2), Number(text.data() + 4, 2), date);
}

bool ParseDateDDMMYY(std::string_view text, Date* date) {
  if (text.size() != 6) return false;
  if (AllOf(text, '0') || AllOf(text, ' ')) {
    *date = Date();
    return true;
  }
  const int year = Number(text.data() + 4, 2);
  if (year < 0) return false;
  return Set(FullYear(year), Number(text.data() + 2, 2), Number(text.data(), 2), date);
}

char* WriteDate(char* out, Date date) {
  const CivilDate civil = ToCivil(date);
  out[0] = static_cast<char>('0' + civil.year / 1000);
  out[1] = static_cast<char>('0' + civil.year / 100 % 10);
  out[2] = static_cast<char>('0' + civil.year / 10 % 10);
  out[3] = static_cast<char>('0' + civil.year % 10);
  out[4] = '-';
  out[5] = static_cast<char>('0' + civil.month / 10);
  out[6] = static_cast<char>('0' + civil.month % 10);
  out[7] = '-';
  out[8] = static_cast<char>('0' + civil.day / 10);
  out[9] = static_cast<char>('0' + civil.day % 10);
  return out + 10;
}

std::string FormatDate(Date date) {
  if (!date.has_value()) return {};
  char buffer[10];
  WriteDate(buffer, date);
  return std::string(buffer, sizeof(buffer));
}

}  // namespace kvitt
