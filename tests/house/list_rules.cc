// Each thing that has to be listed, explained or exemplified is: deviation codes have their page,
// formats their samples and their page, samples what they must read as, links their ends.

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

// Each rule of the table is told by text cases, by its name.
void CheckRules(const Tree& tree, std::vector<Finding>* findings) {
  const SourceFile* table = tree.Find("engine/match/rules.cc");
  if (table == nullptr) return;
  constexpr std::string_view kInclude = "#include \"engine/match/";
  for (const std::string_view line : Lines(table->text)) {
    if (!StartsWith(line, kInclude)) continue;
    const std::string_view rest = line.substr(kInclude.size());
    const std::string rule(rest.substr(0, rest.find('.')));
    if (rule == "rules") continue;
    bool told = false;
    for (const SourceFile* file : tree.Under("tests/cases/")) {
      told = told || (EndsWith(file->path, ".case") && file->text.find(rule) != std::string::npos);
    }
    if (told) continue;
    findings->push_back({"engine/match/" + rule + ".cc", 0, "is in no text case",
                         "a rule shows what it accepts and what it refuses in tests/cases"});
  }
}

// "docs/a.md" of a link "../docs/a.md#part" in "tests/README.md".
std::string ResolveLink(std::string_view from, std::string_view link) {
  link = link.substr(0, link.find('#'));
  std::string_view folder = FolderOf(from);
  while (StartsWith(link, "../")) {
    link.remove_prefix(3);
    folder = FolderOf(folder);
  }
  return folder.empty() ? std::string(link) : std::string(folder) + "/" + std::string(link);
}

bool Exists(const Tree& tree, const std::string& path) {
  return tree.Find(path) != nullptr || !tree.Under(path + "/").empty();
}

// Links of Markdown pages lead somewhere.
void CheckLinks(const Tree& tree, const SourceFile& page, std::vector<Finding>* findings) {
  const std::vector<std::string_view> lines = Lines(page.text);
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t at = lines[i].find("]("); at != std::string_view::npos;
         at = lines[i].find("](", at + 1)) {
      const std::string_view rest = lines[i].substr(at + 2);
      const std::string_view link = rest.substr(0, rest.find(')'));
      if (link.empty() || link[0] == '#' || link.find("://") != std::string_view::npos) continue;
      if (Exists(tree, ResolveLink(page.path, link))) continue;
      findings->push_back(
          {page.path, i + 1, "links to " + std::string(link), "there is no such file in the tree"});
    }
  }
}

// Pages that comments send their readers to exist.
void CheckPagesNamed(const Tree& tree, const SourceFile& file, std::vector<Finding>* findings) {
  const std::vector<std::string_view> lines = Lines(file.text);
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t at = lines[i].find("docs/");
    if (at == std::string_view::npos) continue;
    const size_t end = lines[i].find(".md", at);
    if (end == std::string_view::npos) continue;
    const std::string page(lines[i].substr(at, end + 3 - at));
    const bool is_a_name =
        page.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-/.") == std::string::npos;
    if (!is_a_name || tree.Find(page) != nullptr) continue;
    findings->push_back({file.path, i + 1, "names " + page, "there is no such page"});
  }
}

}  // namespace

std::vector<Finding> CheckLists(const Tree& tree, const Facts& facts) {
  std::vector<Finding> findings;
  CheckDeviations(tree, facts, &findings);
  CheckFormats(tree, facts, &findings);
  CheckSamples(tree, facts, &findings);
  CheckRules(tree, &findings);
  for (const SourceFile& file : tree.files) {
    if (EndsWith(file.path, ".md")) {
      CheckLinks(tree, file, &findings);
    } else if (IsCpp(file.path) && !StartsWith(file.path, "tests/house/")) {
      CheckPagesNamed(tree, file, &findings);
    }
  }
  return findings;
}

}  // namespace kvitt::house
