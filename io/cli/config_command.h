// `kvitt config show [--origin]`: the settings that a run would have.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

void AddConfigCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
