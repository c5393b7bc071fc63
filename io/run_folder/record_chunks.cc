#include "io/run_folder/record_chunks.h"

#include <algorithm>
#include <utility>

#include "engine/value/concat.h"
#include "io/bytes/separated_cell.h"

namespace kvitt {
namespace {

constexpr size_t kReadBytes = size_t{4} << 20;
constexpr size_t kPadding = 64;
// Longer than any record that a run writes; what is longer is no output of kvitt.
constexpr size_t kRecordBytesMax = size_t{256} << 20;

bool OddQuotes(std::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 != 0;
}

// Where the last whole record ends; 0 when there is none.
size_t LastRecordEnd(std::string_view bytes, RowForm form) {
  size_t end = bytes.rfind('\n');
  if (form == RowForm::kCsv) {
    bool inside = OddQuotes(bytes.substr(0, end == std::string_view::npos ? 0 : end));
    while (end != std::string_view::npos && inside) {
      const size_t before = end == 0 ? std::string_view::npos : bytes.rfind('\n', end - 1);
      if (before == std::string_view::npos) return 0;
      inside ^= OddQuotes(bytes.substr(before, end - before));
      end = before;
    }
  }
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

size_t RecordEnd(std::string_view bytes, size_t begin, RowForm form) {
  bool inside = false;
  for (size_t from = begin;;) {
    const size_t end = bytes.find('\n', from);
    if (end == std::string_view::npos) return end;
    if (form == RowForm::kCsv) inside ^= OddQuotes(bytes.substr(from, end - from));
    if (!inside) return end + 1;
    from = end + 1;
  }
}

std::string_view WithoutLineEnd(std::string_view record) {
  if (!record.empty() && record.back() == '\n') record.remove_suffix(1);
  if (!record.empty() && record.back() == '\r') record.remove_suffix(1);
  return record;
}

absl::Status RecordChunks::Fail(const absl::Status& status) const {
  return absl::Status(status.code(), Concat(stream_.path, ": ", std::string(status.message())));
}

absl::StatusOr<RecordChunks> RecordChunks::Open(const StoredStream& stream) {
  RecordChunks chunks;
  chunks.stream_ = stream;
  absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open({.path = stream.path});
  if (!file.ok()) return chunks.Fail(file.status());
  chunks.file_ = *std::move(file);
  if (stream.form == RowForm::kCsv) {
    if (absl::Status status = chunks.ReadHeader(); !status.ok()) return status;
  }
  return chunks;
}

// Only the header counts as given then; the rest of the chunk is given by the next call.
absl::Status RecordChunks::ReadHeader() {
  const absl::StatusOr<std::string_view> first = Next();
  if (!first.ok()) return first.status();
  const size_t end = first->empty() ? std::string_view::npos : RecordEnd(*first, 0, RowForm::kCsv);
  if (end == std::string_view::npos ||
      !SplitCells(WithoutLineEnd(first->substr(0, end)), ',', &columns_)) {
    return absl::DataLossError(Concat(stream_.path, ": expected a header line, found none"));
  }
  given_ = end;
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> RecordChunks::Next() {
  chunk_offset_ += given_;
  buffer_.erase(0, given_);
  held_ -= given_;
  given_ = 0;
  for (;;) {
    // What the last read brought may hold whole records already (behind a header).
    given_ = LastRecordEnd(std::string_view(buffer_).substr(0, held_), stream_.form);
    if (given_ != 0) return std::string_view(buffer_).substr(0, given_);
    if (read_ == file_->size()) break;
    if (held_ > kRecordBytesMax) {
      return absl::DataLossError(Concat(stream_.path, ": byte ", chunk_offset_,
                                        ": expected a record, found none that ends within ",
                                        kRecordBytesMax, " bytes"));
    }
    const auto more =
        static_cast<size_t>(std::min<uint64_t>(file_->size() - read_, kReadBytes + held_));
    buffer_.resize(held_ + more + kPadding);
    if (absl::Status status = file_->ReadAt(read_, buffer_.data() + held_, more); !status.ok()) {
      return Fail(status);
    }
    held_ += more;
    read_ += more;
    std::fill(buffer_.begin() + static_cast<ptrdiff_t>(held_), buffer_.end(), '\0');
  }
  if (absl::Status status = file_->CheckUnchanged(); !status.ok()) return Fail(status);
  if (held_ == 0) return std::string_view();
  return absl::DataLossError(Concat(stream_.path, ": byte ", chunk_offset_,
                                    ": expected a line end, found the end of the file"));
}

absl::Status RecordChunks::ReadAt(uint64_t offset, size_t size, std::string* out) const {
  out->resize(size);
  const absl::Status status = file_->ReadAt(offset, out->data(), size);
  return status.ok() ? status : Fail(status);
}

}  // namespace kvitt
