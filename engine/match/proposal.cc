#include "engine/match/proposal.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/amount_table.h"
#include "engine/allocate/posting.h"

namespace kvitt {

ItemList Answer::Items() const {
  ItemList items;
  for (const Choice& choice : choices) {
    items.insert(items.end(), choice.items.begin(), choice.items.begin() + choice.take);
  }
  return items;
}

bool Answer::IsAlike() const {
  return std::any_of(choices.begin(), choices.end(),
                     [](const Choice& choice) { return choice.items.size() > choice.take; });
}

bool Answer::HoldsSurely(ItemHandle item) const {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& choice) {
    return choice.items.size() == choice.take &&
           std::find(choice.items.begin(), choice.items.end(), item) != choice.items.end();
  });
}

bool Answer::Holds(ItemHandle item) const {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& choice) {
    return std::find(choice.items.begin(), choice.items.end(), item) != choice.items.end();
  });
}

bool IsAnswer(const Answer& answer, const SlipLead& lead) {
  uint32_t items = 0;
  for (const Choice& choice : answer.choices) items += choice.take;
  if (lead.second == kNoItem) return items == 1 && answer.Holds(lead.item);
  return items == 2 && answer.Holds(lead.item) && answer.Holds(lead.second);
}

Agreement AgreementOf(const Books& books,
                      const PaymentRecord& payment,
                      absl::Span<const ItemHandle> items) {
  PaymentCase decided = PaymentCase::kShort;
  if (items.size() == 1) {
    const ItemRecord& item = books.items.At(items[0]);
    if (item.kind() == ItemKind::kCreditNote) return Agreement::kNone;
    decided = DecideAmount(payment.amount_minor, TermsFor(books, payment, item));
  } else {
    std::vector<PaymentPart> parts;
    for (ItemHandle item : items) parts.push_back({.item = item});
    decided = DecideParts(books, payment, parts);
  }
  if (decided == PaymentCase::kExact) return Agreement::kExact;
  if (decided == PaymentCase::kDiscount) return Agreement::kDiscount;
  if (decided == PaymentCase::kBankCharge) return Agreement::kCharges;
  const bool tolerated =
      decided == PaymentCase::kToleratedShort || decided == PaymentCase::kToleratedOver;
  return tolerated ? Agreement::kTolerance : Agreement::kNone;
}

std::vector<Choice> GroupAlike(const Books& books,
                               const PaymentRecord& payment,
                               std::vector<ItemHandle> items) {
  SortItems(books, &items);
  std::vector<Choice> groups;
  const auto alike = [&](ItemHandle a, ItemHandle b) {
    const ItemRecord& x = books.items.At(a);
    const ItemRecord& y = books.items.At(b);
    if (std::tie(x.open_minor, x.kind_status, x.currency) !=
            std::tie(y.open_minor, y.kind_status, y.currency) ||
        x.has(ItemRecord::kInsolvent) != y.has(ItemRecord::kInsolvent)) {
      return false;
    }
    if (x.customer_id != y.customer_id) {
      if (!x.customer_id.in_arena() || !y.customer_id.in_arena()) return false;
      char scratch[2][kPackedTextBytesMax];
      if (books.items.CustomerId(x, scratch[0]) != books.items.CustomerId(y, scratch[1])) {
        return false;
      }
    }
    if (!x.has(ItemRecord::kHasDiscount) && !y.has(ItemRecord::kHasDiscount)) return true;
    return DiscountInTime(books, payment, x) == DiscountInTime(books, payment, y) &&
           books.items.Discount(x) == books.items.Discount(y);
  };
  // The last group of each open amount, and for each group the one before it of the same amount.
  constexpr uint32_t kNone = UINT32_MAX;
  absl::flat_hash_map<int64_t, uint32_t> by_amount;
  std::vector<uint32_t> before;
  for (ItemHandle item : items) {
    uint32_t& last = by_amount.try_emplace(books.items.At(item).open_minor, kNone).first->second;
    uint32_t group = last;
    while (group != kNone && !alike(groups[group].items.front(), item)) group = before[group];
    if (group != kNone) {
      groups[group].items.push_back(item);
      continue;
    }
    before.push_back(last);
    last = static_cast<uint32_t>(groups.size());
    groups.push_back({{item}, 1});
  }
  return groups;
}

absl::InlinedVector<DeviationCode, 2> ReservationsOf(const ItemRecord& item) {
  absl::InlinedVector<DeviationCode, 2> codes;
  if (item.status() == ItemStatus::kDisputed) codes.push_back(DeviationCode::kItemDisputed);
  if (item.status() == ItemStatus::kCollection) codes.push_back(DeviationCode::kItemInCollection);
  if (item.status() == ItemStatus::kBlocked) codes.push_back(DeviationCode::kItemBlocked);
  if (item.has(ItemRecord::kInsolvent)) codes.push_back(DeviationCode::kCustomerInsolvent);
  return codes;
}

namespace {

// Whether the payment itself, by what it quotes, speaks against paying this by who paid.
bool IsContradicted(const Books& books, const SearchCase& search, const Answer& answer) {
  if (search.objection != Objection::kNone) return true;
  const auto misses = [&](ItemHandle item) { return !answer.HoldsSurely(item); };
  // Also when another payment has paid it since: a reference that leads to what is closed.
  if (std::any_of(search.quoted.begin(), search.quoted.end(), misses)) return true;
  if (std::any_of(search.texts.begin(), search.texts.end(), [&](const TextLead& lead) {
        return !lead.weak && IsEligible(search, books.items.At(lead.item)) && misses(lead.item);
      })) {
    return true;
  }
  if (!search.repair_answered) return false;
  return std::none_of(search.slips.begin(), search.slips.end(), [&](const SlipLead& lead) {
    return lead.is_answer && IsAnswer(answer, lead);
  });
}

}  // namespace

void Judge(const Books& books, const SearchCase& search, bool respects_objections, Proposal* out) {
  out->count = static_cast<uint32_t>(out->answers.size());
  if (out->answers.empty()) {
    out->found = TrialResult::kNothingFound;
    return;
  }
  if (out->answers.size() > 1) {
    out->found = TrialResult::kSeveralAnswers;
    return;
  }
  const Answer& answer = out->answers.front();
  const ItemList items = answer.Items();
  if (respects_objections && IsContradicted(books, search, answer)) {
    out->found = TrialResult::kContradicted;
  } else if (std::any_of(items.begin(), items.end(),
                         [&](ItemHandle item) { return IsReserved(books.items.At(item)); })) {
    out->found = TrialResult::kReserved;
  } else {
    out->found = TrialResult::kDecided;
  }
}

}  // namespace kvitt
