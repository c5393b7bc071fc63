#include "kvitt/date.h"

#include <gtest/gtest.h>

namespace kvitt {
namespace {

TEST(DateTest, GoesThereAndBackForEveryDay) {
  int32_t days = Date::FromCivil(1900, 1, 1).days();
  const int32_t last = Date::FromCivil(2199, 12, 31).days();
  int count = 0;
  for (; days <= last; ++days, ++count) {
    const CivilDate civil = ToCivil(Date::FromDays(days));
    ASSERT_TRUE(IsCivil(civil.year, civil.month, civil.day));
    ASSERT_EQ(Date::FromCivil(civil.year, civil.month, civil.day).days(), days);
    Date parsed;
    ASSERT_TRUE(ParseDate(FormatDate(Date::FromDays(days)), &parsed));
    ASSERT_EQ(parsed.days(), days);
  }
  EXPECT_EQ(count, 109573);
  EXPECT_EQ(Date::FromCivil(1970, 1, 1).days(), 0);
  EXPECT_EQ(Date::FromCivil(2026, 3, 1).days(), 20513);
}

TEST(DateTest, RefusesWhatIsNotADay) {
  Date date;
  for (const char* text : {"2026-02-30", "0000-00-00", "2026-13-01", "0001-01-01", "9999-12-31",
                           "2026-1-01", "20260101", "2026-01-01 ", ""}) {
    EXPECT_FALSE(ParseDate(text, &date)) << text;
  }
  EXPECT_FALSE(date.has_value());
}

TEST(DateTest, RefusesEveryForeignByte) {
  const std::string day = "2026-07-14";
  for (size_t at = 0; at < day.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = day;
      changed[at] = static_cast<char>(byte);
      const bool belongs = day[at] == '-' ? byte == '-' : byte >= '0' && byte <= '9';
      Date date;
      if (!belongs) {
        ASSERT_FALSE(ParseDate(changed, &date)) << at << " " << byte;
      } else if (ParseDate(changed, &date)) {
        ASSERT_EQ(FormatDate(date), changed);
      }
    }
  }
}

TEST(DateTest, TwoDigitYearsTurnAt70) {
  Date date;
  ASSERT_TRUE(ParseDateYYMMDD("690101", &date));
  EXPECT_EQ(FormatDate(date), "2069-01-01");
  ASSERT_TRUE(ParseDateDDMMYY("010170", &date));
  EXPECT_EQ(FormatDate(date), "1970-01-01");
  ASSERT_TRUE(ParseDateYYMMDD("000000", &date));
  EXPECT_FALSE(date.has_value());
}

}  // namespace
}  // namespace kvitt
