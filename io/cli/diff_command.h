// `kvitt diff RUN_A RUN_B`: what differs between two output folders.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code: 0 whether or not they
// differ, unless --exit-code asks for 1 when they do.
void AddDiffCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
