#include "io/diff/payment_images.h"

#include <string.h>
#include <xxhash.h>

#include <algorithm>

#include "engine/value/concat.h"
#include "io/run_folder/stored_rows.h"
#include "kvitt/decision.h"

namespace kvitt {
namespace {

constexpr std::string_view kJsonStart = "{\"payment_id\":\"";

PaymentKey KeyOf(std::string_view id, bool is_duplicate) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(id.data(), id.size(), is_duplicate ? 1 : 0);
  return {hash.low64, hash.high64};
}

// The id of a record as it is mostly written: first, and with nothing to unescape. "" when it is not.
std::string_view PlainId(std::string_view record, RowForm form) {
  if (form == RowForm::kJsonLines) {
    if (record.substr(0, kJsonStart.size()) != kJsonStart) return {};
    record.remove_prefix(kJsonStart.size());
    const size_t end = record.find('"');
    if (end == std::string_view::npos) return {};
    record = record.substr(0, end);
    return record.find('\\') == std::string_view::npos ? record : std::string_view();
  }
  if (record.empty() || record.front() == '"') return {};
  return record.substr(0, record.find(','));
}

}  // namespace

RecordCursor::RecordCursor(RecordChunks chunks)
    : chunks_(std::move(chunks)), tokens_(chunks_.stream(), chunks_.columns()) {}

absl::StatusOr<std::unique_ptr<RecordCursor>> RecordCursor::Open(const StoredStream& stream) {
  absl::StatusOr<RecordChunks> chunks = RecordChunks::Open(stream);
  if (!chunks.ok()) return chunks.status();
  return std::unique_ptr<RecordCursor>(new RecordCursor(*std::move(chunks)));
}

absl::Status RecordCursor::Fail(std::string_view problem) const {
  return absl::DataLossError(Concat(chunks_.stream().path, ": byte ", offset_, ": ", problem));
}

absl::StatusOr<bool> RecordCursor::Next() {
  offset_ += record_.size();
  size_t begin = static_cast<size_t>(offset_ - chunks_.chunk_offset());
  if (record_.empty() || begin == chunk_.size()) {
    const absl::StatusOr<std::string_view> chunk = chunks_.Next();
    if (!chunk.ok()) return chunk.status();
    chunk_ = *chunk;
    record_ = {};
    offset_ = chunks_.chunk_offset();
    begin = 0;
    if (chunk_.empty()) return false;
  }
  record_ = chunk_.substr(begin, RecordEnd(chunk_, begin, form()) - begin);
  return true;
}

absl::StatusOr<JsonSpan> RecordCursor::Tokens(std::string_view record) {
  if (!tokens_.Read(record)) return Fail(tokens_.problem());
  return tokens_.tokens();
}

absl::StatusOr<std::string> RecordCursor::PaymentId() {
  std::string id(PlainId(record_, form()));
  if (!id.empty()) return id;
  const absl::StatusOr<JsonSpan> tokens = Tokens(record_);
  if (!tokens.ok()) return tokens.status();
  ForMembers(*tokens, [&id](std::string_view key, JsonSpan value) {
    if (key == "payment_id") id = ScalarText(value);
  });
  if (id.empty()) return Fail("expected a payment_id, found none");
  return id;
}

absl::Status RecordCursor::ReadAt(uint64_t offset, size_t size, std::string* out) const {
  const uint64_t chunk_offset = chunks_.chunk_offset();
  if (offset >= chunk_offset && offset + size <= chunk_offset + chunk_.size()) {
    out->assign(chunk_.substr(static_cast<size_t>(offset - chunk_offset), size));
    return absl::OkStatus();
  }
  return chunks_.ReadAt(offset, size, out);
}

absl::StatusOr<PaymentImages> PaymentImages::Open(const RunFolder& folder, bool with_allocations) {
  if (!folder.has(StreamKind::kPayments)) {
    return absl::NotFoundError(
        Concat(folder.path, ": expected payments, found that this run did not emit them"));
  }
  PaymentImages images;
  images.path_ = folder.path;
  absl::StatusOr<std::unique_ptr<RecordCursor>> payments =
      RecordCursor::Open(folder[StreamKind::kPayments]);
  if (!payments.ok()) return payments.status();
  images.payments_ = *std::move(payments);
  if (!with_allocations) return images;
  absl::StatusOr<std::unique_ptr<RecordCursor>> allocations =
      RecordCursor::Open(folder[StreamKind::kAllocations]);
  if (!allocations.ok()) return allocations.status();
  images.allocations_ = *std::move(allocations);
  const absl::StatusOr<bool> more = images.allocations_->Next();
  if (!more.ok()) return more.status();
  if (!*more) return images;
  absl::StatusOr<std::string> id = images.allocations_->PaymentId();
  if (!id.ok()) return id.status();
  images.waiting_id_ = *std::move(id);
  return images;
}

// A further delivery carries the id of the first one, and posts nothing.
absl::StatusOr<bool> PaymentImages::IsDuplicate() {
  const std::string_view record = payments_->record();
  const std::string_view word = Name(Outcome::kDuplicate);
  if (payments_->form() == RowForm::kJsonLines) {
    // Quotes inside of texts are escaped, so this is a member.
    constexpr std::string_view kMember = "\"outcome\":\"duplicate\"";
    return memmem(record.data(), record.size(), kMember.data(), kMember.size()) != nullptr;
  }
  if (record.find(word) == std::string_view::npos) return false;
  const absl::StatusOr<JsonSpan> tokens = payments_->Tokens(record);
  if (!tokens.ok()) return tokens.status();
  bool is_duplicate = false;
  ForMembers(*tokens, [&](std::string_view key, JsonSpan value) {
    if (key == "outcome") is_duplicate = ScalarText(value) == word;
  });
  return is_duplicate;
}

// Allocations stand in the order of their payments, those of one payment together.
absl::Status PaymentImages::TakeAllocations(const std::string& id, PaymentImage* image) {
  image->allocation_offset = allocations_->offset();
  while (waiting_id_ == id) {
    const std::string_view record = allocations_->record();
    image->allocation_size += static_cast<uint32_t>(record.size());
    image->content = XXH3_64bits_withSeed(record.data(), record.size(), image->content);
    const absl::StatusOr<bool> more = allocations_->Next();
    if (!more.ok()) return more.status();
    waiting_id_.clear();
    if (!*more) break;
    absl::StatusOr<std::string> next = allocations_->PaymentId();
    if (!next.ok()) return next.status();
    waiting_id_ = *std::move(next);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> PaymentImages::Next(PaymentImage* image) {
  const absl::StatusOr<bool> more = payments_->Next();
  if (!more.ok()) return more.status();
  if (!*more) {
    if (waiting_id_.empty()) return false;
    return absl::DataLossError(Concat(path_, ": allocations of payment ", waiting_id_,
                                      " are not where its row in payments is"));
  }
  const absl::StatusOr<std::string> id = payments_->PaymentId();
  if (!id.ok()) return id.status();
  const std::string_view record = payments_->record();
  *image = {};
  image->row_offset = payments_->offset();
  image->row_size = static_cast<uint32_t>(record.size());
  image->content = XXH3_64bits(record.data(), record.size());
  const absl::StatusOr<bool> is_duplicate = IsDuplicate();
  if (!is_duplicate.ok()) return is_duplicate.status();
  image->key = KeyOf(*id, *is_duplicate);
  if (*is_duplicate) return true;
  if (allocations_ != nullptr) {
    if (absl::Status status = TakeAllocations(*id, image); !status.ok()) return status;
  }
  return true;
}

absl::Status PaymentImages::Read(const PaymentImage& image,
                                 std::string* payment_id,
                                 DiffSide* side) {
  side->exists = true;
  if (absl::Status status = payments_->ReadAt(image.row_offset, image.row_size, &bytes_);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<JsonSpan> tokens = payments_->Tokens(bytes_);
  if (!tokens.ok()) return tokens.status();
  ForMembers(*tokens, [&](std::string_view key, JsonSpan value) {
    struct Field {
      std::string_view name;
      std::string* to;
    };

    for (const Field& field :
         {Field{"payment_id", payment_id}, Field{"amount", &side->amount},
          Field{"currency", &side->currency}, Field{"booking_date", &side->booking_date},
          Field{"outcome", &side->outcome}, Field{"rule", &side->rule},
          Field{"confidence", &side->confidence}, Field{"allocated", &side->allocated},
          Field{"on_account", &side->on_account}}) {
      if (field.name == key) field.to->assign(ScalarText(value));
    }
  });
  if (image.allocation_size == 0) return absl::OkStatus();
  if (absl::Status status =
          allocations_->ReadAt(image.allocation_offset, image.allocation_size, &bytes_);
      !status.ok()) {
    return status;
  }
  for (size_t begin = 0; begin < bytes_.size();) {
    const size_t end = RecordEnd(bytes_, begin, allocations_->form());
    tokens = allocations_->Tokens(std::string_view(bytes_).substr(begin, end - begin));
    if (!tokens.ok()) return tokens.status();
    side->allocations.push_back(ReadAllocation(*tokens));
    begin = end;
  }
  return absl::OkStatus();
}

}  // namespace kvitt
