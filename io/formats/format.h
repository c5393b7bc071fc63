// What a file format is to the rest of kvitt.
//
// A format is one self-contained file in this folder and one row in formats.cc. It answers two
// questions, "is this mine?" (sniff) and "what does this block hold?" (ParseBlock), and one more when
// the file is through: "do the controls agree?" (Finish).
//
// Life of a file: the driver (io/bytes) opens and decompresses it, cuts it into blocks at record ends
// (CutBlock), finds the context that each block starts in (ExitContext of the blocks before), parses
// blocks in parallel (ParseBlock), and lets the format judge the whole (Finish). A format that is
// rare or small says `parallel() == false` and gets the whole file as one block.
//
// Nothing here throws. Bad bytes become problems, problems make the verdict, and the driver sets the
// file aside when the verdict says so.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "kvitt/io.h"
#include "kvitt/record_sink.h"

namespace kvitt {

// A run of whole records. `bytes` may be read (not written) up to kBlockPadding bytes past its end;
// those bytes are not part of the block.
struct Block {
  std::string_view bytes;
  uint64_t offset = 0;  // of the first byte in the decompressed file
  uint32_t file = 0;
  uint32_t index = 0;  // 0 for the first block of the file
  bool is_last = false;
};

inline constexpr size_t kBlockPadding = 64;

// The words for a record beyond `bytes_max`, the same from the driver and from a reader.
std::string RecordTooLong(size_t bytes_max);

// What one block held, as the parts of the file's report that simply add up.
struct BlockTally {
  uint64_t entries = 0;
  uint64_t transactions = 0;
  uint64_t unbooked = 0;  // entries that are listed and stand in no count: pending, information
  uint64_t lines = 0;     // physical lines or records, for numbering
  uint32_t statements_opened = 0;
  std::map<Currency, Int128> credit_minor;  // entries by their sign for the holder
  std::map<Currency, Int128> debit_minor;
  Date first_date;
  Date last_date;
  std::vector<std::string> accounts;  // creditor accounts met, at most 100
};

// What a block's parse leaves for Finish. A format derives its own to carry control sums.
struct BlockSummary {
  virtual ~BlockSummary() = default;
  BlockTally tally;
  // Problems that condemn the whole file (a damaged record of a bank file). Record numbers count
  // physical records (lines) of the block from 0; JoinTallies makes them 1-based in the file.
  std::vector<RecordProblem> problems;
  // The first record that is longer than record_bytes_max(), with its place in the block: it costs the file.
  std::optional<RecordProblem> endless;
};

struct ReadOptions {
  FormatSettings settings;  // decimal mark, column mapping, allowances; see kvitt/io.h
};

// Facts found out only when the file was through.
struct LateDates {
  uint32_t block = 0;
  uint32_t first = 0;  // ordinals of payments in that block, half open
  uint32_t last = 0;
  Date booking_date;
  Date value_date;
};

struct FinishResult {
  FileReport report;  // all but file name and digest
  std::vector<LateDates> late_dates;
};

class FormatReader {
 public:
  virtual ~FormatReader() = default;

  // Whether blocks can be parsed separately. If not, ParseBlock is called once with everything.
  virtual bool parallel() const { return false; }

  // The length of the longest prefix of `bytes` that ends at a record end; 0 when there is none yet.
  // `bytes` begins at a record start. Never called for the last block of a file.
  virtual size_t CutBlock(std::string_view bytes) const;

  // The longest record that is believed. A file in which CutBlock finds no record end for longer is set
  // aside, with memory flat. A reader checks the same limit on what it meets inside a block, so that
  // the answer does not depend on the size of blocks. More than a line: XML entries, sections.
  virtual size_t record_bytes_max() const { return size_t{1} << 20; }

  // What a following block must know of this one (the account of the section that is open at its
  // end), or "" when this block does not change what it was given. Cheap: looks backwards from the
  // end. Called for every block of a parallel format, in any order, on any thread.
  virtual std::string ExitContext(const Block& block) const;

  // Reads the records of one block. `context` is the last non-empty ExitContext of the blocks before
  // ("" for the first). Called for different blocks at the same time on different threads.
  virtual std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                                   std::string_view context,
                                                   BlockSink* sink) const = 0;

  // Joins the summaries (in block order) and checks every control that the format has.
  virtual FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const = 0;
};

// One row of the table of formats.
struct Format {
  std::string_view name;  // as in `inspect`: "bgmax"
  FileKind kind = FileKind::kPayments;
  std::string_view description;  // one line for `kvitt formats`
  // How sure this format is that a file with this head (up to 64 KiB after decompression, without a
  // UTF-8 byte order mark) is its own: 0 not mine, 1 to 100. The highest wins; ties go to the earlier
  // row of the table.
  int (*sniff)(std::string_view head);
  // `head` as given to sniff, for formats that choose by version or header.
  std::unique_ptr<FormatReader> (*make_reader)(const ReadOptions& options, std::string_view head);
  // Null when the format is not written. See io/formats/format_writer.h.
  std::unique_ptr<class FormatWriter> (*make_writer)();
  // As sniff, for a format that settings can teach (column mappings); null for all others.
  int (*sniff_by_settings)(const FormatSettings& settings, std::string_view head) = nullptr;
};

// The sum of the blocks as a report: counts, sums by currency as text, accounts, dates, and the blocks'
// problems with their record numbers made 1-based in the file. Finish starts from it.
FileReport JoinTallies(std::string_view format,
                       std::string_view version,
                       FileKind kind,
                       absl::Span<const std::unique_ptr<BlockSummary>> summaries);

// Tells the sink of each block how many statements those before it opened.
void TellStatements(uint32_t file,
                    absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                    RecordSink* sink);

// The table, in order of precedence. See formats.cc.
absl::Span<const Format> Formats();
// Null when there is no such format.
const Format* FindFormat(std::string_view name);
// The format that is surest of `head`; null when none is.
const Format* SniffFormat(std::string_view head);

// Reads bytes that are already in memory, cut into blocks of about `block_bytes`, one after another on
// the calling thread, and returns the verdict. What tests, fuzzers and small tools use; the parallel
// driver does the same steps. `sink` may be null, then records are only counted.
FileReport ReadBytes(const Format& format,
                     std::string_view bytes,
                     const ReadOptions& options,
                     size_t block_bytes,
                     uint32_t file,
                     RecordSink* sink);

}  // namespace kvitt
