#include "tests/io/cli/program_run.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

}  // namespace

ProgramRun RunShell(const std::string& line) {
  const ScratchFolder folder;
  folder.Write("line", "unset ${!KVITT*}; export KVITT='" KVITT_PROGRAM "'\n" + line + "\n");
  // The working folder is empty, so that no kvitt.toml is found by chance.
  const std::string command = "cd '" + folder.path() + "' && bash ./line > out 2> err";
  const int status = std::system(command.c_str());
  ProgramRun run;
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.out = Slurp(folder.Path("out"));
  run.err = Slurp(folder.Path("err"));
  return run;
}

ProgramRun RunProgram(const std::string& arguments, const std::string& environment) {
  return RunShell("program=$KVITT; unset ${!KVITT*}; " + environment + " $program " + arguments);
}

}  // namespace kvitt
