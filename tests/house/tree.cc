// Loading the tracked files and looking at them as text.

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

// False when git is absent or `root` is no checkout.
bool TrackedPaths(const std::string& root, std::vector<std::string>* paths) {
  // The checkout may belong to somebody else than who runs the tests (a container, a bare root).
  const std::string command = "git -c safe.directory='*' -C '" + root + "' ls-files -z 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return false;
  std::string path;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\0') {
      path += static_cast<char>(c);
      continue;
    }
    paths->push_back(path);
    path.clear();
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 && !paths->empty();
}

std::vector<std::string> WalkedPaths(const std::string& root) {
  std::vector<std::string> paths;
  auto it = fs::recursive_directory_iterator(root);
  for (; it != fs::recursive_directory_iterator(); ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    if (it->is_directory() && (StartsWith(path, "build") || StartsWith(path, "out") ||
                               path == ".git" || path == ".cache")) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      paths.push_back(path);
    }
  }
  return paths;
}

// Walks over source text and says for each character whether it is code, comment or literal.
class Blanker {
 public:
  Blanker(std::string_view source, bool without_literals)
      : text_(source), without_literals_(without_literals) {}

  std::string Run() {
    while (at_ < text_.size()) {
      if (Next("//")) {
        Blank(text_.find('\n', at_), true);
      } else if (Next("/*")) {
        const size_t end = text_.find("*/", at_ + 2);
        Blank(end == std::string::npos ? end : end + 2, true);
      } else if (Next("R\"")) {
        RawLiteral();
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !IsDigitMark())) {
        Literal(text_[at_]);
      } else {
        ++at_;
      }
    }
    return std::move(text_);
  }

 private:
  bool Next(std::string_view mark) const { return text_.compare(at_, mark.size(), mark) == 0; }

  // The ' of 1'000'000.
  bool IsDigitMark() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }

  void Blank(size_t end, bool wanted) {
    end = std::min(end, text_.size());
    for (; at_ < end; ++at_) {
      if (wanted && text_[at_] != '\n') text_[at_] = ' ';
    }
  }

  void RawLiteral() {
    const size_t open = text_.find('(', at_);
    if (open == std::string::npos) return Blank(open, false);
    const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    const size_t end = text_.find(close, open);
    Blank(end == std::string::npos ? end : end + close.size(), without_literals_);
  }

  void Literal(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? size_t{2} : size_t{1};
    }
    Blank(end + 1, without_literals_);
  }

  std::string text_;
  bool without_literals_;
  size_t at_ = 0;
};

}  // namespace

const SourceFile* Tree::Find(std::string_view path) const {
  const auto it = std::lower_bound(
      files.begin(), files.end(), path,
      [](const SourceFile& file, std::string_view wanted) { return file.path < wanted; });
  return it != files.end() && it->path == path ? &*it : nullptr;
}

std::vector<const SourceFile*> Tree::Under(std::string_view prefix) const {
  std::vector<const SourceFile*> found;
  for (const SourceFile& file : files) {
    if (StartsWith(file.path, prefix)) found.push_back(&file);
  }
  return found;
}

std::string Format(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.what + " - " +
         finding.why;
}

Tree LoadTree(const std::string& root) {
  std::vector<std::string> paths;
  if (!TrackedPaths(root, &paths)) paths = WalkedPaths(root);
  std::sort(paths.begin(), paths.end());
  Tree tree;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::string full = root + "/" + path;
    // A file that is deleted but not yet committed is no longer part of the house.
    if (fs::is_regular_file(full, error)) tree.files.push_back({path, ReadFile(full)});
  }
  return tree;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string WithoutComments(std::string_view source, bool without_literals) {
  return Blanker(source, without_literals).Run();
}

bool IsCpp(std::string_view path) {
  return EndsWith(path, ".cc") || EndsWith(path, ".h");
}

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view StemOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.rfind('.'));
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

}  // namespace kvitt::house
