#include "io/generate/invented.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "engine/value/concat.h"
#include "io/generate/split_at.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// 31 syllables that stay apart when letters lose their marks. A prime number of them makes the
// check syllables below a code of distance three.
constexpr size_t kSyllables = 31;
using Syllables = std::array<std::string_view, kSyllables>;
constexpr Syllables kWestern = {"ba", "be", "bo", "da", "de", "dø", "fa", "fe", "ga", "go", "hå",
                                "ka", "ke", "ko", "la", "lu", "ma", "mo", "na", "ne", "pa", "ra",
                                "rø", "sa", "se", "ta", "to", "vi", "vå", "vu", "mi"};
constexpr Syllables kEastern = {"ba", "be", "bo", "da", "de", "dö", "fa", "fe", "ga", "go", "hä",
                                "ka", "ke", "ko", "la", "lu", "ma", "mo", "na", "ne", "pa", "ra",
                                "rö", "sa", "se", "ta", "to", "vi", "vä", "vu", "mi"};

constexpr std::array<std::string_view, 8> kTrades = {"Bygg", "Fisk", "Transport", "Energi",
                                                     "Data", "Mat",  "Service",   "Handel"};
constexpr std::array<std::string_view, 8> kFirstNames = {"Kari", "Lars", "Inga", "Olav",
                                                         "Maja", "Niko", "Elin", "Tove"};
constexpr std::array<std::array<std::string_view, 2>, 4> kCompanyForms = {
    {{"AS", "ASA"}, {"AB", "HB"}, {"A/S", "ApS"}, {"Oy", "Oyj"}}};

std::string Digits(uint64_t value, size_t width) {
  const std::string text = Concat(value);
  KVITT_CHECK(text.size() <= width);
  return std::string(width - text.size(), '0') + text;
}

std::string MustMake(NumberScheme scheme, std::string_view base) {
  std::string reason;
  std::string number = MakeNumber(scheme, base, &reason);
  KVITT_CHECK(!number.empty());
  return number;
}

// Some bases have no check digit that is issued; a free first digit is tried from 1 up.
std::string MakeWithFreeDigit(NumberScheme scheme, std::string_view base) {
  for (char digit = '1'; digit <= '9'; ++digit) {
    std::string reason;
    std::string number = MakeNumber(scheme, Concat(std::string(1, digit), base), &reason);
    if (!number.empty()) return number;
  }
  KVITT_CHECK(false && "no first digit gives a number");
  return {};
}

// Organisation numbers but for their last two digits: the check digit, and the one before it, of which at
// most one in ten has no check digit that is issued.
struct OrgNoSpace {
  NumberScheme scheme;
  uint64_t first;  // runs of so many, each a step behind the one before
  uint64_t length;
  uint64_t step;
  uint64_t runs;

  uint64_t count() const { return length * runs; }

  uint64_t At(uint64_t index) const { return first + index / length * step + index % length; }
};

constexpr uint64_t kLastDigits = 9;

OrgNoSpace OrgNoSpaceOf(Country country) {
  switch (country) {
    case Country::kNorway:  // they begin with 8 or 9
      return {NumberScheme::kOrgNo, 8'000'000, 2'000'000, 0, 1};
    case Country::kSweden:  // limited companies begin with 5, and their third digit is not below 2
      return {NumberScheme::kOrgSe, 55'200'000, 800'000, 1'000'000, 5};
    case Country::kDenmark:
      return {NumberScheme::kCvr, 100'000, 900'000, 0, 1};
    case Country::kFinland:
      return {NumberScheme::kYTunnus, 100'000, 900'000, 0, 1};
  }
  return {};
}

void Capitalise(std::string* word) {
  (*word)[0] = absl::ascii_toupper(static_cast<unsigned char>(word->front()));
}

// Two words of four syllables; the last syllable of each is a check over all the others.
std::string CodeWords(Country country, uint64_t index) {
  const bool eastern = country == Country::kSweden || country == Country::kFinland;
  const Syllables& syllables = eastern ? kEastern : kWestern;
  std::array<size_t, 6> data{};
  size_t sum = 0;
  size_t weighted = 0;
  // Neighbouring indexes should not look alike; 31^6 has no other factor than 31.
  uint64_t rest = (index * 387'420'491 + 601'234'567) % 887'503'681;
  for (size_t at = 0; at < data.size(); ++at) {
    data[at] = rest % kSyllables;
    rest /= kSyllables;
    sum += data[at];
    weighted += (at + 1) * data[at];
  }
  std::string first = Concat(syllables[data[0]], syllables[data[1]], syllables[data[2]],
                             syllables[sum % kSyllables]);
  std::string second = Concat(syllables[data[3]], syllables[data[4]], syllables[data[5]],
                              syllables[weighted % kSyllables]);
  Capitalise(&first);
  Capitalise(&second);
  return Concat(first, " ", second);
}

// A few digits before the number, so that references have different lengths.
std::string ReferencePrefix(size_t digits, CounterRandom* random) {
  std::string prefix;
  for (size_t at = 0; at < digits; ++at) {
    prefix.push_back(static_cast<char>('0' + (at == 0 ? 1 + random->Below(9) : random->Below(10))));
  }
  return prefix;
}

std::string CheckedReference(Country country, const std::string& base) {
  switch (country) {
    case Country::kNorway:
      return MustMake(NumberScheme::kKidMod10, base);
    // One of the two Swedish schemes alone: mixed, the digit of one could pass for the length of
    // the other.
    case Country::kSweden:
      return MustMake(NumberScheme::kOcrLength, base);
    case Country::kDenmark:
      return MustMake(NumberScheme::kFik71, base);
    case Country::kFinland:
      return MustMake(NumberScheme::kViite, base);
  }
  return {};
}

size_t PrefixDigitsMax(Country country) {
  switch (country) {
    case Country::kNorway:
      return 8;
    case Country::kSweden:
      return 8;
    case Country::kDenmark:
      return 4;  // 14 digits and the check digit
    case Country::kFinland:
      return 8;  // 19 digits and the check digit
  }
  return 0;
}

constexpr uint64_t kNumberFirst = 1'000'000'000;
constexpr uint64_t kNumberCount = 9'000'000'000;

}  // namespace

std::string_view CountryCode(Country country) {
  static constexpr std::array<std::string_view, 4> kCodes = {"NO", "SE", "DK", "FI"};
  return kCodes[static_cast<size_t>(country)];
}

std::string_view HomeCurrency(Country country) {
  static constexpr std::array<std::string_view, 4> kCodes = {"NOK", "SEK", "DKK", "EUR"};
  return kCodes[static_cast<size_t>(country)];
}

std::string InventName(Country country, uint64_t index) {
  KVITT_CHECK(index < 2 * kCustomerIndexEnd);
  CounterRandom random(0, 0, index);
  const std::string words = CodeWords(country, index);
  if (random.Chance(1, 3)) {
    return Concat(kFirstNames[random.Below(kFirstNames.size())], " ", words);
  }
  const auto& forms = kCompanyForms[static_cast<size_t>(country)];
  return Concat(words, " ", kTrades[random.Below(kTrades.size())], " ",
                forms[random.Below(forms.size())]);
}

std::string_view CompanyForm(Country country) {
  return kCompanyForms[static_cast<size_t>(country)].front();
}

std::string RespellName(std::string_view name, CounterRandom* random) {
  std::vector<std::string_view> words = SplitAt(name, ' ');
  // The company form is the last word of a name of four.
  if (words.size() == 4 && random->Chance(1, 2)) words.pop_back();
  if (random->Chance(1, 3)) std::swap(words[0], words[1]);
  std::string text;
  for (const std::string_view word : words) AppendParts(&text, text.empty() ? "" : " ", word);
  text = absl::StrReplaceAll(text, {{"ø", "oe"}, {"å", "aa"}, {"ö", "o"}, {"ä", "a"}});
  return random->Chance(1, 2) ? absl::AsciiStrToUpper(text) : text;
}

std::string InventIban(Country country, uint64_t index) {
  KVITT_CHECK(index < 1'000'000'000);
  const std::string nine = Digits((index * 387'420'489 + 271'828'183) % 1'000'000'000, 9);
  std::string account;
  switch (country) {
    case Country::kNorway:
      account = MakeWithFreeDigit(NumberScheme::kAccountNo, nine);
      break;
    case Country::kSweden:
      account = Concat("50000000007", nine);
      break;
    case Country::kDenmark:
      account = Concat("00401", nine);
      break;
    case Country::kFinland:
      account = MustMake(NumberScheme::kOcr, Concat("1590", nine));
      break;
  }
  return MustMake(NumberScheme::kIban, Concat(CountryCode(country), account));
}

std::string NationalAccount(std::string_view iban) {
  return std::string(iban.substr(4));
}

uint64_t OrgNoCount(Country country) {
  return OrgNoSpaceOf(country).count() * kLastDigits;
}

std::string InventOrgNo(Country country, uint64_t index) {
  const OrgNoSpace space = OrgNoSpaceOf(country);
  const uint64_t count = OrgNoCount(country);
  // The step is a prime that divides no count: every place is met once.
  const uint64_t place = index % count * 7919 % count;
  const std::string base = Concat(space.At(place / kLastDigits));
  uint64_t left = place % kLastDigits;
  for (char digit = '0'; digit <= '9'; ++digit) {
    std::string reason;
    std::string number = MakeNumber(space.scheme, Concat(base, std::string(1, digit)), &reason);
    if (!number.empty() && left-- == 0) return number;
  }
  KVITT_CHECK(false && "nine of ten digits give a number");
  return {};
}

std::string InventReference(const ReferenceWish& wish, CounterRandom* random) {
  KVITT_CHECK(wish.number < kNumberCount);
  const Country country = wish.country;
  // The ten digits before the check digit name the item; the step has no factor 2, 3 or 5.
  const uint64_t digits =
      kNumberFirst + (wish.number * 2'038'074'743 % kNumberCount + 4'567'891'234) % kNumberCount;
  const std::string base =
      Concat(ReferencePrefix(random->Below(PrefixDigitsMax(country) + 1), random), digits);
  std::string reference = CheckedReference(country, base);
  if (country == Country::kFinland && !wish.digits_only && random->Chance(1, 5)) {
    return MustMake(NumberScheme::kRf, reference);
  }
  return reference;
}

std::string InventUnknownReference(Country country, CounterRandom* random) {
  // A zero where numbers of items begin, behind a prefix so that it is not a leading zero.
  const size_t prefix_digits = 1 + random->Below(PrefixDigitsMax(country));
  const std::string base =
      Concat(ReferencePrefix(prefix_digits, random), Digits(random->Below(kNumberFirst), 10));
  return CheckedReference(country, base);
}

}  // namespace kvitt
