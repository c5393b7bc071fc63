#include "io/formats/verdict.h"

#include <algorithm>

namespace kvitt {
namespace {

constexpr size_t kShownMax = 40;

}  // namespace

void Warnings::Add(std::string_view sentence, uint64_t count, uint64_t record) {
  if (count == 0) return;
  auto place = seen_.find(sentence);
  if (place == seen_.end()) {
    place = seen_.emplace(std::string(sentence), Seen{0, record}).first;
  }
  place->second.count += count;
  place->second.first_record = std::min(place->second.first_record, record);
}

void Warnings::Join(const Warnings& later, uint64_t records) {
  for (const auto& [sentence, seen] : later.seen_) {
    Add(sentence, seen.count, seen.first_record + records);
  }
}

std::vector<std::string> Warnings::Sentences() const {
  std::vector<std::string> sentences;
  for (const auto& [sentence, seen] : seen_) {
    sentences.push_back(Concat(sentence, " (", std::to_string(seen.count),
                               seen.count == 1 ? " time" : " times", ", first at record ",
                               std::to_string(seen.first_record + 1), ")"));
  }
  return sentences;
}

namespace {

// Keeps at most `most` problems, and never drops the last that is more than a control total:
// whether a person may override the verdict depends on it.
void Keep(RecordProblem problem, size_t most, std::vector<RecordProblem>* problems) {
  if (problems->size() < most) {
    problems->push_back(std::move(problem));
  } else if (problem.code != DeviationCode::kControlTotalMismatch &&
             problems->back().code == DeviationCode::kControlTotalMismatch) {
    problems->back() = std::move(problem);
  }
}

}  // namespace

void AddProblem(BlockSummary* summary,
                DeviationCode code,
                uint64_t record,
                uint64_t byte_offset,
                std::string text) {
  Keep({code, record, byte_offset, std::move(text)}, kBlockProblemsMax, &summary->problems);
}

std::string Shown(std::string_view bytes) {
  std::string shown(bytes.substr(0, kShownMax));
  for (char& c : shown) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return shown;
}

std::string ExpectedFound(std::string_view what,
                          std::string_view expected,
                          std::string_view found) {
  return Concat(what, ": expected ", expected, ", found \"", Shown(found), "\"");
}

void NoteRepairs(const LineRepairs& repairs, Warnings* warnings) {
  const auto add = [&](std::string_view sentence, const LineRepair& repair) {
    warnings->Add(sentence, repair.count, repair.first_line);
  };
  add("a tab in a record was left out", repairs.tabs);
  add("a record saved as UTF-8 was cut by character", repairs.utf8);
  add("a character that the format cannot hold was replaced by ?", repairs.replaced);
}

void AddAccount(std::string_view account, BlockTally* tally) {
  constexpr size_t kAccountsMax = 100;
  std::vector<std::string>& accounts = tally->accounts;
  if (account.empty() || accounts.size() >= kAccountsMax ||
      std::find(accounts.begin(), accounts.end(), account) != accounts.end()) {
    return;
  }
  accounts.emplace_back(account);
}

void AddDate(Date date, BlockTally* tally) {
  if (!date.has_value()) return;
  if (!tally->first_date.has_value() || date < tally->first_date) tally->first_date = date;
  tally->last_date = std::max(tally->last_date, date);
}

void TakeVerdict(const FileReport& judged, FileReport* report) {
  report->problems = judged.problems;
  report->warnings = judged.warnings;
  report->set_aside = judged.set_aside;
  report->only_controls_failed = judged.only_controls_failed;
  report->control_totals = judged.control_totals;
}

void Verdict::Problem(DeviationCode code, uint64_t record, uint64_t byte_offset, std::string text) {
  Keep({code, record, byte_offset, std::move(text)}, kFileProblemsMax, &report_->problems);
}

bool Verdict::Judge(DeviationCode code,
                    bool agree,
                    std::string_view what,
                    const std::string& declared,
                    const std::string& computed,
                    uint64_t record,
                    uint64_t byte_offset) {
  if (agree) {
    ++controls_held_;
    return true;
  }
  ++controls_failed_;
  Problem(code, record, byte_offset,
          Concat(what, ": expected ", declared, " as declared, found ", computed));
  return false;
}

namespace {

// Counts may exceed 64 bits only in theory; they are shown as whole numbers.
std::string Whole(Int128 number) {
  return FormatSum(number, 0);
}

}  // namespace

bool Verdict::Control(std::string_view what,
                      Int128 declared,
                      Int128 computed,
                      uint64_t record,
                      uint64_t byte_offset) {
  return Judge(DeviationCode::kControlTotalMismatch, declared == computed, what, Whole(declared),
               Whole(computed), record, byte_offset);
}

bool Verdict::ControlAmount(std::string_view what,
                            Int128 declared,
                            Int128 computed,
                            int decimals,
                            uint64_t record,
                            uint64_t byte_offset) {
  return Judge(DeviationCode::kControlTotalMismatch, declared == computed, what,
               FormatSum(declared, decimals), FormatSum(computed, decimals), record, byte_offset);
}

bool Verdict::ControlBalance(std::string_view what,
                             Int128 declared,
                             Int128 computed,
                             int decimals,
                             uint64_t record,
                             uint64_t byte_offset) {
  return Judge(DeviationCode::kBalanceMismatch, declared == computed, what,
               FormatSum(declared, decimals), FormatSum(computed, decimals), record, byte_offset);
}

void Verdict::Remark(DeviationCode code, uint64_t record, uint64_t byte_offset, std::string text) {
  Keep({code, record, byte_offset, std::move(text)}, kFileProblemsMax, &remarks_);
}

void Verdict::Withhold(std::string_view sentence, uint64_t count, uint64_t record) {
  if (count == 0) return;
  is_withheld_ = true;
  warnings_.Add(sentence, count, record);
}

bool Verdict::ControlText(std::string_view what,
                          std::string_view declared,
                          std::string_view computed,
                          uint64_t record,
                          uint64_t byte_offset) {
  return Judge(DeviationCode::kControlTotalMismatch, declared == computed, what,
               std::string(declared), std::string(computed), record, byte_offset);
}

void Verdict::Close(bool allow_empty) {
  FileReport& report = *report_;
  const bool is_empty = report.problems.empty() && report.transactions == 0;
  if (is_empty && !allow_empty) {
    Problem(DeviationCode::kFileEmpty, 0, 0,
            "the file is whole but holds no transactions: expected at least one, found 0");
  }
  const auto is_control = [](const RecordProblem& problem) {
    return problem.code == DeviationCode::kControlTotalMismatch ||
           problem.code == DeviationCode::kBalanceMismatch;
  };
  const std::vector<RecordProblem>& problems = report.problems;
  // A record may itself report a control that failed inside a block.
  const bool any_control =
      controls_failed_ > 0 || std::any_of(problems.begin(), problems.end(), is_control);
  report.set_aside = !problems.empty();
  report.only_controls_failed =
      report.set_aside && std::all_of(problems.begin(), problems.end(), is_control);
  // Controls that held prove nothing about a file that is damaged elsewhere.
  const bool sound = controls_held_ > 0 && !is_withheld_ && (!report.set_aside || is_empty);
  report.control_totals = any_control ? ControlState::kMismatch
                          : sound     ? ControlState::kVerified
                                      : ControlState::kAbsent;
  report.problems.insert(report.problems.end(), remarks_.begin(), remarks_.end());
  std::stable_sort(
      report.problems.begin(), report.problems.end(),
      [](const RecordProblem& a, const RecordProblem& b) { return a.byte_offset < b.byte_offset; });
  if (report.problems.size() > kFileProblemsMax) report.problems.resize(kFileProblemsMax);
  report.warnings = warnings_.Sentences();
}

void CheckControl(WholeFileSummary* summary,
                  std::string_view what,
                  Int128 declared,
                  Int128 computed,
                  int decimals,
                  uint64_t record,
                  uint64_t byte_offset) {
  if (declared == computed) {
    ++summary->controls_held;
    return;
  }
  AddProblem(summary, DeviationCode::kControlTotalMismatch, record, byte_offset,
             Concat(what, ": expected ", FormatSum(declared, decimals), " as declared, found ",
                    FormatSum(computed, decimals)));
}

FinishResult FinishWholeFile(std::string_view format,
                             std::string_view version,
                             FileKind kind,
                             absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                             bool allow_empty) {
  FinishResult result;
  result.report = JoinTallies(format, version, kind, summaries);
  Verdict verdict(&result.report);
  for (const std::unique_ptr<BlockSummary>& summary : summaries) {
    const auto& whole = static_cast<const WholeFileSummary&>(*summary);
    verdict.warnings().Join(whole.warnings, 0);
    verdict.CountHeld(whole.controls_held);
  }
  verdict.Close(allow_empty);
  return result;
}

}  // namespace kvitt
