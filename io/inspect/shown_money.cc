#include "io/inspect/shown_money.h"

#include <algorithm>

namespace kvitt {

std::string Grouped(std::string_view amount) {
  const size_t point = std::min(amount.find('.'), amount.size());
  const size_t first = !amount.empty() && amount[0] == '-' ? 1 : 0;
  std::string out(amount.substr(0, first));
  for (size_t i = first; i < point; ++i) {
    if (i > first && (point - i) % 3 == 0) out.push_back(' ');
    out.push_back(amount[i]);
  }
  out.append(amount.substr(point));
  return out;
}

std::string ShownSums(const std::map<Currency, Int128>& sums) {
  std::map<std::string, std::string> by_code;
  for (const auto& [currency, minor] : sums) {
    if (minor != 0) {
      by_code[std::string(currency.code())] = Grouped(FormatSum(minor, currency.decimals()));
    }
  }
  std::string out;
  for (const auto& [code, amount] : by_code) {
    if (!out.empty()) out += ", ";
    out += amount + " " + code;
  }
  return out;
}

}  // namespace kvitt
