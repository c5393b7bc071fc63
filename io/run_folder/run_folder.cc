#include "io/run_folder/run_folder.h"

#include <filesystem>
#include <system_error>

#include "engine/value/concat.h"
#include "io/bytes/input_file.h"

namespace kvitt {
namespace {

namespace fs = std::filesystem;

// Far more than the summary of a run over a million files.
constexpr uint64_t kSummaryBytesMax = uint64_t{1} << 30;

absl::Status NotAFolder(const std::string& path, std::string_view found) {
  return absl::NotFoundError(
      Concat("expected the output folder of a run at ", path, ", found ", found));
}

absl::StatusOr<std::string> ReadSummary(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open({.path = path});
  if (!file.ok()) {
    return absl::Status(file.status().code(),
                        Concat(path, ": ", std::string(file.status().message())));
  }
  if ((*file)->size() > kSummaryBytesMax) {
    return absl::DataLossError(Concat(path, ": too large for the summary of a run"));
  }
  std::string text((*file)->size(), '\0');
  if (absl::Status status = (*file)->ReadAt(0, text.data(), text.size()); !status.ok()) {
    return status;
  }
  return text;
}

}  // namespace

std::string_view Name(StreamKind kind) {
  switch (kind) {
    case StreamKind::kPayments:
      return "payments";
    case StreamKind::kAllocations:
      return "allocations";
    case StreamKind::kExceptions:
      return "exceptions";
    case StreamKind::kOpenItems:
      return "open_items";
  }
  return "";
}

absl::StatusOr<RunFolder> OpenRunFolder(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return NotAFolder(path, fs::exists(path, error) ? "a file" : "nothing");
  }
  RunFolder folder;
  folder.path = path;
  const fs::path summary = fs::path(path) / "summary.json";
  if (!fs::exists(summary, error)) return NotAFolder(path, "a folder without summary.json");
  absl::StatusOr<std::string> text = ReadSummary(summary.string());
  if (!text.ok()) return text.status();
  folder.summary = *std::move(text);
  if (folder.summary.find("\"program\": \"kvitt\"") == std::string::npos) {
    return NotAFolder(path, "a summary.json that is not of kvitt");
  }
  for (size_t i = 0; i < kStreamKinds; ++i) {
    StoredStream& stream = folder.streams[i];
    stream.kind = static_cast<StreamKind>(i);
    for (const RowForm form : {RowForm::kJsonLines, RowForm::kCsv}) {
      const fs::path file =
          fs::path(path) /
          Concat(Name(stream.kind), form == RowForm::kJsonLines ? ".jsonl" : ".csv");
      if (!stream.path.empty() || !fs::exists(file, error)) continue;
      stream.form = form;
      stream.path = file.string();
    }
  }
  return folder;
}

}  // namespace kvitt
