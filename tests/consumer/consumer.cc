// The smallest program on an installed kvitt: both libraries link, and the headers stand alone.

#include <kvitt/amount.h>
#include <kvitt/date.h>
#include <kvitt/deviation.h>
#include <kvitt/io.h>

#include <cstdint>
#include <cstdio>
#include <string>

int main() {
  const kvitt::Currency nok = kvitt::Currency::FromCode("NOK");
  int64_t minor = 0;
  if (kvitt::ParseAmount("1250.50", nok.decimals(), &minor) != kvitt::AmountError::kOk) return 1;
  if (kvitt::FormatAmount({minor, nok}) != "1250.50") return 1;
  if (kvitt::Name(kvitt::DeviationCode::kAmountShort) != "amount_short") return 1;
  const std::string kind(kvitt::Name(kvitt::FileKind::kPayments));
  std::printf("%s %s\n", kind.c_str(),
              kvitt::FormatDate(kvitt::Date::FromCivil(2026, 3, 1)).c_str());
  return kind == "payments" ? 0 : 1;
}
