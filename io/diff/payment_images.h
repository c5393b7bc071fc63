// The payments of one output folder, one after another, each with the rows that it posted: small images of
// them, by which two folders are compared, and the way back to the rows.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "io/run_folder/record_chunks.h"
#include "io/run_folder/row_tokens.h"
#include "io/run_folder/run_folder.h"
#include "kvitt/diff.h"

namespace kvitt {

// Hash of what payments are paired by: the id, and whether it is a further delivery of the transaction. Several
// may share it; they are paired in their order.
struct PaymentKey {
  uint64_t low = 0;
  uint64_t high = 0;

  friend bool operator==(const PaymentKey&, const PaymentKey&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const PaymentKey& key) {
    return H::combine(std::move(state), key.low, key.high);
  }
};

struct PaymentImage {
  PaymentKey key;
  uint64_t content = 0;  // hash of the bytes of all its rows
  uint64_t row_offset = 0;
  uint64_t allocation_offset = 0;
  uint32_t row_size = 0;
  uint32_t allocation_size = 0;  // of all its rows in allocations, which stand together
};

// The records of one stream, with one of them at hand.
class RecordCursor {
 public:
  static absl::StatusOr<std::unique_ptr<RecordCursor>> Open(const StoredStream& stream);

  // The next record into record(); false at the end of the file.
  absl::StatusOr<bool> Next();

  std::string_view record() const { return record_; }

  uint64_t offset() const { return offset_; }

  // The payment_id of the record.
  absl::StatusOr<std::string> PaymentId();

  // Bytes of the file that were passed already.
  absl::Status ReadAt(uint64_t offset, size_t size, std::string* out) const;

  // record() as tokens, or another record of the file.
  absl::StatusOr<JsonSpan> Tokens(std::string_view record);

  RowForm form() const { return chunks_.stream().form; }

 private:
  explicit RecordCursor(RecordChunks chunks);
  absl::Status Fail(std::string_view problem) const;

  RecordChunks chunks_;
  RowTokens tokens_;
  std::string_view chunk_;
  std::string_view record_;
  uint64_t offset_ = 0;
};

class PaymentImages {
 public:
  // kNotFound when the run did not emit its payments. Allocations are passed over when `with_allocations`
  // is false.
  static absl::StatusOr<PaymentImages> Open(const RunFolder& folder, bool with_allocations);

  // The next payment; false at the end.
  absl::StatusOr<bool> Next(PaymentImage* image);

  // The rows behind an image.
  absl::Status Read(const PaymentImage& image, std::string* payment_id, DiffSide* side);

 private:
  absl::StatusOr<bool> IsDuplicate();
  absl::Status TakeAllocations(const std::string& id, PaymentImage* image);

  std::string path_;
  std::unique_ptr<RecordCursor> payments_;
  std::unique_ptr<RecordCursor> allocations_;  // null: not looked at
  std::string waiting_id_;                     // of the allocation at hand; "": none is left
  std::string bytes_;
};

}  // namespace kvitt
