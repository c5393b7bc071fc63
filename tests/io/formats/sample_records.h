// What the tests of formats share: what a file reads as, in lines of text that stand beside each
// sample.
//
// `NAME.expected.jsonl` holds one line for each record: the record stream that `kvitt convert`
// writes. `NAME.inspect.json` is the line of `kvitt inspect --json`.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats/format.h"
#include "kvitt/io.h"

namespace kvitt {

// What a whole file reads as.
struct ReadOutcome {
  FileReport report;
  std::vector<std::string> records;     // one line each, without line end
  std::vector<RecordProblem> problems;  // told to the sink
  std::vector<int64_t> amounts;         // signed, in the order of the records
};

// Reads `bytes` in blocks of about `block_bytes`.
ReadOutcome ReadAll(const Format& format,
                    std::string_view bytes,
                    size_t block_bytes = size_t{1} << 20,
                    const ReadOptions& options = {});

// The line of `kvitt inspect --json`, without line end.
std::string InspectLine(const FileReport& report, std::string_view file);

struct Sample {
  std::string format;  // the folder
  std::string path;
  std::string name;  // file name
  std::string bytes;
  std::string expected;  // of NAME.expected.jsonl
  std::string inspect;   // of NAME.inspect.json
  std::string base;      // the path up to the first dot of the file name
};

// The samples of one format, or of all ("").
std::vector<Sample> Samples(std::string_view format);

// Lines joined, each with its line end.
std::string JoinLines(const std::vector<std::string>& lines);

}  // namespace kvitt
