#include "engine/control/invariants.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/deviation/payment_findings.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "engine/value/concat.h"

namespace kvitt {
namespace {

constexpr size_t kOutcomes = static_cast<size_t>(Outcome::kCount);
constexpr size_t kRules = static_cast<size_t>(Rule::kCount);
constexpr size_t kCodes = static_cast<size_t>(DeviationCode::kCount);

// An odd number that belongs to one item.
uint64_t Weight(ItemHandle item) {
  uint64_t x = (uint64_t{item} + 1) * 0x9e3779b97f4a7c15u;
  x ^= x >> 31;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 29;
  return x | 1;
}

struct Sum {
  uint64_t count = 0;
  std::array<Int128, kCurrencyIndexEnd> minor{};

  void Add(uint8_t currency, int64_t amount) { AddAll(currency, 1, amount); }

  void AddAll(uint8_t currency, uint64_t records, Int128 amount) {
    count += records;
    minor[currency] += amount;
  }

  void Add(const Sum& other) {
    count += other.count;
    for (size_t i = 0; i < minor.size(); ++i) minor[i] += other.minor[i];
  }

  CountAndSum ToCountAndSum() const {
    CountAndSum out;
    out.count = count;
    for (size_t i = 0; i < minor.size(); ++i) {
      if (minor[i] != 0) out.minor[Currency::FromIndex(static_cast<uint8_t>(i))] = minor[i];
    }
    return out;
  }
};

using AccountKey = std::pair<AccountNumber, uint8_t>;

// What one worker has seen.
struct Walk {
  Sum payments;
  std::array<Sum, kOutcomes> by_outcome;
  std::array<Sum, kRules> by_rule;
  std::array<Sum, kCodes> by_code;
  absl::flat_hash_map<AccountKey, RunTotals::AccountTotals> accounts;
  std::array<Int128, kCurrencyIndexEnd> received{};  // of every payment, files set aside included
  uint64_t posted_print = 0;
  uint64_t closed_print = 0;
  uint64_t deviations = 0;
  uint64_t items = 0;
  uint64_t items_open = 0;
  std::array<Int128, kCurrencyIndexEnd> open_before{};
  std::array<Int128, kCurrencyIndexEnd> open_after{};
  std::string broken;  // the first invariant that does not hold

  // Neighbours that differ in nothing but amount and item are summed before they are added to all of
  // the above.
  struct Streak {
    AccountNumber account = 0;
    uint8_t currency = 0;
    Outcome outcome = Outcome::kUnmatched;
    Rule rule = Rule::kNone;
    uint64_t count = 0;
    Int128 sum = 0;
  } streak;

  struct ItemStreak {
    uint8_t currency = 0;
    Int128 open_before = 0;
    Int128 open_after = 0;
  } item_streak;

  AccountKey last_key{kAccountsMax, 0};
  RunTotals::AccountTotals* last_account = nullptr;
  std::vector<Posting> postings;
  std::vector<Finding> findings;

  RunTotals::AccountTotals& AccountOf(AccountNumber account, uint8_t currency) {
    const AccountKey key{account, currency};
    if (key != last_key || last_account == nullptr) {
      last_key = key;
      last_account = &accounts[key];
    }
    return *last_account;
  }
};

int64_t Signed(const PaymentRecord& payment, int64_t minor) {
  return payment.direction() == Direction::kCredit ? minor : -minor;
}

void Break(Walk* walk, const Books& books, const PaymentRecord& payment, std::string_view what) {
  if (!walk->broken.empty()) return;
  char scratch[PaymentStore::kPaymentIdBytesMax];
  walk->broken = Concat("payment ", books.payments.PaymentId(payment, scratch), ": ", what);
}

// Adds the streak to the sums and begins another.
void EndStreak(Walk* walk) {
  Walk::Streak& streak = walk->streak;
  if (streak.count != 0) {
    RunTotals::AccountTotals& account = walk->AccountOf(streak.account, streak.currency);
    account.payments += streak.count;
    account.received += streak.sum;
    account.allocated += streak.sum;
    walk->received[streak.currency] += streak.sum;
    walk->payments.AddAll(streak.currency, streak.count, streak.sum);
    walk->by_outcome[static_cast<size_t>(streak.outcome)].AddAll(streak.currency, streak.count,
                                                                 streak.sum);
    walk->by_rule[static_cast<size_t>(streak.rule)].AddAll(streak.currency, streak.count,
                                                           streak.sum);
  }
  streak = {};
}

// A payment in, to the minor unit, on one open item without reservations.
void WalkPlain(const Books& books, const PaymentRecord& payment, Walk* walk) {
  Walk::Streak& streak = walk->streak;
  if (streak.account != payment.account || streak.currency != payment.currency ||
      streak.outcome != payment.outcome || streak.rule != payment.rule) {
    EndStreak(walk);
    streak.account = payment.account;
    streak.currency = payment.currency;
    streak.outcome = payment.outcome;
    streak.rule = payment.rule;
  }
  const int64_t amount = payment.amount_minor;
  ++streak.count;
  streak.sum += amount;
  walk->posted_print += static_cast<uint64_t>(amount) * Weight(payment.item);
  if (payment.open_before != amount || amount <= 0) {
    Break(walk, books, payment, "an exact payment differs from its item");
  }
}

void WalkPayment(const Books& books, PaymentHandle handle, Walk* walk) {
  const PaymentRecord& payment = books.payments.At(handle);
  // A booked credit that claims items and about which nothing is particular.
  constexpr uint16_t kPlain =
      PaymentRecord::kFilled | PaymentRecord::kClaims | PaymentRecord::kHasReference;
  if (payment.decided == PaymentCase::kExact && payment.flags == kPlain) {
    WalkPlain(books, payment, walk);
    return;
  }
  const int64_t amount = payment.amount_minor;
  walk->received[payment.currency] += Signed(payment, amount);
  if (payment.has(PaymentRecord::kDead)) return;
  RunTotals::AccountTotals& account = walk->AccountOf(payment.account, payment.currency);
  ++account.payments;
  account.received += Signed(payment, amount);
  walk->payments.Add(payment.currency, Signed(payment, amount));
  walk->by_outcome[static_cast<size_t>(payment.outcome)].Add(payment.currency, amount);
  walk->by_rule[static_cast<size_t>(payment.rule)].Add(payment.currency, amount);
  PostingsOf(books, handle, &walk->postings);
  const PaymentSums sums = SumsOf(payment, walk->postings);
  if (sums.allocated_minor < 0 || sums.on_account_minor < 0 || sums.unallocated_minor < 0 ||
      amount <= 0) {
    Break(walk, books, payment, "an amount, or a part of it, is negative");
  }
  for (const Posting& posting : walk->postings) {
    if (posting.item != kNoItem) {
      walk->posted_print += static_cast<uint64_t>(posting.amount_minor) * Weight(posting.item);
    }
  }
  account.allocated += Signed(payment, sums.allocated_minor - sums.kept_minor);
  account.kept += Signed(payment, sums.kept_minor);
  account.on_account += Signed(payment, sums.on_account_minor);
  account.unallocated += Signed(payment, sums.unallocated_minor);
  FindingsOf(books, handle, &walk->findings);
  for (const Finding& finding : walk->findings) {
    walk->by_code[static_cast<size_t>(finding.code)].Add(payment.currency, amount);
  }
  walk->deviations += walk->findings.size();
  if (walk->findings.empty() && payment.outcome != Outcome::kSettled &&
      payment.outcome != Outcome::kIgnored && payment.outcome != Outcome::kReversal) {
    Break(walk, books, payment, "it is not settled and nothing says why");
  }
}

void EndItemStreak(Walk* walk) {
  Walk::ItemStreak& streak = walk->item_streak;
  walk->open_before[streak.currency] += streak.open_before;
  walk->open_after[streak.currency] += streak.open_after;
  streak = {};
}

void WalkItem(const Books& books, const ItemRecord& item, ItemHandle handle, Walk* walk) {
  if (item.has(ItemRecord::kDead)) return;
  ++walk->items;
  Walk::ItemStreak& streak = walk->item_streak;
  if (streak.currency != item.currency) {
    EndItemStreak(walk);
    streak.currency = item.currency;
  }
  const int64_t sign = item.kind() == ItemKind::kCreditNote ? -1 : 1;
  streak.open_before += sign * item.first_minor;
  streak.open_after += sign * item.open_minor;
  walk->items_open += item.open_minor != 0;
  walk->closed_print += static_cast<uint64_t>(item.first_minor - item.open_minor) * Weight(handle);
  if (item.open_minor < 0 || item.open_minor > item.first_minor) {
    char scratch[kPackedTextBytesMax];
    if (walk->broken.empty()) {
      walk->broken = Concat("item ", books.items.ItemId(item, scratch),
                            ": more was posted on it than was open");
    }
  }
}

void Merge(const Walk& from, Walk* to) {
  to->payments.Add(from.payments);
  for (size_t i = 0; i < kOutcomes; ++i) to->by_outcome[i].Add(from.by_outcome[i]);
  for (size_t i = 0; i < kRules; ++i) to->by_rule[i].Add(from.by_rule[i]);
  for (size_t i = 0; i < kCodes; ++i) to->by_code[i].Add(from.by_code[i]);
  for (const auto& [key, account] : from.accounts) {
    RunTotals::AccountTotals& total = to->accounts[key];
    total.payments += account.payments;
    total.received += account.received;
    total.allocated += account.allocated;
    total.on_account += account.on_account;
    total.kept += account.kept;
    total.unallocated += account.unallocated;
  }
  for (size_t i = 0; i < kCurrencyIndexEnd; ++i) {
    to->received[i] += from.received[i];
    to->open_before[i] += from.open_before[i];
    to->open_after[i] += from.open_after[i];
  }
  to->posted_print += from.posted_print;
  to->closed_print += from.closed_print;
  to->deviations += from.deviations;
  to->items += from.items;
  to->items_open += from.items_open;
  if (to->broken.empty()) to->broken = from.broken;
}

absl::Status Judge(const Books& books, const Walk& all) {
  const auto broken = [](std::string_view what) {
    return absl::FailedPreconditionError(
        Concat("An invariant does not hold: ", what, ". Nothing was committed."));
  };
  if (!all.broken.empty()) return broken(all.broken);
  if (all.posted_print != all.closed_print) {
    return broken("what was posted on the items is not what they lost");
  }
  for (size_t i = 0; i < kCurrencyIndexEnd; ++i) {
    const std::string_view code = Currency::FromIndex(static_cast<uint8_t>(i)).code();
    if (all.received[i] != books.payments.received_by_currency()[i]) {
      return broken(Concat("the ", code, " handed in are not the ", code, " of the payments"));
    }
  }
  for (const auto& [key, account] : all.accounts) {
    if (account.received !=
        account.allocated + account.kept + account.on_account + account.unallocated) {
      return broken(Concat("account ", books.accounts.Text(key.first),
                           ": received is not allocated + on account + unallocated"));
    }
  }
  return absl::OkStatus();
}

void FillTotals(const Books& books, const Walk& all, RunTotals* totals) {
  totals->payments = all.payments.ToCountAndSum();
  for (size_t i = 0; i < kOutcomes; ++i) {
    if (all.by_outcome[i].count == 0) continue;
    totals->by_outcome[static_cast<Outcome>(i)] = all.by_outcome[i].ToCountAndSum();
  }
  for (size_t i = 1; i < kRules; ++i) {
    if (all.by_rule[i].count == 0) continue;
    totals->by_rule[static_cast<Rule>(i)] = all.by_rule[i].ToCountAndSum();
  }
  for (size_t i = 0; i < kCodes; ++i) {
    if (all.by_code[i].count == 0) continue;
    totals->by_code[static_cast<DeviationCode>(i)] = all.by_code[i].ToCountAndSum();
  }
  for (const auto& [key, account] : all.accounts) {
    totals->by_account[{std::string(books.accounts.Text(key.first)),
                        std::string(Currency::FromIndex(key.second).code())}] = account;
  }
  totals->items = all.items;
  totals->items_open_after = all.items_open;
  for (size_t i = 0; i < kCurrencyIndexEnd; ++i) {
    const Currency currency = Currency::FromIndex(static_cast<uint8_t>(i));
    if (all.open_before[i] != 0) totals->open_before[currency] = all.open_before[i];
    if (all.open_after[i] != 0 || all.open_before[i] != 0) {
      totals->open_after[currency] = all.open_after[i];
    }
  }
  totals->customers = books.customers.customers().size();
  totals->deviations = all.deviations;
  for (Outcome outcome : {Outcome::kSettled, Outcome::kSettledWithDifference, Outcome::kPartial,
                          Outcome::kOverpaid}) {
    totals->payments_matched += all.by_outcome[static_cast<size_t>(outcome)].count;
  }
  if (all.payments.count > 0) {
    totals->match_rate_per_mille =
        static_cast<int>(totals->payments_matched * 1000 / all.payments.count);
  }
  totals->resident_bytes_items = books.items.resident_bytes();
  totals->resident_bytes_payments = books.payments.resident_bytes();
}

}  // namespace

absl::Status CheckInvariants(const Books& books, RunTotals* totals) {
  const size_t workers = WorkersOf(books.threads);
  std::vector<Walk> walks(workers);
  const std::vector<PaymentRun>& runs = books.payments.runs();
  ParallelFor(runs.size(), 8, books.threads, [&](size_t begin, size_t end, int worker) {
    Walk* walk = &walks[static_cast<size_t>(worker)];
    for (size_t r = begin; r < end; ++r) {
      for (uint32_t i = 0; i < runs[r].count; ++i) WalkPayment(books, runs[r].first + i, walk);
    }
  });
  ParallelFor(books.items.chunk_count(), 1024, books.threads,
              [&](size_t begin, size_t end, int worker) {
                Walk* walk = &walks[static_cast<size_t>(worker)];
                for (size_t c = begin; c < end; ++c) {
                  const ItemHandle chunk = books.items.Chunk(c);
                  const ItemRecord* const items = &books.items.At(chunk);
                  for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
                    if (!items[i].has(ItemRecord::kFilled)) break;
                    WalkItem(books, items[i], chunk + i, walk);
                  }
                }
              });
  for (Walk& walk : walks) {
    EndStreak(&walk);
    EndItemStreak(&walk);
  }
  Walk all;
  for (const Walk& walk : walks) Merge(walk, &all);
  absl::Status status = Judge(books, all);
  if (status.ok()) FillTotals(books, all, totals);
  return status;
}

}  // namespace kvitt
