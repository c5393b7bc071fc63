#include "engine/match/bucket_join.h"

#include <algorithm>
#include <bit>

#include "engine/allocate/posting.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr uint32_t kNone = 0xffffffffu;

// An item, or an alias of one, while its bucket is joined.
struct Entry {
  ReferenceKey key;
  ItemHandle item;
  uint32_t next_same_key;  // another item with this reference
  uint32_t first_claim;    // into BucketJoin::claims_
  uint32_t claim_count;
};

struct PendingClaim {
  uint32_t claim;  // handle
  uint32_t next;
};

class BucketJoin {
 public:
  BucketJoin(Books* books, bool look_at_payments)
      : books_(books),
        look_at_payments_(look_at_payments),
        exact_posts_(books->policies.exact_references_post()),
        all_entangled_(books->payments.claim_on() == PaymentStore::ClaimOn::kBoth) {}

  void Join(uint32_t bucket) {
    if (books_->payments.ClaimChunksOf(bucket).empty()) return;
    Build(bucket);
    Probe(bucket);
    for (uint32_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].claim_count != 0) Decide(entries_[i]);
    }
  }

  JoinResult result;

 private:
  uint64_t Hash(ReferenceKey key) const {
    return StableHash(key, books_->account_hash[key.account()]);
  }

  void Build(uint32_t bucket) {
    entries_.clear();
    claims_.clear();
    const ItemStore& items = books_->items;
    const absl::Span<const ItemHandle> chunks = items.ChunksOf(bucket);
    for (size_t c = 0; c < chunks.size(); ++c) {
      if (c + 1 < chunks.size()) {
        const char* next = reinterpret_cast<const char*>(&items.At(chunks[c + 1]));
        for (int line = 0; line < 8; ++line) __builtin_prefetch(next + 64 * line);
      }
      for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
        const ItemRecord& item = items.At(chunks[c] + i);
        if (!item.has(ItemRecord::kFilled)) break;
        if (!item.has(ItemRecord::kDead)) {
          entries_.push_back({item.key, chunks[c] + i, kNone, kNone, 0});
        }
      }
    }
    for (const ItemAlias& alias : items.AliasesOf(bucket)) {
      if (!items.At(alias.item).has(ItemRecord::kDead)) {
        entries_.push_back({alias.key, alias.item, kNone, kNone, 0});
      }
    }
    const size_t slots = std::bit_ceil(std::max<size_t>(entries_.size() * 2, 16));
    table_.assign(slots, kNone);
    mask_ = slots - 1;
    for (uint32_t i = 0; i < entries_.size(); ++i) Insert(i);
  }

  void Insert(uint32_t index) {
    const ReferenceKey key = entries_[index].key;
    for (size_t slot = Hash(key) & mask_;; slot = (slot + 1) & mask_) {
      const uint32_t other = table_[slot];
      if (other == kNone) {
        table_[slot] = index;
        return;
      }
      if (entries_[other].key == key) {
        entries_[index].next_same_key = entries_[other].next_same_key;
        entries_[other].next_same_key = index;
        return;
      }
    }
  }

  uint32_t Find(ReferenceKey key) const {
    for (size_t slot = Hash(key) & mask_;; slot = (slot + 1) & mask_) {
      const uint32_t index = table_[slot];
      if (index == kNone || entries_[index].key == key) return index;
    }
  }

  void Probe(uint32_t bucket) {
    const PaymentStore& payments = books_->payments;
    for (uint32_t chunk : payments.ClaimChunksOf(bucket)) {
      for (uint32_t i = 0; i < PaymentStore::kChunkClaims; ++i) {
        const Claim& claim = payments.ClaimAt(chunk + i);
        if ((claim.flags & Claim::kFilled) == 0) break;
        if (look_at_payments_ && !TakesPart(claim)) continue;
        const uint32_t index = Find(claim.key);
        if (index == kNone) {
          result.misses.push_back({claim.payment, claim.key});
          continue;
        }
        claims_.push_back({chunk + i, entries_[index].first_claim});
        entries_[index].first_claim = static_cast<uint32_t>(claims_.size() - 1);
        ++entries_[index].claim_count;
        // The decision writes to the payment's line soon.
        __builtin_prefetch(&payments.At(claim.payment), 1);
      }
    }
  }

  bool TakesPart(const Claim& claim) const {
    const PaymentRecord& payment = books_->payments.At(claim.payment);
    return payment.decided == PaymentCase::kUndecided && !payment.has(PaymentRecord::kDead);
  }

  bool IsEntangled(const Claim& claim) const {
    return (claim.flags & Claim::kEntangled) != 0 ||
           (look_at_payments_ && books_->payments.At(claim.payment).has(PaymentRecord::kEntangled));
  }

  void Decide(const Entry& entry) {
    const PaymentStore& payments = books_->payments;
    const ItemRecord& item = books_->items.At(entry.item);
    constexpr uint16_t kSimple = ItemRecord::kFilled | ItemRecord::kCanonical |
                                 ItemRecord::kNoReference | ItemRecord::kHasDiscount |
                                 ItemRecord::kInsolvent | ItemRecord::kOtherAmount;
    bool local = !all_entangled_ && entry.next_same_key == kNone && (item.flags & ~kSimple) == 0;
    for (uint32_t c = entry.first_claim; local && c != kNone; c = claims_[c].next) {
      local = !IsEntangled(payments.ClaimAt(claims_[c].claim));
    }
    if (!local) {
      HandOn(entry);
      return;
    }
    if (entry.claim_count == 1) {
      DecideOne(payments.ClaimAt(claims_[entry.first_claim].claim), entry.item);
      return;
    }
    group_.clear();
    for (uint32_t c = entry.first_claim; c != kNone; c = claims_[c].next) {
      group_.push_back(payments.ClaimAt(claims_[c].claim).payment);
    }
    std::sort(group_.begin(), group_.end(),
              [&](PaymentHandle a, PaymentHandle b) { return books_->DecidesBefore(a, b); });
    for (PaymentHandle payment : group_) {
      DecideOnItem(books_, &payments.At(payment), entry.item, Rule::kReferenceExact,
                   Confidence::kHigh);
    }
  }

  // The common case: one claim on one item, and the amounts agree.
  void DecideOne(const Claim& claim, ItemHandle handle) {
    ItemRecord& item = books_->items.At(handle);
    PaymentRecord& payment = books_->payments.At(claim.payment);
    constexpr uint8_t kOpenInvoice = 0;
    static_assert(static_cast<int>(ItemKind::kInvoice) == 0);
    static_assert(static_cast<int>(ItemStatus::kOpen) == 0);
    if (item.open_minor == claim.amount_minor && item.currency == claim.currency &&
        item.kind_status == kOpenInvoice && !item.has(ItemRecord::kInsolvent) &&
        claim.amount_minor > 0 && exact_posts_) {
      payment.item = handle;
      payment.open_before = claim.amount_minor;
      payment.decided = PaymentCase::kExact;
      payment.outcome = Outcome::kSettled;
      payment.rule = Rule::kReferenceExact;
      payment.confidence = Confidence::kHigh;
      item.open_minor = 0;
      return;
    }
    DecideOnItem(books_, &payment, handle, Rule::kReferenceExact, Confidence::kHigh);
  }

  void HandOn(const Entry& entry) {
    const PaymentStore& payments = books_->payments;
    uint32_t sharers = 1;
    for (uint32_t e = entry.next_same_key; e != kNone; e = entries_[e].next_same_key) ++sharers;
    for (uint32_t c = entry.first_claim; c != kNone; c = claims_[c].next) {
      const Claim& claim = payments.ClaimAt(claims_[c].claim);
      if (sharers > kItemsPerReferenceMax) {
        result.crowds.push_back({claim.payment, entry.item, sharers});
        continue;
      }
      result.entangled.push_back({claim.payment, entry.item, claim.key});
      for (uint32_t e = entry.next_same_key; e != kNone; e = entries_[e].next_same_key) {
        result.entangled.push_back({claim.payment, entries_[e].item, claim.key});
      }
    }
  }

  Books* books_;
  bool look_at_payments_;
  bool exact_posts_;  // no policy holds exact references back anywhere
  bool all_entangled_;
  std::vector<Entry> entries_;
  std::vector<PendingClaim> claims_;
  std::vector<uint32_t> table_;
  size_t mask_ = 0;
  std::vector<PaymentHandle> group_;
};

}  // namespace

JoinResult JoinBuckets(Books* books, bool look_at_payments) {
  std::vector<BucketJoin> joins(WorkersOf(books->threads), BucketJoin(books, look_at_payments));
  constexpr size_t kBucketsPerTask = 16;
  ParallelFor(kBuckets, kBucketsPerTask, books->threads, [&](size_t begin, size_t end, int worker) {
    for (size_t bucket = begin; bucket < end; ++bucket) {
      joins[static_cast<size_t>(worker)].Join(static_cast<uint32_t>(bucket));
    }
  });
  JoinResult all;
  for (BucketJoin& join : joins) {
    all.entangled.insert(all.entangled.end(), join.result.entangled.begin(),
                         join.result.entangled.end());
    all.crowds.insert(all.crowds.end(), join.result.crowds.begin(), join.result.crowds.end());
    all.misses.insert(all.misses.end(), join.result.misses.begin(), join.result.misses.end());
  }
  return all;
}

}  // namespace kvitt
