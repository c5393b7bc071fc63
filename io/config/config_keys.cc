// THE TABLE of settings. A new one is a field of RunConfig and one row here; file, environment,
// flags and `kvitt config show` find it by the row.

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/value/concat.h"
#include "io/config/policy_tables.h"
#include "io/formats/format.h"
#include "kvitt/config.h"

namespace kvitt {
namespace {

absl::Status Refuse(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(Concat("expected ", expected, ", found '", found, "'"));
}

template <typename Number>
absl::Status SetNumber(std::string_view text, Number least, Number most, Number* number) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return Refuse(
        Concat("a whole number from ", std::to_string(least), " to ", std::to_string(most)), text);
  }
  *number = value;
  return absl::OkStatus();
}

absl::Status SetSwitch(std::string_view text, bool* value) {
  if (text != "true" && text != "false") return Refuse("true or false", text);
  *value = text == "true";
  return absl::OkStatus();
}

std::string ShowSwitch(bool value) {
  return value ? "true" : "false";
}

absl::Status SetEmit(std::string_view text, RunConfig* config) {
  static constexpr std::array<std::string_view, 4> kOutputs = {"payments", "allocations",
                                                               "exceptions", "open_items"};
  std::vector<std::string> emit;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view output = text.substr(begin, end - begin);
    if (std::find(kOutputs.begin(), kOutputs.end(), output) == kOutputs.end()) {
      return Refuse("a list of payments, allocations, exceptions and open_items", text);
    }
    if (std::find(emit.begin(), emit.end(), output) == emit.end()) emit.emplace_back(output);
    begin = end + 1;
  }
  config->emit = std::move(emit);
  return absl::OkStatus();
}

std::string ShowEmit(const RunConfig& config) {
  std::string text;
  for (const std::string& output : config.emit) text += (text.empty() ? "" : ",") + output;
  return text;
}

absl::Status SetInputFormat(std::string_view text, RunConfig* config) {
  if (!text.empty() && FindFormat(text) == nullptr) {
    return Refuse("the name of a format (see kvitt formats)", text);
  }
  config->formats.input_format = std::string(text);
  return absl::OkStatus();
}

absl::Status SetDecimalMark(std::string_view text, RunConfig* config) {
  if (text != "." && text != "," && !text.empty()) return Refuse("'.' or ','", text);
  config->formats.decimal_mark = text.empty() ? '\0' : text[0];
  return absl::OkStatus();
}

absl::Status SetAsOf(std::string_view text, RunConfig* config) {
  if (text.empty()) {
    config->as_of = Date();
    return absl::OkStatus();
  }
  return ParseDate(text, &config->as_of) ? absl::OkStatus()
                                         : Refuse("a date YYYY-MM-DD from 1900 to 2199", text);
}

absl::Status SetOutputFormat(std::string_view text, RunConfig* config) {
  if (text != "jsonl" && text != "csv") return Refuse("jsonl or csv", text);
  config->output_format = std::string(text);
  return absl::OkStatus();
}

constexpr int kThreadsMax = 256;

ConfigKey TermKey(const PolicyKey& key) {
  return {key.name,
          key.value,
          key.description,
          false,
          [&key](const RunConfig& config) { return key.show(AllOf(config.policy.terms)); },
          [&key](std::string_view text, RunConfig* config) {
            PolicyOverride said;
            absl::Status status = key.set(text, &said);
            if (status.ok()) said.ApplyTo(&config->policy.terms);
            return status;
          },
          kPolicyTable};
}

ConfigKey NumberKey(const PolicyNumber& number) {
  return {number.name,
          "N",
          number.description,
          false,
          [&number](const RunConfig& config) { return std::to_string(number.get(config.policy)); },
          [&number](std::string_view text, RunConfig* config) {
            int64_t value = 0;
            absl::Status status = SetNumber(text, number.least, number.most, &value);
            if (status.ok()) number.set(value, &config->policy);
            return status;
          },
          kPolicyTable};
}

std::vector<ConfigKey> OuterKeys() {
  return {
      {"threads", "N", "Threads to work with; 0: one for each processor", false,
       [](const RunConfig& config) { return std::to_string(config.threads); },
       [](std::string_view text, RunConfig* config) {
         return SetNumber(text, 0, kThreadsMax, &config->threads);
       }},
      {"input_format", "FORMAT", "Format of the input files; empty: found out from their content",
       false, [](const RunConfig& config) { return config.formats.input_format; }, SetInputFormat},
      {"decimal_mark", ".|,", "Decimal mark of amounts in CSV; empty: '.', or what a mapping says",
       false,
       [](const RunConfig& config) {
         return std::string(config.formats.decimal_mark == '\0' ? 0 : 1,
                            config.formats.decimal_mark);
       },
       SetDecimalMark},
      {"reports_post", "", "Reports of the day (camt.052, mt942) post; else information only", true,
       [](const RunConfig& config) { return ShowSwitch(config.formats.report_is_payments); },
       [](std::string_view text, RunConfig* config) {
         return SetSwitch(text, &config->formats.report_is_payments);
       }},
      {"allow_empty", "", "A file without records, or a folder without files, is no deviation",
       true, [](const RunConfig& config) { return ShowSwitch(config.formats.allow_empty); },
       [](std::string_view text, RunConfig* config) {
         return SetSwitch(text, &config->formats.allow_empty);
       }},
      {"max_bytes", "N", "Largest file that is read, after decompression", false,
       [](const RunConfig& config) { return std::to_string(config.formats.max_bytes); },
       [](std::string_view text, RunConfig* config) {
         return SetNumber(text, uint64_t{1}, std::numeric_limits<uint64_t>::max() >> 1,
                          &config->formats.max_bytes);
       }},
      {"max_expansion", "N",
       "Times its size that a compressed file may become, after the first 64 MiB", false,
       [](const RunConfig& config) { return std::to_string(config.formats.max_expansion); },
       [](std::string_view text, RunConfig* config) {
         return SetNumber(text, uint32_t{1}, uint32_t{1'000'000}, &config->formats.max_expansion);
       }},
      {"output_format", "jsonl|csv", "Form of the output files", false,
       [](const RunConfig& config) { return config.output_format; }, SetOutputFormat},
      {"emit", "LIST", "Output files to write, joined by commas", false, ShowEmit, SetEmit},
      {"as_of", "YYYY-MM-DD",
       "The day that counts as today; the clock is never read. No rule depends on it yet", false,
       [](const RunConfig& config) { return FormatDate(config.as_of); }, SetAsOf},
      {"strict", "", "Input that was set aside ends the run with exit code 4 and nothing committed",
       true, [](const RunConfig& config) { return ShowSwitch(config.strict); },
       [](std::string_view text, RunConfig* config) { return SetSwitch(text, &config->strict); }},
  };
}

std::vector<ConfigKey> MakeTable() {
  std::vector<ConfigKey> table = OuterKeys();
  for (const PolicyKey& key : PolicyKeys()) table.push_back(TermKey(key));
  for (const PolicyNumber& number : PolicyNumbers()) table.push_back(NumberKey(number));
  return table;
}

}  // namespace

absl::Span<const ConfigKey> ConfigKeys() {
  static const std::vector<ConfigKey>* table = new std::vector<ConfigKey>(MakeTable());
  return *table;
}

const ConfigKey* FindConfigKey(std::string_view name) {
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace kvitt
