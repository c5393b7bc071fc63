#include "io/bytes/open_input.h"

#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

constexpr size_t kSignatureBytes = 4;

std::unique_ptr<ByteStream> Decompressed(Container container,
                                         std::unique_ptr<ByteStream> stream,
                                         const ExpansionLimits& limits) {
  if (container == Container::kGzip) return GunzipStream(std::move(stream), limits);
  if (container == Container::kZstd) return UnzstdStream(std::move(stream), limits);
  return stream;
}

absl::StatusOr<std::string> ReadUpTo(ByteStream* stream, uint64_t bytes_max) {
  std::string bytes;
  for (;;) {
    const size_t before = bytes.size();
    bytes.resize(before + (size_t{256} << 10));
    absl::StatusOr<size_t> count = stream->Read(bytes.data() + before, bytes.size() - before);
    if (!count.ok()) return count.status();
    bytes.resize(before + *count);
    if (*count == 0) return bytes;
    if (bytes.size() > bytes_max) {
      return absl::ResourceExhaustedError(
          Concat("expected a zip archive of at most ", bytes_max, " bytes on stdin, found more"));
    }
  }
}

absl::StatusOr<FileBytes> OpenStdin(const ExpansionLimits& limits, uint64_t memory_max) {
  FileBytes opened;
  std::unique_ptr<ByteStream> stream = StreamDescriptor(STDIN_FILENO);
  std::string head;
  while (head.size() < kSignatureBytes) {
    std::array<char, kSignatureBytes> bytes;
    absl::StatusOr<size_t> count = stream->Read(bytes.data(), kSignatureBytes - head.size());
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    head.append(bytes.data(), *count);
  }
  const Container container = DetectContainer(head);
  stream = StreamAfter(std::move(head), std::move(stream));
  if (container != Container::kZip) {
    opened.stream = Decompressed(container, std::move(stream), limits);
    return opened;
  }
  absl::StatusOr<std::string> bytes = ReadUpTo(stream.get(), memory_max);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<std::unique_ptr<ZipArchive>> archive = OpenZipBytes(*std::move(bytes));
  if (!archive.ok()) return archive.status();
  opened.archive = *std::move(archive);
  return opened;
}

}  // namespace

absl::StatusOr<FileBytes> OpenInput(const InputSpec& input,
                                    const ExpansionLimits& limits,
                                    uint64_t memory_max) {
  if (input.path == "-") return OpenStdin(limits, memory_max);
  absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(input);
  if (!file.ok()) return file.status();
  FileBytes opened;
  opened.file = *std::move(file);
  std::array<char, kSignatureBytes> head{};
  if (opened.file->size() >= head.size()) {
    if (absl::Status status = opened.file->ReadAt(0, head.data(), head.size()); !status.ok())
      return status;
  }
  const Container container = DetectContainer({head.data(), head.size()});
  if (container == Container::kZip) {
    absl::StatusOr<std::unique_ptr<ZipArchive>> archive = OpenZip(*opened.file);
    if (!archive.ok()) return archive.status();
    opened.archive = *std::move(archive);
  } else if (container != Container::kNone) {
    opened.stream = Decompressed(container, StreamFile(opened.file.get()), limits);
  }
  return opened;
}

absl::StatusOr<FileBytes> OpenMember(const FileBytes& zip,
                                     const ZipArchive::Member& member,
                                     const ExpansionLimits& limits) {
  absl::StatusOr<std::unique_ptr<ByteStream>> stream = zip.archive->OpenMember(member, limits);
  if (!stream.ok()) return stream.status();
  FileBytes opened;
  opened.file = zip.file;
  opened.archive = zip.archive;
  opened.stream = *std::move(stream);
  return opened;
}

std::unique_ptr<ByteStream> StreamOf(FileBytes* bytes) {
  if (bytes->stream != nullptr) return std::move(bytes->stream);
  return StreamFile(bytes->file.get());
}

}  // namespace kvitt
