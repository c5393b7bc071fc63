// `kvitt convert`: files of any format as the record streams of docs/records.md.

#include "io/cli/convert_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "io/cli/config_options.h"
#include "io/cli/exit_code.h"
#include "io/cli/standard_output.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

constexpr const char* kName = "convert";

struct ConvertArguments {
  std::vector<std::string> paths;
  std::string to;
  ConfigOptions config;
};

// What was not converted, and why. True when there was any.
bool SayProblems(const std::vector<FileReport>& reports, bool is_quiet) {
  bool any = false;
  for (const FileReport& report : reports) {
    any |= report.set_aside || !report.problems.empty();
    if (is_quiet) continue;
    const std::string file = ForTerminal(report.file);
    if (report.set_aside) std::fprintf(stderr, "kvitt convert: %s: set aside\n", file.c_str());
    for (const RecordProblem& problem : report.problems) {
      const std::string code(Name(problem.code));
      std::fprintf(stderr, "kvitt convert: %s: record %llu: %s: %s\n", file.c_str(),
                   static_cast<unsigned long long>(problem.record), code.c_str(),
                   ForTerminal(problem.text).c_str());
    }
  }
  return any;
}

int Run(const ConvertArguments& arguments, bool is_quiet) {
  const absl::StatusOr<LoadedConfig> loaded = arguments.config.Load();
  if (!loaded.ok()) return Refuse(kName, loaded.status());
  InspectOptions options;
  options.settings = loaded->config.formats;
  options.threads = loaded->config.threads;
  StandardOutput out;
  const absl::StatusOr<std::vector<FileReport>> reports =
      ConvertFiles(arguments.paths, arguments.to, options,
                   [&out](std::string_view text) { return out.Write(text); });
  if (!reports.ok()) {
    if (out.has_ended()) return out.Close(kName, kExitDone);
    return out.Close(kName, Refuse(kName, reports.status()));
  }
  const bool any = SayProblems(*reports, is_quiet);
  return out.Close(kName, any ? kExitSetAside : kExitDone);
}

}  // namespace

void AddConvertCommand(CLI::App* app, int* exit_code) {
  CLI::App* command =
      app->add_subcommand(kName, "Write the records of files of any format to stdout");
  const auto arguments = std::make_shared<ConvertArguments>();
  command->add_option("PATH", arguments->paths, "Files, folders, patterns, or - for stdin")
      ->required();
  command->add_option("--to", arguments->to, "Form of the records")
      ->required()
      ->check(CLI::IsMember({"jsonl", "csv"}))
      ->type_name("jsonl|csv");
  arguments->config.AddTo(command, ConfigOptions::ReadingKeys());
  command->callback(
      [app, arguments, exit_code] { *exit_code = Run(*arguments, app->count("--quiet") > 0); });
}

}  // namespace kvitt
