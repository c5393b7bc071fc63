#include "io/bytes/zip_archive.h"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/value/concat.h"

namespace kvitt {
namespace {

absl::Status CheckName(std::string_view name) {
  std::string_view why;
  if (name.empty()) why = "an empty name";
  if (name.find('\0') != std::string_view::npos) why = "a NUL byte in the name";
  if (name.starts_with('/') || name.starts_with('\\')) why = "an absolute name";
  if (name.size() >= 2 && name[1] == ':') why = "a name with a drive letter";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find_first_of("/\\", begin), name.size());
    if (name.substr(begin, end - begin) == "..") why = "a name that climbs out of the archive";
    begin = end + 1;
  }
  if (why.empty()) return absl::OkStatus();
  return absl::DataLossError(
      Concat("zip: expected plain member names, found ", why, ": '", name, "'"));
}

class LibzipArchive : public ZipArchive {
 public:
  LibzipArchive(zip_t* archive, std::string bytes) : bytes_(std::move(bytes)), archive_(archive) {}

  ~LibzipArchive() override { zip_discard(archive_); }

  const std::vector<Member>& members() const override { return members_; }

  absl::Status List(uint64_t archive_bytes);
  absl::StatusOr<std::unique_ptr<ByteStream>> OpenMember(const Member& member,
                                                         const ExpansionLimits& limits) override;

  // One libzip handle is not safe to use from two threads.
  std::mutex& mutex() { return mutex_; }

 private:
  absl::Status Add(uint64_t number, absl::flat_hash_set<std::string>* names, uint64_t* compressed);

  std::string bytes_;
  zip_t* archive_;
  std::mutex mutex_;
  std::vector<Member> members_;
};

class MemberStream : public ByteStream {
 public:
  MemberStream(LibzipArchive* archive,
               zip_file_t* file,
               ZipArchive::Member member,
               const ExpansionLimits& limits)
      : archive_(archive), file_(file), member_(std::move(member)), limits_(limits) {}

  ~MemberStream() override {
    const std::lock_guard<std::mutex> lock(archive_->mutex());
    zip_fclose(file_);
  }

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    const std::lock_guard<std::mutex> lock(archive_->mutex());
    const zip_int64_t count = zip_fread(file_, to, size);
    if (count < 0) {
      return absl::DataLossError(Concat("zip member is damaged after ", out_,
                                        " bytes: ", zip_error_strerror(zip_file_get_error(file_))));
    }
    if (count == 0 && out_ != member_.bytes) {
      return absl::OutOfRangeError(
          Concat("zip member ends too early: expected ", member_.bytes, " bytes, found ", out_));
    }
    out_ += static_cast<uint64_t>(count);
    if (out_ > member_.bytes) {
      return absl::DataLossError(
          Concat("zip member is longer than the archive says: expected ", member_.bytes, " bytes"));
    }
    if (absl::Status status = CheckExpansion(member_.compressed_bytes, out_, limits_);
        !status.ok()) {
      return status;
    }
    return static_cast<size_t>(count);
  }

 private:
  LibzipArchive* archive_;
  zip_file_t* file_;
  ZipArchive::Member member_;
  ExpansionLimits limits_;
  uint64_t out_ = 0;
};

absl::Status LibzipArchive::Add(uint64_t number,
                                absl::flat_hash_set<std::string>* names,
                                uint64_t* compressed) {
  zip_stat_t facts;
  zip_stat_init(&facts);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive_, number, ZIP_FL_ENC_RAW, &facts) != 0 ||
      (facts.valid & kNeeded) != kNeeded) {
    return absl::DataLossError(
        Concat("zip: member ", number + 1, " of the directory cannot be read"));
  }
  Member member;
  member.name = facts.name;
  member.number = number;
  member.bytes = facts.size;
  member.compressed_bytes = facts.comp_size;
  if (absl::Status status = CheckName(member.name); !status.ok()) return status;
  if (facts.encryption_method != ZIP_EM_NONE) {
    return absl::DataLossError(Concat("zip: member '", member.name, "' is encrypted"));
  }
  if (!names->insert(member.name).second) {
    return absl::DataLossError(Concat("zip: two members are named '", member.name, "'"));
  }
  *compressed += member.compressed_bytes;
  if (!member.name.ends_with('/')) members_.push_back(std::move(member));
  return absl::OkStatus();
}

absl::Status LibzipArchive::List(uint64_t archive_bytes) {
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  if (count < 0 || static_cast<uint64_t>(count) > kZipMembersMax) {
    return absl::ResourceExhaustedError(
        Concat("zip: expected at most ", kZipMembersMax, " members, found ", count));
  }
  absl::flat_hash_set<std::string> names;
  uint64_t compressed = 0;
  for (uint64_t number = 0; number < static_cast<uint64_t>(count); ++number) {
    if (absl::Status status = Add(number, &names, &compressed); !status.ok()) return status;
  }
  if (names.contains("[Content_Types].xml")) {
    return absl::InvalidArgumentError(
        "expected files of a bank in the zip archive, found an Excel workbook or another Office "
        "document: save it as CSV");
  }
  // Members that share their bytes make a bomb that no single member shows.
  if (compressed > archive_bytes) {
    return absl::DataLossError(Concat("zip: members overlap: they claim ", compressed,
                                      " compressed bytes, the archive has ", archive_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ByteStream>> LibzipArchive::OpenMember(
    const Member& member, const ExpansionLimits& limits) {
  const std::lock_guard<std::mutex> lock(mutex_);
  zip_file_t* file = zip_fopen_index(archive_, member.number, 0);
  if (file == nullptr) {
    return absl::DataLossError(Concat("zip member cannot be opened: ", zip_strerror(archive_)));
  }
  return std::make_unique<MemberStream>(this, file, member, limits);
}

std::string TakeError(zip_error_t* error) {
  std::string text = zip_error_code_zip(error) == ZIP_ER_EXISTS ? "two members have the same name"
                                                                : zip_error_strerror(error);
  zip_error_fini(error);
  return text;
}

absl::StatusOr<std::unique_ptr<ZipArchive>> Listed(zip_t* archive,
                                                   std::string bytes,
                                                   uint64_t size) {
  auto listed = std::make_unique<LibzipArchive>(archive, std::move(bytes));
  if (absl::Status status = listed->List(size); !status.ok()) return status;
  return listed;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ZipArchive>> OpenZip(const InputFile& file) {
  // libzip closes the descriptor that it is given.
  const int own = dup(file.descriptor());
  if (own < 0) return absl::ErrnoToStatus(errno, "cannot be opened again for the archive");
  int code = 0;
  zip_t* archive = zip_fdopen(own, ZIP_CHECKCONS, &code);
  if (archive == nullptr) {
    close(own);
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    return absl::DataLossError(Concat("zip archive is damaged: ", TakeError(&error)));
  }
  return Listed(archive, {}, file.size());
}

absl::StatusOr<std::unique_ptr<ZipArchive>> OpenZipBytes(std::string bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return absl::ResourceExhaustedError(TakeError(&error));
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return absl::DataLossError(Concat("zip archive is damaged: ", TakeError(&error)));
  }
  const uint64_t size = bytes.size();
  // Moving a string of this length keeps its bytes where libzip sees them.
  return Listed(archive, std::move(bytes), size);
}

}  // namespace kvitt
