// The judgement on one bank file: what its blocks said about it, joined into the one answer "read"
// or "set aside".
//
// Formats find faults in two places: in a record while a block is parsed, and in the controls when
// the file is through. Findings collects the first kind, Verdict joins everything. A file with any
// problem is set aside as a whole; one whose only problems are control totals may be posted by a
// person's decision (`--accept-mismatch`).

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value/concat.h"  // IWYU pragma: export
#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"

namespace kvitt {

// Oddities that were tolerated: each sentence once, with how often and where first.
class Warnings {
 public:
  void Note(std::string_view sentence, uint64_t record) { Add(sentence, 1, record); }

  void Add(std::string_view sentence, uint64_t count, uint64_t record);
  // Joins those of a later block that begins after `records` records.
  void Join(const Warnings& later, uint64_t records);
  // "a tab left out (3 records, the first is record 17)"; record numbers 1-based.
  std::vector<std::string> Sentences() const;

 private:
  struct Seen {
    uint64_t count = 0;
    uint64_t first_record = 0;
  };

  std::map<std::string, Seen, std::less<>> seen_;
};

// At most this many problems are kept of one block, and of one file: a file full of garbage is one
// damaged file, not a million problems.
inline constexpr size_t kBlockProblemsMax = 50;
inline constexpr size_t kFileProblemsMax = 200;

// Adds a problem of a record to a block's summary unless there are too many already.
void AddProblem(BlockSummary* summary,
                DeviationCode code,
                uint64_t record,
                uint64_t byte_offset,
                std::string text);

// Bytes of a file as they can be shown: others than printable ASCII as `?`, at most 40 of them.
std::string Shown(std::string_view bytes);

// "WHAT: expected X, found Y", where Y is shown as above.
std::string ExpectedFound(std::string_view what, std::string_view expected, std::string_view found);

// Says in `warnings` what had to be put right in the lines of a fixed-width file.
void NoteRepairs(const LineRepairs& repairs, Warnings* warnings);

// Adds a creditor account to a block's tally if it is new there.
void AddAccount(std::string_view account, BlockTally* tally);
// Widens the range of dates of a block's tally. No date changes nothing.
void AddDate(Date date, BlockTally* tally);

// Gives `report` the verdict that was reached on `judged`: for formats that check their controls while
// they read the one block of the file.
void TakeVerdict(const FileReport& judged, FileReport* report);

// Checks controls and gives the report its verdict. `record` arguments are 1-based in the file; 0
// stands for the file as a whole.
class Verdict {
 public:
  // `report` comes from JoinTallies and outlives this object.
  explicit Verdict(FileReport* report) : report_(report) {}

  void Problem(DeviationCode code, uint64_t record, uint64_t byte_offset, std::string text);

  // A declared figure against the computed one; true when they agree.
  bool Control(std::string_view what,
               Int128 declared,
               Int128 computed,
               uint64_t record,
               uint64_t byte_offset);
  bool ControlAmount(std::string_view what,
                     Int128 declared,
                     Int128 computed,
                     int decimals,
                     uint64_t record,
                     uint64_t byte_offset);
  bool ControlText(std::string_view what,
                   std::string_view declared,
                   std::string_view computed,
                   uint64_t record,
                   uint64_t byte_offset);

  // A balance that the entries must lead to; as a control, but a failure is balance_mismatch.
  bool ControlBalance(std::string_view what,
                      Int128 declared,
                      Int128 computed,
                      int decimals,
                      uint64_t record,
                      uint64_t byte_offset);

  // Something that a person must know of but that does not make the file unsound (a statement that
  // is missing between two others): it stands among the problems and does not set the file aside.
  void Remark(DeviationCode code, uint64_t record, uint64_t byte_offset, std::string text);

  Warnings& warnings() { return warnings_; }

  // Money that no control of the file can reach, although it has some: then its totals are never
  // called verified, at best absent. The sentence goes to the warnings.
  void Withhold(std::string_view sentence, uint64_t count, uint64_t record);

  // Controls that held while the file was parsed; those that failed are problems of its summary.
  void CountHeld(uint64_t count) { controls_held_ += count; }

  // Sorts the problems by place and sets set_aside, only_controls_failed, control_totals and
  // warnings. A file that is otherwise sound but holds nothing is a problem, unless `allow_empty`.
  void Close(bool allow_empty);

 private:
  bool Judge(DeviationCode code,
             bool agree,
             std::string_view what,
             const std::string& declared,
             const std::string& computed,
             uint64_t record,
             uint64_t byte_offset);

  FileReport* report_;
  std::vector<RecordProblem> remarks_;
  Warnings warnings_;
  uint64_t controls_held_ = 0;
  uint64_t controls_failed_ = 0;
  bool is_withheld_ = false;
};

// What a format that is read in one block leaves for Finish: everything is judged while it is parsed.
struct WholeFileSummary : BlockSummary {
  Warnings warnings;
  uint64_t controls_held = 0;
};

// A declared figure against the computed one, in a file that is read in one block. `decimals` of the
// currency for amounts, 0 for counts. `record` counts from 0.
void CheckControl(WholeFileSummary* summary,
                  std::string_view what,
                  Int128 declared,
                  Int128 computed,
                  int decimals,
                  uint64_t record,
                  uint64_t byte_offset);

// The verdict on such a file.
FinishResult FinishWholeFile(std::string_view format,
                             std::string_view version,
                             FileKind kind,
                             absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                             bool allow_empty);

}  // namespace kvitt
