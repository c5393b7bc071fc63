#include "io/bytes/file_reading.h"

#include <algorithm>
#include <chrono>

#include "engine/value/concat.h"
#include "io/bytes/decompress.h"
#include "io/bytes/text_encoding.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr size_t kHeadBytes = size_t{64} << 10;

// Adds the time since its making, or since the last Stop, to a stage.
class StageClock {
 public:
  void Stop(uint64_t* stage) {
    const auto now = std::chrono::steady_clock::now();
    *stage += static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now - begin_).count());
    begin_ = now;
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Takes records and keeps nothing.
class UnusedRecords : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Payments(const PaymentBatch&) override {}

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}
};

// The surest format; between equally sure ones, one of the kind that the command line named.
const Format* SurestFormat(absl::Span<const Format> formats,
                           std::string_view head,
                           const FormatSettings& settings) {
  const FileKind expected_kind = settings.expected_kind;
  const Format* best = nullptr;
  int surest = 0;
  for (const Format& format : formats) {
    const int sure = format.sniff_by_settings != nullptr ? format.sniff_by_settings(settings, head)
                     : format.sniff != nullptr           ? format.sniff(head)
                                                         : 0;
    const bool wanted = expected_kind != FileKind::kUnknown && format.kind == expected_kind;
    if (sure > surest || (sure == surest && sure > 0 && wanted && best->kind != expected_kind)) {
      best = &format;
      surest = sure;
    }
  }
  return best;
}

const Format* FormatNamed(absl::Span<const Format> formats, std::string_view name) {
  for (const Format& format : formats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

// Whether records of `found` in a file given as `expected` are a mistake of who gave it. Claims and
// agreements lie in the same mailbox as payments and post nothing.
bool IsWrongKind(FileKind expected, FileKind found) {
  const auto is_stream = [](FileKind kind) {
    return kind == FileKind::kItems || kind == FileKind::kPayments || kind == FileKind::kCustomers;
  };
  return is_stream(expected) && is_stream(found) && expected != found;
}

}  // namespace

FileReading::FileReading(
    ReadingShared* shared, uint32_t file, std::string name, FileKind expected_kind, FileBytes bytes)
    : shared_(shared),
      file_(file),
      expected_kind_(expected_kind),
      bytes_(std::move(bytes)),
      options_(*shared->options),
      last_chunk_(kNotKnown) {
  report_.file = std::move(name);
  options_.settings.expected_kind = expected_kind;
  if (bytes_.file != nullptr && bytes_.stream == nullptr) {
    const uint64_t size = bytes_.file->size();
    last_chunk_ = size == 0 ? 0 : (size - 1) / shared_->limits->block_bytes;
  }
}

FileReading::~FileReading() = default;

FileReading::Failure FileReading::FailureOf(const absl::Status& status, uint64_t byte_offset) {
  Failure failure;
  failure.byte_offset = byte_offset;
  failure.text = std::string(status.message());
  // See byte_stream.h for what the codes say.
  if (absl::IsOutOfRange(status) || absl::IsAborted(status)) {
    failure.code = DeviationCode::kFileTruncated;
  } else if (absl::IsDataLoss(status)) {
    failure.code = DeviationCode::kRecordMalformed;
  } else if (absl::IsResourceExhausted(status)) {
    failure.code = DeviationCode::kRecordMalformed;
    failure.over_limit = true;
  }
  return failure;
}

void FileReading::Fail(uint64_t chunk, Failure failure) {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_failed_ = true;
  if (chunk < failed_chunk_) {
    failed_chunk_ = chunk;
    failure_ = std::move(failure);
  }
  moved_.notify_all();
}

void FileReading::FailToOpen(const absl::Status& status) {
  Fail(0, FailureOf(status, 0));
}

void FileReading::FailAsEmptyDirectory() {
  Failure failure;
  failure.code = DeviationCode::kFileEmpty;
  failure.text =
      "expected files in the folder, found none (hidden files, links and folders in it are not "
      "looked at)";
  Fail(0, std::move(failure));
}

bool FileReading::FailedUpTo(uint64_t chunk) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_chunk_ <= chunk;
}

FileReading::Claim FileReading::ClaimChunk(uint64_t* chunk) {
  if (has_failed_) return Claim::kNone;
  const uint64_t last = last_chunk_;
  if (last != kNotKnown && next_chunk_ > last) return Claim::kNone;
  if (is_stream()) {
    if (loading_) return Claim::kBusy;
    loading_ = true;
  }
  *chunk = next_chunk_++;
  ++in_flight_;
  return Claim::kChunk;
}

bool FileReading::Done() {
  KVITT_CHECK(in_flight_ > 0);
  --in_flight_;
  const uint64_t last = last_chunk_;
  return in_flight_ == 0 && (has_failed_ || (last != kNotKnown && next_chunk_ > last));
}

// --- Loading ---

absl::Status FileReading::FillFromStream(BlockBuffer* buffer) {
  const size_t wanted = shared_->limits->block_bytes;
  char* const to = buffer->Prepare(wanted);
  if (to == nullptr) return absl::ResourceExhaustedError("no memory for a block");
  size_t size = 0;
  if (ahead_.has_value()) to[size++] = *ahead_;
  ahead_.reset();
  while (size < wanted) {
    absl::StatusOr<size_t> count = bytes_.stream->Read(to + size, wanted - size);
    if (!count.ok()) {
      buffer->SetSize(size);
      return count.status();
    }
    if (*count == 0) break;
    size += *count;
  }
  buffer->SetSize(size);
  if (size < wanted) {
    last_chunk_ = next_chunk_ - 1;
    return absl::OkStatus();
  }
  char ahead = 0;
  absl::StatusOr<size_t> count = bytes_.stream->Read(&ahead, 1);
  if (!count.ok()) return count.status();
  if (*count == 0) {
    last_chunk_ = next_chunk_ - 1;
  } else {
    ahead_ = ahead;
  }
  return absl::OkStatus();
}

absl::Status FileReading::LoadChunk(uint64_t chunk, BlockBuffer* buffer) {
  const uint64_t offset = chunk * shared_->limits->block_bytes;
  const uint64_t bytes_max = options_.settings.max_bytes;
  if (is_stream()) {
    if (absl::Status status = FillFromStream(buffer); !status.ok()) return status;
  } else {
    const auto size = static_cast<size_t>(
        std::min<uint64_t>(shared_->limits->block_bytes, bytes_.file->size() - offset));
    char* const to = buffer->Prepare(shared_->limits->block_bytes);
    if (to == nullptr) return absl::ResourceExhaustedError("no memory for a block");
    if (absl::Status status = bytes_.file->ReadAt(offset, to, size); !status.ok()) return status;
    buffer->SetSize(size);
  }
  if (offset + buffer->bytes().size() > bytes_max) {
    return absl::ResourceExhaustedError(
        Concat("expected at most ", bytes_max, " bytes (the limit is max_bytes), found more"));
  }
  return absl::OkStatus();
}

void FileReading::Load(uint64_t chunk, BlockBuffer* buffer, ReadTimings* timings) {
  StageClock clock;
  if (shared_->limits->stop != nullptr && *shared_->limits->stop) {
    Fail(chunk, FailureOf(absl::CancelledError("stopped"), 0));
    return;
  }
  if (absl::Status status = LoadChunk(chunk, buffer); !status.ok()) {
    Fail(chunk, FailureOf(status, 0));
  }
  clock.Stop(&timings->load_ns);
}

void FileReading::DigestChunk(uint64_t chunk, std::string_view bytes, ReadTimings* timings) {
  StageClock clock;
  std::vector<PieceDigest> pieces;
  pieces.reserve(bytes.size() / kDigestPiece + 1);
  DigestPieces(bytes, &pieces);
  const uint64_t offset = chunk * shared_->limits->block_bytes;
  const auto first = static_cast<size_t>(offset / kDigestPiece);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (pieces_.size() < first + pieces.size()) pieces_.resize(first + pieces.size());
    std::copy(pieces.begin(), pieces.end(), pieces_.begin() + static_cast<std::ptrdiff_t>(first));
    total_bytes_ = std::max(total_bytes_, offset + bytes.size());
  }
  timings->bytes += bytes.size();
  clock.Stop(&timings->digest_ns);
}

// --- The beginning of a file ---

// False when no format begins like `text`, or none has the name that was asked for.
bool FileReading::NameFormat(std::string_view text) {
  const std::string& wanted = options_.settings.input_format;
  format_ = wanted.empty()
                ? SurestFormat(shared_->formats, text.substr(0, kHeadBytes), options_.settings)
                : FormatNamed(shared_->formats, wanted);
  if (format_ == nullptr) return false;
  report_.format = std::string(format_->name);
  report_.kind = format_->kind;
  return true;
}

bool FileReading::Recognise(std::string_view first) {
  const std::string_view text = first.substr(ByteOrderMarkLength(first));
  const std::string_view head = text.substr(0, kHeadBytes);
  const auto refuse = [this](DeviationCode code, std::string problem) {
    Failure failure;
    failure.code = code;
    failure.text = std::move(problem);
    Fail(0, std::move(failure));
    return false;
  };
  // A file that begins with more blanks than a head holds may be anything.
  if (last_chunk_ == 0 && first.size() <= kHeadBytes && IsBlank(text)) {
    return refuse(DeviationCode::kFileEmpty, first.empty() ? "expected records, found an empty file"
                                                           : "expected records, found only blanks");
  }
  if (is_stream() && DetectContainer(head) != Container::kNone) {
    return refuse(DeviationCode::kFileUnknown,
                  Concat("expected a file inside the container, found ",
                         Name(DetectContainer(head)), " data again: it was packed twice"));
  }
  if (const std::string_view why = UnreadableEncoding(head); !why.empty()) {
    return refuse(DeviationCode::kFileUnknown,
                  Concat("expected a payment or invoice file, found ", why));
  }
  if (!NameFormat(text)) {
    return refuse(DeviationCode::kFileUnknown, "no format that kvitt reads begins like this file");
  }
  if (IsWrongKind(expected_kind_, format_->kind)) {
    return refuse(DeviationCode::kFileUnknown,
                  Concat("expected a file of ", Name(expected_kind_), ", found ", format_->name,
                         ", which holds ", Name(format_->kind)));
  }
  reader_ = format_->make_reader(options_, head);
  return true;
}

bool FileReading::Start(BlockBuffer* buffer, ReadTimings* timings) {
  if (FailedUpTo(0)) return false;  // It could not be opened.
  next_chunk_ = 1;
  in_flight_ = 1;
  Load(0, buffer, timings);
  if (FailedUpTo(0)) {
    // What it was is told all the same, from the bytes before the damage.
    NameFormat(buffer->bytes());
    return false;
  }
  if (!Recognise(buffer->bytes())) {
    // What it is nobody knows, but a small file is still known by its digest.
    if (last_chunk_ == 0) DigestChunk(0, buffer->bytes(), timings);
    return false;
  }
  if (reader_->parallel()) return true;
  ReadWhole(buffer, timings);
  return false;
}

absl::Status FileReading::LoadRest(BlockBuffer* buffer) {
  const uint64_t memory_max = shared_->limits->whole_file_bytes_max;
  absl::Status too_large =
      absl::ResourceExhaustedError(Concat("expected at most ", memory_max, " bytes of ",
                                          report_.format, ", which is read whole, found more"));
  size_t size = buffer->bytes().size();
  if (!is_stream()) {
    const uint64_t all = bytes_.file->size();
    if (all > memory_max) return too_large;
    char* const to = buffer->Grow(static_cast<size_t>(all));
    if (to == nullptr) return absl::ResourceExhaustedError("no memory for the whole file");
    if (absl::Status status = bytes_.file->ReadAt(size, to + size, static_cast<size_t>(all) - size);
        !status.ok()) {
      return status;
    }
    buffer->SetSize(static_cast<size_t>(all));
    return absl::OkStatus();
  }
  while (last_chunk_ == kNotKnown) {
    const size_t room = std::max<size_t>(shared_->limits->block_bytes, size);
    char* const to = buffer->Grow(size + room);
    if (to == nullptr) return absl::ResourceExhaustedError("no memory for the whole file");
    if (ahead_.has_value()) to[size++] = *ahead_;
    ahead_.reset();
    absl::StatusOr<size_t> count = bytes_.stream->Read(to + size, room - 1);
    if (!count.ok()) return count.status();
    if (*count == 0) last_chunk_ = 0;
    size += *count;
    buffer->SetSize(size);
    if (size > std::min(memory_max, options_.settings.max_bytes)) return too_large;
  }
  return absl::OkStatus();
}

void FileReading::ReadWhole(BlockBuffer* buffer, ReadTimings* timings) {
  if (last_chunk_ != 0) {
    StageClock clock;
    if (absl::Status status = LoadRest(buffer); !status.ok()) {
      Fail(0, FailureOf(status, 0));
      return;
    }
    clock.Stop(&timings->load_ns);
  }
  const std::string_view all = buffer->bytes();
  DigestChunk(0, all, timings);
  Block block;
  block.offset = ByteOrderMarkLength(all);
  block.bytes = all.substr(static_cast<size_t>(block.offset));
  block.file = file_;
  block.is_last = true;
  Parse(block, {}, timings);
}

// --- A chunk ---

void FileReading::ProcessChunk(uint64_t chunk, BlockBuffer* buffer, ReadTimings* timings) {
  if (FailedUpTo(chunk)) return;
  DigestChunk(chunk, buffer->bytes(), timings);
  Block block;
  if (!Cut(chunk, buffer, &block, timings)) return;
  const std::string context = EntryContext(block, timings);
  Parse(block, context, timings);
}

void FileReading::MoveCutOn(uint64_t chunk) {
  const std::lock_guard<std::mutex> lock(mutex_);
  chunks_cut_ = chunk + 1;
  moved_.notify_all();
}

// Waits for the cut chain and moves it on. False when the chunk holds no record end, or when the
// file failed before it.
bool FileReading::Cut(uint64_t chunk, BlockBuffer* buffer, Block* block, ReadTimings* timings) {
  StageClock clock;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    moved_.wait(lock, [&] { return chunks_cut_ == chunk || failed_chunk_ <= chunk; });
    if (failed_chunk_ <= chunk) return false;
  }
  clock.Stop(&timings->wait_ns);
  std::string_view bytes = buffer->bytes();
  uint64_t offset = tail_offset_;
  if (chunk == 0) {
    offset = ByteOrderMarkLength(bytes);
    bytes.remove_prefix(static_cast<size_t>(offset));
  } else if (chunk != last_chunk_ && tail_.size() + bytes.size() < tail_look_at_) {
    // A long record is looked at whenever it has doubled, not with every chunk: the work stays linear.
    tail_.append(bytes);
    MoveCutOn(chunk);
    clock.Stop(&timings->cut_ns);
    return false;
  } else if (!tail_.empty()) {
    bytes = buffer->Prepend(tail_);
    if (bytes.data() == nullptr) {
      Fail(chunk, FailureOf(absl::ResourceExhaustedError("no memory for a long record"), offset));
      return false;
    }
  }
  const bool is_last = chunk == last_chunk_;
  const size_t cut = is_last ? bytes.size() : reader_->CutBlock(bytes);
  KVITT_CHECK(cut <= bytes.size());
  tail_look_at_ = cut > 0 ? 0 : std::min(2 * bytes.size(), reader_->record_bytes_max() + 1);
  tail_.assign(bytes.substr(cut));
  tail_offset_ = offset + cut;
  if (tail_.size() > reader_->record_bytes_max()) {
    // What stands before it is still parsed, so that its number is known.
    Failure failure =
        FailureOf(absl::DataLossError(RecordTooLong(reader_->record_bytes_max())), tail_offset_);
    failure.is_of_next_record = true;
    Fail(chunk + 1, std::move(failure));
  }
  const bool has_block = cut > 0 || is_last;
  block->bytes = bytes.substr(0, cut);
  block->offset = offset;
  block->file = file_;
  block->index = blocks_;
  block->is_last = is_last;
  if (has_block) ++blocks_;
  MoveCutOn(chunk);
  clock.Stop(&timings->cut_ns);
  return has_block;
}

std::string FileReading::EntryContext(const Block& block, ReadTimings* timings) {
  StageClock clock;
  std::string exit = block.is_last ? std::string() : reader_->ExitContext(block);
  clock.Stop(&timings->cut_ns);
  std::unique_lock<std::mutex> lock(mutex_);
  // The blocks before are cut, so their threads are past everything that could fail before this.
  moved_.wait(lock, [&] { return contexts_done_ == block.index; });
  std::string entry = context_;
  if (!exit.empty()) context_ = std::move(exit);
  ++contexts_done_;
  moved_.notify_all();
  clock.Stop(&timings->wait_ns);
  return entry;
}

void FileReading::Parse(const Block& block, std::string_view context, ReadTimings* timings) {
  StageClock clock;
  UnusedRecords unused;
  std::unique_ptr<BlockSink> block_sink;
  if (shared_->sink != nullptr) block_sink = shared_->sink->OpenBlock(file_, block.index);
  std::unique_ptr<BlockSummary> summary = reader_->ParseBlock(
      block, context, block_sink == nullptr ? static_cast<BlockSink*>(&unused) : block_sink.get());
  KVITT_CHECK(summary != nullptr);
  block_sink = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (summaries_.size() <= block.index) summaries_.resize(block.index + size_t{1});
    summaries_[block.index] = std::move(summary);
  }
  ++timings->blocks;
  clock.Stop(&timings->parse_ns);
}

// --- The verdict ---

void FileReading::JudgeContent() {
  bool condemned = false;
  bool lists_unbooked = false;
  for (const std::unique_ptr<BlockSummary>& summary : summaries_) {
    condemned |= !summary->problems.empty();
    lists_unbooked |= summary->tally.unbooked > 0;
  }
  FinishResult result = reader_->Finish(summaries_);
  result.report.file = std::move(report_.file);
  report_ = std::move(result.report);
  if (report_.format.empty() || report_.format == "unknown")
    report_.format = std::string(format_->name);
  if (condemned || report_.control_totals == ControlState::kMismatch) report_.set_aside = true;
  const bool holds_nothing = report_.entries == 0 && report_.transactions == 0 &&
                             report_.bad_records == 0 && !lists_unbooked;
  if (holds_nothing && report_.problems.empty() && !options_.settings.allow_empty) {
    RecordProblem problem;
    problem.code = DeviationCode::kFileEmpty;
    problem.text =
        Concat("expected records, found a well-formed ", report_.format, " file without any");
    report_.problems.push_back(std::move(problem));
    report_.set_aside = true;
  }
  // A file whose controls alone failed may be posted by a person's decision.
  const bool is_lost = report_.set_aside && !report_.only_controls_failed;
  if (is_lost || shared_->sink == nullptr) return;
  const std::lock_guard<std::mutex> lock(shared_->late_dates_mutex);
  for (const LateDates& late : result.late_dates) {
    shared_->sink->SetDates(file_, late.block, late.first, late.last, late.booking_date,
                            late.value_date);
  }
  TellStatements(file_, summaries_, shared_->sink);
}

// A record that is longer than is believed costs the file in the same words, whether the driver found no end of it
// or a reader met it whole inside a block.
void FileReading::FindEndlessRecord() {
  uint64_t lines = 0;
  for (const std::unique_ptr<BlockSummary>& summary : summaries_) {
    if (summary->endless.has_value()) {
      failure_ =
          FailureOf(absl::DataLossError(summary->endless->text), summary->endless->byte_offset);
      failure_->record = lines + summary->endless->record + 1;
      return;
    }
    lines += summary->tally.lines;
  }
  if (failure_.has_value() && failure_->is_of_next_record) failure_->record = lines + 1;
}

void FileReading::Judge() {
  const bool empty_is_fine = failure_.has_value() && failure_->code == DeviationCode::kFileEmpty &&
                             options_.settings.allow_empty;
  if (!failure_.has_value()) {
    JudgeContent();
  } else if (!empty_is_fine) {
    RecordProblem problem;
    problem.code = failure_->code;
    problem.record = failure_->record;
    problem.byte_offset = failure_->byte_offset;
    problem.text = std::move(failure_->text);
    report_.problems.push_back(std::move(problem));
    report_.set_aside = true;
    report_.over_limit = failure_->over_limit;
  }
}

void FileReading::Finish(ReadTimings* timings) {
  StageClock clock;
  if (bytes_.file != nullptr && !failure_.has_value()) {
    if (absl::Status status = bytes_.file->CheckUnchanged(); !status.ok())
      Fail(0, FailureOf(status, 0));
  }
  FindEndlessRecord();
  // The digest of a file that was not read to its end would be that of another file. What is told of a failed
  // file does not depend on how much of it a block is: a digest it has only when every block would hold it.
  const bool is_whole = !failure_.has_value() ||
                        (failure_->code != DeviationCode::kFileTruncated && last_chunk_ == 0 &&
                         !pieces_.empty() && total_bytes_ <= kDigestPiece);
  Judge();
  report_.bytes = is_whole                                             ? total_bytes_
                  : bytes_.file == nullptr || bytes_.stream != nullptr ? 0
                                                                       : bytes_.file->size();
  if (is_whole) report_.digest = CombineDigest(pieces_, total_bytes_);
  summaries_.clear();
  pieces_.clear();
  reader_ = nullptr;
  // Moved out, not assigned to: a destructor lets the stream go before what it reads from.
  { const FileBytes released = std::move(bytes_); }
  ++timings->files;
  clock.Stop(&timings->finish_ns);
}

}  // namespace kvitt
