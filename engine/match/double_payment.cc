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

// A payment of a group, with its day.
template <typename Group>
struct DatedPayment {
  Group group;
  int64_t day;
  PaymentHandle payment;
};

// Of each group of payments the earliest one of each day. Thousands of payments may be alike: each pair
// of them would be too many.
template <typename Group>
class EarliestByDay {
 public:
  using Member = DatedPayment<Group>;

  EarliestByDay(const Books& books, std::vector<Member> members)
      : books_(books), members_(std::move(members)) {
    std::sort(members_.begin(), members_.end(), [&](const Member& a, const Member& b) {
      if (a.group != b.group || a.day != b.day) return IsBefore(a, b);
      return books_.DecidesBefore(a.payment, b.payment);
    });
    const auto last = std::unique(
        members_.begin(), members_.end(),
        [](const Member& a, const Member& b) { return a.group == b.group && a.day == b.day; });
    members_.erase(last, members_.end());
  }

  // The earliest of the group within the policy's days of `day`; kNoPayment if there is none.
  PaymentHandle Near(const Group& group, int64_t day) const {
    const int64_t span = books_.policy.double_payment_days;
    const Member from = {group, day - span, kNoPayment};
    PaymentHandle best = kNoPayment;
    for (auto each = std::lower_bound(members_.begin(), members_.end(), from, IsBefore);
         each != members_.end() && each->group == group && each->day <= day + span; ++each) {
      if (best == kNoPayment || books_.DecidesBefore(each->payment, best)) best = each->payment;
    }
    return best;
  }

 private:
  static bool IsBefore(const Member& a, const Member& b) {
    return a.group != b.group ? a.group < b.group : a.day < b.day;
  }

  const Books& books_;
  std::vector<Member> members_;
};

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
  std::vector<std::vector<DatedPayment<size_t>>> found(WorkersOf(books.threads));
  ScanPayments(books.payments, books.threads,
               [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                 if (!IsSettled(payment) ||
                     !amounts.MayHold(HashOf(static_cast<uint64_t>(payment.amount_minor)))) {
                   return;
                 }
                 const Date date = PaidOn(books, payment);
                 const NumberPrint content = PrintOf(books, payment);
                 if (!date.has_value() || contents.Find(content) == contents.kUnwanted) return;
                 ForEachGroupOfSettled(books, handle, content, [&](const NumberPrint& print) {
                   const size_t group = groups.Find(print);
                   if (group == groups.kUnwanted) return;
                   found[worker].push_back({group, date.days(), handle});
                 });
               });
  std::vector<DatedPayment<size_t>> members;
  for (const auto& list : found) members.insert(members.end(), list.begin(), list.end());
  const EarliestByDay<size_t> earliest(books, std::move(members));
  for (size_t i = 0; i < cases.size(); ++i) {
    const Date date = PaidOn(books, books.payments.At(cases[i]->payment));
    if (!date.has_value()) continue;
    ForEachGroupOfCase(books, *cases[i], prints[i], [&](const NumberPrint& print) {
      const PaymentHandle first = earliest.Near(groups.Find(print), date.days());
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

void NotePaidTwice(Books* books) {
  if (books->policy.double_payment_days <= 0) return;
  // Payments of one item with one amount and currency.
  using SameItem = std::tuple<ItemHandle, uint8_t, int64_t>;
  using ItemPayment = DatedPayment<SameItem>;
  const auto note = [&](ItemHandle item, PaymentHandle handle, const PaymentRecord& payment,
                        size_t worker, Scatter<ItemPayment>* list) {
    const Date date = PaidOn(*books, payment);
    if (!date.has_value()) return;
    list->Add(worker, HashOf(item),
              {{item, payment.currency, payment.amount_minor}, date.days(), handle});
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
  seconds.ForEach(
      [&](const ItemPayment& second) { wanted.Add(HashOf(std::get<ItemHandle>(second.group))); });
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
    const EarliestByDay<SameItem> posted_here(*books, posted.Take(part));
    for (const ItemPayment& second : list) {
      const PaymentHandle first = posted_here.Near(second.group, second.day);
      if (first != kNoPayment) found[part].emplace_back(second.payment, first);
    }
  });
  std::vector<std::pair<PaymentHandle, PaymentHandle>> pairs;
  for (const auto& list : found) pairs.insert(pairs.end(), list.begin(), list.end());
  books->decisions.NotePaidTwice(std::move(pairs));
}

}  // namespace kvitt
