// The folder of a generated set: its files, the truth beside them, and the list of what was
// written.
//
//   OUT/items/, OUT/customers/, OUT/payments/   data
//   OUT/claims/                                 nordic: what the creditor asked the banks to collect
//   OUT/truth.jsonl                             a line for each payment delivered
//   OUT/files.jsonl                             a line for each file: counts, sums, what is wrong
//   with it OUT/world.json                              the request, so that the set can be made
//   again

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/formats/format.h"
#include "io/generate/record_file.h"
#include "io/generate/streamed_file.h"
#include "kvitt/generate.h"

namespace kvitt {

// What files.jsonl says of a file beyond its counts.
struct FileTruth {
  std::string_view situation = "whole";  // or how it is damaged
  std::string_view code;                 // the deviation that it must give; "" for none
  bool set_aside = false;                // nothing of it may be posted
  uint64_t bad_records = 0;              // lines to be set aside alone
};

// Whether payments of this format carry an id of their own.
bool HasPaymentIds(const Format& format);

// What the writer of a format takes: the kind of the format, but claims where the creditor's side of it
// is written (Autogiro).
FileKind WrittenKind(const Format& format);

// The end of a file name of this format: ".csv".
std::string_view FileExtension(const Format& format);

class SetWriter {
 public:
  // Makes the folders. `request.formats` must all be known and writable.
  static absl::StatusOr<SetWriter> Create(const GenerateRequest& request);

  const std::vector<const Format*>& formats() const { return formats_; }

  bool Has(std::string_view format) const;

  // Opens `OUT/KIND/NAME.EXT`; an empty name is the format's own.
  absl::StatusOr<RecordFile> Open(const Format& format,
                                  std::string_view name,
                                  const WriterHeader& header);
  // Notes a file that was closed.
  void Record(const RecordFile& file, const FileTruth& truth);
  // Notes that `again` holds the same bytes.
  void RecordCopy(const RecordFile& file, std::string_view again);
  // The path of a file with this name in the set.
  std::string Path(std::string_view name) const;

  // How many payments tell a situation, for world.json. Situations without payments are not listed.
  void SetSituationCount(std::string_view situation, uint64_t count);

  // Null when the request wants no truth.
  StreamedFile* truth() { return truth_.has_value() ? &*truth_ : nullptr; }

  // Writes files.jsonl and world.json and closes the truth.
  absl::Status Close();

 private:
  void AppendFile(const RecordFile& file, std::string_view name, const FileTruth& truth);
  // Where files of this kind go; "" for none.
  std::string_view FolderOf(FileKind kind) const;

  explicit SetWriter(const GenerateRequest& request) : request_(request) {}

  GenerateRequest request_;
  std::vector<const Format*> formats_;
  std::optional<StreamedFile> truth_;
  std::string file_lines_;
  std::map<std::string, uint64_t, std::less<>> situations_;
};

}  // namespace kvitt
