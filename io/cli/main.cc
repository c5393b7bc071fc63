// The program. A command is one file beside this one, one #include and one row of kCommands.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "io/cli/config_command.h"
#include "io/cli/convert_command.h"
#include "io/cli/diff_command.h"
#include "io/cli/exit_code.h"
#include "io/cli/explain_command.h"
#include "io/cli/formats_command.h"
#include "io/cli/generate_command.h"
#include "io/cli/inspect_command.h"
#include "io/cli/ref_command.h"
#include "io/cli/run_command.h"
#include "io/cli/standard_output.h"

namespace kvitt {
namespace {

using AddCommand = void (*)(CLI::App* app, int* exit_code);

constexpr AddCommand kCommands[] = {
    AddRunCommand,     AddExplainCommand,  AddDiffCommand, AddInspectCommand, AddConvertCommand,
    AddFormatsCommand, AddGenerateCommand, AddRefCommand,  AddConfigCommand,
};

constexpr std::string_view kFooter =
    "Data goes to stdout, all else to stderr. Every setting is a flag, a KVITT_ variable of the\n"
    "environment or a key of kvitt.toml, the first over the next.\n"
    "Exit codes: 0 done, 2 wrong usage, 3 done but some input was set aside, 4 a control did not "
    "hold,\n"
    "5 a --fail-on limit was passed, 6 the ledger is held by another run, 7 a resource limit,\n"
    "8 an output could not be written, 70 a bug.\n";

// Nothing can be saved when memory is out, and nothing was committed.
void EndWithoutMemory() {
  constexpr std::string_view kText = "kvitt: out of memory; nothing was committed\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText.data(), kText.size());
  _exit(kExitResources);
}

// Before anything of the program is made: that may fail for lack of memory too.
__attribute__((constructor(101))) void PrepareForLackOfMemory() {
  std::set_new_handler(EndWithoutMemory);
}

// Help and version go to stdout with exit code 0; what is wrong goes to stderr with exit code 2.
int EndParsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    std::fprintf(stderr, "kvitt: %s\nRun kvitt --help for help.\n", error.what());
    return kExitUsage;
  }
  std::string text;
  if (error.get_name() == "CallForVersion") {
    text = std::string(error.what()) + '\n';
  } else {
    const bool all = error.get_name() == "CallForAllHelp";
    text = app.help("", all ? CLI::AppFormatMode::All : CLI::AppFormatMode::Normal);
  }
  StandardOutput out;
  const absl::Status status = out.Write(text);
  return out.Close("help", kExitDone);
}

int Main(int argc, char** argv) {
  // A reader that goes away is an error of write(), not a signal.
  signal(SIGPIPE, SIG_IGN);
  CLI::App app("kvitt settles bank files against open invoices.", "kvitt");
  app.set_version_flag("--version", "kvitt " KVITT_VERSION);
  bool quiet = false;
  app.add_flag("-q,--quiet", quiet, "Say nothing on stderr but errors");
  app.footer(std::string(kFooter));
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  int exit_code = kExitDone;
  for (const AddCommand add : kCommands) add(&app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return EndParsing(app, error);
  }
  return exit_code;
}

}  // namespace
}  // namespace kvitt

int main(int argc, char** argv) {
  return kvitt::Main(argc, argv);
}
