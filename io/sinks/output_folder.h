// The folder that a run leaves behind: complete or not at all.
//
// Files are written to a folder beside the wanted one and put in its place by one rename when every
// byte is on disk. A folder that an earlier run left is replaced; any other folder with something in
// it is refused. Working folders of runs that were killed are removed by the next run for the same
// folder.

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kvitt {

class OutputFolder {
 public:
  // kFailedPrecondition when `path` holds something that no run made, kPermissionDenied and the like
  // when the place cannot be written. Creates the working folder.
  static absl::StatusOr<OutputFolder> Create(std::string path);
  OutputFolder(OutputFolder&& other) noexcept;
  OutputFolder& operator=(OutputFolder&&) = delete;
  // Removes the working folder unless Commit was called.
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  // Where `name` is to be written.
  std::string PathOf(std::string_view name) const { return working_ + "/" + std::string(name); }

  const std::string& path() const { return path_; }

  // Puts the folder in its place.
  // An error with *is_in_place set: the folder is there, and only that it outlasts a power cut is not sure.
  absl::Status Commit(bool* is_in_place);

 private:
  OutputFolder(std::string path, std::string working)
      : path_(std::move(path)), working_(std::move(working)) {}

  std::string path_;
  std::string working_;
};

// A status for a failed system call on `path`: what could not be done, why, and what to do next.
// kResourceExhausted when the disk is full.
absl::Status OutputError(std::string_view what, const std::string& path, int error);

}  // namespace kvitt
