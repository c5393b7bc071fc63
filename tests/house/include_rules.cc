// Who may include whom. Includes run downward only; see ARCHITECTURE.md.

#include <algorithm>
#include <array>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

struct Include {
  size_t line;
  std::string target;
};

std::vector<Include> IncludesOf(const SourceFile& file) {
  std::vector<Include> includes;
  const std::string code = WithoutComments(file.text, false);
  const std::vector<std::string_view> lines = Lines(code);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    const size_t hash = line.find_first_not_of(' ');
    if (hash == std::string_view::npos || !StartsWith(line.substr(hash), "#include")) continue;
    const size_t open = line.find_first_of("<\"", hash);
    if (open == std::string_view::npos) continue;
    const size_t close = line.find_first_of(">\"", open + 1);
    includes.push_back({i + 1, std::string(line.substr(open + 1, close - open - 1))});
  }
  return includes;
}

// A format is a file of io/formats that defines a row of the table; its header belongs to it. What
// several formats share (a verdict, the plan of a CSV) defines none.
bool IsFormat(const Tree& tree, std::string_view path) {
  if (FolderOf(path) != "io/formats" || StemOf(path) == "formats") return false;
  const SourceFile* source = tree.Find("io/formats/" + std::string(StemOf(path)) + ".cc");
  return source != nullptr && source->text.find("\nconst Format k") != std::string::npos;
}

// A rule is a file of engine/match whose header the table includes. What several rules share stands
// in the same folder and is not in the table.
bool IsRule(const Tree& tree, std::string_view path) {
  const SourceFile* table = tree.Find("engine/match/rules.cc");
  if (table == nullptr || FolderOf(path) != "engine/match" || StemOf(path) == "rules") return false;
  const std::string header = "engine/match/" + std::string(StemOf(path)) + ".h";
  for (const Include& include : IncludesOf(*table)) {
    if (include.target == header) return true;
  }
  return false;
}

bool IsOneTbb(std::string_view target) {
  return StartsWith(target, "tbb/") || StartsWith(target, "oneapi/");
}

// What the command line may include besides the standard library.
bool CliMayInclude(std::string_view target) {
  if (target.find('/') == std::string_view::npos) return true;  // <string>, <unistd.h>
  static constexpr std::array<std::string_view, 5> kAllowed = {"kvitt/", "io/cli/", "CLI/", "absl/",
                                                               "sys/"};
  return std::any_of(kAllowed.begin(), kAllowed.end(),
                     [&](std::string_view prefix) { return StartsWith(target, prefix); });
}

// The rooms of the engine from the ground up. A room includes its own files and those below.
constexpr std::array<std::string_view, 9> kEngineRooms = {
    "engine/value",    "engine/reference", "engine/record",    "engine/store",  "engine/allocate",
    "engine/evidence", "engine/match",     "engine/deviation", "engine/control"};

size_t RoomOf(std::string_view path) {
  const auto it = std::find(kEngineRooms.begin(), kEngineRooms.end(), FolderOf(path));
  return static_cast<size_t>(it - kEngineRooms.begin());
}

// Says why `file` may not include `target`; "" when it may.
std::string_view WhyNot(const Tree& tree, const SourceFile& file, std::string_view target) {
  const bool in_engine = StartsWith(file.path, "engine/");
  if (in_engine && (StartsWith(target, "io/") || target == "kvitt/io.h")) {
    return "the engine knows only records; files and formats are io's business";
  }
  if (IsOneTbb(target) && file.path != "engine/parallel.cc") {
    return "only engine/parallel.cc knows oneTBB, so that sanitizer builds can do without it";
  }
  if (IsRule(tree, file.path) && IsRule(tree, target) && StemOf(file.path) != StemOf(target)) {
    return "a rule never includes another rule: what they share has a name and a file of its own";
  }
  if (in_engine && RoomOf(target) < kEngineRooms.size() && RoomOf(target) > RoomOf(file.path)) {
    return "includes run downward only, and that room lies above this one";
  }
  if (StartsWith(file.path, "io/") && IsFormat(tree, target) &&
      StemOf(file.path) != StemOf(target)) {
    return "a format is known by its row in the table alone: what others share lives in io/bytes";
  }
  if (StartsWith(file.path, "io/cli/") && !CliMayInclude(target)) {
    return "the command line uses public headers alone, which proves that the library suffices";
  }
  if ((in_engine || StartsWith(file.path, "io/")) &&
      (StartsWith(target, "tests/") || StartsWith(target, "bench/"))) {
    return "what is shipped does not depend on what tests it";
  }
  return "";
}

}  // namespace

std::vector<Finding> CheckIncludes(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!IsCpp(file.path)) continue;
    for (const Include& include : IncludesOf(file)) {
      const std::string_view why = WhyNot(tree, file, include.target);
      if (why.empty()) continue;
      findings.push_back(
          {file.path, include.line, "includes \"" + include.target + "\"", std::string(why)});
    }
  }
  return findings;
}

}  // namespace kvitt::house
