// The folder that a run left: which of its streams are there, and in which form.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace kvitt {

enum class StreamKind : uint8_t { kPayments, kAllocations, kExceptions, kOpenItems };
inline constexpr size_t kStreamKinds = 4;
// "payments", ...
std::string_view Name(StreamKind kind);

enum class RowForm : uint8_t { kJsonLines, kCsv };

struct StoredStream {
  StreamKind kind = StreamKind::kPayments;
  RowForm form = RowForm::kJsonLines;
  std::string path;  // "": the run did not emit it
};

struct RunFolder {
  std::string path;
  std::array<StoredStream, kStreamKinds> streams;
  std::string summary;  // the text of summary.json

  const StoredStream& operator[](StreamKind kind) const {
    return streams[static_cast<size_t>(kind)];
  }

  bool has(StreamKind kind) const { return !(*this)[kind].path.empty(); }
};

// kNotFound when `path` is no folder, or holds no summary of a run.
absl::StatusOr<RunFolder> OpenRunFolder(const std::string& path);

}  // namespace kvitt
