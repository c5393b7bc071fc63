// What every CSV record stream shares besides its cells: rows that are no text, and the header's
// part of the report. RFC 4180 for the rows; the fields are those of docs/records.md.

#include "io/formats/csv_stream.h"

#include "engine/value/concat.h"
#include "io/bytes/join_texts.h"
#include "simdjson.h"

namespace kvitt::csv {

std::string WrongCellCount(size_t expected, size_t found) {
  return Concat("expected ", expected, " cells, as in the header, found ", found);
}

bool IsText(std::string_view row, std::string* why) {
  const size_t nul = row.find('\0');
  if (nul != std::string_view::npos) {
    *why = Concat("expected text, found a NUL byte at byte ", nul + 1, " of the row");
    return false;
  }
  if (simdjson::validate_utf8(row.data(), row.size())) return true;
  size_t at = 0;  // of the first letter that is none
  while (at < row.size()) {
    const unsigned char lead = static_cast<unsigned char>(row[at]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (at + length > row.size() || !simdjson::validate_utf8(row.data() + at, length)) break;
    at += length;
  }
  *why = Concat("expected UTF-8, found ", Quoted(row.substr(at, 1)), " at byte ", at + 1,
                " of the row");
  return false;
}

void AddHeader(const Plan& plan, FileReport* report) {
  report->unknown_fields = plan.unknown.size();
  if (!plan.unknown.empty()) {
    report->warnings.push_back(
        Concat("columns that are no field were ignored: ", JoinTexts(plan.unknown, ", ")));
  }
  if (plan.refusal.empty()) return;
  // Nothing was read, so that nothing was found is no news.
  report->problems.clear();
  RecordProblem problem;
  problem.record = 1;
  problem.text = plan.refusal;
  report->problems.push_back(std::move(problem));
  report->set_aside = true;
}

}  // namespace kvitt::csv
