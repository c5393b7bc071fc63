// What the three record streams (items, payments, customers) share, whatever their spelling: the
// verdict at the end of the file, and the reading of their typed fields.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "io/formats/format.h"
#include "kvitt/amount.h"
#include "kvitt/deviation.h"

namespace kvitt {

// A line longer than a reader takes is set aside alone. One that is longer than this costs its file: nobody
// knows where it ends, and to wait for that would need its length in memory.
inline constexpr size_t kStreamLineBytesMax = size_t{16} << 20;

// What a block of a record stream leaves: bad lines were set aside alone and told to the sink.
struct RecordStreamSummary : BlockSummary {
  uint64_t bad_records = 0;
  uint64_t unknown_fields = 0;
  std::vector<RecordProblem> bad_lines;  // the first of them, for the report
};

// Joins the blocks. A stream without any record is set aside unless `allow_empty`; bad lines do not
// condemn it: they stand in the report (at most 100) and are counted.
FinishResult FinishRecordStream(std::string_view format,
                                FileKind kind,
                                const ReadOptions& options,
                                absl::Span<const std::unique_ptr<BlockSummary>> summaries);

// Words for a refused amount: what was expected, and the code (precision_lost for surplus
// decimals).
struct AmountRefusal {
  std::string_view expected;
  DeviationCode code;
};

AmountRefusal RefuseAmount(AmountError error);

}  // namespace kvitt
