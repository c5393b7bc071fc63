// `kvitt explain`: reads an output folder and tells of one id.
//
//   $ kvitt explain P0000011528 results
//   Payment P0000011528
//   ...

#include "io/cli/explain_command.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "io/cli/exit_code.h"
#include "io/cli/standard_output.h"
#include "kvitt/explain.h"

namespace kvitt {
namespace {

constexpr const char* kName = "explain";

struct ExplainArguments {
  ExplainRequest request;
  bool json = false;
};

int Run(const ExplainArguments& arguments) {
  const absl::StatusOr<Explanation> explanation = Explain(arguments.request);
  if (!explanation.ok()) return Refuse(kName, explanation.status());
  StandardOutput out;
  const absl::Status status =
      out.Write(arguments.json ? ExplanationJson(*explanation) : ExplanationText(*explanation));
  return out.Close(kName, kExitDone);
}

}  // namespace

void AddExplainCommand(CLI::App* app, int* exit_code) {
  CLI::App* const command = app->add_subcommand(
      kName,
      "Why a payment, an item or a deviation stands where it does: every rule tried, in order");
  const auto arguments = std::make_shared<ExplainArguments>();
  command->add_option("ID", arguments->request.id, "Id of a payment, an item or a deviation")
      ->required();
  command->add_option("RUN,--out", arguments->request.folder, "The folder that the run wrote")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "One JSON object instead of text");
  command->callback([arguments, exit_code] { *exit_code = Run(*arguments); });
}

}  // namespace kvitt
