// `kvitt inspect [--json] PATH...`: what each file is and holds.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code: 3 when a
// file is damaged, empty or unknown.
void AddInspectCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
