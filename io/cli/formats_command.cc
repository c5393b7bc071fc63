// `kvitt formats`: one line a format, its cells in columns.

#include "io/cli/formats_command.h"

#include <algorithm>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "io/cli/exit_code.h"
#include "io/cli/standard_output.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

constexpr const char* kName = "formats";

std::string Padded(std::string_view text, size_t width) {
  std::string cell(text);
  cell.resize(std::max(width, text.size()) + 2, ' ');
  return cell;
}

int Run() {
  const std::vector<FormatFacts> formats = ListFormats();
  size_t width = 6;
  for (const FormatFacts& format : formats) width = std::max(width, format.name.size());
  StandardOutput out;
  absl::Status status =
      out.Write(Padded("Format", width) + Padded("Holds", 10) + Padded("Use", 10) + "What it is\n");
  for (const FormatFacts& format : formats) {
    if (!status.ok()) break;
    status = out.Write(Padded(format.name, width) + Padded(Name(format.kind), 10) +
                       Padded(format.is_written ? "read+write" : "read", 10) +
                       std::string(format.description) + '\n');
  }
  return out.Close(kName, kExitDone);
}

}  // namespace

void AddFormatsCommand(CLI::App* app, int* exit_code) {
  CLI::App* command = app->add_subcommand(kName, "List the formats that are read and written");
  command->callback([exit_code] { *exit_code = Run(); });
}

}  // namespace kvitt
