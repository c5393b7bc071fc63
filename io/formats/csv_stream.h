// The reader of a CSV record stream, for any kind of record.
//
// A block is read in windows that fit the first cache: the separator index of a window (io/bytes),
// the rows in it that have the right number of cells, then each column of those rows
// (csv_column.h). Records go to the sink in batches that stay in the second cache. A row that
// cannot be read is set aside alone, with its line, its byte and the words of its first wrong cell.
//
// Traits say what a record is:
//   Record, Batch      the types of kvitt/record_batch.h
//   kName, kKind       of the format
//   Fields()           the table of fields, required ones first in FieldNames().required
//   Records(batch)     the vector of records of a batch
//   Blank()            a record without cells
//   ClearArrays(batch) forgets references, accounts and lines of text
//   Prepare(record)    undoes what Complete did to an earlier record
//   Complete(record)   what follows from the cells: defaults
//   Contradiction(record)  optional: what two cells say against each other, "" when nothing
//   Count(record, tally)
//   Hand(batch, sink)

#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/bytes/record_stream.h"
#include "io/bytes/record_tally.h"
#include "io/bytes/separator_index.h"
#include "io/formats/csv_column.h"
#include "io/formats/csv_plan.h"
#include "io/formats/format.h"
#include "kvitt/check.h"

namespace kvitt::csv {

inline constexpr size_t kProblemsKept = 100;  // of a block, for the report; the sink gets all

// The words for a row with the wrong number of cells.
std::string WrongCellCount(size_t expected, size_t found);
// Whether the bytes of a row are text; `why` says what they are instead.
bool IsText(std::string_view row, std::string* why);

// Adds to the report of a stream what its header said: columns that are no field, or the reason why
// the file cannot be read.
void AddHeader(const Plan& plan, FileReport* report);

template <typename Traits>
FieldNames NamesOf() {
  FieldNames names;
  for (const auto& field : Traits::Fields()) {
    names.all.push_back(field.name);
    if (field.required) names.required.push_back(field.name);
  }
  return names;
}

// The parse of one block.
template <typename Traits>
class BlockParse {
 public:
  using Batch = typename Traits::Batch;
  using Record = typename Traits::Record;
  using BatchRun = Run<Batch, Record>;

  BlockParse(const Plan& plan, const Block& block, BlockSink* sink, RecordStreamSummary* summary)
      : plan_(plan), block_(block), sink_(sink), summary_(summary), index_(plan.dialect.separator) {
    const auto fields = Traits::Fields();
    for (uint32_t column = 0; column < plan.fields.size(); ++column) {
      if (plan.fields[column] == kNoField) continue;
      const auto* field = &fields[plan.fields[column]];
      // The currency goes first: amounts are read by its decimals.
      if (field->kind == CellKind::kCurrency) {
        passes_.insert(passes_.begin(), {field, column});
      } else {
        passes_.push_back({field, column});
      }
    }
  }

  void Parse() {
    std::string_view bytes = block_.bytes;
    if (block_.index == 0 && bytes.substr(0, 3) == "\xef\xbb\xbf") skipped_ = 3;
    bytes_ = bytes.substr(skipped_);
    header_is_next_ = block_.index == 0;
    index_.Reset(bytes_);
    Traits::Records(batch_).resize(kBatchRows, blank_);
    rows_.reserve(kRunRows);
    while (index_.Extend()) {
      TakeRows();
    }
    HandOver();
    tally_.Store(&summary_->tally);
    summary_->tally.entries = summary_->tally.transactions = next_record_;
    // Without quotes each row is a line.
    summary_->tally.lines = index_.has_quote() ? LinesUpTo(bytes_.size()) : rows_seen_;
    const bool is_open = !bytes_.empty() && bytes_.back() != '\n';
    if (is_open && index_.has_quote()) ++summary_->tally.lines;
  }

 private:
  static constexpr size_t kBatchRows = 512;
  static constexpr size_t kRunRows = 128;

  struct Pass {
    const Field<BatchRun>* field;
    uint32_t column;
  };

  // Sorts the rows of the window: those with the right number of cells are read in runs.
  void TakeRows() {
    uint32_t begin = index_.begin();
    uint32_t* ends = index_.cell_ends();
    const size_t columns = plan_.fields.size();
    rows_seen_ += index_.row_count();
    for (size_t row = 0; row < index_.row_count(); ++row) {
      const size_t first = index_.row_first(row);
      const size_t last = index_.row_last(row);
      const uint32_t end = ends[last];
      // The carriage return of CRLF is no part of the last cell.
      if (end > begin && bytes_[end - 1] == '\r') --ends[last];
      if (last - first + 1 == columns && ends[last] > begin && !header_is_next_ &&
          end - begin <= kQuotedCellMax) {
        rows_.push_back({begin, static_cast<uint32_t>(first)});
        if (rows_.size() == kRunRows) ReadRun();
      } else {
        TakeOddRow(begin, first, last);
      }
      begin = end + 1;
    }
    ReadRun();
  }

  // A blank line, the header, a row with the wrong number of cells, a row that is very long.
  void TakeOddRow(uint32_t begin, size_t first, size_t last) {
    const uint32_t* ends = index_.cell_ends();
    const std::string_view row = bytes_.substr(begin, ends[last] - begin);
    if (row.empty() || row == "\x1a") return;  // 0x1a: an end mark of old systems
    ReadRun();                                 // so that problems come in the order of the rows
    if (row.size() > kStreamLineBytesMax) return TakeEndlessRow(begin);
    if (header_is_next_) {
      header_is_next_ = false;
      return;
    }
    const size_t columns = plan_.fields.size();
    size_t cell_begin = begin;
    for (size_t i = first; i <= last; ++i) {
      const size_t size = ends[i] - cell_begin;
      if (size > kQuotedCellMax) {
        SetAside(
            begin, DeviationCode::kRecordMalformed,
            Concat("expected cells of at most ", kQuotedCellMax, " bytes, found one of ", size));
        return;
      }
      cell_begin = ends[i] + 1;
    }
    if (last - first + 1 != columns) {
      SetAside(begin, DeviationCode::kRecordMalformed, WrongCellCount(columns, last - first + 1));
      return;
    }
    rows_.push_back({begin, static_cast<uint32_t>(first)});
  }

  void TakeEndlessRow(uint32_t begin) {
    header_is_next_ = false;
    RecordProblem problem;
    problem.record = LinesUpTo(begin);
    problem.byte_offset = block_.offset + skipped_ + begin;
    problem.text = RecordTooLong(kStreamLineBytesMax);
    if (!summary_->endless.has_value()) summary_->endless = std::move(problem);
  }

  void ReadRun() {
    if (rows_.empty()) return;
    if (used_ + rows_.size() > kBatchRows) HandOver();
    Record* const records = Traits::Records(batch_).data() + used_;
    bad_.assign(rows_.size(), 0);
    BatchRun run{bytes_.data(), index_.cell_ends(), rows_, records, &blank_, bad_.data(), &batch_,
                 &arena_,       plan_.dialect};
    for (size_t i = 0; i < rows_.size(); ++i) Traits::Prepare(&records[i]);
    for (const Pass& pass : passes_) pass.field->pass(run, pass.column);
    if (index_.has_special()) CheckText(run);
    if constexpr (kHasContradictions) {
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (bad_[i] == 0 && !Traits::Contradiction(records[i]).empty()) bad_[i] = 1;
      }
    }
    size_t kept = rows_.size();
    if (std::find(bad_.begin(), bad_.end(), uint8_t{1}) != bad_.end()) kept = DropBadRows(run);
    for (size_t i = 0; i < kept; ++i) {
      records[i].record = next_record_++;
      Traits::Complete(&records[i]);
      Traits::Count(records[i], &tally_);
    }
    used_ += kept;
    rows_.clear();
  }

  std::string_view RowBytes(const Row& row) const {
    return bytes_.substr(row.begin,
                         index_.cell_ends()[row.first + plan_.fields.size() - 1] - row.begin);
  }

  // Marks rows that are not UTF-8 or hold NUL. One check covers the run when all is well.
  void CheckText(const BatchRun& run) {
    const std::string_view last = RowBytes(rows_.back());
    const size_t begin = rows_.front().begin;
    const std::string_view all = bytes_.substr(
        begin, static_cast<size_t>(last.data() - bytes_.data()) + last.size() - begin);
    std::string why;
    if (IsText(all, &why)) return;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (!IsText(RowBytes(rows_[i]), &why)) run.bad[i] = 1;
    }
  }

  static constexpr bool kHasContradictions = requires(const Record& record) {
    Traits::Contradiction(record);
  };

  // Moves the good records together and returns how many there are.
  size_t DropBadRows(const BatchRun& run) {
    size_t kept = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (bad_[i] == 0) {
        run.records[kept++] = run.records[i];
      } else {
        Explain(run, i);
      }
    }
    return kept;
  }

  // Finds the words for a row that was marked.
  void Explain(const BatchRun& run, size_t row) {
    std::string why;
    if (!IsText(RowBytes(rows_[row]), &why)) {
      SetAside(rows_[row].begin, DeviationCode::kRecordMalformed, why);
      return;
    }
    Currency currency;
    for (const Pass& pass : passes_) {
      const std::string_view raw = run.Cell(row, pass.column);
      if (pass.field->kind == CellKind::kCurrency) currency = run.records[row].currency;
      const Complaint complaint =
          ExplainCell(pass.field->kind, pass.field->required, pass.field->least, pass.field->words,
                      raw, currency, plan_.dialect);
      if (complaint.expected.empty()) continue;
      SetAside(rows_[row].begin, complaint.code,
               Concat("field ", pass.field->name, ": expected ", complaint.expected, ", found ",
                      raw.empty() ? std::string("nothing") : Quoted(raw)));
      return;
    }
    if constexpr (kHasContradictions) {
      const std::string contradiction = Traits::Contradiction(run.records[row]);
      if (!contradiction.empty()) {
        SetAside(rows_[row].begin, DeviationCode::kRecordMalformed, contradiction);
        return;
      }
    }
    KVITT_CHECK(!"a row was refused without a reason");
  }

  void SetAside(uint32_t begin, DeviationCode code, std::string text) {
    RecordProblem problem;
    problem.code = code;
    problem.record = LinesUpTo(begin);
    problem.byte_offset = block_.offset + skipped_ + begin;
    problem.text = std::move(text);
    ++summary_->bad_records;
    sink_->Problem(problem);
    if (summary_->bad_lines.size() < kProblemsKept) {
      summary_->bad_lines.push_back(std::move(problem));
    }
  }

  // Line breaks before `position`, those inside quotes included. Asked in ascending order.
  uint64_t LinesUpTo(size_t position) {
    if (position < lines_counted_to_) {
      lines_ = 0;
      lines_counted_to_ = 0;
    }
    lines_ += CountLineFeeds(bytes_.substr(lines_counted_to_, position - lines_counted_to_));
    lines_counted_to_ = position;
    return lines_;
  }

  // Records are made once and used again for every batch: only what columns give is written anew.
  void HandOver() {
    auto& records = Traits::Records(batch_);
    records.resize(used_, blank_);
    if (used_ != 0) Traits::Hand(batch_, sink_);
    records.resize(kBatchRows, blank_);
    used_ = 0;
    Traits::ClearArrays(&batch_);
    arena_.Clear();
  }

  const Plan& plan_;
  const Block& block_;
  BlockSink* const sink_;
  RecordStreamSummary* const summary_;
  SeparatorIndex index_;
  std::vector<Pass> passes_;
  std::string_view bytes_;
  size_t skipped_ = 0;
  bool header_is_next_ = false;
  std::vector<Row> rows_;
  std::vector<uint8_t> bad_;
  const Record blank_ = Traits::Blank();
  Batch batch_;
  size_t used_ = 0;  // records of batch_ that hold something
  TextArena arena_;
  RecordTally tally_;
  uint32_t next_record_ = 0;
  uint64_t rows_seen_ = 0;
  uint64_t lines_ = 0;
  size_t lines_counted_to_ = 0;
};

template <typename Traits>
class StreamReader : public FormatReader {
 public:
  StreamReader(const ReadOptions& options, std::string_view head)
      : options_(options), plan_(MakePlan(head, NamesOf<Traits>(), options.settings)) {}

  bool parallel() const override { return true; }

  size_t record_bytes_max() const override { return kStreamLineBytesMax; }

  size_t CutBlock(std::string_view bytes) const override {
    return CutSeparatedRows(bytes, plan_.dialect.separator);
  }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<RecordStreamSummary>();
    if (!plan_.refusal.empty()) return summary;
    if (block.bytes.size() > kSeparatedTextMax) {
      RecordProblem problem;
      problem.byte_offset = block.offset;
      problem.text = Concat("expected a line end within ", kSeparatedTextMax, " bytes, found none");
      summary->problems.push_back(std::move(problem));
      return summary;
    }
    BlockParse<Traits>(plan_, block, sink, summary.get()).Parse();
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result = FinishRecordStream(Traits::kName, Traits::kKind, options_, summaries);
    AddHeader(plan_, &result.report);
    return result;
  }

 private:
  const ReadOptions options_;
  const Plan plan_;
};

// The row of the table of formats.
template <typename Traits>
int SniffStream(std::string_view head) {
  static const FieldNames* names = new FieldNames(NamesOf<Traits>());
  return SniffHeader(head, *names);
}

template <typename Traits>
std::unique_ptr<FormatReader> MakeStreamReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<StreamReader<Traits>>(options, head);
}

}  // namespace kvitt::csv
