#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

// Adds `kvitt run`.
void AddRunCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
