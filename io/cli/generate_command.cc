#include "io/cli/generate_command.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/status/status.h"
#include "kvitt/generate.h"

namespace kvitt {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitOutput = 8;

void PrintSituations() {
  for (const SituationInfo& row : Situations()) {
    std::printf("%-7.*s %-28.*s %6u  %.*s\n", static_cast<int>(row.world.size()), row.world.data(),
                static_cast<int>(row.name.size()), row.name.data(), row.weight,
                static_cast<int>(row.description.size()), row.description.data());
  }
}

// What is above the range of the number would be cut to it in silence, and what is below 0 become large.
std::string CheckCount(const std::string& text) {
  uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size()
             ? std::string()
             : "expected a whole number from 0 to 18446744073709551615, found " + text;
}

int Run(const GenerateRequest& request, bool list_situations) {
  if (list_situations) {
    PrintSituations();
    return 0;
  }
  const absl::Status status = Generate(request);
  if (status.ok()) return 0;
  std::fprintf(stderr, "kvitt generate: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitOutput;
}

}  // namespace

void AddGenerateCommand(CLI::App* app, int* exit_code) {
  CLI::App* command =
      app->add_subcommand("generate", "Write a deterministic data set with its truth beside it");
  auto request = std::make_shared<GenerateRequest>();
  auto no_truth = std::make_shared<bool>(false);
  auto list = std::make_shared<bool>(false);
  command->add_option("--world", request->world, "nordic or bench")->capture_default_str();
  command->add_option("--items", request->items, "Number of open items")
      ->capture_default_str()
      ->check(CheckCount);
  command->add_option("--payments", request->payments, "Number of payments")
      ->capture_default_str()
      ->check(CheckCount);
  command->add_option("--seed", request->seed, "Another seed, another world")
      ->capture_default_str()
      ->check(CheckCount);
  command
      ->add_option("--formats", request->formats,
                   "Formats to write, separated by commas (default: all that the world knows)")
      ->delimiter(',');
  command->add_option("--out", request->out, "Folder to write into");
  command->add_option(
      "--mix", request->mix,
      "Weights of situations: [night|empty,]NAME=WEIGHT,... (see --list-situations)");
  command->add_flag("--shuffle", request->shuffle, "bench: items in random order");
  command->add_flag("--no-truth", *no_truth, "Do not write truth.jsonl");
  command->add_flag("--list-situations", *list, "Print the table of situations and their weights");
  command->callback([=] {
    request->write_truth = !*no_truth;
    *exit_code = Run(*request, *list);
  });
}

}  // namespace kvitt
