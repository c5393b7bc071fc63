// `kvitt convert PATH... --to jsonl|csv`: the normalised records on stdout.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code: 3 when a
// file was set aside, and so gave no records.
void AddConvertCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
