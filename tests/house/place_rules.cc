// How files are named and where they stand.

#include <algorithm>
#include <array>
#include <cctype>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

// Everything that may stand at the top level, and nothing else.
constexpr std::array<std::string_view, 20> kTopLevel = {".ci",
                                                        ".clang-format",
                                                        ".clang-tidy",
                                                        ".gitattributes",
                                                        ".github",
                                                        ".gitignore",
                                                        "ARCHITECTURE.md",
                                                        "CHANGELOG.md",
                                                        "CMakeLists.txt",
                                                        "CMakePresets.json",
                                                        "CONTRIBUTING.md",
                                                        "LICENSE",
                                                        "README.md",
                                                        "bench",
                                                        "datasets",
                                                        "docs",
                                                        "engine",
                                                        "io",
                                                        "scripts",
                                                        "tests"};
constexpr std::string_view kVcpkg = "vcpkg.json";

// Words that name nothing: what the things in such a file have in common is its name.
constexpr std::array<std::string_view, 12> kBannedWords = {"util",   "utils",   "helper", "helpers",
                                                           "common", "manager", "misc",   "stuff",
                                                           "new",    "old",     "v2",     "final"};

constexpr size_t kFileBytesMax = size_t{1} << 20;

// The words of a path: runs of letters and digits.
std::vector<std::string> WordsOf(std::string_view path) {
  std::vector<std::string> words(1);
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else {
      words.emplace_back();
    }
  }
  return words;
}

void CheckName(const SourceFile& file, std::vector<Finding>* findings) {
  const std::string_view path = file.path;
  const std::string_view top = path.substr(0, path.find('/'));
  if (top != kVcpkg && std::find(kTopLevel.begin(), kTopLevel.end(), top) == kTopLevel.end()) {
    findings->push_back({file.path, 0, "stands at the top level",
                         "the top level shows the rooms of the house and nothing else"});
  }
  // The names of samples are the trade's, and a case may well tell of an old invoice.
  if (StartsWith(path, "datasets/") || EndsWith(path, ".case")) return;
  for (const std::string& word : WordsOf(path)) {
    if (std::find(kBannedWords.begin(), kBannedWords.end(), word) == kBannedWords.end()) continue;
    findings->push_back({file.path, 0, "is named \"" + word + "\"",
                         "a file is named after the concept that it holds"});
  }
}

// Whether `text` names `path` as a whole word of a CMake list.
bool Lists(std::string_view text, std::string_view path) {
  for (size_t at = text.find(path); at != std::string_view::npos; at = text.find(path, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    const size_t end = at + path.size();
    const char after = end == text.size() ? ' ' : text[end];
    const bool starts = std::isspace(static_cast<unsigned char>(before)) != 0 || before == '(' ||
                        before == '/' || before == '"';
    const bool ends =
        std::isspace(static_cast<unsigned char>(after)) != 0 || after == ')' || after == '"';
    if (starts && ends) return true;
  }
  return false;
}

// Whether a CMakeLists.txt of the file's folder, or of one above it, lists it by its path from
// there.
bool IsListed(const Tree& tree, const std::string& path) {
  for (std::string_view folder = FolderOf(path);; folder = FolderOf(folder)) {
    const std::string list =
        folder.empty() ? "CMakeLists.txt" : std::string(folder) + "/CMakeLists.txt";
    const SourceFile* file = tree.Find(list);
    const std::string_view rest =
        folder.empty() ? std::string_view(path) : std::string_view(path).substr(folder.size() + 1);
    if (file != nullptr && Lists(file->text, rest)) return true;
    if (folder.empty()) break;
  }
  // A neighbour's list may name it too, by its way from there or from the root:
  // `../oracle/camt_expat.cc`, `${PROJECT_SOURCE_DIR}/tests/oracle/camt_expat.cc`.
  const std::string_view above = FolderOf(FolderOf(path));
  const std::string neighbour = "../" + (above.empty() ? path : path.substr(above.size() + 1));
  for (const SourceFile& file : tree.files) {
    const bool is_list = EndsWith(file.path, "/CMakeLists.txt") || EndsWith(file.path, ".cmake");
    if (is_list && (Lists(file.text, path) || Lists(file.text, neighbour))) return true;
  }
  return false;
}

}  // namespace

std::vector<Finding> CheckPlaces(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    CheckName(file, &findings);
    if (file.text.size() > kFileBytesMax) {
      findings.push_back(
          {file.path, 0, "is larger than 1 MiB", "large data is kept as the recipe that makes it"});
    }
    const bool is_public_header =
        EndsWith(file.path, ".h") && file.path.find("/include/kvitt/") != std::string::npos;
    if ((EndsWith(file.path, ".cc") || is_public_header) && !IsListed(tree, file.path)) {
      findings.push_back({file.path, 0, "is listed in no CMakeLists.txt",
                          "a file that is not built is not tested and rots"});
    }
  }
  return findings;
}

}  // namespace kvitt::house
