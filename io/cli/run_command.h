// `kvitt run --invoices PATH... --payments PATH...`: settles payments against open invoices.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code; docs/records.md
// lists the codes.
void AddRunCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
