// The program. A command is one file beside this one, one #include and one row of kCommands.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

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
#include "kvitt/config.h"

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

// What on the command line nothing takes, with the name that was probably meant; "" when all is known.
std::string UnknownWord(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(/*recurse=*/true);
  if (words.empty()) return {};
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word[0] == '-'; };
  const auto option = std::find_if(words.begin(), words.end(), is_option);
  std::string word = option != words.end() ? *option : words.front();
  word.resize(std::min(word.find('='), word.size()));
  std::vector<std::string> names;
  const std::vector<CLI::App*> commands = app.get_subcommands();
  const CLI::App& asked = commands.empty() ? app : *commands.front();
  if (option != words.end()) {
    for (const CLI::Option* known : asked.get_options()) {
      for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
    }
  } else if (commands.empty()) {
    for (const CLI::App* known : app.get_subcommands(nullptr)) names.push_back(known->get_name());
  }
  const std::string kind = option != words.end() ? "option"
                           : commands.empty()    ? "command"
                                                 : "argument";
  const std::vector<std::string_view> known(names.begin(), names.end());
  return "unknown " + kind + " '" + word + "'" + NearestHint(word, known);
}

// Help and version go to stdout with exit code 0; what is wrong goes to stderr with exit code 2.
int EndParsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    const std::string unknown = UnknownWord(app);
    std::fprintf(stderr, "kvitt: %s\nRun kvitt --help for help.\n",
                 unknown.empty() ? error.what() : unknown.c_str());
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
