// `kvitt inspect`: reads files for their verdict alone, and says it as JSON.

#include <string>
#include <utility>
#include <vector>

#include "engine/parallel.h"
#include "io/bytes/input_list.h"
#include "io/bytes/json_text.h"
#include "io/bytes/read_files.h"
#include "io/formats/format.h"
#include "io/inspect/shown_text.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

void AddText(std::string_view key, std::string_view value, std::string* line) {
  line->append(",\"").append(key).append("\":");
  AppendJsonString(value, line);
}

void AddNumber(std::string_view key, uint64_t value, std::string* line) {
  line->append(",\"").append(key).append("\":").append(std::to_string(value));
}

void AddSums(std::string_view key,
             const std::map<std::string, std::string>& sums,
             std::string* line) {
  line->append(",\"").append(key).append("\":{");
  bool first = true;
  for (const auto& [currency, amount] : sums) {
    if (!first) line->push_back(',');
    first = false;
    AppendJsonString(currency, line);
    line->push_back(':');
    AppendJsonString(amount, line);
  }
  line->push_back('}');
}

}  // namespace

absl::StatusOr<std::vector<FileReport>> InspectFiles(absl::Span<const std::string> paths,
                                                     const InspectOptions& options) {
  absl::StatusOr<std::vector<InputSpec>> inputs = ExpandInputs(paths);
  if (!inputs.ok()) return inputs.status();
  ReadOptions read_options;
  read_options.settings = options.settings;
  ReadLimits limits;
  limits.threads = options.threads > 0 ? options.threads : AvailableThreads();
  absl::StatusOr<ReadResult> read = ReadFiles(*inputs, read_options, limits, nullptr);
  if (!read.ok()) return read.status();
  return std::move(read->reports);
}

std::string InspectLine(const FileReport& report) {
  std::string line = "{\"file\":";
  // A path may be any bytes; JSON is UTF-8.
  AppendJsonString(AsUtf8(report.file), &line);
  AddText("format", report.format, &line);
  AddText("version", report.version, &line);
  AddText("kind", Name(report.kind), &line);
  AddNumber("statements", report.statements, &line);
  AddNumber("entries", report.entries, &line);
  AddNumber("transactions", report.transactions, &line);
  AddSums("credits", report.credits, &line);
  AddSums("debits", report.debits, &line);
  AddText("control_totals", Name(report.control_totals), &line);
  line.append(",\"problems\":[");
  bool first = true;
  for (const RecordProblem& problem : report.problems) {
    line.append(first ? "{\"record\":" : ",{\"record\":").append(std::to_string(problem.record));
    first = false;
    AddText("code", Name(problem.code), &line);
    AddText("text", AsUtf8(problem.text), &line);
    line.push_back('}');
  }
  line.append("]}");
  return line;
}

std::vector<FormatFacts> ListFormats() {
  std::vector<FormatFacts> facts;
  for (const Format& format : Formats()) {
    facts.push_back({format.name, format.kind, format.description, format.make_writer != nullptr});
  }
  return facts;
}

}  // namespace kvitt
