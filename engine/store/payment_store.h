// The payments of the run, and the claims that they make on references.
//
// A payment is one 64-byte record in a page of payments that came one after another in one file;
// text lies in cold fields. A claim is 32 bytes, laid into the bucket of the reference that it
// names, so that the join of a bucket touches that bucket's lines alone. Readers on several threads
// add through lanes of their own.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "engine/store/account_book.h"
#include "engine/store/cold_fields.h"
#include "engine/store/handles.h"
#include "engine/store/packed_text.h"
#include "engine/store/reference_key.h"
#include "engine/store/segment_arena.h"
#include "engine/store/short_date.h"
#include "kvitt/decision.h"
#include "kvitt/record_batch.h"

namespace kvitt {

// How a payment stands. Cases up to kAlreadySettled concern exactly one item, and the record alone
// says what was posted; kComposed decisions stand in the DecisionBook.
enum class PaymentCase : uint8_t {
  kUndecided,
  kExact,
  kToleratedShort,
  kToleratedOver,
  kDiscount,
  kDiscountLate,
  kBankCharge,
  kShort,
  kOver,
  kAlreadySettled,
  kCreditNoteNamed,   // the reference names a credit note: nothing to pay there
  kCurrencyMismatch,  // nothing posted, the item is suggested
  kItemBlocked,       // nothing posted, the item is suggested
  kHeld,  // the policy lets nobody but a person post it; without item: see the DecisionBook
  kComposed,
  kDuplicate,
  kIgnored,
};

struct PaymentRecord {
  enum Flag : uint16_t {
    kFilled = 1 << 0,
    kClaims = 1 << 1,  // may pay items: a booked credit of a payment or direct debit
    kSeveralReferences = 1 << 2,
    kEntangled = 1 << 3,  // must not be decided inside its bucket: several references, a reversal
    kDead = 1 << 4,       // its file was set aside
    kHasReference = 1 << 5,  // at least one that is no filler
    kCopy = 1 << 6,
    kPending = 1 << 7,
    kDetailsMissing = 1 << 8,
    kHasCharges = 1 << 9,
    kOtherAccountReference = 1 << 10,  // the reference exists on another account
    kReversed = 1 << 11,
    kHasEntry = 1 << 12,  // is a part of a booked entry
    kReserved = 1 << 13,  // its item is disputed, in collection, or the customer insolvent
  };

  int64_t amount_minor;
  int64_t open_before;    // of `item`, when this payment decided
  PackedText payment_id;  // empty: derived
  uint32_t cold;          // handle; 0: none
  AccountNumber account;
  ItemHandle item;   // of the cases that concern one item
  uint32_t ordinal;  // among equal payments of one statement; 0 is the first
  uint16_t booking;
  uint16_t value;
  uint16_t flags;
  uint8_t currency;
  uint8_t kind_direction;  // kind << 4 | origin << 1 | direction
  PaymentCase decided;
  Outcome outcome;
  Rule rule;
  Confidence confidence;
  Rule held_rule;  // of kHeld with an item: the rule that found it
  char padding[11];

  PaymentKind kind() const { return static_cast<PaymentKind>(kind_direction >> 4); }

  Origin origin() const { return static_cast<Origin>((kind_direction >> 1) & 7); }

  Direction direction() const { return static_cast<Direction>(kind_direction & 1); }

  bool has(Flag flag) const { return (flags & flag) != 0; }

  void set(Flag flag) { flags = static_cast<uint16_t>(flags | flag); }

  void clear(Flag flag) { flags = static_cast<uint16_t>(flags & ~flag); }
};

static_assert(sizeof(PaymentRecord) == 64);

// One reference of one payment.
struct Claim {
  ReferenceKey key;
  int64_t amount_minor;  // of the payment
  PaymentHandle payment;
  uint16_t booking;
  uint8_t currency;
  uint8_t flags;  // kFilled, kEntangled

  static constexpr uint8_t kFilled = 1;
  static constexpr uint8_t kEntangled = 2;
};

static_assert(sizeof(Claim) == 32);

// Payments that came one after another in one file.
struct PaymentRun {
  uint32_t file;
  uint32_t block;
  uint32_t part;
  uint32_t count;
  PaymentHandle first;
  uint64_t statement;     // see StatementKey; of the file after Seal
  uint64_t record_first;  // 1-based record of the first, after Seal
  bool ids_ascending;     // given ids (packed) grow strictly
  bool bank_references_ascending;
  uint64_t id_first;
  uint64_t id_last;
  uint64_t bank_first;  // packed bank references
  uint64_t bank_last;
};

class PaymentStore {
 public:
  static constexpr uint32_t kRunPayments = 1024;
  static constexpr uint32_t kChunkClaims = 32;

  explicit PaymentStore(AccountBook* accounts);

  class Lane {
   public:
    explicit Lane(PaymentStore* store);
    void Add(const PaymentBatch& batch, uint32_t file, uint32_t block, uint32_t* part);

   private:
    friend class PaymentStore;
    void AddOne(const PaymentBatch& batch, const Payment& payment, PaymentRun* run);
    void AddReferences(const PaymentBatch& batch,
                       const Payment& payment,
                       uint64_t account_hash,
                       PaymentRecord* record);
    void AddClaim(const PaymentRecord& record,
                  PaymentHandle handle,
                  ReferenceKey key,
                  uint64_t account_hash);
    // Claims wait a little, so that the line of their bucket is on its way when they are written.
    void Queue(const PaymentRecord& record,
               PaymentHandle handle,
               ReferenceKey key,
               uint64_t account_hash);
    void Place(const Claim& claim, uint32_t bucket);
    void PlaceQueued();
    uint32_t WriteCold(const PaymentBatch& batch, const Payment& payment, PaymentRecord* record);
    PaymentRun* StartRun(uint32_t file, uint32_t block, uint32_t* part, uint64_t statement);

    PaymentStore* store_;
    AccountCache accounts_;
    TextPacker packer_;
    TextPacker bank_packer_;
    std::vector<ReferenceKey> keys_;
    PaymentHandle next_ = 0;
    PaymentHandle end_ = 0;
    uint64_t any_account_hash_;
    std::vector<uint32_t> cursor_;  // of claims, by bucket
    static constexpr uint32_t kQueuedClaims = 16;

    struct QueuedClaim {
      Claim claim;
      uint32_t bucket;
    };

    QueuedClaim queue_[kQueuedClaims];
    uint32_t queued_ = 0;  // ever; the place in the queue is its remainder
    uint32_t placed_ = 0;

    struct Chunk {
      uint32_t bucket;
      uint32_t first;
    };

    std::vector<Chunk> chunks_;
    std::vector<PaymentRun> runs_;
    ShapeSet reference_shapes_;
    uint64_t count_ = 0;
    std::vector<Int128> received_;  // by currency, credits minus debits
    bool has_takebacks_ = false;    // debits and reversals
    bool has_statement_entries_ = false;
  };

  // A new lane, owned by the store.
  Lane* AddLane();

  // Where references are claimed: on the payment's account, on "any account" (no item names one),
  // or on both (some items do).
  enum class ClaimOn : uint8_t { kOwn, kAny, kBoth };

  void set_claim_on(ClaimOn claim_on) { claim_on_ = claim_on; }

  ClaimOn claim_on() const { return claim_on_; }

  void SetDates(
      uint32_t file, uint32_t block, uint32_t first, uint32_t last, Date booking, Date value);
  // See RecordSink::SetStatementsBefore.
  void SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements);

  // Joins what the lanes hold and applies late dates. `file_rank` orders files.
  void Seal(const std::vector<uint32_t>& file_rank);

  PaymentRecord& At(PaymentHandle handle) const {
    return *static_cast<PaymentRecord*>(records_.At(handle));
  }

  Claim& ClaimAt(uint32_t handle) const { return *static_cast<Claim*>(claims_.At(handle)); }

  absl::Span<const uint32_t> ClaimChunksOf(uint32_t bucket) const {
    return {chunk_list_.data() + chunk_begin_[bucket],
            chunk_begin_[bucket + 1] - chunk_begin_[bucket]};
  }

  // Gives back the memory of the claims.
  void ReleaseClaims();

  const char* Cold(const PaymentRecord& payment) const { return texts_.At(payment.cold); }

  Date BookingDate(const PaymentRecord& payment) const {
    return payment.booking != ShortDate::kElsewhere ? ShortDate::ToDate(payment.booking)
                                                    : ColdDate(payment, ColdTag::kBookingDate);
  }

  Date ValueDate(const PaymentRecord& payment) const {
    return payment.value != ShortDate::kElsewhere ? ShortDate::ToDate(payment.value)
                                                  : ColdDate(payment, ColdTag::kValueDate);
  }

  std::string_view ColdText(const PaymentRecord& payment, ColdTag tag) const;
  int64_t ColdAmount(const PaymentRecord& payment, ColdTag tag) const;
  // The references as delivered, in order.
  void References(const PaymentRecord& payment, std::vector<PaymentReference>* out) const;
  void Text(const PaymentRecord& payment, std::vector<std::string_view>* out) const;
  // Everything that was delivered. Texts are views into the arena, but the id: see PaymentId.
  void Read(const PaymentRecord& payment,
            Payment* row,
            std::vector<PaymentReference>* references,
            std::vector<std::string_view>* text) const;

  // The given id, or one derived from the content: equal content gives equal ids but for the
  // ordinal among equal payments of one statement. Written to `scratch` (kPaymentIdBytesMax) unless
  // in the arena.
  static constexpr size_t kPaymentIdBytesMax = kPackedTextBytesMax;

  std::string_view PaymentId(const PaymentRecord& payment, char* scratch) const {
    if (payment.payment_id.empty()) return DerivedId(payment, scratch);
    return Unpack(payment.payment_id, prefixes_, texts_, scratch);
  }

  // 128 bits of what makes a payment itself: account, bank reference, amount, direction, dates,
  // references and text.
  struct Print {
    uint64_t low;
    uint64_t high;
    friend bool operator==(Print, Print) = default;
  };

  Print ContentPrint(const PaymentRecord& payment) const;

  const std::vector<PaymentRun>& runs() const { return runs_; }  // in canonical order after Seal

  uint64_t count() const { return count_; }

  // Money as it was handed in: credits minus debits by currency index.
  const std::vector<Int128>& received_by_currency() const { return received_; }

  // One more than the highest file number that was added. Before and after Seal.
  uint32_t file_count() const;

  bool has_takebacks() const { return has_takebacks_; }

  bool has_statement_entries() const { return has_statement_entries_; }

  const ShapeSet& reference_shapes() const { return reference_shapes_; }

  AccountBook& accounts() const { return *accounts_; }

  const PrefixBook& prefixes() const { return prefixes_; }

  const TextArena& texts() const { return texts_; }

  uint64_t resident_bytes() const {
    return records_.mapped_bytes() + texts_.mapped_bytes() + claims_.mapped_bytes();
  }

 private:
  friend class Lane;

  struct LateDate {
    uint32_t file;
    uint32_t block;
    uint32_t first;
    uint32_t last;
    Date booking;
    Date value;
  };

  void ApplyLateDates();
  void NumberStatements();
  Date ColdDate(const PaymentRecord& payment, ColdTag tag) const;
  std::string_view DerivedId(const PaymentRecord& payment, char* scratch) const;

  AccountBook* accounts_;
  SegmentArena<sizeof(PaymentRecord)> records_;
  SegmentArena<sizeof(Claim)> claims_;
  PrefixBook prefixes_;
  PrefixBook bank_prefixes_;
  TextArena texts_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<LateDate> late_dates_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> statements_before_;  // (file, block)
  ClaimOn claim_on_ = ClaimOn::kOwn;

  uint64_t count_ = 0;
  std::vector<Int128> received_;
  bool has_takebacks_ = false;
  bool has_statement_entries_ = false;
  ShapeSet reference_shapes_;
  std::vector<uint32_t> chunk_list_;
  std::vector<uint32_t> chunk_begin_;
  std::vector<PaymentRun> runs_;
};

}  // namespace kvitt
