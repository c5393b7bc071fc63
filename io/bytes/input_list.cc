#include "io/bytes/input_list.h"

#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

absl::Status TooMany() {
  return absl::ResourceExhaustedError(
      Concat("more than ", kInputFilesMax, " input files; give them in several runs"));
}

absl::Status Unreadable(std::string_view what, std::string_view path, int error) {
  return absl::ErrnoToStatus(error, Concat(what, " ", path));
}

absl::Status AddDirectory(const std::string& path, FileKind kind, std::vector<InputSpec>* inputs) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (directory == nullptr) return Unreadable("cannot list the directory", path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] == '.') continue;
    if (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN) continue;
    names.emplace_back(entry->d_name);
    if (names.size() > kInputFilesMax) return TooMany();
  }
  if (errno != 0) return Unreadable("cannot list the directory", path, errno);
  std::sort(names.begin(), names.end());
  const size_t inputs_before = inputs->size();
  const std::string_view separator = path.ends_with('/') ? "" : "/";
  for (const std::string& name : names) {
    InputSpec input;
    input.path = Concat(path, separator, name);

    struct stat facts {};

    // Some file systems do not say the type in the listing.
    if (lstat(input.path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    input.expected_kind = kind;
    input.follow_link = false;
    inputs->push_back(std::move(input));
  }
  if (inputs->size() == inputs_before) {
    InputSpec nothing;
    nothing.path = path;
    nothing.expected_kind = kind;
    nothing.is_empty_directory = true;
    inputs->push_back(std::move(nothing));
  }
  return absl::OkStatus();
}

absl::Status AddPath(const std::string& path, FileKind kind, std::vector<InputSpec>* inputs) {
  struct stat facts {};

  if (stat(path.c_str(), &facts) != 0) return Unreadable("cannot find", path, errno);
  if (S_ISDIR(facts.st_mode)) return AddDirectory(path, kind, inputs);
  InputSpec input;
  input.path = path;
  input.expected_kind = kind;
  inputs->push_back(std::move(input));
  return absl::OkStatus();
}

absl::Status AddMatches(const std::string& pattern, FileKind kind, std::vector<InputSpec>* inputs) {
  glob_t found{};
  // No sorting by glob: it sorts by the locale, and the order of files must not.
  const int code = glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (code == GLOB_NOMATCH || (code == 0 && paths.empty())) {
    return absl::NotFoundError(Concat("no file matches ", pattern));
  }
  if (code != 0) return absl::UnavailableError(Concat("cannot list the files of ", pattern));
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (absl::Status status = AddPath(path, kind, inputs); !status.ok()) return status;
    if (inputs->size() > kInputFilesMax) return TooMany();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<InputSpec>> ExpandInputs(absl::Span<const std::string> arguments,
                                                    FileKind expected_kind) {
  std::vector<InputSpec> inputs;
  bool stdin_taken = false;
  for (const std::string& argument : arguments) {
    if (argument.empty()) return absl::InvalidArgumentError("an input path is empty");
    absl::Status status;

    struct stat facts {};

    if (argument == "-") {
      if (stdin_taken) return absl::InvalidArgumentError("stdin (-) can be read only once");
      stdin_taken = true;
      InputSpec input;
      input.path = "-";
      input.expected_kind = expected_kind;
      inputs.push_back(std::move(input));
    } else if (argument.find_first_of("*?[") != std::string::npos &&
               stat(argument.c_str(), &facts) != 0) {
      status = AddMatches(argument, expected_kind, &inputs);
    } else {
      status = AddPath(argument, expected_kind, &inputs);
    }
    if (!status.ok()) return status;
    if (inputs.size() > kInputFilesMax) return TooMany();
  }
  return inputs;
}

}  // namespace kvitt
