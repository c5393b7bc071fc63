// One file on its way from bytes to its verdict. Several threads work on it at the same time; the
// order of its blocks is kept by two chains, each handed from block to block:
//
//   the cut      where the block before ended, and the unfinished record that it left over. A
//   thread
//                loads and hashes its chunk first and needs the chain only then.
//   the context  what the block before says about the section that it left open.
//
// A thread holds one chunk and waits only for chunks with lower numbers, which were claimed before
// by threads that are running, so the chains always move. When a chunk fails, the chunks before it
// are still completed: the failure that is reported is the first in the file, not the first in
// time.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "io/bytes/block_buffer.h"
#include "io/bytes/digest.h"
#include "io/bytes/open_input.h"
#include "io/bytes/read_files.h"
#include "io/formats/format.h"

namespace kvitt {

// What all files of one call share.
struct ReadingShared {
  const ReadOptions* options = nullptr;
  const ReadLimits* limits = nullptr;
  absl::Span<const Format> formats;
  RecordSink* sink = nullptr;
  std::mutex late_dates_mutex;
};

class FileReading {
 public:
  FileReading(ReadingShared* shared,
              uint32_t file,
              std::string name,
              FileKind expected_kind,
              FileBytes bytes);
  ~FileReading();
  FileReading(const FileReading&) = delete;
  FileReading& operator=(const FileReading&) = delete;

  // A file that could not even be opened.
  void FailToOpen(const absl::Status& status);
  // A directory without files to read.
  void FailAsEmptyDirectory();

  // Loads the first chunk, finds the format, and, for a format that is read whole, does everything.
  // True: the file has chunks to be processed, of which the first is in `buffer` and is the
  // caller's (ProcessChunk with 0).
  bool Start(BlockBuffer* buffer, ReadTimings* timings);

  // A stream gives its chunks one after another; after Load, call Loaded to let the next one be
  // claimed.
  bool is_stream() const { return bytes_.stream != nullptr; }

  // ClaimChunk, Loaded and Done are called under the scheduler's lock.
  enum class Claim : uint8_t { kChunk, kBusy, kNone };
  Claim ClaimChunk(uint64_t* chunk);

  void Loaded() { loading_ = false; }

  // The caller is through with a chunk. True: nothing is left to do but Finish, which the caller
  // does.
  bool Done();

  // Loads and parses a claimed chunk.
  void Load(uint64_t chunk, BlockBuffer* buffer, ReadTimings* timings);
  void ProcessChunk(uint64_t chunk, BlockBuffer* buffer, ReadTimings* timings);

  // Judges the file, once, after everything else.
  void Finish(ReadTimings* timings);

  uint32_t file() const { return file_; }

  FileReport TakeReport() { return std::move(report_); }

  const std::string& name() const { return report_.file; }

 private:
  static constexpr uint64_t kNotKnown = ~uint64_t{0};

  struct Failure {
    DeviationCode code = DeviationCode::kFileUnknown;
    uint64_t byte_offset = 0;
    uint64_t record = 0;  // 0: the file as a whole
    std::string text;
    bool over_limit = false;
    bool is_of_next_record = false;  // of the record behind those of the blocks that were parsed
  };

  // Why the bytes stopped, as a problem of the file.
  static Failure FailureOf(const absl::Status& status, uint64_t byte_offset);
  void Fail(uint64_t chunk, Failure failure);
  bool FailedUpTo(uint64_t chunk);

  absl::Status FillFromStream(BlockBuffer* buffer);
  absl::Status LoadChunk(uint64_t chunk, BlockBuffer* buffer);
  absl::Status LoadRest(BlockBuffer* buffer);
  void DigestChunk(uint64_t chunk, std::string_view bytes, ReadTimings* timings);
  bool NameFormat(std::string_view text);
  bool Recognise(std::string_view first);
  void ReadWhole(BlockBuffer* buffer, ReadTimings* timings);
  void MoveCutOn(uint64_t chunk);
  bool Cut(uint64_t chunk, BlockBuffer* buffer, Block* block, ReadTimings* timings);
  std::string EntryContext(const Block& block, ReadTimings* timings);
  void Parse(const Block& block, std::string_view context, ReadTimings* timings);
  void FindEndlessRecord();
  void Judge();
  void JudgeContent();

  ReadingShared* const shared_;
  const uint32_t file_;
  const FileKind expected_kind_;
  FileBytes bytes_;
  FileReport report_;
  ReadOptions options_;
  const Format* format_ = nullptr;
  std::unique_ptr<FormatReader> reader_;

  // Guarded by the scheduler's lock.
  uint64_t next_chunk_ = 0;
  uint64_t in_flight_ = 0;
  bool loading_ = false;

  // Used by the thread that loads from a stream: one byte ahead shows whether a chunk is the last.
  std::optional<char> ahead_;
  std::atomic<uint64_t> last_chunk_;  // kNotKnown until a stream has ended

  std::mutex mutex_;
  std::condition_variable moved_;
  // Guarded by mutex_.
  uint64_t failed_chunk_ = kNotKnown;
  std::optional<Failure> failure_;
  uint64_t chunks_cut_ = 0;     // the cut chain: chunk number whose turn it is
  uint64_t contexts_done_ = 0;  // the context chain: block number whose turn it is
  std::vector<PieceDigest> pieces_;
  std::vector<std::unique_ptr<BlockSummary>> summaries_;
  uint64_t total_bytes_ = 0;
  std::atomic<bool> has_failed_ = false;

  // Used only by the thread whose turn it is in the cut chain.
  std::string tail_;
  uint64_t tail_offset_ = 0;
  size_t tail_look_at_ = 0;  // bytes with which a tail without a record end is worth another look
  uint32_t blocks_ = 0;
  // Used only by the thread whose turn it is in the context chain.
  std::string context_;
};

}  // namespace kvitt
