#include "engine/allocate/composed.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "engine/allocate/posting.h"
#include "engine/value/concat.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// A part with what it would take or lend.
struct Share {
  ItemHandle item = kNoItem;
  bool lends = false;  // a credit note
  int64_t open_minor = 0;
  int64_t wanted_minor = 0;  // what the payer pays on it, or what is open
  int64_t discount_minor = 0;
  bool discount_in_time = false;
};

int64_t Sum(const std::vector<Share>& shares, bool lends) {
  int64_t sum = 0;
  for (const Share& share : shares) {
    if (share.lends == lends) KVITT_CHECK(!__builtin_add_overflow(sum, share.wanted_minor, &sum));
  }
  return sum;
}

// Whether the payer's own split can be followed: every part has an amount, none asks more of an
// item than is open there, and they make the payment.
bool SplitHolds(const Books& books,
                const PaymentRecord& payment,
                const std::vector<PaymentPart>& parts) {
  Int128 sum = 0;
  for (const PaymentPart& part : parts) {
    if (!part.has_amount || part.amount_minor == 0) return false;
    const ItemRecord& item = books.items.At(part.item);
    const bool lends = item.kind() == ItemKind::kCreditNote;
    if (lends != (part.amount_minor < 0)) return false;
    const int64_t asked = lends ? -part.amount_minor : part.amount_minor;
    if (asked > item.open_minor) return false;
    sum += part.amount_minor;
  }
  return sum == payment.amount_minor;
}

std::vector<Share> MakeShares(const Books& books,
                              const PaymentRecord& payment,
                              const std::vector<PaymentPart>& parts,
                              bool follow_split) {
  std::vector<ItemHandle> order;
  order.reserve(parts.size());
  for (const PaymentPart& part : parts) order.push_back(part.item);
  SortForPaying(books, books.PolicyOf(payment, order).pay_order, &order);
  std::vector<Share> shares;
  for (ItemHandle handle : order) {
    const ItemRecord& item = books.items.At(handle);
    const auto part = std::find_if(parts.begin(), parts.end(),
                                   [&](const PaymentPart& p) { return p.item == handle; });
    Share share;
    share.item = handle;
    share.lends = item.kind() == ItemKind::kCreditNote;
    share.open_minor = item.open_minor;
    share.wanted_minor = !follow_split ? item.open_minor
                         : share.lends ? -part->amount_minor
                                       : part->amount_minor;
    // Something must be paid to take a discount.
    const int64_t discount = books.items.Discount(item);
    share.discount_minor = share.lends || discount >= item.open_minor ? 0 : discount;
    share.discount_in_time = DiscountInTime(books, payment, item);
    shares.push_back(share);
  }
  return shares;
}

// How the sum of the shares stands to the payment.
enum class SumCase {
  kExact,
  kToleratedShort,
  kToleratedOver,
  kDiscounts,  // short by all discounts that are in time
  kDiscountsLate,
  kBankCharge,
  kShort,
  kOver,
};

SumCase DecideSum(const Books& books,
                  const PaymentRecord& payment,
                  const ResolvedTerms& policy,
                  const std::vector<Share>& shares,
                  int64_t net) {
  const int64_t difference = payment.amount_minor - net;
  if (difference == 0) return SumCase::kExact;
  if (difference > 0) {
    return difference <= policy.ToleratedOver(payment.currency, net) ? SumCase::kToleratedOver
                                                                     : SumCase::kOver;
  }
  if (-difference <= policy.ToleratedShort(payment.currency, net)) return SumCase::kToleratedShort;
  int64_t in_time = 0;
  int64_t all = 0;
  for (const Share& share : shares) {
    all += share.discount_minor;
    if (share.discount_in_time) in_time += share.discount_minor;
  }
  if (in_time != 0 && -difference == in_time) return SumCase::kDiscounts;
  if (all != 0 && -difference == all) return SumCase::kDiscountsLate;
  const int64_t charges = ChargesOf(books, payment);
  if (charges != 0 && -difference == charges) return SumCase::kBankCharge;
  return SumCase::kShort;
}

// Pays the invoices oldest first with the money and the credit there is; appends what it posted.
// `gap` is what the last invoices go without.
void PayShares(const std::vector<Share>& shares,
               SumCase sum_case,
               int64_t gap,
               std::vector<Posting>* postings) {
  int64_t short_of = sum_case == SumCase::kShort || sum_case == SumCase::kDiscountsLate ? gap : 0;
  int64_t written_off =
      sum_case == SumCase::kToleratedShort || sum_case == SumCase::kBankCharge ? gap : 0;
  std::vector<Posting> reversed;
  for (auto share = shares.rbegin(); share != shares.rend(); ++share) {
    if (share->lends) {
      reversed.push_back({share->item, {}, share->wanted_minor, AllocationKind::kCreditNote});
      continue;
    }
    int64_t left = share->wanted_minor;
    const int64_t unpaid = std::min(left, short_of);
    short_of -= unpaid;
    left -= unpaid;
    const int64_t off = std::min(left, written_off);
    written_off -= off;
    left -= off;
    const int64_t discount =
        sum_case == SumCase::kDiscounts && share->discount_in_time ? share->discount_minor : 0;
    left -= discount;
    if (off != 0) reversed.push_back({share->item, {}, off, AllocationKind::kWriteOff});
    if (discount != 0) reversed.push_back({share->item, {}, discount, AllocationKind::kDiscount});
    if (left != 0) reversed.push_back({share->item, {}, left, AllocationKind::kPayment});
  }
  postings->assign(reversed.rbegin(), reversed.rend());
}

struct SumVerdict {
  Outcome outcome;
  DeviationCode code;
  bool deviates;
};

SumVerdict VerdictOf(SumCase sum_case) {
  switch (sum_case) {
    case SumCase::kExact:
      return {Outcome::kSettled, DeviationCode::kAmountTolerated, false};
    case SumCase::kToleratedShort:
    case SumCase::kToleratedOver:
      return {Outcome::kSettledWithDifference, DeviationCode::kAmountTolerated, true};
    case SumCase::kDiscounts:
      return {Outcome::kSettledWithDifference, DeviationCode::kDiscountTaken, true};
    case SumCase::kDiscountsLate:
      return {Outcome::kPartial, DeviationCode::kDiscountUnearned, true};
    case SumCase::kBankCharge:
      return {Outcome::kSettledWithDifference, DeviationCode::kBankCharge, true};
    case SumCase::kShort:
      return {Outcome::kPartial, DeviationCode::kAmountShort, true};
    case SumCase::kOver:
      return {Outcome::kOverpaid, DeviationCode::kAmountOver, true};
  }
  return {Outcome::kUnmatched, DeviationCode::kAmountShort, true};
}

struct Plan {
  Outcome outcome = Outcome::kSettled;
  std::vector<Posting> postings;
  std::vector<Finding> findings;
};

// Why a plan that could be posted is left to a person: what was found stays, nothing is posted.
void HoldPlan(const ResolvedTerms& policy, Rule rule, Plan plan, ComposedDecision* composed) {
  if (policy.ModeOf(rule) != RuleMode::kPost) {
    composed->findings.push_back({.code = DeviationCode::kHeldByPolicy});
    return;
  }
  for (Finding& finding : plan.findings) {
    // What the plan would have closed with a small difference stays open with the rest.
    if (finding.code != DeviationCode::kAmountShort &&
        finding.code != DeviationCode::kDiscountUnearned) {
      continue;
    }
    composed->findings.push_back(std::move(finding));
  }
}

DeviationCode CodeOf(PaymentCase decided) {
  switch (decided) {
    case PaymentCase::kDiscount:
      return DeviationCode::kDiscountTaken;
    case PaymentCase::kDiscountLate:
      return DeviationCode::kDiscountUnearned;
    case PaymentCase::kBankCharge:
      return DeviationCode::kBankCharge;
    case PaymentCase::kShort:
      return DeviationCode::kAmountShort;
    case PaymentCase::kExact:
    case PaymentCase::kToleratedShort:
    case PaymentCase::kToleratedOver:
    case PaymentCase::kUndecided:
    case PaymentCase::kOver:
    case PaymentCase::kAlreadySettled:
    case PaymentCase::kCreditNoteNamed:
    case PaymentCase::kCurrencyMismatch:
    case PaymentCase::kItemBlocked:
    case PaymentCase::kHeld:
    case PaymentCase::kComposed:
    case PaymentCase::kDuplicate:
    case PaymentCase::kIgnored:
      break;
  }
  return DeviationCode::kAmountTolerated;
}

// The payer says how much goes where: the table applies to each invoice by itself.
Plan FollowSplit(const Books& books,
                 const PaymentRecord& payment,
                 const std::vector<Share>& shares) {
  Plan plan;
  for (const Share& share : shares) {
    if (share.lends) {
      plan.postings.push_back({share.item, {}, share.wanted_minor, AllocationKind::kCreditNote});
      continue;
    }
    const PaymentCase decided =
        DecideAmount(share.wanted_minor, TermsFor(books, payment, books.items.At(share.item)));
    const AmountSplit split = SplitAmount(decided, share.wanted_minor, share.open_minor);
    plan.postings.push_back({share.item, {}, split.payment_minor, AllocationKind::kPayment});
    if (split.discount_minor != 0) {
      plan.postings.push_back({share.item, {}, split.discount_minor, AllocationKind::kDiscount});
    }
    if (split.write_off_minor != 0) {
      plan.postings.push_back({share.item, {}, split.write_off_minor, AllocationKind::kWriteOff});
    }
    if (decided == PaymentCase::kExact) continue;
    const Outcome outcome = OutcomeOf(decided);
    if (plan.outcome != Outcome::kPartial) plan.outcome = outcome;
    Finding finding;
    finding.code = CodeOf(decided);
    finding.item = share.item;
    finding.difference_minor = share.wanted_minor - share.open_minor;
    finding.has_difference = true;
    plan.findings.push_back(std::move(finding));
  }
  return plan;
}

Plan MakePlan(const Books& books,
              const PaymentRecord& payment,
              const ResolvedTerms& policy,
              const std::vector<PaymentPart>& parts) {
  const bool follow_split = SplitHolds(books, payment, parts);
  const std::vector<Share> shares = MakeShares(books, payment, parts, follow_split);
  if (follow_split) return FollowSplit(books, payment, shares);
  Plan plan;
  const int64_t net = Sum(shares, false) - Sum(shares, true);
  const SumCase sum_case = DecideSum(books, payment, policy, shares, net);
  const SumVerdict verdict = VerdictOf(sum_case);
  const int64_t difference = payment.amount_minor - net;
  PayShares(shares, sum_case, -difference, &plan.postings);
  if (difference > 0) {
    // The surplus belongs to the customer of the newest invoice.
    PackedText customer;
    for (const Share& share : shares) {
      if (!share.lends) customer = books.items.At(share.item).customer_id;
    }
    plan.postings.push_back({kNoItem, customer, difference,
                             sum_case == SumCase::kToleratedOver ? AllocationKind::kWriteOff
                                                                 : AllocationKind::kOnAccount});
  }
  plan.outcome = verdict.outcome;
  if (verdict.deviates) {
    Finding finding;
    finding.code = verdict.code;
    finding.has_difference = true;
    finding.difference_minor = difference;
    if (sum_case == SumCase::kOver) finding.note = RefundNote(policy);
    plan.findings.push_back(std::move(finding));
  }
  return plan;
}

// No payment is that large; sums of shares stay far from the end of 64 bits.
constexpr Int128 kGrossMax = Int128{1} << 62;

// Why the parts must not be posted; nothing when they may be.
bool FindObstacle(const Books& books,
                  const PaymentRecord& payment,
                  const std::vector<PaymentPart>& parts,
                  Finding* finding) {
  Int128 net = 0;
  Int128 gross = 0;
  for (const PaymentPart& part : parts) {
    const ItemRecord& item = books.items.At(part.item);
    gross += item.open_minor;
    finding->item = part.item;
    if (item.currency != payment.currency) {
      finding->code = DeviationCode::kCurrencyMismatch;
      return true;
    }
    if (item.status() == ItemStatus::kBlocked) {
      finding->code = DeviationCode::kItemBlocked;
      return true;
    }
    net += item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
  }
  if (gross > kGrossMax) {
    finding->code = DeviationCode::kAmountShort;
    finding->note = "The items that it names are worth more than any payment; nothing was posted.";
    return true;
  }
  if (net <= 0) {
    finding->code = DeviationCode::kReferenceAmbiguous;
    finding->note = "The credit notes are worth as much as the invoices or more.";
    return true;
  }
  return false;
}

// Fees before interest before the rest.
int CostClass(const ItemRecord& item) {
  switch (item.kind()) {
    case ItemKind::kFee:
      return 0;
    case ItemKind::kInterest:
      return 1;
    case ItemKind::kInvoice:
    case ItemKind::kCreditNote:
    case ItemKind::kPrepayment:
      break;
  }
  return 2;
}

// As SortForPaying; each item is looked at once, since comparing is what takes the time of a long list.
void SortMany(const ItemStore& items, PayOrder order, std::vector<ItemHandle>* handles) {
  struct Keyed {
    uint64_t dates;  // due date, then issue date; no date first
    ItemHandle item;
    int cost_class;
  };

  const auto bits = [](Date date) { return static_cast<uint32_t>(date.days()) ^ 0x80000000U; };
  std::vector<Keyed> keyed;
  keyed.reserve(handles->size());
  for (ItemHandle handle : *handles) {
    const ItemRecord& item = items.At(handle);
    keyed.push_back({uint64_t{bits(items.DueDate(item))} << 32 | bits(items.IssueDate(item)),
                     handle, order == PayOrder::kCostsFirst ? CostClass(item) : 0});
  }
  const auto key_of = [](const Keyed& k) { return std::tie(k.cost_class, k.dates); };
  std::sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
    return key_of(a) != key_of(b) ? key_of(a) < key_of(b) : a.item < b.item;
  });
  handles->clear();
  std::vector<std::pair<std::string, ItemHandle>> equal;  // by item id
  char scratch[kPackedTextBytesMax];
  for (size_t begin = 0; begin < keyed.size();) {
    size_t end = begin;
    equal.clear();
    for (; end < keyed.size() && key_of(keyed[end]) == key_of(keyed[begin]); ++end) {
      equal.emplace_back(items.ItemId(items.At(keyed[end].item), scratch), keyed[end].item);
    }
    std::sort(equal.begin(), equal.end());
    for (const auto& [id, item] : equal) handles->push_back(item);
    begin = end;
  }
  handles->erase(std::unique(handles->begin(), handles->end()), handles->end());
}

}  // namespace

void SortItems(const Books& books, std::vector<ItemHandle>* handles) {
  SortForPaying(books, PayOrder::kOldestFirst, handles);
}

void SortForPaying(const Books& books, PayOrder order, std::vector<ItemHandle>* handles) {
  const ItemStore& items = books.items;
  constexpr size_t kMany = 64;
  if (handles->size() > kMany) {
    SortMany(items, order, handles);
    return;
  }
  std::sort(handles->begin(), handles->end(), [&](ItemHandle a, ItemHandle b) {
    const ItemRecord& x = items.At(a);
    const ItemRecord& y = items.At(b);
    if (order == PayOrder::kCostsFirst && CostClass(x) != CostClass(y)) {
      return CostClass(x) < CostClass(y);
    }
    const Date x_due = items.DueDate(x);
    const Date y_due = items.DueDate(y);
    if (x_due != y_due) return x_due < y_due;
    const Date x_issue = items.IssueDate(x);
    const Date y_issue = items.IssueDate(y);
    if (x_issue != y_issue) return x_issue < y_issue;
    char x_scratch[kPackedTextBytesMax];
    char y_scratch[kPackedTextBytesMax];
    return items.ItemId(x, x_scratch) < items.ItemId(y, y_scratch);
  });
  handles->erase(std::unique(handles->begin(), handles->end()), handles->end());
}

std::string NameItems(const Books& books, absl::Span<const ItemHandle> handles) {
  constexpr size_t kNamed = 5;
  std::string names;
  char scratch[kPackedTextBytesMax];
  for (size_t i = 0; i < handles.size() && i < kNamed; ++i) {
    const ItemRecord& item = books.items.At(handles[i]);
    const Currency currency = Currency::FromIndex(item.currency);
    AppendParts(&names, i == 0 ? "" : ", ", books.items.ItemId(item, scratch), " (",
                FormatAmount(item.open_minor, currency.decimals()), " ", currency.code(), ")");
  }
  if (handles.size() > kNamed) AppendParts(&names, " and ", handles.size() - kNamed, " more");
  return names;
}

bool SettleParts(Books* books,
                 PaymentHandle handle,
                 const std::vector<PaymentPart>& parts,
                 Rule rule,
                 Confidence confidence) {
  PaymentRecord& payment = books->payments.At(handle);
  KVITT_CHECK(payment.decided == PaymentCase::kUndecided && parts.size() > 1);
  ComposedDecision& composed = books->decisions.Compose(handle);
  Finding obstacle;
  if (FindObstacle(*books, payment, parts, &obstacle)) {
    composed.findings.push_back(std::move(obstacle));
    for (const PaymentPart& part : parts) composed.named.push_back(part.item);
    return false;
  }
  std::vector<ItemHandle> items;
  items.reserve(parts.size());
  for (const PaymentPart& part : parts) items.push_back(part.item);
  const ResolvedTerms& policy = books->PolicyOf(payment, items);
  Plan plan = MakePlan(*books, payment, policy, parts);
  if (IsHeld(policy, rule, plan.outcome)) {
    HoldPlan(policy, rule, std::move(plan), &composed);
    composed.suggestions.push_back(SuggestParts(*books, payment, parts, rule));
    composed.named = std::move(items);
    payment.decided = PaymentCase::kHeld;
    payment.outcome = Outcome::kSuggested;
    return false;
  }
  for (const Posting& posting : plan.postings) {
    if (posting.item != kNoItem) CloseOnItem(books, posting.item, posting.amount_minor);
  }
  composed.postings = std::move(plan.postings);
  for (Finding& finding : plan.findings) {
    // What is short may be missing on items that got nothing at all: all of them are named.
    if (plan.outcome == Outcome::kPartial && finding.item == kNoItem) composed.named = items;
    composed.findings.push_back(std::move(finding));
  }
  payment.decided = PaymentCase::kComposed;
  payment.outcome = plan.outcome;
  payment.rule = rule;
  payment.confidence = confidence;
  return true;
}

void SettleItems(Books* books,
                 PaymentHandle payment,
                 absl::Span<const ItemHandle> items,
                 Rule rule,
                 Confidence confidence) {
  books->decisions.Forget(payment);
  if (items.size() == 1) {
    DecideOnItem(books, &books->payments.At(payment), items[0], rule, confidence);
    return;
  }
  std::vector<PaymentPart> parts;
  for (ItemHandle item : items) parts.push_back({.item = item});
  SettleParts(books, payment, parts, rule, confidence);
}

PaymentCase DecideParts(const Books& books,
                        const PaymentRecord& payment,
                        const std::vector<PaymentPart>& parts) {
  std::vector<ItemHandle> items;
  Int128 net = 0;
  Int128 gross = 0;
  for (const PaymentPart& part : parts) {
    items.push_back(part.item);
    const ItemRecord& item = books.items.At(part.item);
    gross += item.open_minor;
    net += item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
  }
  if (net <= 0 || gross > kGrossMax) return PaymentCase::kShort;
  switch (DecideSum(books, payment, books.PolicyOf(payment, items),
                    MakeShares(books, payment, parts, /*follow_split=*/false),
                    static_cast<int64_t>(net))) {
    case SumCase::kExact:
      return PaymentCase::kExact;
    case SumCase::kToleratedShort:
      return PaymentCase::kToleratedShort;
    case SumCase::kToleratedOver:
      return PaymentCase::kToleratedOver;
    case SumCase::kDiscounts:
      return PaymentCase::kDiscount;
    case SumCase::kDiscountsLate:
      return PaymentCase::kDiscountLate;
    case SumCase::kBankCharge:
      return PaymentCase::kBankCharge;
    case SumCase::kShort:
      return PaymentCase::kShort;
    case SumCase::kOver:
      break;
  }
  return PaymentCase::kOver;
}

std::vector<SuggestedAllocation> WouldPost(const Books& books,
                                           const PaymentRecord& payment,
                                           absl::Span<const ItemHandle> items) {
  std::vector<SuggestedAllocation> rows;
  char scratch[kPackedTextBytesMax];
  std::vector<PaymentPart> parts;
  Int128 net = 0;
  Int128 gross = 0;
  for (ItemHandle handle : items) {
    const ItemRecord& item = books.items.At(handle);
    parts.push_back({.item = handle});
    gross += item.open_minor;
    net += item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
  }
  const bool foreign = std::any_of(items.begin(), items.end(), [&](ItemHandle item) {
    return books.items.At(item).currency != payment.currency;
  });
  if (foreign || net <= 0 || gross > kGrossMax) {
    int64_t left = payment.amount_minor;
    for (ItemHandle handle : items) {
      const ItemRecord& item = books.items.At(handle);
      const bool lends = item.kind() == ItemKind::kCreditNote;
      const int64_t amount = lends ? item.open_minor : std::min(left, item.open_minor);
      if (!lends) left -= amount;
      if (amount == 0) continue;
      rows.push_back({std::string(books.items.ItemId(item, scratch)), amount,
                      lends ? AllocationKind::kCreditNote : AllocationKind::kPayment});
    }
    return rows;
  }
  const Plan plan = MakePlan(books, payment, books.PolicyOf(payment, items), parts);
  for (const Posting& posting : plan.postings) {
    SuggestedAllocation& row = rows.emplace_back();
    if (posting.item != kNoItem)
      row.item_id = books.items.ItemId(books.items.At(posting.item), scratch);
    row.amount_minor = posting.amount_minor;
    row.kind = posting.kind;
  }
  return rows;
}

Suggestion SuggestParts(const Books& books,
                        const PaymentRecord& payment,
                        const std::vector<PaymentPart>& parts,
                        Rule rule) {
  Suggestion suggestion;
  suggestion.rule = rule;
  suggestion.confidence = Confidence::kMedium;
  Int128 net = 0;
  char scratch[kPackedTextBytesMax];
  for (const PaymentPart& part : parts) {
    const ItemRecord& item = books.items.At(part.item);
    const bool lends = item.kind() == ItemKind::kCreditNote;
    net += lends ? -item.open_minor : item.open_minor;
    suggestion.allocations.push_back(
        {std::string(books.items.ItemId(item, scratch)), item.open_minor,
         lends ? AllocationKind::kCreditNote : AllocationKind::kPayment});
  }
  const Currency currency = Currency::FromIndex(payment.currency);
  suggestion.explanation =
      Concat("The references name ", parts.size(), parts.size() == 1 ? " open item" : " open items",
             " worth ", FormatSum(net, currency.decimals()), "; the payment is ",
             FormatAmount(payment.amount_minor, currency.decimals()), " ", currency.code(), ".");
  return suggestion;
}

}  // namespace kvitt
