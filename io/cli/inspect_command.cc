// `kvitt inspect`: reads every file to its end, checks its controls, writes nothing.
//
//   $ kvitt inspect night/
//   File           Format    Account             Period      Statements  Entries  ...
//   night/bgmax    bgmax 01  bankgiro:50501055   2026-03-01           1        3  ...

#include "io/cli/inspect_command.h"

#include <algorithm>
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

constexpr const char* kName = "inspect";

struct InspectArguments {
  std::vector<std::string> paths;
  bool json = false;
  ConfigOptions config;
};

int Run(const InspectArguments& arguments) {
  const absl::StatusOr<LoadedConfig> loaded = arguments.config.Load();
  if (!loaded.ok()) return Refuse(kName, loaded.status());
  InspectOptions options;
  options.settings = loaded->config.formats;
  options.threads = loaded->config.threads;
  const absl::StatusOr<std::vector<FileReport>> reports = InspectFiles(arguments.paths, options);
  if (!reports.ok()) return Refuse(kName, reports.status());
  StandardOutput out;
  absl::Status status;
  if (!arguments.json) status = out.Write(InspectTable(*reports));
  for (size_t i = 0; arguments.json && i < reports->size() && status.ok(); ++i) {
    status = out.Write(InspectLine((*reports)[i]) + '\n');
  }
  const bool all_good = std::all_of(reports->begin(), reports->end(), [](const FileReport& report) {
    return !report.set_aside && report.problems.empty();
  });
  return out.Close(kName, all_good ? kExitDone : kExitSetAside);
}

}  // namespace

void AddInspectCommand(CLI::App* app, int* exit_code) {
  CLI::App* command =
      app->add_subcommand(kName, "Say what each file is and holds; check its control totals");
  const auto arguments = std::make_shared<InspectArguments>();
  command->add_option("PATH", arguments->paths, "Files, folders, patterns, or - for stdin")
      ->required();
  command->add_flag("--json", arguments->json, "One JSON object a file instead of the table");
  arguments->config.AddTo(command, ConfigOptions::ReadingKeys());
  command->callback([arguments, exit_code] { *exit_code = Run(*arguments); });
}

}  // namespace kvitt
