// `kvitt explain ID [RUN]`: why this payment, item or deviation stands where it does.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code: 2 when nothing in the
// folder has the id, 4 when the folder is damaged.
void AddExplainCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
