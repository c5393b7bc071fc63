// `kvitt ref check|make|repair SCHEME VALUE...`: reference arithmetic on the command line.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds the command to `app`. When it is chosen, its exit code is stored in *exit_code: 0 when every
// value was good, 3 when some was not, 2 when the scheme is unknown.
void AddRefCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
