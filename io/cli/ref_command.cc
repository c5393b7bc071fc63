// `kvitt ref`: checks, makes and repairs references, account numbers and organisation numbers.
//
//   $ kvitt ref check viite 20260011 20260012
//   20260011  ok  202 60011
//   20260012  wrong  check digit is 2, expected 1
//   $ kvitt ref make rf 20260011
//   20260011  ok  RF5220260011
//   $ kvitt ref repair kid10 2026000I019
//   2026000I019  ok  20260001019
//
// One line for each value on stdout, its cells separated by tabs, or one JSON object with --json.
// Values are echoed with control characters escaped, so that no value can write to the terminal.

#include "io/cli/ref_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr int kExitGood = 0;
constexpr int kExitUsage = 2;
constexpr int kExitSetAside = 3;

enum class Verb { kCheck, kMake, kRepair };

struct RefOptions {
  std::string scheme;
  std::vector<std::string> values;
  bool json = false;
};

// Text that is safe inside JSON quotes and on a terminal, in ASCII: other bytes become \u escapes.
// Values of these schemes are ASCII; a byte beyond it is shown as the Latin-1 character it would
// be.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      escaped.push_back('\\');
      escaped.push_back(c);
    } else if (byte < 0x20 || byte >= 0x7F) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", byte);
      escaped += code;
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

std::string Quoted(std::string_view text) {
  return '"' + Escaped(text) + '"';
}

struct Answer {
  bool ok = false;
  std::string text;     // the rest of the line
  std::string members;  // the rest of the JSON object
};

Answer Check(NumberScheme scheme, const std::string& value) {
  const NumberCheck check = CheckNumber(scheme, value);
  if (!check.ok) return {false, check.reason, ",\"reason\":" + Quoted(check.reason)};
  return {true, check.printed,
          ",\"normal\":" + Quoted(check.normal) + ",\"printed\":" + Quoted(check.printed)};
}

Answer Make(NumberScheme scheme, const std::string& base) {
  std::string reason;
  const std::string number = MakeNumber(scheme, base, &reason);
  if (number.empty()) return {false, reason, ",\"reason\":" + Quoted(reason)};
  return {true, number, ",\"number\":" + Quoted(number)};
}

Answer Repair(NumberScheme scheme, const std::string& value) {
  Answer answer;
  const std::vector<std::string> repairs = RepairNumber(scheme, value);
  answer.ok = !repairs.empty();
  answer.members = ",\"repairs\":[";
  for (const std::string& repair : repairs) {
    if (!answer.text.empty()) {
      answer.text += ' ';
      answer.members += ',';
    }
    answer.text += repair;
    answer.members += Quoted(repair);
  }
  answer.members += ']';
  if (!answer.ok) answer.text = "no valid number is one small slip away";
  return answer;
}

Answer AnswerOf(Verb verb, NumberScheme scheme, const std::string& value) {
  switch (verb) {
    case Verb::kCheck:
      return Check(scheme, value);
    case Verb::kMake:
      return Make(scheme, value);
    case Verb::kRepair:
      return Repair(scheme, value);
  }
  return {};
}

int UnknownScheme(const std::string& name) {
  std::fprintf(stderr, "kvitt ref: no scheme %s. There are:\n", Escaped(name).c_str());
  for (const SchemeInfo& info : NumberSchemes()) {
    std::fprintf(stderr, "  %-12s %s\n", std::string(info.name).c_str(),
                 std::string(info.description).c_str());
  }
  return kExitUsage;
}

int Run(Verb verb, const RefOptions& options) {
  const std::optional<NumberScheme> scheme = FindNumberScheme(options.scheme);
  if (!scheme.has_value()) return UnknownScheme(options.scheme);
  int exit_code = kExitGood;
  for (const std::string& value : options.values) {
    const Answer answer = AnswerOf(verb, *scheme, value);
    if (!answer.ok) exit_code = kExitSetAside;
    std::string line;
    if (options.json) {
      line = "{\"scheme\":" + Quoted(options.scheme) + ",\"value\":" + Quoted(value) +
             ",\"ok\":" + (answer.ok ? "true" : "false") + answer.members + "}\n";
    } else {
      line = Escaped(value) + '\t' + (answer.ok ? "ok" : "wrong") + '\t' + answer.text + '\n';
    }
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  return exit_code;
}

void AddVerb(CLI::App* ref, Verb verb, const char* name, const char* what, int* exit_code) {
  CLI::App* command = ref->add_subcommand(name, what);
  // The options live as long as the command that fills them.
  const auto options = std::make_shared<RefOptions>();
  command->add_option("SCHEME", options->scheme, "Name of the scheme, as listed by kvitt ref")
      ->required();
  command->add_option("VALUE", options->values, "Values; put -- before one that begins with -")
      ->required();
  command->add_flag("--json", options->json, "One JSON object for each value");
  command->callback([verb, options, exit_code] { *exit_code = Run(verb, *options); });
}

std::string SchemeList() {
  std::string list = "Schemes:\n";
  for (const SchemeInfo& info : NumberSchemes()) {
    list += "  " + std::string(info.name);
    list.append(info.name.size() < 12 ? 12 - info.name.size() : 1, ' ');
    list += std::string(info.description) + '\n';
  }
  return list;
}

}  // namespace

void AddRefCommand(CLI::App* app, int* exit_code) {
  CLI::App* ref = app->add_subcommand("ref", "Check, make and repair references and numbers");
  ref->require_subcommand(1);
  ref->footer(SchemeList());
  AddVerb(ref, Verb::kCheck, "check", "Say whether each value is well formed, and why not",
          exit_code);
  AddVerb(ref, Verb::kMake, "make", "Add check digits, length digit and padding to each value",
          exit_code);
  AddVerb(ref, Verb::kRepair, "repair", "List the valid numbers one small slip away", exit_code);
}

}  // namespace kvitt
