#include "engine/store/item_store.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

#include "engine/parallel.h"
#include "kvitt/check.h"

namespace kvitt {
ItemStore::ItemStore(AccountBook* accounts)
    : accounts_(accounts),
      open_by_currency_(kCurrencyIndexEnd),
      chunk_begin_(kBuckets + 1),
      alias_begin_(kBuckets + 1) {
  // Handle 0 of the texts means "none": take it away.
  uint32_t unused = 0;
  TextArena::Lane(&texts_).Allocate(1, &unused);
}

ItemStore::Lane* ItemStore::AddLane() {
  std::lock_guard<std::mutex> lock(mutex_);
  lanes_.push_back(std::make_unique<Lane>(this));
  return lanes_.back().get();
}

ItemStore::Lane::Lane(ItemStore* store)
    : store_(store),
      accounts_(store->accounts_),
      packer_(&store->prefixes_, &store->texts_),
      customer_packer_(&store->prefixes_, &store->texts_),
      cursor_(kBuckets, 0),
      queue_(kQueuedItems),
      id_patterns_(kIdPatterns / 64),
      open_by_currency_(kCurrencyIndexEnd) {}

void ItemStore::Lane::Add(const OpenItemBatch& batch,
                          uint32_t file,
                          uint32_t block,
                          uint32_t part) {
  if (batch.items.empty()) return;
  ItemRun run = {};
  run.file = file;
  run.block = block;
  run.part = part;
  run.count = static_cast<uint32_t>(batch.items.size());
  run.serial_first = store_->next_serial_.fetch_add(run.count, std::memory_order_relaxed);
  KVITT_CHECK(run.serial_first + run.count > run.serial_first);
  run.ascending = true;
  uint32_t serial = run.serial_first;
  for (const OpenItem& item : batch.items) AddOne(batch, item, serial++, &run);
  count_ += run.count;
  runs_.push_back(run);
}

void ItemStore::Lane::AddOne(const OpenItemBatch& batch,
                             const OpenItem& item,
                             uint32_t serial,
                             ItemRun* run) {
  // Built where it waits to be written: copying bytes that were just stored one field at a time stalls.
  ItemRecord& record = NextInQueue();
  record = {};
  uint64_t account_hash = 0;
  const AccountNumber account = accounts_.Number(item.creditor_account, &account_hash);
  any_account_ |= account == kAnyAccount;
  own_account_ |= account != kAnyAccount;
  record.set(ItemRecord::kFilled);
  const std::string_view first =
      item.reference_count > 0 ? batch.references[item.reference_first] : std::string_view();
  bool canonical = false;
  record.key = MakeReferenceKey(first, account, &canonical);
  record.item_id = packer_.Pack(item.item_id);
  if (record.key.is_none()) {
    record.key = MakeReferenceKey(item.item_id, account);
    if (record.key.is_none()) record.key = {0, uint64_t{account} << 32};
    record.set(ItemRecord::kNoReference);
  } else {
    NoteIdShape(item.item_id, record.item_id);
    if (item.reference_count == 1 && canonical) record.set(ItemRecord::kCanonical);
  }
  if (record.key.kind() == ReferenceKey::Kind::kHashed) {
    record.set(ItemRecord::kHashedKey);
  }
  record.customer_id = customer_packer_.Pack(item.customer_id);
  const uint64_t id_bits = record.item_id.bits();
  if (serial == run->serial_first) {
    run->id_first = id_bits;
    run->ascending = !record.item_id.in_arena();
  } else {
    run->ascending = run->ascending && id_bits > run->id_last && !record.item_id.in_arena();
  }
  run->id_last = id_bits;
  // Nothing is open on a closed item, whatever its record says.
  record.first_minor = item.status == ItemStatus::kClosed ? 0 : item.open_amount_minor;
  record.open_minor = record.first_minor;
  record.serial = serial;
  record.due = ShortDate::From(item.due_date);
  record.issue = ShortDate::From(item.issue_date);
  record.currency = item.currency.index();
  record.kind_status =
      static_cast<uint8_t>((static_cast<int>(item.kind) << 4) | static_cast<int>(item.status));
  open_by_currency_[record.currency] +=
      item.kind == ItemKind::kCreditNote ? -record.open_minor : record.open_minor;
  if (item.reference_count > 1) record.set(ItemRecord::kHasAliases);
  record.cold = WriteCold(batch, item, &record);
  const ItemHandle handle = Place(BucketOf(StableHash(record.key, account_hash)));
  for (uint32_t i = 1; i < item.reference_count; ++i) {
    const ReferenceKey key = MakeReferenceKey(batch.references[item.reference_first + i], account);
    if (key.is_none() || key == record.key) continue;
    aliases_.push_back({key, handle, BucketOf(StableHash(key, account_hash))});
  }
}

void ItemStore::Lane::NoteIdShape(std::string_view item_id, PackedText packed) {
  if (packed.in_arena()) {
    id_shapes_.Add(MakeReferenceKey(item_id, kAnyAccount));
    return;
  }
  const uint32_t pattern = static_cast<uint32_t>(packed.bits() >> 50);
  id_patterns_[pattern / 64] |= uint64_t{1} << (pattern % 64);
}

// The shapes that ids of the patterns can have: every id is a prefix and a number of so many
// digits.
void ItemStore::AddPatternShapes(const std::vector<uint64_t>& patterns) {
  for (uint32_t pattern = 0; pattern < kIdPatterns; ++pattern) {
    if (((patterns[pattern / 64] >> (pattern % 64)) & 1) == 0) continue;
    const std::string prefix(prefixes_.Prefix(pattern / 16));
    const std::string least = prefix + std::string(pattern % 16, '0');
    const std::string most = prefix + std::string(pattern % 16, '9');
    id_shapes_.AddRange(MakeReferenceKey(least, kAnyAccount), MakeReferenceKey(most, kAnyAccount));
  }
}

ItemRecord& ItemStore::Lane::NextInQueue() {
  if (queued_ - placed_ == kQueuedItems) PlaceOldest();
  return queue_[queued_ % kQueuedItems].record;
}

ItemHandle ItemStore::Lane::Place(uint32_t bucket) {
  ItemHandle& cursor = cursor_[bucket];
  // Handle 0 begins a chunk too, so a fresh cursor looks like a full one.
  if (cursor % kChunkItems == 0) {
    cursor = store_->records_.Allocate(kChunkItems);
    chunks_.push_back({bucket, cursor});
  }
  const ItemHandle handle = cursor++;
  // The record is written when its line has come: lines of 4096 buckets do not stay in the cache.
  queue_[queued_++ % kQueuedItems].handle = handle;
  __builtin_prefetch(&store_->At(handle), 1);
  return handle;
}

void ItemStore::Lane::PlaceOldest() {
  const QueuedItem& oldest = queue_[placed_++ % kQueuedItems];
  store_->At(oldest.handle) = oldest.record;
}

uint32_t ItemStore::Lane::WriteCold(const OpenItemBatch& batch,
                                    const OpenItem& item,
                                    ItemRecord* record) {
  ColdWriter writer(&packer_.lane());
  if (!record->has(ItemRecord::kCanonical)) {
    for (uint32_t i = 0; i < item.reference_count; ++i) {
      writer.Bytes(ColdTag::kReference, batch.references[item.reference_first + i]);
    }
  }
  writer.Text(ColdTag::kCustomerName, item.customer_name);
  customer_names_ |= !item.customer_name.empty();
  writer.Text(ColdTag::kCustomerOrgNo, item.customer_org_no);
  if (item.amount_minor != record->first_minor) {
    record->set(ItemRecord::kOtherAmount);
    writer.Number(ColdTag::kAmount, item.amount_minor);
  }
  if (item.discount_minor != 0) {
    record->set(ItemRecord::kHasDiscount);
    writer.Number(ColdTag::kDiscount, item.discount_minor);
  }
  if (item.discount_date.has_value()) {
    writer.Number(ColdTag::kDiscountDate, item.discount_date.days());
  }
  if (record->due == ShortDate::kElsewhere) writer.Number(ColdTag::kDueDate, item.due_date.days());
  if (record->issue == ShortDate::kElsewhere) {
    writer.Number(ColdTag::kIssueDate, item.issue_date.days());
  }
  return writer.Finish();
}

void ItemStore::Seal() {
  std::vector<Lane::Chunk> chunks;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    while (lane->placed_ != lane->queued_) lane->PlaceOldest();
    chunks.insert(chunks.end(), lane->chunks_.begin(), lane->chunks_.end());
    runs_.insert(runs_.end(), lane->runs_.begin(), lane->runs_.end());
    aliases_.insert(aliases_.end(), lane->aliases_.begin(), lane->aliases_.end());
    id_shapes_.AddAll(lane->id_shapes_);
    AddPatternShapes(lane->id_patterns_);
    any_account_ |= lane->any_account_;
    customer_names_ |= lane->customer_names_;
    own_account_ |= lane->own_account_;
    count_ += lane->count_;
    for (size_t i = 0; i < open_by_currency_.size(); ++i) {
      open_by_currency_[i] += lane->open_by_currency_[i];
    }
  }
  lanes_.clear();
  std::fill(chunk_begin_.begin(), chunk_begin_.end(), 0);
  for (const Lane::Chunk& chunk : chunks) ++chunk_begin_[chunk.bucket + 1];
  std::partial_sum(chunk_begin_.begin(), chunk_begin_.end(), chunk_begin_.begin());
  chunk_list_.resize(chunks.size());
  std::vector<uint32_t> next(chunk_begin_.begin(), chunk_begin_.end() - 1);
  for (const Lane::Chunk& chunk : chunks) chunk_list_[next[chunk.bucket]++] = chunk.first;
  AddAliases({});
  std::sort(runs_.begin(), runs_.end(),
            [](const ItemRun& a, const ItemRun& b) { return a.serial_first < b.serial_first; });
  // Records are counted along each file.
  std::vector<uint32_t> order(runs_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(runs_[a].file, runs_[a].block, runs_[a].part) <
           std::tie(runs_[b].file, runs_[b].block, runs_[b].part);
  });
  run_record_first_.resize(runs_.size());
  uint64_t record = 1;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || runs_[order[i]].file != runs_[order[i - 1]].file) record = 1;
    run_record_first_[order[i]] = record;
    record += runs_[order[i]].count;
  }
}

PackedText ItemStore::PackCustomer(std::string_view customer_id) {
  if (late_packer_ == nullptr) late_packer_ = std::make_unique<TextPacker>(&prefixes_, &texts_);
  return late_packer_->Pack(customer_id);
}

void ItemStore::AddAliases(std::vector<ItemAlias> more) {
  aliases_.insert(aliases_.end(), more.begin(), more.end());
  std::sort(aliases_.begin(), aliases_.end(), [](const ItemAlias& a, const ItemAlias& b) {
    return std::tie(a.bucket, a.key.high, a.key.low, a.item) <
           std::tie(b.bucket, b.key.high, b.key.low, b.item);
  });
  std::fill(alias_begin_.begin(), alias_begin_.end(), 0);
  for (const ItemAlias& alias : aliases_) ++alias_begin_[alias.bucket + 1];
  std::partial_sum(alias_begin_.begin(), alias_begin_.end(), alias_begin_.begin());
}

Date ItemStore::DueDate(const ItemRecord& item) const {
  if (item.due != ShortDate::kElsewhere) return ShortDate::ToDate(item.due);
  return Date::FromDays(ColdNumber<int32_t>(ColdFind(Cold(item), ColdTag::kDueDate)));
}

Date ItemStore::IssueDate(const ItemRecord& item) const {
  if (item.issue != ShortDate::kElsewhere) return ShortDate::ToDate(item.issue);
  return Date::FromDays(ColdNumber<int32_t>(ColdFind(Cold(item), ColdTag::kIssueDate)));
}

int64_t ItemStore::Discount(const ItemRecord& item) const {
  if (!item.has(ItemRecord::kHasDiscount)) return 0;
  return ColdNumber<int64_t>(ColdFind(Cold(item), ColdTag::kDiscount));
}

Date ItemStore::DiscountDate(const ItemRecord& item) const {
  if (item.cold == 0) return {};
  const std::string_view bytes = ColdFind(Cold(item), ColdTag::kDiscountDate);
  return bytes.empty() ? Date() : Date::FromDays(ColdNumber<int32_t>(bytes));
}

void ItemStore::Read(const ItemRecord& item,
                     OpenItem* row,
                     std::vector<std::string_view>* references,
                     std::string* scratch) const {
  const auto keep = [&](std::string_view text, const char* local) {
    if (text.data() != local) return text;
    KVITT_CHECK(scratch->capacity() - scratch->size() >= text.size());
    const size_t at = scratch->size();
    scratch->append(text);
    return std::string_view(scratch->data() + at, text.size());
  };
  char local[kPackedTextBytesMax];
  row->item_id = keep(ItemId(item, local), local);
  row->customer_id = keep(CustomerId(item, local), local);
  row->creditor_account = accounts_->Text(item.key.account());
  row->amount_minor = item.first_minor;
  row->open_amount_minor = item.open_minor;
  row->currency = Currency::FromIndex(item.currency);
  row->issue_date = IssueDate(item);
  row->due_date = DueDate(item);
  row->kind = item.kind();
  row->status = item.status();
  row->reference_first = static_cast<uint32_t>(references->size());
  if (item.has(ItemRecord::kCanonical)) {
    char digits[28];
    const char* end = WriteNumber(item.key, digits);
    references->push_back(keep({digits, static_cast<size_t>(end - digits)}, digits));
  }
  if (item.cold != 0) {
    ColdReader reader(Cold(item));
    std::string_view bytes;
    for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
      if (tag == ColdTag::kReference) references->push_back(bytes);
      if (tag == ColdTag::kCustomerName) row->customer_name = bytes;
      if (tag == ColdTag::kCustomerOrgNo) row->customer_org_no = bytes;
      if (tag == ColdTag::kAmount) row->amount_minor = ColdNumber<int64_t>(bytes);
      if (tag == ColdTag::kDiscount) row->discount_minor = ColdNumber<int64_t>(bytes);
      if (tag == ColdTag::kDiscountDate) {
        row->discount_date = Date::FromDays(ColdNumber<int32_t>(bytes));
      }
    }
  }
  row->reference_count = static_cast<uint32_t>(references->size()) - row->reference_first;
}

std::vector<ItemHandle> ItemStore::OrderedItems(const std::vector<uint32_t>& file_rank,
                                                int threads) const {
  // Runs in canonical order give each serial its position; one pass puts the handles there.
  std::vector<uint32_t> order(runs_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const ItemRun& x = runs_[a];
    const ItemRun& y = runs_[b];
    return std::tie(file_rank[x.file], x.block, x.part) <
           std::tie(file_rank[y.file], y.block, y.part);
  });
  const uint32_t serials = next_serial_.load(std::memory_order_relaxed);
  std::vector<uint32_t> run_position(runs_.size());
  uint32_t position = 0;
  for (uint32_t run : order) {
    run_position[run] = position;
    position += runs_[run].count;
  }
  // Which run a serial belongs to, found fast: runs cover the serials without gaps.
  std::vector<uint32_t> serial_position(serials);
  ParallelFor(runs_.size(), 64, threads, [&](size_t begin, size_t end, int) {
    for (size_t r = begin; r < end; ++r) {
      for (uint32_t i = 0; i < runs_[r].count; ++i) {
        serial_position[runs_[r].serial_first + i] = run_position[r] + i;
      }
    }
  });
  std::vector<ItemHandle> ordered(serials, kNoItem);
  ParallelFor(chunk_list_.size(), 256, threads, [&](size_t begin, size_t end, int) {
    for (size_t c = begin; c < end; ++c) {
      for (uint32_t i = 0; i < kChunkItems; ++i) {
        const ItemRecord& item = At(chunk_list_[c] + i);
        if (!item.has(ItemRecord::kFilled)) break;
        ordered[serial_position[item.serial]] = chunk_list_[c] + i;
      }
    }
  });
  return ordered;
}

ItemStore::Position ItemStore::PositionOf(const ItemRecord& item) const {
  const auto run =
      std::upper_bound(runs_.begin(), runs_.end(), item.serial,
                       [](uint32_t serial, const ItemRun& r) { return serial < r.serial_first; });
  KVITT_CHECK(run != runs_.begin());
  const size_t index = static_cast<size_t>(run - runs_.begin()) - 1;
  return {runs_[index].file, run_record_first_[index] + (item.serial - runs_[index].serial_first)};
}

}  // namespace kvitt
