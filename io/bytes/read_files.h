// From files to records, on several threads: the driver of every reader.
//
//   absl::StatusOr<ReadResult> read = ReadFiles(inputs, options, limits, &sink);
//   for (const FileReport& report : read->reports) if (report.set_aside) ...
//
// Life of a file: it is opened, its container recognised by its first bytes and its format by the
// first 64 KiB inside; it is cut into blocks at record ends, the blocks are parsed on all threads,
// and the format judges the whole. What is wrong with a file is in its report; the other files go
// on.
//
// Reports, records and their order do not depend on threads or block size: `file` numbers of the
// sink index the reports, in the order of the inputs, members of an archive in the order of its
// directory.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "io/formats/format.h"
#include "kvitt/io.h"
#include "kvitt/record_sink.h"

namespace kvitt {

struct ReadLimits {
  int threads = 1;
  // A multiple of 64 KiB. 1 MiB measured best: a block stays in the second-level cache.
  size_t block_bytes = size_t{1} << 20;
  // Formats that are read whole, and archives from stdin, are held in memory up to this.
  uint64_t whole_file_bytes_max = uint64_t{1} << 30;
  // Looked at once a block; when true, ReadFiles gives up with kCancelled. May be null.
  const std::atomic<bool>* stop = nullptr;
  // The formats to choose from; empty: the table of formats.cc.
  absl::Span<const Format> formats;
};

// Where the time went, added up over all threads.
struct ReadTimings {
  uint64_t files = 0;
  uint64_t blocks = 0;
  uint64_t bytes = 0;    // after decompression
  uint64_t load_ns = 0;  // reading and decompressing
  uint64_t digest_ns = 0;
  uint64_t cut_ns = 0;     // finding record ends and contexts
  uint64_t wait_ns = 0;    // for the block before
  uint64_t parse_ns = 0;   // the reader, and the sink inside it
  uint64_t finish_ns = 0;  // verdicts
  uint64_t wall_ns = 0;

  void Add(const ReadTimings& other);
};

struct ReadResult {
  std::vector<FileReport> reports;
  ReadTimings timings;
};

// `sink` may be null: then records are only counted. Fails for a name in options that is no format
// (kInvalidArgument) and when stopped (kCancelled); files never make it fail.
absl::StatusOr<ReadResult> ReadFiles(absl::Span<const InputSpec> inputs,
                                     const ReadOptions& options,
                                     const ReadLimits& limits,
                                     RecordSink* sink);

// Whether two inputs (neither of them stdin nor a member of an archive) hold the same bytes after
// decompression.
absl::StatusOr<bool> SameContent(const InputSpec& one,
                                 const InputSpec& other,
                                 const ReadOptions& options);

}  // namespace kvitt
