#include "io/generate/set_writer.h"

#include <algorithm>
#include <utility>

#include "engine/value/concat.h"
#include "io/bytes/json_text.h"

namespace kvitt {
namespace {

bool HasFolder(FileKind kind) {
  return kind != FileKind::kUnknown && kind != FileKind::kAgreements;
}

absl::StatusOr<const Format*> WritableFormat(const std::string& name) {
  const Format* format = FindFormat(name);
  if (format != nullptr && format->make_writer != nullptr && HasFolder(WrittenKind(*format))) {
    return format;
  }
  std::string known;
  for (const Format& each : Formats()) {
    if (each.make_writer != nullptr && HasFolder(WrittenKind(each)))
      AppendParts(&known, known.empty() ? "" : ", ", each.name);
  }
  return absl::InvalidArgumentError(
      Concat(format == nullptr ? "there is no format '" : "kvitt does not write the format '", name,
             "'; it writes ", known));
}

void AppendSums(std::string_view key, const std::map<Currency, Int128>& sums, std::string* out) {
  AppendParts(out, ",\"", key, "\":{");
  for (const auto& [currency, minor] : sums) {
    if (out->back() != '{') out->push_back(',');
    AppendParts(out, "\"", currency.code(), "\":\"", FormatSum(minor, currency.decimals()), "\"");
  }
  out->push_back('}');
}

absl::Status WriteWhole(const std::string& path, std::string_view bytes) {
  absl::StatusOr<StreamedFile> file = StreamedFile::Create(path);
  if (!file.ok()) return file.status();
  file->buffer()->append(bytes);
  return file->Close();
}

}  // namespace

bool HasPaymentIds(const Format& format) {
  return format.name == "payments-csv" || format.name == "payments-jsonl";
}

FileKind WrittenKind(const Format& format) {
  return format.name == "autogiro" ? FileKind::kClaims : format.kind;
}

std::string_view FileExtension(const Format& format) {
  if (format.name.ends_with("-csv")) return ".csv";
  if (format.name.ends_with("-jsonl")) return ".jsonl";
  if (format.name.starts_with("camt.") || format.name.ends_with("-xml")) return ".xml";
  return ".txt";
}

absl::StatusOr<SetWriter> SetWriter::Create(const GenerateRequest& request) {
  SetWriter set(request);
  for (const std::string& name : request.formats) {
    absl::StatusOr<const Format*> format = WritableFormat(name);
    if (!format.ok()) return format.status();
    if (!set.Has(name)) set.formats_.push_back(*format);
  }
  for (const Format* format : set.formats_) {
    const std::string folder = Concat(request.out, "/", set.FolderOf(WrittenKind(*format)));
    if (absl::Status status = MakeFolder(folder); !status.ok()) return status;
  }
  if (absl::Status status = MakeFolder(request.out); !status.ok()) return status;
  if (request.write_truth) {
    absl::StatusOr<StreamedFile> truth = StreamedFile::Create(set.Path("truth.jsonl"));
    if (!truth.ok()) return truth.status();
    set.truth_ = *std::move(truth);
  }
  return set;
}

// In the bench world each format holds the whole set: claims are the items. In the nordic one they are what
// was claimed of the items that the streams hold, and those who read both would have them twice.
std::string_view SetWriter::FolderOf(FileKind kind) const {
  switch (kind) {
    case FileKind::kClaims:
      return request_.world == "bench" ? "items" : "claims";
    case FileKind::kItems:
      return "items";
    case FileKind::kCustomers:
      return "customers";
    case FileKind::kPayments:
      return "payments";
    case FileKind::kUnknown:
    case FileKind::kAgreements:
      break;
  }
  return "";
}

bool SetWriter::Has(std::string_view format) const {
  return std::any_of(formats_.begin(), formats_.end(),
                     [&](const Format* each) { return each->name == format; });
}

std::string SetWriter::Path(std::string_view name) const {
  return Concat(request_.out, "/", name);
}

absl::StatusOr<RecordFile> SetWriter::Open(const Format& format,
                                           std::string_view name,
                                           const WriterHeader& header) {
  // A stream's own name ends in its extension already.
  std::string_view own = format.name;
  if (own.ends_with("-csv") || own.ends_with("-jsonl")) own = own.substr(0, own.rfind('-'));
  const std::string file =
      Concat(FolderOf(WrittenKind(format)), "/", name.empty() ? own : name, FileExtension(format));
  return RecordFile::Create(format, Path(file), file, header);
}

void SetWriter::Record(const RecordFile& file, const FileTruth& truth) {
  AppendFile(file, file.name(), truth);
}

void SetWriter::RecordCopy(const RecordFile& file, std::string_view again) {
  FileTruth truth;
  truth.situation = "repeated";
  truth.code = Name(DeviationCode::kFileDuplicate);
  AppendFile(file, again, truth);
}

void SetWriter::AppendFile(const RecordFile& file, std::string_view name, const FileTruth& truth) {
  std::string* out = &file_lines_;
  out->append("{\"file\":");
  AppendJsonString(name, out);
  AppendParts(out, ",\"format\":\"", file.format_name(), "\",\"situation\":\"", truth.situation,
              "\",\"transactions\":", file.records(), ",\"bytes\":", file.bytes());
  AppendSums("credits", file.credits(), out);
  AppendSums("debits", file.debits(), out);
  if (!truth.code.empty()) AppendParts(out, ",\"code\":\"", truth.code, "\"");
  if (name != file.name()) {
    out->append(",\"same_as\":");
    AppendJsonString(file.name(), out);
  }
  if (truth.set_aside) out->append(",\"set_aside\":true");
  if (truth.bad_records != 0) AppendParts(out, ",\"bad_records\":", truth.bad_records);
  out->append("}\n");
}

void SetWriter::SetSituationCount(std::string_view situation, uint64_t count) {
  if (count != 0) situations_[std::string(situation)] = count;
}

absl::Status SetWriter::Close() {
  if (truth_.has_value()) {
    if (absl::Status status = truth_->Close(); !status.ok()) return status;
  }
  if (absl::Status status = WriteWhole(Path("files.jsonl"), file_lines_); !status.ok())
    return status;
  std::string world =
      Concat("{\"world\":\"", request_.world, "\",\"items\":", request_.items,
             ",\"payments\":", request_.payments, ",\"seed\":", request_.seed, ",\"formats\":[");
  for (const Format* format : formats_) {
    AppendParts(&world, world.back() == '[' ? "" : ",", "\"", format->name, "\"");
  }
  world.append("],\"mix\":");
  AppendJsonString(request_.mix, &world);
  AppendParts(&world, ",\"shuffle\":", request_.shuffle ? "true" : "false", ",\"situations\":{");
  for (const auto& [situation, count] : situations_) {
    AppendParts(&world, world.back() == '{' ? "" : ",", "\"", situation, "\":", count);
  }
  world.append("}}\n");
  return WriteWhole(Path("world.json"), world);
}

}  // namespace kvitt
