// `kvitt diff`: the decisions of two runs side by side.
//
//   $ kvitt diff before after
//   A  before: 4 025 payments, 85.5 % matched
//   ...

#include "io/cli/diff_command.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "io/cli/exit_code.h"
#include "io/cli/standard_output.h"
#include "kvitt/diff.h"

namespace kvitt {
namespace {

constexpr const char* kName = "diff";

struct DiffArguments {
  DiffRequest request;
  bool json = false;
  bool exit_code = false;
};

int Run(const DiffArguments& arguments) {
  const absl::StatusOr<RunDiff> diff = DiffRuns(arguments.request);
  if (!diff.ok()) return Refuse(kName, diff.status());
  StandardOutput out;
  const absl::Status status = out.Write(arguments.json ? DiffJson(*diff) : DiffText(*diff));
  const bool says_different = arguments.exit_code && diff->has_changes();
  return out.Close(kName, says_different ? kExitDifferent : kExitDone);
}

}  // namespace

void AddDiffCommand(CLI::App* app, int* exit_code) {
  CLI::App* const command = app->add_subcommand(
      kName, "What differs between two output folders: decisions gained, lost and moved");
  const auto arguments = std::make_shared<DiffArguments>();
  command->add_option("RUN_A", arguments->request.a, "The folder that the first run wrote")
      ->required();
  command->add_option("RUN_B", arguments->request.b, "The folder that the second run wrote")
      ->required();
  command
      ->add_option("--limit", arguments->request.examples_max,
                   "Examples of each kind of change, the largest amounts first")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(0, 100'000));
  command->add_flag("--exit-code", arguments->exit_code, "End with 1 when anything differs");
  command->add_flag("--json", arguments->json, "One JSON object instead of text");
  command->callback([arguments, exit_code] { *exit_code = Run(*arguments); });
}

}  // namespace kvitt
