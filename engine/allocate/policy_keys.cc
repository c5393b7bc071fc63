// THE TABLE of policy terms as text. A new one is a member of PolicyTerms and of PolicyOverride and
// one row here; kvitt.toml, environment, flags and `kvitt config show` find it by the row.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/value/concat.h"
#include "kvitt/amount.h"
#include "kvitt/policy.h"

namespace kvitt {
namespace {

constexpr std::string_view kOther = "other";  // every currency that is not named
constexpr int kOtherDecimals = 4;

absl::Status Refuse(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(Concat("expected ", expected, ", found '", found, "'"));
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The parts of a list, as name and value; a part without `=` has no name.
std::vector<std::pair<std::string_view, std::string_view>> SplitPairs(std::string_view text) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      pairs.emplace_back("", TrimBlanks(part));
    } else {
      pairs.emplace_back(TrimBlanks(part.substr(0, equals)), TrimBlanks(part.substr(equals + 1)));
    }
    begin = end + 1;
  }
  return pairs;
}

// An amount without needless zeros: "0.50" however many decimals it is kept with.
std::string ShortAmount(int64_t value, int decimals) {
  std::string text = FormatAmount(value, decimals);
  constexpr size_t kUsualDecimals = 2;
  const size_t point = text.find('.');
  while (point != std::string::npos && text.size() > point + 1 + kUsualDecimals &&
         text.back() == '0') {
    text.pop_back();
  }
  return text;
}

absl::Status SetTolerance(std::string_view text, PolicyOverride* terms) {
  constexpr std::string_view kExpected =
      "an amount such as 0.50, or amounts by currency such as SEK=1.00,other=0.50";
  std::map<std::string, int64_t> by_currency;
  std::optional<int64_t> other;
  for (const auto& [name, value] : SplitPairs(text)) {
    const bool is_other = name.empty() || name == kOther;
    const Currency currency = is_other ? Currency() : Currency::FromCode(name);
    const int decimals = is_other ? kOtherDecimals : currency.decimals();
    int64_t minor = 0;
    if (!is_other && currency.is_none()) return Refuse("an ISO 4217 currency or 'other'", name);
    const AmountError error = ParseAmount(value, decimals, &minor);
    if (error == AmountError::kTooManyDecimals) {
      return Refuse(Concat("at most ", decimals, " decimals"), value);
    }
    if (error != AmountError::kOk || minor < 0) return Refuse(kExpected, text);
    // "0,50" is two amounts of no currency.
    const bool is_new = is_other ? !std::exchange(other, minor).has_value()
                                 : by_currency.emplace(currency.code(), minor).second;
    if (!is_new) return Refuse(kExpected, text);
  }
  if (other.has_value()) {
    terms->tolerance_other = other;
    terms->tolerance_minor.clear();
  }
  for (const auto& [code, minor] : by_currency) terms->tolerance_minor[code] = minor;
  return absl::OkStatus();
}

std::string ShowTolerance(const PolicyOverride& terms) {
  std::string text;
  if (terms.tolerance_other.has_value()) text = ShortAmount(*terms.tolerance_other, kOtherDecimals);
  for (const auto& [code, minor] : terms.tolerance_minor) {
    AppendParts(&text, text.empty() ? "" : ",", code, "=",
                FormatAmount(minor, Currency::FromCode(code).decimals()));
  }
  return text;
}

absl::Status SetPercent(std::string_view text, PolicyOverride* terms) {
  int64_t hundredths = 0;
  constexpr int64_t kAll = 100'00;
  if (ParseAmount(text, 2, &hundredths) != AmountError::kOk || hundredths < 0 ||
      hundredths > kAll) {
    return Refuse("per cent from 0 to 100 with at most two decimals", text);
  }
  terms->tolerance_basis_points = static_cast<int>(hundredths);
  return absl::OkStatus();
}

std::string ShowPercent(const PolicyOverride& terms) {
  if (!terms.tolerance_basis_points.has_value()) return "";
  std::string text = FormatAmount(*terms.tolerance_basis_points, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

absl::Status SetGraceDays(std::string_view text, PolicyOverride* terms) {
  int days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc() || end != text.data() + text.size() || days < 0 ||
      days > Policy::kDaysMax) {
    return Refuse(Concat("a whole number from 0 to ", Policy::kDaysMax), text);
  }
  terms->discount_grace_days = days;
  return absl::OkStatus();
}

std::string ShowGraceDays(const PolicyOverride& terms) {
  return terms.discount_grace_days.has_value() ? std::to_string(*terms.discount_grace_days) : "";
}

// "post, suggest or off".
template <typename Word, size_t kCount>
std::string ListWords(const std::array<Word, kCount>& words) {
  std::string list;
  for (size_t i = 0; i < kCount; ++i) {
    AppendParts(&list, i == 0 ? "" : i + 1 == kCount ? " or " : ", ", Name(words[i]));
  }
  return list;
}

template <typename Word, size_t kCount>
absl::Status SetWord(std::string_view text,
                     const std::array<Word, kCount>& words,
                     std::optional<Word>* term) {
  for (const Word word : words) {
    if (Name(word) != text) continue;
    *term = word;
    return absl::OkStatus();
  }
  return Refuse(ListWords(words), text);
}

template <typename Word>
std::string ShowWord(std::optional<Word> term) {
  return term.has_value() ? std::string(Name(*term)) : std::string();
}

constexpr std::array kWriteOffUses = {WriteOffUse::kBoth, WriteOffUse::kShort, WriteOffUse::kOver,
                                      WriteOffUse::kNone};
constexpr std::array kSurplusUses = {SurplusUse::kOnAccount, SurplusUse::kRefundProposal};
constexpr std::array kPartPaymentUses = {PartPaymentUse::kPost, PartPaymentUse::kSuggest};
constexpr std::array kPayOrders = {PayOrder::kOldestFirst, PayOrder::kCostsFirst};
constexpr std::array kModes = {RuleMode::kPost, RuleMode::kSuggest, RuleMode::kOff};

absl::Status SetRules(std::string_view text, PolicyOverride* terms) {
  std::array<std::optional<RuleMode>, kRuleCount> rules{};
  for (const auto& [name, word] : SplitPairs(text)) {
    size_t rule = static_cast<size_t>(Rule::kReferenceExact);
    while (rule < kRuleCount && Name(static_cast<Rule>(rule)) != name) ++rule;
    if (rule == kRuleCount) return Refuse("RULE=MODE with a rule whose mode can be set", name);
    if (absl::Status status = SetWord(word, kModes, &rules[rule]); !status.ok()) return status;
    if (!MayHaveMode(static_cast<Rule>(rule), *rules[rule])) {
      std::string allowed;
      for (const RuleMode mode : kModes) {
        if (!MayHaveMode(static_cast<Rule>(rule), mode)) continue;
        AppendParts(&allowed, allowed.empty() ? "" : " or ", Name(mode));
      }
      return Refuse(Concat(allowed, " for ", name), word);
    }
  }
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    if (rules[rule].has_value()) terms->rules[rule] = rules[rule];
  }
  return absl::OkStatus();
}

std::string ShowRules(const PolicyOverride& terms) {
  std::string text;
  for (size_t rule = static_cast<size_t>(Rule::kReferenceExact); rule < kRuleCount; ++rule) {
    if (!terms.rules[rule].has_value()) continue;
    AppendParts(&text, text.empty() ? "" : ",", Name(static_cast<Rule>(rule)), "=",
                Name(*terms.rules[rule]));
  }
  return text;
}

constexpr std::array<PolicyKey, 8> kKeys = {{
    {"tolerance", "AMOUNT|CUR=AMOUNT,...", "Difference that closes an item, short or over",
     ShowTolerance, SetTolerance},
    {"tolerance_percent", "PERCENT",
     "Largest such difference in per cent of what is open; 0: no such limit", ShowPercent,
     SetPercent},
    {"write_off", "both|short|over|none", "Which differences within the tolerance are written off",
     [](const PolicyOverride& terms) { return ShowWord(terms.write_off); },
     [](std::string_view text, PolicyOverride* terms) {
       return SetWord(text, kWriteOffUses, &terms->write_off);
     }},
    {"discount_grace_days", "N", "Days after its date on which a cash discount is still in time",
     ShowGraceDays, SetGraceDays},
    {"overpayment", "on_account|refund_proposal", "What becomes of a surplus",
     [](const PolicyOverride& terms) { return ShowWord(terms.overpayment); },
     [](std::string_view text, PolicyOverride* terms) {
       return SetWord(text, kSurplusUses, &terms->overpayment);
     }},
    {"part_payment", "post|suggest", "What a payment does that leaves a residual",
     [](const PolicyOverride& terms) { return ShowWord(terms.part_payment); },
     [](std::string_view text, PolicyOverride* terms) {
       return SetWord(text, kPartPaymentUses, &terms->part_payment);
     }},
    {"pay_order", "oldest_first|costs_first", "In which order a payment pays several items",
     [](const PolicyOverride& terms) { return ShowWord(terms.pay_order); },
     [](std::string_view text, PolicyOverride* terms) {
       return SetWord(text, kPayOrders, &terms->pay_order);
     }},
    {"rules", "RULE=post|suggest|off,...", "What rules may do with what they find", ShowRules,
     SetRules},
}};

constexpr int64_t kSearchStepsMax = 1'000'000'000;
constexpr int64_t kCombinationItemsMax = 100'000;
constexpr int64_t kChanceMax = 1'000;
constexpr int64_t kGroupPaymentsMax = 64;
constexpr int64_t kSuggestionsMax = 20;

constexpr std::array<PolicyNumber, 6> kNumbers = {{
    {"search_steps", "Steps that one search for a set of items may take", 1, kSearchStepsMax,
     [](const Policy& policy) { return policy.search_steps; },
     [](int64_t value, Policy* policy) { policy->search_steps = value; }},
    {"combination_items_max", "Items of one payer that are searched for sets", 1,
     kCombinationItemsMax,
     [](const Policy& policy) { return int64_t{policy.combination_items_max}; },
     [](int64_t value, Policy* policy) {
       policy->combination_items_max = static_cast<uint32_t>(value);
     }},
    {"combination_chance_max",
     "Of a thousand amounts, how many may meet some set by chance for a set to be posted", 0,
     kChanceMax, [](const Policy& policy) { return int64_t{policy.combination_chance_max}; },
     [](int64_t value, Policy* policy) {
       policy->combination_chance_max = static_cast<int>(value);
     }},
    {"double_payment_days",
     "Days within which two equal payments are a possible double payment; 0: never", 0,
     Policy::kDaysMax, [](const Policy& policy) { return int64_t{policy.double_payment_days}; },
     [](int64_t value, Policy* policy) { policy->double_payment_days = static_cast<int>(value); }},
    {"group_payments_max", "Payments that compete for the same items and are decided together", 1,
     kGroupPaymentsMax, [](const Policy& policy) { return int64_t{policy.group_payments_max}; },
     [](int64_t value, Policy* policy) {
       policy->group_payments_max = static_cast<uint32_t>(value);
     }},
    {"suggestions_max", "Suggestions of one payment by one rule", 1, kSuggestionsMax,
     [](const Policy& policy) { return int64_t{policy.suggestions_max}; },
     [](int64_t value, Policy* policy) { policy->suggestions_max = static_cast<uint32_t>(value); }},
}};

}  // namespace

absl::Span<const PolicyNumber> PolicyNumbers() {
  return kNumbers;
}

absl::Span<const PolicyKey> PolicyKeys() {
  return kKeys;
}

const PolicyKey* FindPolicyKey(std::string_view name) {
  const auto* const key = std::find_if(kKeys.begin(), kKeys.end(),
                                       [&](const PolicyKey& row) { return row.name == name; });
  return key == kKeys.end() ? nullptr : key;
}

std::string_view Name(RuleMode mode) {
  switch (mode) {
    case RuleMode::kPost:
      return "post";
    case RuleMode::kSuggest:
      return "suggest";
    case RuleMode::kOff:
      return "off";
  }
  return "";
}

std::string_view Name(SurplusUse use) {
  return use == SurplusUse::kOnAccount ? "on_account" : "refund_proposal";
}

std::string_view Name(PartPaymentUse use) {
  return use == PartPaymentUse::kPost ? "post" : "suggest";
}

std::string_view Name(WriteOffUse use) {
  switch (use) {
    case WriteOffUse::kBoth:
      return "both";
    case WriteOffUse::kShort:
      return "short";
    case WriteOffUse::kOver:
      return "over";
    case WriteOffUse::kNone:
      return "none";
  }
  return "";
}

std::string_view Name(PayOrder order) {
  return order == PayOrder::kOldestFirst ? "oldest_first" : "costs_first";
}

}  // namespace kvitt
