#include "io/bytes/record_stream.h"

#include <utility>

namespace kvitt {

FinishResult FinishRecordStream(std::string_view format,
                                FileKind kind,
                                const ReadOptions& options,
                                absl::Span<const std::unique_ptr<BlockSummary>> summaries) {
  constexpr size_t kProblemsMax = 100;
  FinishResult result;
  FileReport& report = result.report;
  report = JoinTallies(format, "", kind, summaries);
  uint64_t lines = 0;
  for (const std::unique_ptr<BlockSummary>& summary : summaries) {
    const auto& stream = static_cast<const RecordStreamSummary&>(*summary);
    report.bad_records += stream.bad_records;
    report.unknown_fields += stream.unknown_fields;
    for (const RecordProblem& bad : stream.bad_lines) {
      if (report.problems.size() >= kProblemsMax) break;
      RecordProblem problem = bad;
      problem.record += lines + 1;
      report.problems.push_back(std::move(problem));
    }
    lines += stream.tally.lines;
  }
  if (report.entries == 0 && report.bad_records == 0 && !options.settings.allow_empty) {
    report.problems.push_back(
        {DeviationCode::kFileEmpty, 0, 0, "expected at least one record, found none"});
    report.set_aside = true;
  }
  return result;
}

AmountRefusal RefuseAmount(AmountError error) {
  switch (error) {
    case AmountError::kTooManyDecimals:
      return {"no more decimals than the currency has", DeviationCode::kPrecisionLost};
    case AmountError::kTooLarge:
      return {"at most 18 digits of minor units", DeviationCode::kRecordMalformed};
    case AmountError::kOk:
    case AmountError::kEmpty:
    case AmountError::kMalformed:
      break;
  }
  return {"an amount (digits, with at most one decimal point)", DeviationCode::kRecordMalformed};
}

}  // namespace kvitt
