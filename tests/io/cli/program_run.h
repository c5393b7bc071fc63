// Runs the built program as a user does.

#pragma once

#include <string>

namespace kvitt {

struct ProgramRun {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// `arguments` is a line of shell behind the program's name: `inspect - < file`. Settings of the
// environment do not reach it; put `NAME=value` words in `environment`.
ProgramRun RunProgram(const std::string& arguments, const std::string& environment = "");

// Any line of shell, in which $KVITT is the program.
ProgramRun RunShell(const std::string& line);

}  // namespace kvitt
