// Each thing that has to be listed, explained or exemplified is: deviation codes have their page,
// formats their samples and their page, samples what they must read as.

#include <algorithm>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

// Whether a heading of a Markdown file holds `name` between backticks.
bool HasSection(std::string_view markdown, std::string_view name) {
  const std::string quoted = "`" + std::string(name) + "`";
  for (const std::string_view line : Lines(markdown)) {
    if (StartsWith(line, "#") && line.find(quoted) != std::string_view::npos) return true;
  }
  return false;
}

void CheckDeviations(const Tree& tree, const Facts& facts, std::vector<Finding>* findings) {
  const std::string path = "docs/deviations.md";
  const SourceFile* page = tree.Find(path);
  for (const std::string& code : facts.deviation_codes) {
    if (page != nullptr && HasSection(page->text, code)) continue;
    findings->push_back({path, 0, "has no section `" + code + "`",
                         "whoever meets a code can look up what happened and what to do"});
  }
  if (page == nullptr) return;
  const std::vector<std::string_view> lines = Lines(page->text);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!StartsWith(lines[i], "### `")) continue;
    const std::string_view rest = lines[i].substr(5);
    const std::string code(rest.substr(0, rest.find('`')));
    if (std::find(facts.deviation_codes.begin(), facts.deviation_codes.end(), code) ==
        facts.deviation_codes.end()) {
      findings->push_back({path, i + 1, "explains `" + code + "`", "there is no such code"});
    }
  }
}

void CheckFormats(const Tree& tree, const Facts& facts, std::vector<Finding>* findings) {
  const SourceFile* page = tree.Find("docs/formats.md");
  for (const std::string& format : facts.formats) {
    if (tree.Under("datasets/samples/" + format + "/").empty()) {
      findings->push_back({"datasets/samples/" + format, 0, "holds no sample",
                           "a format without a sample is not tested by the golden runner"});
    }
    if (page == nullptr || !HasSection(page->text, format)) {
      findings->push_back({"docs/formats.md", 0, "has no section `" + format + "`",
                           "users can look up what is read and checked"});
    }
  }
}

bool IsExpectation(std::string_view path) {
  return EndsWith(path, ".expected.jsonl") || EndsWith(path, ".inspect.json");
}

// "a/b" of "a/b.txt.gz": expectations stand beside the sample under the first part of its name.
std::string BaseOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return path.substr(0, path.find('.', slash + 1));
}

void CheckSamples(const Tree& tree, const Facts& facts, std::vector<Finding>* findings) {
  for (const SourceFile* file : tree.Under("datasets/samples/")) {
    const std::string_view rest = std::string_view(file->path).substr(17);
    const std::string format(rest.substr(0, rest.find('/')));
    if (rest.find('/') == std::string_view::npos) continue;
    if (std::find(facts.formats.begin(), facts.formats.end(), format) == facts.formats.end()) {
      const std::string folder = "datasets/samples/" + format;
      if (findings->empty() || findings->back().path != folder) {
        findings->push_back({folder, 0, "holds samples of `" + format + "`",
                             "there is no such format in the table of io/formats"});
      }
      continue;
    }
    if (IsExpectation(file->path) || EndsWith(file->path, ".md")) continue;
    const std::string base = BaseOf(file->path);
    for (const std::string_view suffix : {".expected.jsonl", ".inspect.json"}) {
      if (tree.Find(base + std::string(suffix)) == nullptr) {
        findings->push_back({file->path, 0, "has no " + base + std::string(suffix),
                             "each sample says what it must read as"});
      }
    }
  }
}

}  // namespace

std::vector<Finding> CheckLists(const Tree& tree, const Facts& facts) {
  std::vector<Finding> findings;
  CheckDeviations(tree, facts, &findings);
  CheckFormats(tree, facts, &findings);
  CheckSamples(tree, facts, &findings);
  return findings;
}

}  // namespace kvitt::house
