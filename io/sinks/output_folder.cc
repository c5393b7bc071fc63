#include "io/sinks/output_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace kvitt {
namespace {

namespace fs = std::filesystem;

// Whether a run writes files of this name.
bool IsOurs(std::string_view name) {
  static constexpr std::string_view kOurs[] = {
      "allocations.csv",  "allocations.jsonl", "exceptions.csv",
      "exceptions.jsonl", "open_items.csv",    "open_items.jsonl",
      "payments.csv",     "payments.jsonl",    "summary.json"};
  return std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs);
}

// Whether a run left this folder, and nobody put anything else into it since.
bool IsLeftByARun(const std::string& path) {
  std::error_code error;
  bool has_summary = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (!IsOurs(name)) return false;
    has_summary |= name == "summary.json";
  }
  if (error || !has_summary) return false;
  std::ifstream summary(path + "/summary.json", std::ios::binary);
  std::string head(4096, '\0');
  summary.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.find("\"program\": \"kvitt\"") != std::string::npos;
}

absl::Status SyncFolder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return OutputError("open the folder", path, errno);
  const int failed = fsync(folder) == 0 ? 0 : errno;
  close(folder);
  // Some file systems cannot sync folders; the rename is as durable there as it gets.
  if (failed != 0 && failed != EINVAL) return OutputError("sync the folder", path, failed);
  return absl::OkStatus();
}

std::string Parent(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// The process that `name` ends with, when it is `folder`.partial-PROCESS; else 0.
pid_t ProcessOf(std::string_view name, std::string_view folder) {
  constexpr std::string_view kMark = ".partial-";
  constexpr size_t kDigitsMax = 9;
  if (name.substr(0, folder.size()) != folder) return 0;
  name.remove_prefix(folder.size());
  if (name.substr(0, kMark.size()) != kMark) return 0;
  name.remove_prefix(kMark.size());
  if (name.empty() || name.size() > kDigitsMax || name[0] == '0') return 0;
  pid_t process = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return 0;
    process = process * 10 + (c - '0');
  }
  return process;
}

// Whether a folder holds nothing but files that a run writes.
bool HoldsOnlyOurs(const fs::path& path) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    const bool is_file = !entry.is_symlink(error) && entry.is_regular_file(error);
    if (!is_file || !IsOurs(entry.path().filename().string())) return false;
  }
  return !error;
}

// Working folders for the same `path` whose run was killed before it could remove them: beside it,
// by their name, with nothing but files of ours, and no such process any more. What is in doubt
// stays.
void RemoveLeftovers(const std::string& path) {
  const std::string folder = fs::path(path).filename().string();
  std::error_code error;
  std::vector<fs::path> dead;
  for (const fs::directory_entry& entry : fs::directory_iterator(Parent(path), error)) {
    const pid_t process = ProcessOf(entry.path().filename().string(), folder);
    std::error_code ignored;
    if (process == 0 || entry.is_symlink(ignored) || !entry.is_directory(ignored)) continue;
    const bool is_gone = kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone && HoldsOnlyOurs(entry.path())) dead.push_back(entry.path());
  }
  for (const fs::path& each : dead) fs::remove_all(each, error);
}

}  // namespace

absl::Status OutputError(std::string_view what, const std::string& path, int error) {
  const std::string text = "Could not " + std::string(what) + " " + path + ": " +
                           std::strerror(error) + ". Nothing was committed.";
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(text + " Make room there, or name another --out.");
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    return absl::PermissionDeniedError(text + " Name another --out.");
  }
  return absl::UnavailableError(text);
}

absl::StatusOr<OutputFolder> OutputFolder::Create(std::string path) {
  if (path.empty()) return absl::FailedPreconditionError("--out is empty: name a folder.");
  std::error_code error;
  // A symbolic link to a folder stands for that folder.
  path = fs::weakly_canonical(path, error).string();
  if (error) return OutputError("find", path, error.value());
  if (fs::exists(path, error)) {
    if (!fs::is_directory(path, error)) {
      return absl::FailedPreconditionError("--out " + path + " is not a folder.");
    }
    if (!fs::is_empty(path, error) && !IsLeftByARun(path)) {
      return absl::FailedPreconditionError(
          "--out " + path +
          " holds files that no kvitt run made; it would be replaced. Name an empty folder.");
    }
  }
  fs::create_directories(Parent(path), error);
  RemoveLeftovers(path);
  std::string working = path + ".partial-" + std::to_string(getpid());
  fs::remove_all(working, error);
  if (mkdir(working.c_str(), 0777) != 0) return OutputError("make the folder", working, errno);
  return OutputFolder(std::move(path), std::move(working));
}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : path_(std::move(other.path_)), working_(std::move(other.working_)) {
  other.working_.clear();
}

OutputFolder::~OutputFolder() {
  if (working_.empty()) return;
  std::error_code ignored;
  fs::remove_all(working_, ignored);
}

absl::Status OutputFolder::Commit(bool* is_in_place) {
  *is_in_place = false;
  if (absl::Status synced = SyncFolder(working_); !synced.ok()) return synced;
  std::error_code error;
  if (fs::exists(path_, error)) {
    // The old folder and the new one change places in one step; the old one is removed afterwards.
    if (renameat2(AT_FDCWD, working_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) != 0) {
      if (errno != EINVAL && errno != ENOSYS) return OutputError("replace", path_, errno);
      const std::string old = working_ + "-old";
      if (rename(path_.c_str(), old.c_str()) != 0) return OutputError("replace", path_, errno);
      if (rename(working_.c_str(), path_.c_str()) != 0) {
        const int error_number = errno;
        [[maybe_unused]] const int put_back = rename(old.c_str(), path_.c_str());
        return OutputError("replace", path_, error_number);
      }
      working_ = old;
    }
    fs::remove_all(working_, error);
  } else if (rename(working_.c_str(), path_.c_str()) != 0) {
    return OutputError("put in place", path_, errno);
  }
  working_.clear();
  *is_in_place = true;
  return SyncFolder(Parent(path_));
}

}  // namespace kvitt
