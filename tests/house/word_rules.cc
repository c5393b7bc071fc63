// What the code may not say. Comments and literals are looked through, except where the rule is
// about them.

#include <algorithm>
#include <array>
#include <cctype>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Position of `word` as a whole word at or after `from`. A word that ends in '(' is a call: blanks
// may stand before the parenthesis.
size_t FindWord(std::string_view text, std::string_view word, size_t from) {
  const bool is_call = word.back() == '(';
  if (is_call) word.remove_suffix(1);
  for (size_t at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    if (at > 0 && IsWordCharacter(text[at - 1])) continue;
    // A member of the same name (`clock.time()`, `batch->exit()`) is another thing.
    if (is_call && at > 0 && (text[at - 1] == '.' || text[at - 1] == '>')) continue;
    size_t end = at + word.size();
    if (end < text.size() && IsWordCharacter(text[end])) continue;
    if (!is_call) return at;
    while (end < text.size() && text[end] == ' ') ++end;
    if (end < text.size() && text[end] == '(') return at;
  }
  return std::string_view::npos;
}

struct WordRule {
  std::string_view word;
  std::string_view folder;     // where it may not stand
  std::string_view exception;  // a path prefix below it where it may; "" for none
  std::string_view why;
};

constexpr std::string_view kNoFloat = "floating point never touches an amount";
constexpr std::string_view kNoPrint = "a library never prints: return a status or a deviation";
constexpr std::string_view kNoExit = "a library never ends the program: return a status";
constexpr std::string_view kNoClock = "the engine never reads the clock: today is an argument";
constexpr std::string_view kNoThrow = "errors are values here: absl::Status or a deviation";
constexpr std::string_view kNoThread = "threads start in engine/parallel.cc alone";
constexpr std::string_view kCheck = "engine/value/check.cc";
constexpr std::string_view kCli = "io/cli/";

constexpr std::array<WordRule, 27> kRules = {{
    {"double", "engine/", "", kNoFloat},
    {"float", "engine/", "", kNoFloat},
    {"strtod", "engine/", "", kNoFloat},
    {"stod", "engine/", "", kNoFloat},
    {"atof", "engine/", "", kNoFloat},
    {"strtod", "io/", "", kNoFloat},
    {"stod", "io/", "", kNoFloat},
    {"atof", "io/", "", kNoFloat},
    {"cout", "engine/", "", kNoPrint},
    {"cerr", "engine/", "", kNoPrint},
    {"printf(", "engine/", "", kNoPrint},
    {"fprintf(", "engine/", kCheck, kNoPrint},
    {"puts(", "engine/", "", kNoPrint},
    {"cout", "io/", kCli, kNoPrint},
    {"cerr", "io/", kCli, kNoPrint},
    {"printf(", "io/", kCli, kNoPrint},
    {"fprintf(", "io/", kCli, kNoPrint},
    {"puts(", "io/", kCli, kNoPrint},
    {"exit(", "engine/", kCheck, kNoExit},
    {"_exit(", "engine/", kCheck, kNoExit},
    {"abort(", "engine/", kCheck, kNoExit},
    {"exit(", "io/", kCli, kNoExit},
    {"abort(", "io/", kCli, kNoExit},
    {"system_clock", "engine/", "", kNoClock},
    {"time(", "engine/", "", kNoClock},
    {"throw", "engine/", "", kNoThrow},
    {"std::thread", "engine/", "engine/parallel.cc", kNoThread},
}};

void CheckCode(const SourceFile& file, std::vector<Finding>* findings) {
  const std::string code = WithoutComments(file.text, true);
  for (const WordRule& rule : kRules) {
    if (!StartsWith(file.path, rule.folder)) continue;
    if (!rule.exception.empty() && StartsWith(file.path, rule.exception)) continue;
    for (size_t at = FindWord(code, rule.word, 0); at != std::string::npos;
         at = FindWord(code, rule.word, at + 1)) {
      const auto line =
          std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(at), '\n');
      findings->push_back({file.path, static_cast<size_t>(line) + 1,
                           "says \"" + std::string(rule.word) + "\"", std::string(rule.why)});
    }
  }
}

struct TextRule {
  std::string_view text;
  std::string_view why;
};

// Of every text file. The patterns are written in two parts, so that this file does not find
// itself.
constexpr std::string_view kUnfinished = "unfinished work belongs in an issue, not in the tree";
constexpr std::string_view kElsewhere = "a path of one machine means nothing on another";
constexpr std::array<TextRule, 6> kTextRules = {{
    {"TO"
     "DO",
     kUnfinished},
    {"FIX"
     "ME",
     kUnfinished},
    {"/wo"
     "rk/",
     kElsewhere},
    {"/ro"
     "ot/",
     kElsewhere},
    {"/ho"
     "me/",
     kElsewhere},
    {"../sha"
     "red",
     "what a reader needs is written here, not in a folder beside the repository"},
}};

// Hosts of package registries and their mirrors, which differ from site to site.
bool NamesARegistry(std::string_view line) {
  for (size_t at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 3)) {
    std::string_view host = line.substr(at + 3);
    host = host.substr(0, host.find_first_of("/ \"'<>)"));
    for (const std::string_view part : {"artifact", "registry", "nexus", "mirror", "pkg.dev"}) {
      if (host.find(part) != std::string_view::npos) return true;
    }
  }
  return false;
}

bool IsText(std::string_view text) {
  return text.find('\0') == std::string_view::npos;
}

void CheckText(const SourceFile& file, std::vector<Finding>* findings) {
  const std::vector<std::string_view> lines = Lines(file.text);
  for (size_t i = 0; i < lines.size(); ++i) {
    for (const TextRule& rule : kTextRules) {
      const size_t at = lines[i].find(rule.text);
      if (at == std::string_view::npos) continue;
      // "TODOS" in a word of another language, or ".../network/..." is another thing.
      if (at > 0 && IsWordCharacter(lines[i][at - 1])) continue;
      findings->push_back(
          {file.path, i + 1, "says \"" + std::string(rule.text) + "\"", std::string(rule.why)});
    }
    if (NamesARegistry(lines[i])) {
      findings->push_back({file.path, i + 1, "names the host of a package registry",
                           "where packages come from is the business of each machine"});
    }
  }
}

// Headers open with what they are, formats with their grammar and its public source. A source file
// of which the header says it all may open with its includes.
void CheckOpening(const SourceFile& file, std::vector<Finding>* findings) {
  const bool is_format = StartsWith(file.path, "io/formats/") &&
                         file.text.find("\nconst Format k") != std::string::npos;
  if ((EndsWith(file.path, ".h") || is_format) && !StartsWith(file.text, "//")) {
    findings->push_back(
        {file.path, 1, "does not open with a comment", "each file says first what it is"});
  }
  if (EndsWith(file.path, ".h") && file.text.find("\n#pragma once\n") == std::string::npos) {
    findings->push_back({file.path, 1, "lacks #pragma once", "a header may be included twice"});
  }
}

}  // namespace

std::vector<Finding> CheckWords(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (IsCpp(file.path)) {
      CheckCode(file, &findings);
      CheckOpening(file, &findings);
    }
    // The house test plants violations of its own. Samples and corpora are other people's words.
    const bool is_data = StartsWith(file.path, "datasets/") ||
                         StartsWith(file.path, "tests/fuzz/corpus/") || file.path == "LICENSE";
    if (!is_data && !StartsWith(file.path, "tests/house/") && IsText(file.text)) {
      CheckText(file, &findings);
    }
  }
  return findings;
}

}  // namespace kvitt::house
