// `kvitt formats`: what is read and written.

#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace kvitt {

void AddFormatsCommand(CLI::App* app, int* exit_code);

}  // namespace kvitt
