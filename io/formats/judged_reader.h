// Reading a format whose file is one block, by a parser that keeps a verdict of its own while it reads
// (a FileReport through Verdict). Formats that only count what held use WholeFileSummary of verdict.h.
//
//   class FileParser {
//    public:
//     FileParser(const Block& block, BlockSink* sink, JudgedSummary* summary);
//     void Run(bool allow_empty);
//   };
//   return std::make_unique<JudgedReader<FileParser>>(options, kName, "2");

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {

struct JudgedSummary : BlockSummary {
  FileReport controls;
};

template <typename FileParser>
class JudgedReader : public FormatReader {
 public:
  // `format` outlives the reader.
  JudgedReader(const ReadOptions& options, std::string_view format, std::string_view version)
      : allow_empty_(options.settings.allow_empty), format_(format), version_(version) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<JudgedSummary>();
    FileParser(block, sink, summary.get()).Run(allow_empty_);
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(format_, version_, FileKind::kPayments, summaries);
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      TakeVerdict(static_cast<const JudgedSummary&>(*each).controls, &result.report);
    }
    return result;
  }

 private:
  bool allow_empty_;
  std::string_view format_;
  std::string version_;
};

}  // namespace kvitt
