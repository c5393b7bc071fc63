#include "engine/store/payment_store.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "engine/value/copy_text.h"
#include "engine/value/print_text.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// Whether a payment may pay items.
bool MayPay(const Payment& payment) {
  return payment.direction == Direction::kCredit &&
         (payment.kind == PaymentKind::kPayment || payment.kind == PaymentKind::kDirectDebit) &&
         !payment.is_copy && !payment.is_pending && !payment.details_missing;
}

}  // namespace

PaymentStore::PaymentStore(AccountBook* accounts)
    : accounts_(accounts), received_(kCurrencyIndexEnd), chunk_begin_(kBuckets + 1) {
  uint32_t unused = 0;  // handle 0 of the texts means "none"
  TextArena::Lane(&texts_).Allocate(1, &unused);
}

PaymentStore::Lane* PaymentStore::AddLane() {
  std::lock_guard<std::mutex> lock(mutex_);
  lanes_.push_back(std::make_unique<Lane>(this));
  return lanes_.back().get();
}

PaymentStore::Lane::Lane(PaymentStore* store)
    : store_(store),
      accounts_(store->accounts_),
      packer_(&store->prefixes_, &store->texts_),
      bank_packer_(&store->bank_prefixes_, &store->texts_),
      any_account_hash_(store->accounts_->StableHash(kAnyAccount)),
      cursor_(kBuckets, 0),
      received_(kCurrencyIndexEnd) {}

namespace {

// What tells the statements of one file apart: the number that the reader gave it in its block, or the
// hash of a name, which has the top bit.
uint64_t StatementKey(const Payment& payment) {
  constexpr uint64_t kNamed = uint64_t{1} << 63;
  if (payment.statement_id.empty()) return payment.statement;
  return XXH3_64bits(payment.statement_id.data(), payment.statement_id.size()) | kNamed;
}

bool IsNumbered(uint64_t statement) {
  return statement >> 63 == 0;
}

}  // namespace

PaymentRun* PaymentStore::Lane::StartRun(uint32_t file,
                                         uint32_t block,
                                         uint32_t* part,
                                         uint64_t statement) {
  if (next_ == end_) {
    next_ = store_->records_.Allocate(kRunPayments);
    end_ = next_ + kRunPayments;
    KVITT_CHECK(end_ > next_);
  }
  PaymentRun run = {};
  run.file = file;
  run.block = block;
  run.part = (*part)++;
  run.first = next_;
  run.statement = statement;
  run.ids_ascending = true;
  run.bank_references_ascending = true;
  runs_.push_back(run);
  return &runs_.back();
}

void PaymentStore::Lane::Add(const PaymentBatch& batch,
                             uint32_t file,
                             uint32_t block,
                             uint32_t* part) {
  PaymentRun* run = nullptr;
  // A block's payments go on in the run of the batch before when there is room.
  if (!runs_.empty() && runs_.back().file == file && runs_.back().block == block && next_ != end_ &&
      runs_.back().first + runs_.back().count == next_) {
    run = &runs_.back();
  }
  for (const Payment& payment : batch.payments) {
    const uint64_t statement = StatementKey(payment);
    if (run == nullptr || next_ == end_ || run->statement != statement) {
      run = StartRun(file, block, part, statement);
    }
    AddOne(batch, payment, run);
    ++run->count;
    ++next_;
  }
  count_ += batch.payments.size();
}

void PaymentStore::Lane::AddOne(const PaymentBatch& batch,
                                const Payment& payment,
                                PaymentRun* run) {
  PaymentRecord& record = store_->At(next_);
  uint64_t account_hash = 0;
  record.account = accounts_.Number(payment.creditor_account, &account_hash);
  record.amount_minor = payment.amount_minor;
  // A record stream may leave the direction out; what takes money back is a debit. A statement says
  // what it means: a credit that reverses there gives money back to us.
  const bool takes_back =
      payment.kind == PaymentKind::kReversal || payment.kind == PaymentKind::kDirectDebitReturn;
  const Direction direction =
      takes_back && payment.origin == Origin::kNative ? Direction::kDebit : payment.direction;
  received_[payment.currency.index()] +=
      direction == Direction::kCredit ? payment.amount_minor : -payment.amount_minor;
  record.item = kNoItem;
  record.flags = PaymentRecord::kFilled;
  record.currency = payment.currency.index();
  record.kind_direction =
      static_cast<uint8_t>((static_cast<int>(payment.kind) << 4) |
                           (static_cast<int>(payment.origin) << 1) | static_cast<int>(direction));
  record.booking = ShortDate::From(payment.booking_date);
  record.value = ShortDate::From(payment.value_date);
  record.outcome = Outcome::kUnmatched;
  record.payment_id = packer_.Pack(payment.payment_id);
  const uint64_t id = record.payment_id.bits();
  if (run->count == 0) run->id_first = id;
  run->ids_ascending = run->ids_ascending && id != 0 && !record.payment_id.in_arena() &&
                       (run->count == 0 || id > run->id_last);
  run->id_last = id;
  if (id == 0) {
    const PackedText bank = bank_packer_.Pack(payment.bank_reference);
    if (run->count == 0) run->bank_first = bank.bits();
    run->bank_references_ascending = run->bank_references_ascending && !bank.empty() &&
                                     !bank.in_arena() &&
                                     (run->count == 0 || bank.bits() > run->bank_last);
    run->bank_last = bank.bits();
  } else {
    run->bank_references_ascending = false;
  }
  if (payment.is_copy) record.set(PaymentRecord::kCopy);
  if (payment.is_pending) record.set(PaymentRecord::kPending);
  if (payment.details_missing) record.set(PaymentRecord::kDetailsMissing);
  if (payment.charges_minor != 0) record.set(PaymentRecord::kHasCharges);
  if (payment.entry_amount_minor != 0) record.set(PaymentRecord::kHasEntry);
  has_takebacks_ |= payment.direction == Direction::kDebit ||
                    payment.kind == PaymentKind::kReversal ||
                    payment.kind == PaymentKind::kDirectDebitReturn;
  has_statement_entries_ |= payment.origin == Origin::kStatement;

  const bool may_pay = MayPay(payment);
  if (may_pay) record.set(PaymentRecord::kClaims);
  if (payment.reference_count == 1) [[likely]] {
    const ReferenceKey key =
        MakeReferenceKey(batch.references[payment.reference_first].value, record.account);
    if (!key.is_none()) {
      record.set(PaymentRecord::kHasReference);
      if (may_pay) AddClaim(record, next_, key, account_hash);
    }
  } else if (payment.reference_count != 0) {
    AddReferences(batch, payment, account_hash, &record);
  }
  record.cold = WriteCold(batch, payment, &record);
}

// Several references, of which some may be the same.
void PaymentStore::Lane::AddReferences(const PaymentBatch& batch,
                                       const Payment& payment,
                                       uint64_t account_hash,
                                       PaymentRecord* record) {
  keys_.clear();
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const ReferenceKey key =
        MakeReferenceKey(batch.references[payment.reference_first + i].value, record->account);
    if (key.is_none() || std::find(keys_.begin(), keys_.end(), key) != keys_.end()) continue;
    keys_.push_back(key);
  }
  if (keys_.empty()) return;
  record->set(PaymentRecord::kHasReference);
  if (keys_.size() > 1) {
    record->set(PaymentRecord::kSeveralReferences);
    record->set(PaymentRecord::kEntangled);
  }
  if (!record->has(PaymentRecord::kClaims)) return;
  for (ReferenceKey key : keys_) AddClaim(*record, next_, key, account_hash);
}

void PaymentStore::Lane::AddClaim(const PaymentRecord& record,
                                  PaymentHandle handle,
                                  ReferenceKey key,
                                  uint64_t account_hash) {
  reference_shapes_.Add(key);
  if (store_->claim_on_ != ClaimOn::kAny) Queue(record, handle, key, account_hash);
  if (store_->claim_on_ != ClaimOn::kOwn) {
    Queue(record, handle, key.On(kAnyAccount), any_account_hash_);
  }
}

void PaymentStore::Lane::Queue(const PaymentRecord& record,
                               PaymentHandle handle,
                               ReferenceKey key,
                               uint64_t account_hash) {
  if (queued_ - placed_ == kQueuedClaims) {
    const QueuedClaim& oldest = queue_[placed_++ % kQueuedClaims];
    Place(oldest.claim, oldest.bucket);
  }
  // Built where it waits: copying bytes that were just stored one field at a time stalls.
  QueuedClaim& slot = queue_[queued_++ % kQueuedClaims];
  slot.claim.key = key;
  slot.claim.amount_minor = record.amount_minor;
  slot.claim.payment = handle;
  slot.claim.booking = record.booking;
  slot.claim.currency = record.currency;
  slot.claim.flags =
      record.has(PaymentRecord::kEntangled) ? Claim::kFilled | Claim::kEntangled : Claim::kFilled;
  slot.bucket = BucketOf(StableHash(key, account_hash));
  const uint32_t cursor = cursor_[slot.bucket];
  if (cursor % kChunkClaims != 0) __builtin_prefetch(&store_->ClaimAt(cursor), 1);
}

void PaymentStore::Lane::Place(const Claim& claim, uint32_t bucket) {
  uint32_t& cursor = cursor_[bucket];
  if (cursor % kChunkClaims == 0) {
    cursor = store_->claims_.Allocate(kChunkClaims);
    chunks_.push_back({bucket, cursor});
  }
  store_->ClaimAt(cursor++) = claim;
}

void PaymentStore::Lane::PlaceQueued() {
  for (; placed_ != queued_; ++placed_) {
    const QueuedClaim& oldest = queue_[placed_ % kQueuedClaims];
    Place(oldest.claim, oldest.bucket);
  }
}

uint32_t PaymentStore::Lane::WriteCold(const PaymentBatch& batch,
                                       const Payment& payment,
                                       PaymentRecord* record) {
  ColdWriter writer(&packer_.lane());
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const PaymentReference& reference = batch.references[payment.reference_first + i];
    const size_t head = reference.has_amount ? 10 : 2;
    writer.Head(ColdTag::kReference, head + reference.value.size());
    char bytes[10];
    bytes[0] = static_cast<char>(reference.scheme);
    bytes[1] = reference.has_amount ? 1 : 0;
    std::memcpy(bytes + 2, &reference.amount_minor, 8);
    writer.Append({bytes, head});
    writer.Append(reference.value);
  }
  for (uint32_t i = 0; i < payment.text_count; ++i) {
    writer.Text(ColdTag::kText, batch.text[payment.text_first + i]);
  }
  writer.Text(ColdTag::kPayerName, payment.payer_name);
  writer.Text(ColdTag::kPayerAccount, payment.payer_account);
  writer.Text(ColdTag::kPayerOrgNo, payment.payer_org_no);
  writer.Text(ColdTag::kCustomerId, payment.customer_id);
  writer.Text(ColdTag::kBankReference, payment.bank_reference);
  writer.Text(ColdTag::kEndToEndId, payment.end_to_end_id);
  writer.Text(ColdTag::kReverses, payment.reverses);
  writer.Text(ColdTag::kEntryReference, payment.entry_reference);
  writer.Text(ColdTag::kStatementAccount, payment.statement_account);
  if (payment.entry_amount_minor != 0) {
    writer.Number(ColdTag::kEntryAmount, payment.entry_amount_minor);
  }
  if (payment.entry_transactions != 0) {
    writer.Number(ColdTag::kEntryTransactions, payment.entry_transactions);
  }
  if (payment.charges_minor != 0) writer.Number(ColdTag::kCharges, payment.charges_minor);
  if (record->booking == ShortDate::kElsewhere) {
    writer.Number(ColdTag::kBookingDate, payment.booking_date.days());
  }
  if (record->value == ShortDate::kElsewhere) {
    writer.Number(ColdTag::kValueDate, payment.value_date.days());
  }
  return writer.Finish();
}

void PaymentStore::SetDates(
    uint32_t file, uint32_t block, uint32_t first, uint32_t last, Date booking, Date value) {
  std::lock_guard<std::mutex> lock(mutex_);
  late_dates_.push_back({file, block, first, last, booking, value});
}

void PaymentStore::SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) {
  std::lock_guard<std::mutex> lock(mutex_);
  statements_before_[{file, block}] = statements;
}

uint32_t PaymentStore::file_count() const {
  uint32_t count = 0;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    for (const PaymentRun& run : lane->runs_) count = std::max(count, run.file + 1);
  }
  for (const PaymentRun& run : runs_) count = std::max(count, run.file + 1);
  return count;
}

void PaymentStore::Seal(const std::vector<uint32_t>& file_rank) {
  std::vector<Lane::Chunk> chunks;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    lane->PlaceQueued();
    chunks.insert(chunks.end(), lane->chunks_.begin(), lane->chunks_.end());
    for (const PaymentRun& run : lane->runs_) {
      if (run.count > 0) runs_.push_back(run);
    }
    reference_shapes_.AddAll(lane->reference_shapes_);
    count_ += lane->count_;
    for (size_t i = 0; i < received_.size(); ++i) received_[i] += lane->received_[i];
    has_takebacks_ |= lane->has_takebacks_;
    has_statement_entries_ |= lane->has_statement_entries_;
  }
  lanes_.clear();
  for (const Lane::Chunk& chunk : chunks) ++chunk_begin_[chunk.bucket + 1];
  std::partial_sum(chunk_begin_.begin(), chunk_begin_.end(), chunk_begin_.begin());
  chunk_list_.resize(chunks.size());
  std::vector<uint32_t> next(chunk_begin_.begin(), chunk_begin_.end() - 1);
  for (const Lane::Chunk& chunk : chunks) chunk_list_[next[chunk.bucket]++] = chunk.first;
  std::sort(runs_.begin(), runs_.end(), [&](const PaymentRun& a, const PaymentRun& b) {
    return std::tie(file_rank[a.file], a.block, a.part) <
           std::tie(file_rank[b.file], b.block, b.part);
  });
  uint64_t record = 1;
  for (size_t i = 0; i < runs_.size(); ++i) {
    if (i == 0 || runs_[i].file != runs_[i - 1].file) record = 1;
    runs_[i].record_first = record;
    record += runs_[i].count;
  }
  NumberStatements();
  ApplyLateDates();
}

// From numbers in a block to numbers in the file: equal lines of one statement may lie in two blocks.
void PaymentStore::NumberStatements() {
  if (statements_before_.empty()) return;
  for (PaymentRun& run : runs_) {
    const auto before = statements_before_.find({run.file, run.block});
    if (before != statements_before_.end() && IsNumbered(run.statement)) {
      run.statement += before->second;
    }
  }
  statements_before_.clear();
}

void PaymentStore::ApplyLateDates() {
  if (late_dates_.empty()) return;
  // Runs of one block, in the order in which its payments came.
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, std::vector<const PaymentRun*>> by_block;
  for (const LateDate& late : late_dates_) by_block[{late.file, late.block}];
  for (const PaymentRun& run : runs_) {
    const auto found = by_block.find({run.file, run.block});
    if (found != by_block.end()) found->second.push_back(&run);
  }
  for (const LateDate& late : late_dates_) {
    uint32_t ordinal = 0;
    for (const PaymentRun* run : by_block[{late.file, late.block}]) {
      const uint32_t begin = std::max(late.first, ordinal);
      const uint32_t end = std::min(late.last, ordinal + run->count);
      for (uint32_t i = begin; i < end; ++i) {
        PaymentRecord& payment = At(run->first + (i - ordinal));
        payment.booking = ShortDate::From(late.booking);
        payment.value = ShortDate::From(late.value);
        // Dates outside 1970 to 2149 do not occur in the formats that close their sections.
        KVITT_CHECK(payment.booking != ShortDate::kElsewhere);
        KVITT_CHECK(payment.value != ShortDate::kElsewhere);
      }
      ordinal += run->count;
    }
  }
  late_dates_.clear();
}

void PaymentStore::ReleaseClaims() {
  claims_.Release();
  chunk_list_ = {};
}

Date PaymentStore::ColdDate(const PaymentRecord& payment, ColdTag tag) const {
  return Date::FromDays(ColdNumber<int32_t>(ColdFind(Cold(payment), tag)));
}

std::string_view PaymentStore::ColdText(const PaymentRecord& payment, ColdTag tag) const {
  return payment.cold == 0 ? std::string_view() : ColdFind(Cold(payment), tag);
}

int64_t PaymentStore::ColdAmount(const PaymentRecord& payment, ColdTag tag) const {
  const std::string_view bytes = ColdText(payment, tag);
  return bytes.empty() ? 0 : ColdNumber<int64_t>(bytes);
}

void PaymentStore::References(const PaymentRecord& payment,
                              std::vector<PaymentReference>* out) const {
  if (payment.cold == 0) return;
  ColdReader reader(Cold(payment));
  std::string_view bytes;
  for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
    if (tag != ColdTag::kReference) continue;
    PaymentReference reference;
    reference.scheme = static_cast<ReferenceScheme>(bytes[0]);
    reference.has_amount = bytes[1] != 0;
    if (reference.has_amount) reference.amount_minor = ColdNumber<int64_t>(bytes.substr(2));
    reference.value = bytes.substr(reference.has_amount ? 10 : 2);
    out->push_back(reference);
  }
}

void PaymentStore::Text(const PaymentRecord& payment, std::vector<std::string_view>* out) const {
  if (payment.cold == 0) return;
  ColdReader reader(Cold(payment));
  std::string_view bytes;
  for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
    if (tag == ColdTag::kText) out->push_back(bytes);
  }
}

void PaymentStore::Read(const PaymentRecord& payment,
                        Payment* row,
                        std::vector<PaymentReference>* references,
                        std::vector<std::string_view>* text) const {
  row->creditor_account = accounts_->Text(payment.account);
  row->amount_minor = payment.amount_minor;
  row->currency = Currency::FromIndex(payment.currency);
  row->kind = payment.kind();
  row->direction = payment.direction();
  row->origin = payment.origin();
  row->booking_date = BookingDate(payment);
  row->value_date = ValueDate(payment);
  row->is_copy = payment.has(PaymentRecord::kCopy);
  row->is_pending = payment.has(PaymentRecord::kPending);
  row->details_missing = payment.has(PaymentRecord::kDetailsMissing);
  References(payment, references);
  Text(payment, text);
  row->reference_count = static_cast<uint32_t>(references->size());
  row->text_count = static_cast<uint32_t>(text->size());
  row->payer_name = ColdText(payment, ColdTag::kPayerName);
  row->payer_account = ColdText(payment, ColdTag::kPayerAccount);
  row->payer_org_no = ColdText(payment, ColdTag::kPayerOrgNo);
  row->customer_id = ColdText(payment, ColdTag::kCustomerId);
  row->bank_reference = ColdText(payment, ColdTag::kBankReference);
  row->end_to_end_id = ColdText(payment, ColdTag::kEndToEndId);
  row->reverses = ColdText(payment, ColdTag::kReverses);
  row->entry_reference = ColdText(payment, ColdTag::kEntryReference);
  row->entry_amount_minor = ColdAmount(payment, ColdTag::kEntryAmount);
  row->charges_minor = ColdAmount(payment, ColdTag::kCharges);
}

namespace {

// Fields one behind the other, each with its length, so that moving a character between fields changes
// the whole. On the stack, but for payments with a lot of text.
class FieldBytes {
 public:
  FieldBytes() = default;
  FieldBytes(const FieldBytes&) = delete;
  FieldBytes& operator=(const FieldBytes&) = delete;

  void Append(std::string_view field) {
    const uint32_t size = static_cast<uint32_t>(field.size());
    Reserve(sizeof(size) + field.size());
    std::memcpy(out_, &size, sizeof(size));
    out_ = CopyText(field, out_ + sizeof(size));
  }

  void Append(char c) {
    Reserve(1);
    *out_++ = c;
  }

  std::string_view view() const { return {begin_, static_cast<size_t>(out_ - begin_)}; }

 private:
  void Reserve(size_t more) {
    if (static_cast<size_t>(end_ - out_) < more) [[unlikely]]
      Grow(more);
  }

  void Grow(size_t more) {
    const size_t size = static_cast<size_t>(out_ - begin_);
    std::string larger(2 * (size + more), '\0');
    std::memcpy(larger.data(), begin_, size);
    many_ = std::move(larger);
    begin_ = many_.data();
    out_ = begin_ + size;
    end_ = begin_ + many_.size();
  }

  char few_[1024];
  std::string many_;
  char* begin_ = few_;
  char* out_ = few_;
  char* end_ = few_ + sizeof(few_);
};

bool IsContent(ColdTag tag) {
  return tag == ColdTag::kReference || tag == ColdTag::kText || tag == ColdTag::kBankReference;
}

}  // namespace

PaymentStore::Print PaymentStore::ContentPrint(const PaymentRecord& payment) const {
  const std::string_view account = accounts_->Text(payment.account);
  const std::string_view currency = Currency::FromIndex(payment.currency).code();
  char numbers[17];
  std::memcpy(numbers, &payment.amount_minor, 8);
  const int32_t booking = BookingDate(payment).days();
  const int32_t value = ValueDate(payment).days();
  std::memcpy(numbers + 8, &booking, 4);
  std::memcpy(numbers + 12, &value, 4);
  numbers[16] = static_cast<char>(payment.direction());
  const std::string_view number_bytes(numbers, sizeof(numbers));

  FieldBytes content;
  content.Append(account);
  content.Append(number_bytes);
  content.Append(currency);
  ColdReader reader(payment.cold == 0 ? "" : Cold(payment));
  std::string_view bytes;
  for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
    if (!IsContent(tag)) continue;
    content.Append(static_cast<char>(tag));
    content.Append(bytes);
  }
  const XXH128_hash_t hash = XXH3_128bits(content.view().data(), content.view().size());
  return {hash.low64, hash.high64};
}

std::string_view PaymentStore::DerivedId(const PaymentRecord& payment, char* scratch) const {
  Print print = ContentPrint(payment);
  if (payment.ordinal != 0) {
    const uint64_t words[3] = {print.low, print.high, payment.ordinal};
    const XXH128_hash_t hash = XXH3_128bits(words, sizeof(words));
    print = {hash.low64, hash.high64};
  }
  // 100 bits: equal ids of different payments are not to be expected in the life of a ledger.
  constexpr int kIdCharacters = 20;
  *scratch = 'p';
  const char* const end = WritePrint(print.low, print.high, kIdCharacters, scratch + 1);
  return {scratch, static_cast<size_t>(end - scratch)};
}

}  // namespace kvitt
