// From what stands on a command line to the list of files to read.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kvitt/io.h"

namespace kvitt {

// Expands each argument, in the order given:
//   `-`                     stdin, at most once
//   a directory             every regular file directly in it, in bytewise order of their names;
//   hidden
//                           files (a leading dot: half-written uploads) and symbolic links are left
//                           out. Without any it stands for itself (is_empty_directory):
//                           that nothing was delivered is told like an empty file
//   an existing path        itself, a symbolic link followed
//   a pattern with * ? [    every match, in bytewise order; each as above
// An argument that leads nowhere is kNotFound; more than kInputFilesMax files are
// kResourceExhausted. Nothing is opened.
absl::StatusOr<std::vector<InputSpec>> ExpandInputs(absl::Span<const std::string> arguments,
                                                    FileKind expected_kind = FileKind::kUnknown);

inline constexpr size_t kInputFilesMax = 200'000;

}  // namespace kvitt
