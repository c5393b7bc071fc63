// The open items of the run.
//
// Each item is one cache line of 64 bytes, and the lines of one bucket (BucketOf the item's first
// reference) lie together in chunks of 32, so that a bucket is joined inside the cache. What few
// decisions need lies in cold fields. Readers on several threads add through lanes of their own.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/store/account_book.h"
#include "engine/store/cold_fields.h"
#include "engine/store/handles.h"
#include "engine/store/packed_text.h"
#include "engine/store/reference_key.h"
#include "engine/store/segment_arena.h"
#include "engine/store/short_date.h"
#include "kvitt/record_batch.h"

namespace kvitt {

struct ItemRecord {
  enum Flag : uint16_t {
    kHasAliases = 1 << 0,   // further references point here
    kCanonical = 1 << 1,    // the first reference's text is the digits of the key
    kNoReference = 1 << 2,  // the key is made of the item id
    kHasDiscount = 1 << 3,
    kInsolvent = 1 << 4,    // the customer is
    kDead = 1 << 5,         // takes no part: a duplicate, or its file was set aside
    kOtherAmount = 1 << 7,  // open when read differs from the amount, which is cold
    kHashedKey = 1 << 8,    // the key's text must be compared
    kFilled = 1 << 9,       // tells a record from unused space of a chunk
    kIdIsAlias = 1 << 10,   // the item id was added as an alias
  };

  ReferenceKey key;
  int64_t open_minor;   // now
  int64_t first_minor;  // open when read
  PackedText item_id;
  PackedText customer_id;
  uint32_t serial;  // order of arrival; see ItemStore::OrderedItems
  uint32_t cold;    // handle, 0: none
  uint16_t due;
  uint16_t issue;
  uint8_t currency;
  uint8_t kind_status;  // kind << 4 | status
  uint16_t flags;

  ItemKind kind() const { return static_cast<ItemKind>(kind_status >> 4); }

  ItemStatus status() const { return static_cast<ItemStatus>(kind_status & 15); }

  bool has(Flag flag) const { return (flags & flag) != 0; }

  void set(Flag flag) { flags = static_cast<uint16_t>(flags | flag); }
};

static_assert(sizeof(ItemRecord) == 64);

// A further reference of an item.
struct ItemAlias {
  ReferenceKey key;
  ItemHandle item;
  uint32_t bucket;
};

// Items that came in one after another in one file.
struct ItemRun {
  uint32_t file;
  uint32_t block;
  uint32_t part;
  uint32_t serial_first;
  uint32_t count;
  bool ascending;  // packed ids grow strictly and none lies in the arena
  uint64_t id_first;
  uint64_t id_last;
};

class ItemStore {
 public:
  static constexpr uint32_t kChunkItems = 32;

  explicit ItemStore(AccountBook* accounts);

  // One writer's place. Not thread-safe; different lanes may add at the same time.
  class Lane {
   public:
    explicit Lane(ItemStore* store);
    void Add(const OpenItemBatch& batch, uint32_t file, uint32_t block, uint32_t part);

   private:
    friend class ItemStore;
    void AddOne(const OpenItemBatch& batch, const OpenItem& item, uint32_t serial, ItemRun* run);
    void NoteIdShape(std::string_view item_id, PackedText packed);
    // Where the next record is built; Place then gives it its handle.
    ItemRecord& NextInQueue();
    ItemHandle Place(uint32_t bucket);
    void PlaceOldest();
    uint32_t WriteCold(const OpenItemBatch& batch, const OpenItem& item, ItemRecord* record);

    ItemStore* store_;
    AccountCache accounts_;
    TextPacker packer_;
    TextPacker customer_packer_;      // remembers another prefix
    std::vector<ItemHandle> cursor_;  // by bucket: next free handle; at a chunk end when full
    static constexpr uint32_t kQueuedItems = 16;

    struct QueuedItem {
      ItemRecord record;
      ItemHandle handle;
    };

    std::vector<QueuedItem> queue_;
    uint32_t queued_ = 0;  // ever; the place in the queue is its remainder
    uint32_t placed_ = 0;

    struct Chunk {
      uint32_t bucket;
      ItemHandle first;
    };

    std::vector<Chunk> chunks_;
    std::vector<ItemAlias> aliases_;
    std::vector<ItemRun> runs_;
    std::vector<uint64_t> id_patterns_;  // bit per (prefix, digit count) of the packed ids
    ShapeSet id_shapes_;                 // of ids that lie in the arena
    bool any_account_ = false;
    bool customer_names_ = false;
    bool own_account_ = false;
    uint64_t count_ = 0;
    std::vector<Int128> open_by_currency_;
  };

  // A new lane, owned by the store.
  Lane* AddLane();

  // Joins what the lanes hold; after the last Add and before any of the following.
  void Seal();

  ItemRecord& At(ItemHandle handle) const { return *static_cast<ItemRecord*>(records_.At(handle)); }

  std::string_view ItemId(const ItemRecord& item, char* scratch) const {
    return Unpack(item.item_id, prefixes_, texts_, scratch);
  }

  std::string_view CustomerId(const ItemRecord& item, char* scratch) const {
    return Unpack(item.customer_id, prefixes_, texts_, scratch);
  }

  const char* Cold(const ItemRecord& item) const { return texts_.At(item.cold); }

  Date DueDate(const ItemRecord& item) const;
  Date IssueDate(const ItemRecord& item) const;
  int64_t Discount(const ItemRecord& item) const;
  Date DiscountDate(const ItemRecord& item) const;
  // Fills `row` and appends its references to `batch`; text that is not in the arena goes to
  // `scratch`, which must not move meanwhile (reserve kItemTextBytesMax for each item).
  static constexpr size_t kItemTextBytesMax = 2 * kPackedTextBytesMax + 32;
  void Read(const ItemRecord& item,
            OpenItem* row,
            std::vector<std::string_view>* references,
            std::string* scratch) const;

  uint64_t count() const { return count_; }

  bool has_any_account() const { return any_account_; }

  // Whether some item says what its customer is called.
  bool has_customer_names() const { return customer_names_; }

  bool has_own_account() const { return own_account_; }

  const ShapeSet& id_shapes() const { return id_shapes_; }

  const std::vector<Int128>& open_by_currency() const { return open_by_currency_; }

  uint64_t resident_bytes() const { return records_.mapped_bytes() + texts_.mapped_bytes(); }

  const PrefixBook& prefixes() const { return prefixes_; }

  const TextArena& texts() const { return texts_; }

  AccountBook& accounts() const { return *accounts_; }

  // --- After Seal.
  // Chunks of one bucket: each holds up to kChunkItems records; unused ones lack kFilled.
  absl::Span<const ItemHandle> ChunksOf(uint32_t bucket) const {
    return {chunk_list_.data() + chunk_begin_[bucket],
            chunk_begin_[bucket + 1] - chunk_begin_[bucket]};
  }

  absl::Span<const ItemAlias> AliasesOf(uint32_t bucket) const {
    return {aliases_.data() + alias_begin_[bucket],
            alias_begin_[bucket + 1] - alias_begin_[bucket]};
  }

  // Adds aliases (item ids that payments may quote) and sorts them in.
  void AddAliases(std::vector<ItemAlias> more);

  // A customer id that no item need have, packed as items pack theirs. Not thread-safe.
  PackedText PackCustomer(std::string_view customer_id);

  // Every chunk, for scans over all items.
  absl::Span<const ItemHandle> AllChunks() const { return chunk_list_; }

  // The same, one behind the other in memory, which scans faster: kChunkItems records each.
  size_t chunk_count() const { return records_.size() / kChunkItems; }

  ItemHandle Chunk(size_t index) const { return static_cast<ItemHandle>(index * kChunkItems); }

  const std::vector<ItemRun>& runs() const { return runs_; }

  // Every item in the order of the files (file_rank by file number) and, in a file, of its records.
  std::vector<ItemHandle> OrderedItems(const std::vector<uint32_t>& file_rank, int threads) const;

  // Which file and which 1-based item of that file this is.
  struct Position {
    uint32_t file;
    uint64_t record;
  };

  Position PositionOf(const ItemRecord& item) const;

 private:
  friend class Lane;
  static constexpr uint32_t kIdPatterns = 512 * 16;
  void AddPatternShapes(const std::vector<uint64_t>& patterns);

  AccountBook* accounts_;
  SegmentArena<sizeof(ItemRecord)> records_;
  PrefixBook prefixes_;
  TextArena texts_;
  std::atomic<uint32_t> next_serial_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> lanes_;

  uint64_t count_ = 0;
  bool any_account_ = false;
  bool customer_names_ = false;
  bool own_account_ = false;
  ShapeSet id_shapes_;
  std::vector<Int128> open_by_currency_;
  std::vector<ItemHandle> chunk_list_;
  std::vector<uint32_t> chunk_begin_;
  std::vector<ItemAlias> aliases_;
  std::vector<uint32_t> alias_begin_;
  std::vector<ItemRun> runs_;  // by serial_first
  std::unique_ptr<TextPacker> late_packer_;
  std::vector<uint64_t> run_record_first_;  // 1-based record of a run's first item in its file
};

}  // namespace kvitt
