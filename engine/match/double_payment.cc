#include "engine/match/double_payment.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/evidence/hash_filter.h"
#include "engine/evidence/payer_book.h"
#include "engine/parallel.h"

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
      // A filler beside a reference, or instead of none, makes no difference.
      const bool counts =
          tag == ColdTag::kText ||
          (tag == ColdTag::kReference &&
           !MakeReferenceKey(bytes.substr(bytes[1] != 0 ? 10 : 2), kAnyAccount).is_none());
      if (counts) add(bytes.data(), bytes.size());
    }
  }
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return {hash.low64, hash.high64};
}

bool IsWithinDays(const Books& books, const PaymentRecord& a, const PaymentRecord& b) {
  const Date x = PaidOn(books, a);
  const Date y = PaidOn(books, b);
  if (!x.has_value() || !y.has_value()) return false;
  return std::abs(int64_t{x.days()} - y.days()) <= books.policy.double_payment_days;
}

bool IsSamePayer(const Books& books, const SearchCase& search, PaymentHandle other) {
  const PaymentRecord& mine = books.payments.At(search.payment);
  const std::string_view x = books.payments.ColdText(mine, ColdTag::kPayerAccount);
  const std::string_view y =
      books.payments.ColdText(books.payments.At(other), ColdTag::kPayerAccount);
  if (!x.empty() && !y.empty()) {
    const NumberPrint print = PrintAccount(x).print;
    return !print.is_none() && print == PrintAccount(y).print;
  }
  if (search.payer == kNobody) return false;
  char scratch[kPackedTextBytesMax];
  return Unpack(CustomerOfPayment(books, other), books.items.prefixes(), books.items.texts(),
                scratch) == books.evidence->directory.Id(search.payer);
}

// Calls fn(handle, payment, worker) in parallel for every payment of which `counts` is true.
template <typename Fn>
void ForEachPayment(const Books& books, bool (*counts)(const PaymentRecord&), Fn fn) {
  const std::vector<PaymentRun>& runs = books.payments.runs();
  ParallelFor(runs.size(), 16, books.threads, [&](size_t begin, size_t end, int worker) {
    for (size_t r = begin; r < end; ++r) {
      for (uint32_t i = 0; i < runs[r].count; ++i) {
        const PaymentRecord& payment = books.payments.At(runs[r].first + i);
        if (counts(payment)) fn(runs[r].first + i, payment, static_cast<size_t>(worker));
      }
    }
  });
}

using Pairs = std::vector<std::pair<size_t, PaymentHandle>>;

// The earlier of two candidates for each.
void TakeEarliest(const Books& books,
                  const std::vector<Pairs>& found,
                  std::vector<PaymentHandle>* best) {
  for (const Pairs& list : found) {
    for (const auto& [index, payment] : list) {
      PaymentHandle& known = (*best)[index];
      if (known == kNoPayment || books.DecidesBefore(payment, known)) known = payment;
    }
  }
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
  if (cases.empty() || books.policy.double_payment_days <= 0) return repeated;
  HashFilter amounts(cases.size());
  absl::flat_hash_map<NumberPrint, std::vector<size_t>> by_print;
  std::vector<NumberPrint> prints(cases.size());
  ParallelFor(cases.size(), 256, books.threads, [&](size_t begin, size_t end, int) {
    for (size_t i = begin; i < end; ++i) {
      const PaymentRecord& payment = books.payments.At(cases[i]->payment);
      amounts.Add(HashOf(static_cast<uint64_t>(payment.amount_minor)));
      prints[i] = PrintOf(books, payment);
    }
  });
  for (size_t i = 0; i < cases.size(); ++i) by_print[prints[i]].push_back(i);
  std::vector<Pairs> found(static_cast<size_t>(std::max(books.threads, 1)));
  ForEachPayment(
      books, IsSettled, [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
        if (!amounts.MayHold(HashOf(static_cast<uint64_t>(payment.amount_minor)))) return;
        const auto same = by_print.find(PrintOf(books, payment));
        if (same == by_print.end()) return;
        for (size_t index : same->second) {
          const PaymentRecord& mine = books.payments.At(cases[index]->payment);
          if (IsWithinDays(books, mine, payment) && IsSamePayer(books, *cases[index], handle)) {
            found[worker].emplace_back(index, handle);
          }
        }
      });
  TakeEarliest(books, found, &repeated);
  return repeated;
}

void NotePaidTwice(Books* books) {
  if (books->policy.double_payment_days <= 0) return;
  std::vector<PaymentHandle> seconds;
  const std::vector<PaymentRun>& runs = books->payments.runs();
  std::vector<std::vector<PaymentHandle>> lists(static_cast<size_t>(std::max(books->threads, 1)));
  ParallelFor(runs.size(), 16, books->threads, [&](size_t begin, size_t end, int worker) {
    for (size_t r = begin; r < end; ++r) {
      for (uint32_t i = 0; i < runs[r].count; ++i) {
        const PaymentRecord& payment = books->payments.At(runs[r].first + i);
        // Items that were closed before the run were paid by nobody in it.
        if (payment.decided == PaymentCase::kAlreadySettled &&
            !payment.has(PaymentRecord::kReversed) &&
            books->items.At(payment.item).first_minor != 0) {
          lists[static_cast<size_t>(worker)].push_back(runs[r].first + i);
        }
      }
    }
  });
  for (const auto& list : lists) seconds.insert(seconds.end(), list.begin(), list.end());
  if (seconds.empty()) return;
  std::sort(seconds.begin(), seconds.end());
  HashFilter wanted(seconds.size());
  absl::flat_hash_map<ItemHandle, std::vector<size_t>> by_item;
  for (size_t i = 0; i < seconds.size(); ++i) {
    const ItemHandle item = books->payments.At(seconds[i]).item;
    wanted.Add(HashOf(item));
    by_item[item].push_back(i);
  }
  std::vector<Pairs> found(static_cast<size_t>(std::max(books->threads, 1)));
  const auto look = [&](ItemHandle item, PaymentHandle handle, size_t worker) {
    if (item == kNoItem || !wanted.MayHold(HashOf(item))) return;
    const auto list = by_item.find(item);
    if (list == by_item.end()) return;
    const PaymentRecord& first = books->payments.At(handle);
    for (size_t index : list->second) {
      const PaymentRecord& second = books->payments.At(seconds[index]);
      if (first.amount_minor == second.amount_minor && first.currency == second.currency &&
          IsWithinDays(*books, first, second)) {
        found[worker].emplace_back(index, handle);
      }
    }
  };
  ForEachPayment(*books, IsPosted,
                 [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                   if (payment.decided != PaymentCase::kComposed) {
                     look(payment.item, handle, worker);
                     return;
                   }
                   for (const Posting& posting : books->decisions.Find(handle)->postings) {
                     look(posting.item, handle, worker);
                   }
                 });
  std::vector<PaymentHandle> firsts(seconds.size(), kNoPayment);
  TakeEarliest(*books, found, &firsts);
  for (size_t i = 0; i < seconds.size(); ++i) {
    if (firsts[i] == kNoPayment) continue;
    books->decisions.Compose(seconds[i])
        .remarks.push_back({.code = DeviationCode::kPossibleDoublePayment,
                            .item = books->payments.At(seconds[i]).item,
                            .other = firsts[i]});
  }
}

}  // namespace kvitt
