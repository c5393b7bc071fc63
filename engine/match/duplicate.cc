#include "engine/match/duplicate.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// An id of one record, as a hash; equal hashes are compared as text.
struct Identity {
  uint64_t hash;
  uint32_t handle;
  uint32_t position;  // in canonical order, in units of runs
};

// Splits by hash, sorts each part, and calls fn(group) for each group of at least two equal hashes.
template <typename Fn>
void ForEqualHashes(std::vector<std::vector<Identity>> by_worker, int threads, Fn fn) {
  constexpr size_t kParts = 256;
  std::vector<std::vector<Identity>> parts(kParts);
  std::array<size_t, kParts> sizes{};
  for (const std::vector<Identity>& list : by_worker) {
    for (const Identity& identity : list) ++sizes[identity.hash >> 56];
  }
  for (size_t p = 0; p < kParts; ++p) parts[p].reserve(sizes[p]);
  for (std::vector<Identity>& list : by_worker) {
    for (const Identity& identity : list) parts[identity.hash >> 56].push_back(identity);
    list = {};
  }
  std::vector<std::vector<std::vector<Identity>>> groups(kParts);
  ParallelFor(kParts, 1, threads, [&](size_t begin, size_t end, int) {
    for (size_t p = begin; p < end; ++p) {
      std::vector<Identity>& part = parts[p];
      std::sort(part.begin(), part.end(), [](const Identity& a, const Identity& b) {
        return std::tie(a.hash, a.position, a.handle) < std::tie(b.hash, b.position, b.handle);
      });
      for (size_t i = 0; i + 1 < part.size();) {
        size_t j = i + 1;
        while (j < part.size() && part[j].hash == part[i].hash) ++j;
        if (j - i > 1) {
          groups[p].emplace_back(part.begin() + static_cast<ptrdiff_t>(i),
                                 part.begin() + static_cast<ptrdiff_t>(j));
        }
        i = j;
      }
      part = {};
    }
  });
  for (const auto& part : groups) {
    for (const std::vector<Identity>& group : part) fn(group);
  }
}

// A span of packed values, to see whether two files can share any.
struct Span {
  uint64_t first;
  uint64_t last;
};

bool Overlap(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.first < b.first; });
  for (size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].first <= spans[i - 1].last) return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------------

class DuplicateRound {
 public:
  explicit DuplicateRound(Books* books) : books_(books) {}

  bool Run() {
    SettleUnbooked();
    if (!AllDifferent()) SettleRepeated();
    if (books_->payments.has_statement_entries()) SettleControls();
    return any_;
  }

 private:
  const PaymentStore& payments() const { return books_->payments; }

  template <typename Fn>
  void ForEachPayment(Fn fn) {
    for (const PaymentRun& run : payments().runs()) {
      if (books_->file_dead[run.file]) continue;
      for (uint32_t i = 0; i < run.count; ++i) fn(run, run.first + i, payments().At(run.first + i));
    }
  }

  // Copies, announcements and fees: nothing that later rounds need to look at. One scan, in
  // parallel.
  void SettleUnbooked() {
    const std::vector<PaymentRun>& runs = payments().runs();
    std::vector<std::vector<PaymentHandle>> found(WorkersOf(books_->threads));
    ParallelFor(runs.size(), 16, books_->threads, [&](size_t begin, size_t end, int worker) {
      for (size_t r = begin; r < end; ++r) {
        const bool dead = books_->file_dead[runs[r].file];
        for (uint32_t i = 0; i < runs[r].count; ++i) {
          PaymentRecord& payment = payments().At(runs[r].first + i);
          if (dead) {
            payment.set(PaymentRecord::kDead);
            found[static_cast<size_t>(worker)].push_back(kNoPayment);
          } else if (!payment.has(PaymentRecord::kClaims)) {
            found[static_cast<size_t>(worker)].push_back(runs[r].first + i);
          }
        }
      }
    });
    for (const std::vector<PaymentHandle>& list : found) {
      any_ |= !list.empty();
      for (PaymentHandle handle : list) {
        if (handle != kNoPayment) SettleUnbookedOne(handle);
      }
    }
  }

  void SettleUnbookedOne(PaymentHandle handle) {
    PaymentRecord& payment = payments().At(handle);
    if (payment.has(PaymentRecord::kCopy) || payment.has(PaymentRecord::kPending)) {
      Settle(handle, Outcome::kUnmatched, Rule::kNone,
             {.code = DeviationCode::kNotBooked,
              .note = payment.has(PaymentRecord::kCopy) ? "It came in a message marked as a copy."
                                                        : "The bank has only announced it."});
      return;
    }
    const PaymentKind kind = payment.kind();
    if (kind == PaymentKind::kFee || kind == PaymentKind::kInterest ||
        kind == PaymentKind::kTransfer) {
      payment.decided = PaymentCase::kIgnored;
      payment.outcome = Outcome::kIgnored;
    }
  }

  void Settle(PaymentHandle handle, Outcome outcome, Rule rule, Finding finding) {
    PaymentRecord& payment = payments().At(handle);
    payment.decided =
        outcome == Outcome::kDuplicate ? PaymentCase::kDuplicate : PaymentCase::kComposed;
    payment.outcome = outcome;
    payment.rule = rule;
    payment.confidence = rule == Rule::kNone ? Confidence::kNone : Confidence::kHigh;
    books_->decisions.Compose(handle).findings.push_back(std::move(finding));
    any_ = true;
  }

  // The cheap proof that no payment can repeat: ids, or bank references, grow along each file, and
  // the files' spans do not overlap.
  bool AllDifferent() const {
    std::vector<Span> ids;
    std::vector<Span> banks;
    const std::vector<PaymentRun>& runs = payments().runs();
    const PaymentRun* previous = nullptr;
    for (const PaymentRun& run : runs) {
      if (books_->file_dead[run.file]) continue;
      if (!run.ids_ascending && !run.bank_references_ascending) return false;
      const bool by_id = run.ids_ascending;
      std::vector<Span>& spans = by_id ? ids : banks;
      const uint64_t first = by_id ? run.id_first : run.bank_first;
      const uint64_t last = by_id ? run.id_last : run.bank_last;
      const bool goes_on =
          previous != nullptr && previous->file == run.file && previous->ids_ascending == by_id;
      if (goes_on && first > spans.back().last) {
        spans.back().last = last;
      } else {
        spans.push_back({first, last});
      }
      previous = &run;
    }
    return !Overlap(std::move(ids)) && !Overlap(std::move(banks));
  }

  void SettleRepeated() {
    const std::vector<PaymentRun>& runs = payments().runs();
    std::vector<std::vector<Identity>> identities(WorkersOf(books_->threads));
    ParallelFor(runs.size(), 16, books_->threads, [&](size_t begin, size_t end, int worker) {
      char scratch[PaymentStore::kPaymentIdBytesMax];
      for (size_t r = begin; r < end; ++r) {
        if (books_->file_dead[runs[r].file]) continue;
        for (uint32_t i = 0; i < runs[r].count; ++i) {
          const PaymentRecord& payment = payments().At(runs[r].first + i);
          uint64_t hash = 0;
          if (payment.payment_id.empty()) {
            hash = payments().ContentPrint(payment).low;
          } else {
            const std::string_view id = payments().PaymentId(payment, scratch);
            hash = XXH3_64bits(id.data(), id.size());
          }
          identities[static_cast<size_t>(worker)].push_back(
              {hash, runs[r].first + i, static_cast<uint32_t>(r)});
        }
      }
    });
    ForEqualHashes(std::move(identities), books_->threads,
                   [&](const std::vector<Identity>& group) { SettleGroup(group); });
  }

  // Members of one hash; different payments among them are told apart here.
  void SettleGroup(const std::vector<Identity>& group) {
    std::vector<bool> done(group.size(), false);
    for (size_t i = 0; i < group.size(); ++i) {
      if (done[i]) continue;
      std::vector<Identity> same = {group[i]};
      for (size_t j = i + 1; j < group.size(); ++j) {
        if (!done[j] && SamePayment(group[i].handle, group[j].handle)) {
          same.push_back(group[j]);
          done[j] = true;
        }
      }
      if (same.size() > 1) SettleSame(same);
    }
  }

  bool SamePayment(PaymentHandle a, PaymentHandle b) const {
    const PaymentRecord& x = payments().At(a);
    const PaymentRecord& y = payments().At(b);
    if (x.payment_id.empty() != y.payment_id.empty()) return false;
    if (x.payment_id.empty()) return payments().ContentPrint(x) == payments().ContentPrint(y);
    char x_scratch[PaymentStore::kPaymentIdBytesMax];
    char y_scratch[PaymentStore::kPaymentIdBytesMax];
    return payments().PaymentId(x, x_scratch) == payments().PaymentId(y, y_scratch);
  }

  static bool PostsNothing(const PaymentRecord& payment) {
    return payment.has(PaymentRecord::kCopy) || payment.has(PaymentRecord::kPending) ||
           payment.has(PaymentRecord::kDetailsMissing);
  }

  void SettleSame(std::vector<Identity> same) {
    // The first delivery: earliest booking date, then the order of the files' digests. What posts nothing
    // by itself comes behind all that does: no copy or announcement may stand in for the booking.
    std::stable_sort(same.begin(), same.end(), [&](const Identity& a, const Identity& b) {
      const PaymentRecord& x = payments().At(a.handle);
      const PaymentRecord& y = payments().At(b.handle);
      if (PostsNothing(x) != PostsNothing(y)) return PostsNothing(y);
      return payments().BookingDate(x) < payments().BookingDate(y);
    });
    if (!payments().At(same[0].handle).payment_id.empty()) {
      for (size_t i = 1; i < same.size(); ++i) SettleDuplicate(same[i].handle, same[0].handle);
      return;
    }
    // The k-th equal line of one statement is the k-th of every other.
    absl::flat_hash_map<std::pair<uint32_t, uint64_t>, uint32_t> seen;  // (file, statement)
    std::vector<PaymentHandle> originals;
    for (const Identity& member : same) {
      const PaymentRun& run = payments().runs()[member.position];
      const uint32_t ordinal = seen[{run.file, run.statement}]++;
      payments().At(member.handle).ordinal = ordinal;
      if (ordinal < originals.size()) {
        SettleDuplicate(member.handle, originals[ordinal]);
      } else {
        originals.push_back(member.handle);
      }
    }
  }

  void SettleDuplicate(PaymentHandle handle, PaymentHandle original) {
    const PaymentRecord& x = payments().At(handle);
    const PaymentRecord& y = payments().At(original);
    // A copy or an announcement keeps its own reason unless the booking is here too.
    if (x.has(PaymentRecord::kCopy) || x.has(PaymentRecord::kPending)) {
      if (PostsNothing(y)) return;
      books_->decisions.Forget(handle);
    }
    Finding finding;
    finding.code = DeviationCode::kDuplicateDelivery;
    finding.other = original;
    if (x.amount_minor != y.amount_minor || x.currency != y.currency) {
      finding.note = "The two carry one id but different amounts; this one was not posted.";
      finding.needs_review = true;
    }
    Settle(handle, Outcome::kDuplicate, Rule::kDuplicate, std::move(finding));
  }

  // --- Batches and their parts.

  struct EntryKey {
    AccountNumber account;
    std::string_view reference;
    friend bool operator==(const EntryKey&, const EntryKey&) = default;

    template <typename H>
    friend H AbslHashValue(H h, const EntryKey& k) {
      return H::combine(std::move(h), k.account, k.reference);
    }
  };

  struct Details {
    Int128 sum = 0;
    std::vector<PaymentHandle> parts;
    std::vector<bool> used;
  };

  EntryKey KeyOf(const PaymentRecord& payment) const {
    const std::string_view entry = payments().ColdText(payment, ColdTag::kEntryReference);
    // Entries are booked on the account of the statement, even where a transaction names a giro number.
    const std::string_view account = payments().ColdText(payment, ColdTag::kStatementAccount);
    return {account.empty() ? payment.account : books_->accounts.Number(account),
            entry.empty() ? payments().ColdText(payment, ColdTag::kBankReference) : entry};
  }

  // Whether a payment stands for the whole booked entry, not for one of its transactions.
  bool IsWholeEntry(const PaymentRecord& payment) const {
    return payment.has(PaymentRecord::kDetailsMissing) || !payment.has(PaymentRecord::kHasEntry) ||
           payments().ColdAmount(payment, ColdTag::kEntryAmount) == payment.amount_minor;
  }

  // A booked entry of a statement is not more money when its transactions came by another way.
  void SettleControls() {
    absl::flat_hash_map<EntryKey, Details> details;
    absl::flat_hash_map<std::tuple<AccountNumber, uint8_t, int32_t>, Details> native;
    ForEachPayment([&](const PaymentRun&, PaymentHandle handle, const PaymentRecord& payment) {
      if (payment.decided != PaymentCase::kUndecided || payment.direction() != Direction::kCredit ||
          payment.has(PaymentRecord::kDetailsMissing)) {
        return;
      }
      Details* list = nullptr;
      if (payment.origin() == Origin::kNotification) {
        const EntryKey key = KeyOf(payment);
        if (key.reference.empty()) return;
        list = &details[key];
      } else if (payment.origin() == Origin::kNative && payment.booking != ShortDate::kNone) {
        list = &native[{payment.account, payment.currency, payments().BookingDate(payment).days()}];
      } else {
        return;
      }
      list->sum += payment.amount_minor;
      list->parts.push_back(handle);
    });
    std::vector<PaymentHandle> entries;
    ForEachPayment([&](const PaymentRun&, PaymentHandle handle, const PaymentRecord& payment) {
      if (payment.decided == PaymentCase::kUndecided && payment.direction() == Direction::kCredit &&
          (payment.origin() == Origin::kStatement || payment.has(PaymentRecord::kDetailsMissing))) {
        entries.push_back(handle);
      }
    });
    std::sort(entries.begin(), entries.end(),
              [&](PaymentHandle a, PaymentHandle b) { return books_->DecidesBefore(a, b); });
    for (PaymentHandle entry : entries) SettleControl(entry, &details, &native);
  }

  template <typename ByKey, typename ByDay>
  void SettleControl(PaymentHandle handle, ByKey* details, ByDay* native) {
    const PaymentRecord& entry = payments().At(handle);
    const EntryKey key = KeyOf(entry);
    const auto found = key.reference.empty() ? details->end() : details->find(key);
    if (found != details->end()) {
      Details& list = found->second;
      list.used.resize(list.parts.size(), false);
      if (IsWholeEntry(entry) && list.sum == entry.amount_minor &&
          std::find(list.used.begin(), list.used.end(), true) == list.used.end()) {
        std::fill(list.used.begin(), list.used.end(), true);
        SettleControlOf(handle, list.parts[0], list.parts.size());
        return;
      }
      for (size_t i = 0; i < list.parts.size(); ++i) {
        const PaymentRecord& part = payments().At(list.parts[i]);
        if (!list.used[i] && part.amount_minor == entry.amount_minor &&
            part.currency == entry.currency) {
          list.used[i] = true;
          SettleControlOf(handle, list.parts[i], 1);
          return;
        }
      }
    }
    if (!entry.has(PaymentRecord::kDetailsMissing)) return;
    const auto day =
        native->find({entry.account, entry.currency, payments().BookingDate(entry).days()});
    if (day != native->end() && day->second.used.empty() && day->second.sum == entry.amount_minor) {
      day->second.used.resize(1, true);
      SettleControlOf(handle, day->second.parts[0], day->second.parts.size());
    }
  }

  void SettleControlOf(PaymentHandle entry, PaymentHandle first_part, size_t parts) {
    Settle(entry, Outcome::kDuplicate, Rule::kDuplicate,
           {.code = DeviationCode::kDuplicateDelivery,
            .other = first_part,
            .note = "It is the control of " + std::to_string(parts) +
                    (parts == 1 ? " transaction that was" : " transactions that were") +
                    " delivered with details; the sums agree."});
  }

  Books* books_;
  bool any_ = false;
};

}  // namespace

bool RunDuplicate(Books* books) {
  DuplicateRound round(books);
  bool any = round.Run();
  // Batches whose transactions nobody delivered stay as they are, and say so.
  for (const PaymentRun& run : books->payments.runs()) {
    if (!any) break;
    for (uint32_t i = 0; i < run.count; ++i) {
      PaymentRecord& payment = books->payments.At(run.first + i);
      if (payment.decided == PaymentCase::kUndecided && !payment.has(PaymentRecord::kDead) &&
          payment.has(PaymentRecord::kDetailsMissing) &&
          payment.direction() == Direction::kCredit) {
        payment.decided = PaymentCase::kComposed;
        payment.outcome = Outcome::kUnmatched;
        books->decisions.Compose(run.first + i)
            .findings.push_back({.code = DeviationCode::kDetailsMissing});
      }
    }
  }
  return any;
}

std::vector<DuplicateItem> FindDuplicateItems(Books* books) {
  ItemStore& items = books->items;
  // The cheap proof first: ids grow along each file and the files' spans do not overlap.
  std::vector<const ItemRun*> runs;
  for (const ItemRun& run : items.runs()) {
    if (!books->file_dead[run.file]) runs.push_back(&run);
  }
  std::sort(runs.begin(), runs.end(), [&](const ItemRun* a, const ItemRun* b) {
    return std::tie(books->file_rank[a->file], a->block, a->part) <
           std::tie(books->file_rank[b->file], b->block, b->part);
  });
  std::vector<Span> spans;
  bool ascending = true;
  for (size_t i = 0; i < runs.size(); ++i) {
    ascending = ascending && runs[i]->ascending;
    if (i > 0 && runs[i]->file == runs[i - 1]->file && runs[i]->id_first > spans.back().last) {
      spans.back().last = runs[i]->id_last;
    } else {
      spans.push_back({runs[i]->id_first, runs[i]->id_last});
    }
  }
  if (ascending && !Overlap(std::move(spans))) return {};

  std::vector<uint32_t> run_position(items.runs().size());
  for (uint32_t i = 0; i < runs.size(); ++i) {
    run_position[static_cast<size_t>(runs[i] - items.runs().data())] = i;
  }
  const auto position_of = [&](const ItemRecord& item) {
    const std::vector<ItemRun>& all = items.runs();
    const auto after = std::upper_bound(
        all.begin(), all.end(), item.serial,
        [](uint32_t serial, const ItemRun& run) { return serial < run.serial_first; });
    const size_t index = static_cast<size_t>(after - all.begin()) - 1;
    return std::make_pair(run_position[index], item.serial - all[index].serial_first);
  };
  std::vector<std::vector<Identity>> identities(WorkersOf(books->threads));
  ScanItems(items, books->threads, [&](ItemHandle handle, const ItemRecord& item, size_t worker) {
    if (item.has(ItemRecord::kDead)) return;
    uint64_t hash = item.item_id.bits();
    if (item.item_id.in_arena()) {
      char scratch[kPackedTextBytesMax];
      const std::string_view id = items.ItemId(item, scratch);
      hash = XXH3_64bits(id.data(), id.size());
    } else {
      hash = XXH3_64bits(&hash, sizeof(hash));
    }
    identities[worker].push_back({hash, handle, 0});
  });
  std::vector<DuplicateItem> duplicates;
  ForEqualHashes(std::move(identities), books->threads, [&](const std::vector<Identity>& group) {
    std::vector<ItemHandle> handles;
    handles.reserve(group.size());
    for (const Identity& identity : group) handles.push_back(identity.handle);
    std::sort(handles.begin(), handles.end(), [&](ItemHandle a, ItemHandle b) {
      return position_of(items.At(a)) < position_of(items.At(b));
    });
    std::vector<ItemHandle> firsts;
    for (ItemHandle handle : handles) {
      char scratch[kPackedTextBytesMax];
      char other_scratch[kPackedTextBytesMax];
      const std::string_view id = items.ItemId(items.At(handle), scratch);
      const auto first = std::find_if(firsts.begin(), firsts.end(), [&](ItemHandle f) {
        return items.ItemId(items.At(f), other_scratch) == id;
      });
      if (first == firsts.end()) {
        firsts.push_back(handle);
      } else {
        items.At(handle).set(ItemRecord::kDead);
        duplicates.push_back({handle, *first});
      }
    }
  });
  std::sort(duplicates.begin(), duplicates.end(),
            [&](const DuplicateItem& a, const DuplicateItem& b) {
              return position_of(items.At(a.item)) < position_of(items.At(b.item));
            });
  return duplicates;
}

}  // namespace kvitt
