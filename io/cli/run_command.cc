// `kvitt run`: bank files and invoices in, allocations and deviations out.

#include "io/cli/run_command.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "io/cli/config_options.h"
#include "io/cli/exit_code.h"
#include "io/cli/progress_line.h"
#include "kvitt/run.h"

namespace kvitt {
namespace {

constexpr const char* kName = "run";

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

// The first signal ends the run in order. A second one ends it at once: the first may have come while
// the run waited for stdin. Nothing is committed in either case.
void RequestStop(int signal_number) {
  if (stop_requested.load()) _exit(128 + signal_number);
  stop_signal.store(signal_number);
  stop_requested.store(true);
}

struct RunArguments {
  RunRequest request;
  ConfigOptions config;
  bool no_progress = false;
};

int ExitCodeOf(const absl::Status& status) {
  const int code = Refuse(kName, status);
  if (absl::IsCancelled(status)) return 128 + stop_signal.load();
  if (absl::IsFailedPrecondition(status)) return kExitControl;
  // A disk that fails or refuses while the run writes; nothing was committed.
  if (absl::IsUnavailable(status) || absl::IsPermissionDenied(status)) return kExitResources;
  return code;
}

int Run(RunArguments* arguments, bool is_quiet) {
  const absl::StatusOr<LoadedConfig> loaded = arguments->config.Load();
  if (!loaded.ok()) return Refuse(kName, loaded.status());
  RunRequest& request = arguments->request;
  request.config = loaded->config;
  RunProgress progress;
  request.progress = &progress;
  request.stop = &stop_requested;
  signal(SIGINT, RequestStop);
  signal(SIGTERM, RequestStop);
  absl::StatusOr<RunResult> result;
  {
    const ProgressLine line(&progress, !arguments->no_progress && !is_quiet);
    result = RunJob(request);
  }
  if (!result.ok()) return ExitCodeOf(result.status());
  if (!is_quiet) std::fputs(RunTable(*result).c_str(), stderr);
  if (is_quiet && result->exit_code != 0) {
    std::fprintf(stderr, "kvitt run: %s\n", result->exit_reason.c_str());
  }
  return result->exit_code;
}

}  // namespace

void AddRunCommand(CLI::App* app, int* exit_code) {
  CLI::App* const command = app->add_subcommand(
      kName, "Settle payments against open invoices; write allocations and deviations");
  auto arguments = std::make_shared<RunArguments>();
  RunRequest& request = arguments->request;
  command
      ->add_option("--invoices", request.invoices,
                   "Open items: files, folders, patterns, - for stdin")
      ->type_name("PATH")
      ->required();
  command->add_option("--payments", request.payments, "Bank files and payment streams, likewise")
      ->type_name("PATH")
      ->required();
  command->add_option("--customers", request.customers, "Customers, likewise")->type_name("PATH");
  command
      ->add_option("--out", request.out,
                   "Folder for the results; one that an earlier run made is replaced")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--dry-run", request.dry_run, "Decide and report, write nothing");
  command
      ->add_option("--accept-mismatch", request.accept_mismatch,
                   "Post this file although its control totals do not agree; may be repeated")
      ->type_name("FILE");
  command
      ->add_option("--fail-on", request.fail_on,
                   "Exit code 5 beyond a limit: exceptions>N, rate>P% (payments not matched), "
                   "amount>A (their money in one currency); may be repeated")
      ->type_name("LIMIT");
  command
      ->add_option("--timings", request.timings,
                   "Write time and bytes by stage to this file, as JSON")
      ->type_name("FILE");
  command
      ->add_option("--block-bytes", request.block_bytes,
                   "Bytes that one thread reads at a time, a multiple of 65536")
      ->type_name("N")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const bool fits = text.size() <= 9 &&
                          text.find_first_not_of("0123456789") == std::string::npos &&
                          !text.empty() && std::stoul(text) != 0 && std::stoul(text) % 65536 == 0;
        return fits ? std::string()
                    : "expected a multiple of 65536 below 1000000000, found " + text;
      });
  command->add_flag("--no-progress", arguments->no_progress, "No progress line on a terminal");
  std::vector<std::string_view> keys;
  for (const ConfigKey& key : ConfigKeys()) keys.push_back(key.name);
  arguments->config.AddTo(command, keys);
  command->callback([app, arguments, exit_code] {
    *exit_code = Run(arguments.get(), app->get_option("--quiet")->as<bool>());
  });
}

}  // namespace kvitt
