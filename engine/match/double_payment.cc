#include "engine/match/double_payment.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/evidence/hash_filter.h"
#include "engine/evidence/payer_book.h"
#include "engine/parallel.h"
#include "engine/scatter.h"
#include "engine/store/scan.h"

namespace kvitt {
namespace {

bool IsSettled(const PaymentRecord& payment) {
  return (payment.outcome == Outcome::kSettled ||
          payment.outcome == Outcome::kSettledWithDifference) &&
         !payment.has(PaymentRecord::kDead);
}

// Whether it may have closed an item, as the only one or as one of several.
bool IsPosted(const PaymentRecord& payment) {
  return IsSettled(payment) ||
         ((payment.outcome == Outcome::kOverpaid || payment.outcome == Outcome::kPartial) &&
          !payment.has(PaymentRecord::kDead));
}

uint64_t HashOf(uint64_t value) {
  const uint64_t product = (value + 1) * 0x9e3779b97f4a7c15u;
  return product ^ (product >> 31);
}

// Amount, currency, account, references and text.
NumberPrint PrintOf(const Books& books, const PaymentRecord& payment) {
  std::string content;
  const auto add = [&](const void* bytes, size_t size) {
    content.append(reinterpret_cast<const char*>(&size), sizeof(size));
    content.append(static_cast<const char*>(bytes), size);
  };
  add(&payment.amount_minor, sizeof(payment.amount_minor));
  add(&payment.account, sizeof(payment.account));
  add(&payment.currency, sizeof(payment.currency));
  if (payment.cold != 0) {
    ColdReader reader(books.payments.Cold(payment));
    std::string_view bytes;
    for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
      if (tag == ColdTag::kText) add(bytes.data(), bytes.size());
      if (tag != ColdTag::kReference) continue;
      // In its normal form; a filler beside a reference, or instead of none, makes no difference.
      const ReferenceKey key = MakeReferenceKey(bytes.substr(bytes[1] != 0 ? 10 : 2), kAnyAccount);
      if (!key.is_none()) add(&key, sizeof(key));
    }
  }
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return {hash.low64, hash.high64};
}

// Of each group of payments the earliest one of each day. Thousands of payments may be alike: each pair
// of them would be too many.
class EarliestByDay {
 public:
  explicit EarliestByDay(size_t groups) : groups_(groups) {}

  void Add(const Books& books, size_t group, PaymentHandle payment);
  // The earliest of the group within the policy's days of `payment`; kNoPayment if there is none.
  PaymentHandle Near(const Books& books, size_t group, PaymentHandle payment) const;

 private:
  struct Day {
    int64_t day;
    PaymentHandle first;
  };

  static std::vector<Day>::const_iterator From(const std::vector<Day>& days, int64_t day) {
    return std::lower_bound(days.begin(), days.end(), day,
                            [](const Day& a, int64_t b) { return a.day < b; });
  }

  std::vector<std::vector<Day>> groups_;  // each in the order of its days
};

void EarliestByDay::Add(const Books& books, size_t group, PaymentHandle payment) {
  const Date date = PaidOn(books, books.payments.At(payment));
  if (!date.has_value()) return;
  std::vector<Day>& days = groups_[group];
  const auto place = From(days, date.days()) - days.cbegin();
  if (place == std::ssize(days) || days[static_cast<size_t>(place)].day != date.days()) {
    days.insert(days.begin() + place, {date.days(), payment});
    return;
  }
  PaymentHandle& first = days[static_cast<size_t>(place)].first;
  if (books.DecidesBefore(payment, first)) first = payment;
}

PaymentHandle EarliestByDay::Near(const Books& books, size_t group, PaymentHandle payment) const {
  const Date date = PaidOn(books, books.payments.At(payment));
  if (!date.has_value()) return kNoPayment;
  const int64_t span = books.policy.double_payment_days;
  const std::vector<Day>& days = groups_[group];
  PaymentHandle best = kNoPayment;
  for (auto day = From(days, date.days() - span);
       day != days.end() && day->day <= date.days() + span; ++day) {
    if (best == kNoPayment || books.DecidesBefore(day->first, best)) best = day->first;
  }
  return best;
}

// Groups that somebody asks for, by what their payments have in common.
template <typename Key>
class WantedGroups {
 public:
  static constexpr size_t kUnwanted = ~size_t{0};

  // The group's number; the same key gives the same.
  size_t Want(const Key& key) { return numbers_.try_emplace(key, numbers_.size()).first->second; }

  size_t Find(const Key& key) const {
    const auto found = numbers_.find(key);
    return found == numbers_.end() ? kUnwanted : found->second;
  }

  size_t size() const { return numbers_.size(); }

 private:
  absl::flat_hash_map<Key, size_t> numbers_;
};

// What payments with one content (PrintOf) and one payer have in common. A payer is known by its account,
// and where one of two payments names none, by the customer.
enum class PayerSign : uint8_t { kAccount, kCustomer, kCustomerWithoutAccount };

NumberPrint PrintOf(const NumberPrint& content, PayerSign sign, std::string_view payer) {
  std::string text(1, static_cast<char>(sign));
  text.append(reinterpret_cast<const char*>(&content.low), sizeof(content.low));
  text.append(reinterpret_cast<const char*>(&content.high), sizeof(content.high));
  text.append(payer);
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

// An account in any spelling; empty for what is none.
std::string AccountSign(std::string_view account) {
  const NumberPrint print = PrintAccount(account).print;
  if (print.is_none()) return {};
  std::string sign(reinterpret_cast<const char*>(&print.low), sizeof(print.low));
  return sign.append(reinterpret_cast<const char*>(&print.high), sizeof(print.high));
}

// Calls fn(print) for each group in which a first payment of the case may be.
template <typename Fn>
void ForEachGroupOfCase(const Books& books,
                        const SearchCase& search,
                        const NumberPrint& content,
                        Fn fn) {
  const std::string_view account =
      books.payments.ColdText(books.payments.At(search.payment), ColdTag::kPayerAccount);
  const std::string sign = AccountSign(account);
  if (!sign.empty()) fn(PrintOf(content, PayerSign::kAccount, sign));
  if (search.payer == kNobody) return;
  fn(PrintOf(content, account.empty() ? PayerSign::kCustomer : PayerSign::kCustomerWithoutAccount,
             books.evidence->directory.Id(search.payer)));
}

// Calls fn(print) for each group to which a settled payment belongs.
template <typename Fn>
void ForEachGroupOfSettled(const Books& books,
                           PaymentHandle handle,
                           const NumberPrint& content,
                           Fn fn) {
  const std::string_view account =
      books.payments.ColdText(books.payments.At(handle), ColdTag::kPayerAccount);
  const std::string sign = AccountSign(account);
  if (!sign.empty()) fn(PrintOf(content, PayerSign::kAccount, sign));
  char scratch[kPackedTextBytesMax];
  const std::string_view customer = Unpack(CustomerOfPayment(books, handle), books.items.prefixes(),
                                           books.items.texts(), scratch);
  fn(PrintOf(content, PayerSign::kCustomer, customer));
  if (account.empty()) fn(PrintOf(content, PayerSign::kCustomerWithoutAccount, customer));
}

using Members = std::vector<std::pair<size_t, PaymentHandle>>;  // group, payment

EarliestByDay Gather(const Books& books, size_t groups, const std::vector<Members>& found) {
  EarliestByDay earliest(groups);
  for (const Members& list : found) {
    for (const auto& [group, payment] : list) earliest.Add(books, group, payment);
  }
  return earliest;
}

std::vector<PaymentHandle> FindRepeatedByKnown(const Books& books,
                                               const std::vector<const SearchCase*>& cases) {
  std::vector<PaymentHandle> repeated(cases.size(), kNoPayment);
  if (cases.empty()) return repeated;
  HashFilter amounts(cases.size());
  std::vector<NumberPrint> prints(cases.size());
  ParallelFor(cases.size(), 256, books.threads, [&](size_t begin, size_t end, int) {
    for (size_t i = begin; i < end; ++i) {
      const PaymentRecord& payment = books.payments.At(cases[i]->payment);
      amounts.Add(HashOf(static_cast<uint64_t>(payment.amount_minor)));
      prints[i] = PrintOf(books, payment);
    }
  });
  WantedGroups<NumberPrint> contents;
  WantedGroups<NumberPrint> groups;
  for (size_t i = 0; i < cases.size(); ++i) {
    contents.Want(prints[i]);
    ForEachGroupOfCase(books, *cases[i], prints[i],
                       [&](const NumberPrint& print) { groups.Want(print); });
  }
  std::vector<Members> found(WorkersOf(books.threads));
  ScanPayments(books.payments, books.threads,
               [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                 if (!IsSettled(payment) ||
                     !amounts.MayHold(HashOf(static_cast<uint64_t>(payment.amount_minor)))) {
                   return;
                 }
                 const NumberPrint content = PrintOf(books, payment);
                 if (contents.Find(content) == contents.kUnwanted) return;
                 ForEachGroupOfSettled(books, handle, content, [&](const NumberPrint& print) {
                   const size_t group = groups.Find(print);
                   if (group != groups.kUnwanted) found[worker].emplace_back(group, handle);
                 });
               });
  const EarliestByDay earliest = Gather(books, groups.size(), found);
  for (size_t i = 0; i < cases.size(); ++i) {
    ForEachGroupOfCase(books, *cases[i], prints[i], [&](const NumberPrint& print) {
      const PaymentHandle first = earliest.Near(books, groups.Find(print), cases[i]->payment);
      if (first == kNoPayment) return;
      if (repeated[i] == kNoPayment || books.DecidesBefore(first, repeated[i])) {
        repeated[i] = first;
      }
    });
  }
  return repeated;
}

}  // namespace

PackedText CustomerOfPayment(const Books& books, PaymentHandle handle) {
  const PaymentRecord& payment = books.payments.At(handle);
  if (payment.decided != PaymentCase::kComposed) {
    return books.items.At(payment.item).customer_id;
  }
  for (const Posting& posting : books.decisions.Find(handle)->postings) {
    if (posting.item != kNoItem) return books.items.At(posting.item).customer_id;
  }
  return {};
}

std::vector<PaymentHandle> FindRepeated(const Books& books,
                                        const std::vector<const SearchCase*>& cases) {
  std::vector<PaymentHandle> repeated(cases.size(), kNoPayment);
  if (books.policy.double_payment_days <= 0) return repeated;
  // A payer of whom nothing is known is nobody's same payer.
  std::vector<size_t> known;
  std::vector<const SearchCase*> asked;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (cases[i]->payer == kNobody &&
        books.payments.ColdText(books.payments.At(cases[i]->payment), ColdTag::kPayerAccount)
            .empty()) {
      continue;
    }
    known.push_back(i);
    asked.push_back(cases[i]);
  }
  const std::vector<PaymentHandle> found = FindRepeatedByKnown(books, asked);
  for (size_t i = 0; i < known.size(); ++i) repeated[known[i]] = found[i];
  return repeated;
}

namespace {

// A payment of an item: one that was posted, or one that came when the item was settled.
struct ItemPayment {
  ItemHandle item;
  uint8_t currency;
  int64_t amount_minor;
  int64_t day;
  PaymentHandle payment;

  auto Group() const { return std::tie(item, currency, amount_minor, day); }
};

// Finds, among posted payments of one part, the first one of each second.
class FirstPayments {
 public:
  FirstPayments(const Books& books, std::vector<ItemPayment> posted)
      : books_(books), posted_(std::move(posted)) {
    std::sort(posted_.begin(), posted_.end(), [&](const ItemPayment& a, const ItemPayment& b) {
      if (a.Group() != b.Group()) return a.Group() < b.Group();
      return books_.DecidesBefore(a.payment, b.payment);
    });
    // Thousands may pay one item on one day: the earliest is enough.
    posted_.erase(std::unique(posted_.begin(), posted_.end(),
                              [](const ItemPayment& a, const ItemPayment& b) {
                                return a.Group() == b.Group();
                              }),
                  posted_.end());
  }

  // The earliest of the same item, amount and currency within the policy's days; kNoPayment if there
  // is none.
  PaymentHandle Of(const ItemPayment& second) const {
    const int64_t span = books_.policy.double_payment_days;
    ItemPayment from = second;
    from.day = second.day - span;
    PaymentHandle best = kNoPayment;
    for (auto each = std::lower_bound(
             posted_.begin(), posted_.end(), from,
             [](const ItemPayment&a, const ItemPayment&b) { return a.Group() < b.Group(); });
         each != posted_.end() && each->day <= second.day + span; ++each) {
      if (std::tie(each->item, each->currency, each->amount_minor) !=
          std::tie(second.item, second.currency, second.amount_minor)) {
        break;
      }
      if (best == kNoPayment || books_.DecidesBefore(each->payment, best)) best = each->payment;
    }
    return best;
  }

 private:
  const Books& books_;
  std::vector<ItemPayment> posted_;
};

}  // namespace

void NotePaidTwice(Books* books) {
  if (books->policy.double_payment_days <= 0) return;
  const auto note = [&](ItemHandle item, PaymentHandle handle, const PaymentRecord& payment,
                        size_t worker, Scatter<ItemPayment>* list) {
    const Date date = PaidOn(*books, payment);
    if (!date.has_value()) return;
    list->Add(worker, HashOf(item),
              {item, payment.currency, payment.amount_minor, date.days(), handle});
  };
  Scatter<ItemPayment> seconds(books->threads);
  ScanPayments(books->payments, books->threads,
               [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                 // Items that were closed before the run were paid by nobody in it.
                 if (payment.decided == PaymentCase::kAlreadySettled &&
                     !payment.has(PaymentRecord::kReversed) &&
                     books->items.At(payment.item).first_minor != 0) {
                   note(payment.item, handle, payment, worker, &seconds);
                 }
               });
  if (seconds.size() == 0) return;
  HashFilter wanted(seconds.size());
  seconds.ForEach([&](const ItemPayment& second) { wanted.Add(HashOf(second.item)); });
  Scatter<ItemPayment> posted(books->threads);
  ScanPayments(books->payments, books->threads,
               [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                 if (!IsPosted(payment)) return;
                 const auto look = [&](ItemHandle item) {
                   if (item == kNoItem || !wanted.MayHold(HashOf(item))) return;
                   note(item, handle, payment, worker, &posted);
                 };
                 if (payment.decided != PaymentCase::kComposed) {
                   look(payment.item);
                   return;
                 }
                 for (const Posting& posting : books->decisions.Find(handle)->postings) {
                   look(posting.item);
                 }
               });
  std::vector<std::vector<std::pair<PaymentHandle, PaymentHandle>>> found(Scatter<int>::kParts);
  seconds.ForEachPart(books->threads, [&](size_t part, const std::vector<ItemPayment>& list) {
    const FirstPayments firsts(*books, posted.Take(part));
    for (const ItemPayment& second : list) {
      const PaymentHandle first = firsts.Of(second);
      if (first != kNoPayment) found[part].emplace_back(second.payment, first);
    }
  });
  std::vector<std::pair<PaymentHandle, PaymentHandle>> pairs;
  for (const auto& list : found) pairs.insert(pairs.end(), list.begin(), list.end());
  books->decisions.NotePaidTwice(std::move(pairs));
}

}  // namespace kvitt
