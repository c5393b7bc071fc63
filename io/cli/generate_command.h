// `kvitt generate`: a deterministic data set of any size with its truth beside it.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code.
void AddGenerateCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
