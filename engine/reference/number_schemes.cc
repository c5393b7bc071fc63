// THE TABLE of number schemes, and what is the same for all of them. A new scheme is one file in
// this folder, one enumerator in kvitt/reference.h and one row here.

#include <array>

#include "engine/reference/account_no.h"
#include "engine/reference/cvr.h"
#include "engine/reference/fik.h"
#include "engine/reference/giro.h"
#include "engine/reference/iban.h"
#include "engine/reference/kid.h"
#include "engine/reference/luhn.h"
#include "engine/reference/ocr.h"
#include "engine/reference/org_no.h"
#include "engine/reference/org_se.h"
#include "engine/reference/qrr.h"
#include "engine/reference/repair.h"
#include "engine/reference/rf.h"
#include "engine/reference/scheme.h"
#include "engine/reference/viite.h"
#include "engine/reference/y_tunnus.h"

namespace kvitt {
namespace {

struct Row {
  NumberScheme scheme;
  const reference::Scheme* rules;
};

// In the order of the enum.
constexpr Row kTable[] = {
    {NumberScheme::kKidMod10, &reference::kKidMod10Scheme},
    {NumberScheme::kKidMod11, &reference::kKidMod11Scheme},
    {NumberScheme::kOcr, &reference::kOcrScheme},
    {NumberScheme::kOcrLength, &reference::kOcrLengthScheme},
    {NumberScheme::kFik71, &reference::kFik71Scheme},
    {NumberScheme::kFik75, &reference::kFik75Scheme},
    {NumberScheme::kFik04, &reference::kFik04Scheme},
    {NumberScheme::kViite, &reference::kViiteScheme},
    {NumberScheme::kRf, &reference::kRfScheme},
    {NumberScheme::kQrr, &reference::kQrrScheme},
    {NumberScheme::kBankgiro, &reference::kBankgiroScheme},
    {NumberScheme::kPlusgiro, &reference::kPlusgiroScheme},
    {NumberScheme::kAccountNo, &reference::kAccountNoScheme},
    {NumberScheme::kIban, &reference::kIbanScheme},
    {NumberScheme::kCvr, &reference::kCvrScheme},
    {NumberScheme::kOrgNo, &reference::kOrgNoScheme},
    {NumberScheme::kOrgSe, &reference::kOrgSeScheme},
    {NumberScheme::kYTunnus, &reference::kYTunnusScheme},
};

constexpr bool TableIsInOrder() {
  for (size_t i = 0; i < std::size(kTable); ++i) {
    if (static_cast<size_t>(kTable[i].scheme) != i) return false;
  }
  return true;
}

static_assert(TableIsInOrder());

const reference::Scheme& RulesOf(NumberScheme scheme) {
  return *kTable[static_cast<size_t>(scheme)].rules;
}

}  // namespace

absl::Span<const SchemeInfo> NumberSchemes() {
  static const auto* infos = [] {
    auto* made = new std::array<SchemeInfo, std::size(kTable)>();
    for (size_t i = 0; i < std::size(kTable); ++i) {
      (*made)[i] = {kTable[i].scheme, kTable[i].rules->name, kTable[i].rules->description};
    }
    return made;
  }();
  return *infos;
}

std::optional<NumberScheme> FindNumberScheme(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.rules->name == name) return row.scheme;
  }
  return std::nullopt;
}

NumberCheck CheckNumber(NumberScheme scheme, std::string_view value) {
  const reference::Scheme& rules = RulesOf(scheme);
  return rules.check(reference::Compact(value, rules.marks));
}

std::string MakeNumber(NumberScheme scheme, std::string_view base, std::string* reason) {
  const reference::Scheme& rules = RulesOf(scheme);
  std::string why;
  std::string made = rules.make(reference::Compact(base, rules.marks), &why);
  if (reason != nullptr) *reason = std::move(why);
  return made;
}

std::vector<std::string> RepairNumber(NumberScheme scheme, std::string_view value) {
  const reference::Scheme& rules = RulesOf(scheme);
  return reference::Repairs(rules, reference::Compact(value, rules.marks));
}

bool IsWellFormedReference(std::string_view value) {
  // Most are digits that end in the commonest check digit, and need no copy without blanks.
  if (value.size() <= 25 && reference::IsDigits(value) && reference::PassesLuhn(value) &&
      !reference::WithoutLeadingZeros(value).empty()) {
    return true;
  }
  const std::string compact = reference::Compact(value, "");
  if (reference::WithoutLeadingZeros(compact).empty()) return false;
  if (reference::PassesRf(compact) || reference::PassesKidMod11(compact)) return true;
  if (!reference::IsDigits(compact)) return false;
  if (compact.size() == 27) return reference::kQrrScheme.check(compact).ok;
  return (compact.size() <= 25 && reference::PassesLuhn(compact)) ||
         reference::PassesViite(compact);
}

}  // namespace kvitt
