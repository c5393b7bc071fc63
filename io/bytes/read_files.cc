#include "io/bytes/read_files.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include "engine/parallel.h"
#include "engine/value/concat.h"
#include "io/bytes/block_buffer.h"
#include "io/bytes/digest.h"
#include "io/bytes/file_reading.h"
#include "io/bytes/open_input.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

ExpansionLimits LimitsOf(const FormatSettings& settings) {
  return {settings.max_bytes, settings.max_expansion};
}

// Opens what a report is of for a second time: `archive.zip!member` is the member.
absl::StatusOr<FileBytes> OpenAgain(const InputSpec& input,
                                    const FileReport& report,
                                    const ReadOptions& options) {
  if (input.path == "-") return absl::UnavailableError("stdin cannot be read a second time");
  const ExpansionLimits limits = LimitsOf(options.settings);
  absl::StatusOr<FileBytes> bytes = OpenInput(input, limits, 0);
  if (!bytes.ok() || bytes->archive == nullptr) return bytes;
  for (const ZipArchive::Member& member : bytes->archive->members()) {
    if (Concat(input.path, "!", member.name) == report.file) {
      return OpenMember(*bytes, member, limits);
    }
  }
  return absl::NotFoundError("the member is no longer in the archive");
}

absl::StatusOr<bool> SameBytes(FileBytes one, FileBytes other) {
  constexpr size_t kStep = size_t{256} << 10;
  const std::unique_ptr<ByteStream> streams[2] = {StreamOf(&one), StreamOf(&other)};
  std::string bytes[2];
  for (;;) {
    for (int side = 0; side < 2; ++side) {
      std::string& mine = bytes[side];
      mine.resize(kStep);
      size_t size = 0;
      while (size < kStep) {
        absl::StatusOr<size_t> count = streams[side]->Read(mine.data() + size, kStep - size);
        if (!count.ok()) return count.status();
        if (*count == 0) break;
        size += *count;
      }
      mine.resize(size);
    }
    if (bytes[0] != bytes[1]) return false;
    if (bytes[0].size() < kStep) return true;
  }
}

// Names, in each report whose bytes another file of this run has too, the first such file by name.
void NameCopies(absl::Span<const InputSpec> inputs,
                absl::Span<const size_t> input_of_file,
                const ReadOptions& options,
                std::vector<FileReport>* reports) {
  std::vector<size_t> order;
  for (size_t i = 0; i < reports->size(); ++i) {
    if (!(*reports)[i].digest.empty() && (*reports)[i].bytes > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const FileReport& one = (*reports)[a];
    const FileReport& other = (*reports)[b];
    return std::tie(one.digest, one.bytes, one.file, a) <
           std::tie(other.digest, other.bytes, other.file, b);
  });
  for (size_t i = 1, first = 0; i < order.size(); ++i) {
    const FileReport& original = (*reports)[order[first]];
    FileReport& copy = (*reports)[order[i]];
    if (original.digest != copy.digest || original.bytes != copy.bytes) {
      first = i;
      continue;
    }
    absl::StatusOr<FileBytes> one =
        OpenAgain(inputs[input_of_file[order[first]]], original, options);
    absl::StatusOr<FileBytes> other = OpenAgain(inputs[input_of_file[order[i]]], copy, options);
    if (!one.ok() || !other.ok()) continue;
    const absl::StatusOr<bool> same = SameBytes(*std::move(one), *std::move(other));
    if (same.ok() && *same) copy.copy_of = original.file;
  }
}

// Hands out work: chunks of files that are open first, then members of archives, then the next
// input. So few files are open at a time, and those that are get all threads.
class Schedule {
 public:
  Schedule(absl::Span<const InputSpec> inputs,
           const ReadOptions& options,
           const ReadLimits& limits,
           RecordSink* sink)
      : inputs_(inputs), options_(options), limits_(limits) {
    shared_.options = &options_;
    shared_.limits = &limits_;
    shared_.formats = limits.formats.empty() ? Formats() : limits.formats;
    shared_.sink = sink;
  }

  void Work();

  ReadResult TakeResult();

 private:
  // A file that nobody has opened yet: an input, or a member of an archive.
  struct Unopened {
    size_t input = 0;
    const ZipArchive::Member* member = nullptr;
    std::shared_ptr<FileBytes> zip;
    uint32_t file = 0;  // known for members
  };

  // A file with chunks to be claimed.
  using Active = std::list<std::shared_ptr<FileReading>>;

  bool stopped() const { return limits_.stop != nullptr && *limits_.stop; }

  bool ClaimChunk(std::shared_ptr<FileReading>* reading, uint64_t* chunk);
  bool ClaimUnopened(Unopened* unopened);
  void OpenAndStart(const Unopened& unopened, BlockBuffer* buffer, ReadTimings* timings);
  void StartReading(std::shared_ptr<FileReading> reading,
                    BlockBuffer* buffer,
                    ReadTimings* timings);
  void WorkOnChunk(const std::shared_ptr<FileReading>& reading,
                   uint64_t chunk,
                   bool is_loaded,
                   BlockBuffer* buffer,
                   ReadTimings* timings);
  void Finish(FileReading* reading, ReadTimings* timings);
  uint32_t ReserveFiles(size_t input, uint32_t count);
  void QueueMembers(const Unopened& input, FileBytes zip, uint32_t first_file);

  const absl::Span<const InputSpec> inputs_;
  const ReadOptions options_;
  const ReadLimits limits_;
  ReadingShared shared_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Active active_;
  std::deque<Unopened> members_;
  size_t next_input_ = 0;
  int opening_ = 0;
  // Number of the first file of each input: handed on from input to input, in order.
  size_t inputs_numbered_ = 0;
  uint32_t files_numbered_ = 0;
  std::vector<FileReport> reports_;
  std::vector<size_t> input_of_file_;
  ReadTimings timings_;
};

bool Schedule::ClaimChunk(std::shared_ptr<FileReading>* reading, uint64_t* chunk) {
  for (auto it = active_.begin(); it != active_.end();) {
    const FileReading::Claim claim = (*it)->ClaimChunk(chunk);
    if (claim == FileReading::Claim::kChunk) {
      *reading = *it;
      return true;
    }
    // Who works on its last chunks holds it.
    it = claim == FileReading::Claim::kNone ? active_.erase(it) : std::next(it);
  }
  return false;
}

bool Schedule::ClaimUnopened(Unopened* unopened) {
  if (!members_.empty()) {
    *unopened = std::move(members_.front());
    members_.pop_front();
    return true;
  }
  if (next_input_ == inputs_.size()) return false;
  *unopened = Unopened();
  unopened->input = next_input_++;
  return true;
}

void Schedule::Work() {
  BlockBuffer buffer;
  ReadTimings timings;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped()) {
    std::shared_ptr<FileReading> reading;
    uint64_t chunk = 0;
    Unopened unopened;
    if (ClaimChunk(&reading, &chunk)) {
      lock.unlock();
      WorkOnChunk(reading, chunk, false, &buffer, &timings);
      reading = nullptr;
      lock.lock();
    } else if (ClaimUnopened(&unopened)) {
      ++opening_;
      lock.unlock();
      OpenAndStart(unopened, &buffer, &timings);
      unopened = Unopened();
      lock.lock();
    } else if (opening_ == 0 && active_.empty()) {
      break;
    } else {
      changed_.wait(lock);
    }
  }
  changed_.notify_all();
  timings_.Add(timings);
}

// Waits until the inputs before have said how many files they are: an archive is several.
uint32_t Schedule::ReserveFiles(size_t input, uint32_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return inputs_numbered_ == input; });
  const uint32_t first = files_numbered_;
  files_numbered_ += count;
  ++inputs_numbered_;
  reports_.resize(files_numbered_);
  input_of_file_.resize(files_numbered_, input);
  changed_.notify_all();
  return first;
}

void Schedule::QueueMembers(const Unopened& input, FileBytes zip, uint32_t first_file) {
  const auto shared_zip = std::make_shared<FileBytes>(std::move(zip));
  const std::lock_guard<std::mutex> lock(mutex_);
  uint32_t file = first_file;
  for (const ZipArchive::Member& member : shared_zip->archive->members()) {
    Unopened unopened;
    unopened.input = input.input;
    unopened.member = &member;
    unopened.zip = shared_zip;
    unopened.file = file++;
    members_.push_back(std::move(unopened));
  }
  --opening_;
  changed_.notify_all();
}

void Schedule::OpenAndStart(const Unopened& unopened, BlockBuffer* buffer, ReadTimings* timings) {
  const InputSpec& input = inputs_[unopened.input];
  if (input.is_empty_directory) {
    const uint32_t file = ReserveFiles(unopened.input, 1);
    auto reading =
        std::make_shared<FileReading>(&shared_, file, input.path, input.expected_kind, FileBytes());
    reading->FailAsEmptyDirectory();
    return StartReading(std::move(reading), buffer, timings);
  }
  const ExpansionLimits limits = LimitsOf(options_.settings);
  absl::StatusOr<FileBytes> bytes = unopened.member == nullptr
                                        ? OpenInput(input, limits, limits_.whole_file_bytes_max)
                                        : OpenMember(*unopened.zip, *unopened.member, limits);
  std::string name = input.path;
  uint32_t file = unopened.file;
  if (unopened.member != nullptr) {
    name += "!" + unopened.member->name;
  } else {
    const bool is_zip = bytes.ok() && bytes->archive != nullptr;
    const size_t members = is_zip ? bytes->archive->members().size() : 0;
    file = ReserveFiles(unopened.input, static_cast<uint32_t>(std::max<size_t>(members, 1)));
    if (members > 0) return QueueMembers(unopened, *std::move(bytes), file);
    if (is_zip) bytes = absl::DataLossError("expected files in the zip archive, found none");
  }
  const absl::Status opened = bytes.status();
  auto reading = std::make_shared<FileReading>(&shared_, file, std::move(name), input.expected_kind,
                                               opened.ok() ? *std::move(bytes) : FileBytes());
  if (!opened.ok()) reading->FailToOpen(opened);
  StartReading(std::move(reading), buffer, timings);
}

void Schedule::StartReading(std::shared_ptr<FileReading> reading,
                            BlockBuffer* buffer,
                            ReadTimings* timings) {
  const bool has_chunks = reading->Start(buffer, timings);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --opening_;
    if (has_chunks) active_.push_back(reading);
    changed_.notify_all();
  }
  if (has_chunks) {
    WorkOnChunk(reading, 0, true, buffer, timings);
  } else {
    Finish(reading.get(), timings);
  }
}

void Schedule::WorkOnChunk(const std::shared_ptr<FileReading>& reading,
                           uint64_t chunk,
                           bool is_loaded,
                           BlockBuffer* buffer,
                           ReadTimings* timings) {
  if (!is_loaded) {
    reading->Load(chunk, buffer, timings);
    if (reading->is_stream()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      reading->Loaded();
      changed_.notify_all();
    }
  }
  reading->ProcessChunk(chunk, buffer, timings);
  bool is_through = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_through = reading->Done();
  }
  if (is_through) Finish(reading.get(), timings);
}

void Schedule::Finish(FileReading* reading, ReadTimings* timings) {
  reading->Finish(timings);
  const std::lock_guard<std::mutex> lock(mutex_);
  reports_[reading->file()] = reading->TakeReport();
}

ReadResult Schedule::TakeResult() {
  NameCopies(inputs_, input_of_file_, options_, &reports_);
  ReadResult result;
  result.reports = std::move(reports_);
  result.timings = timings_;
  return result;
}

}  // namespace

void ReadTimings::Add(const ReadTimings& other) {
  files += other.files;
  blocks += other.blocks;
  bytes += other.bytes;
  load_ns += other.load_ns;
  digest_ns += other.digest_ns;
  cut_ns += other.cut_ns;
  wait_ns += other.wait_ns;
  parse_ns += other.parse_ns;
  finish_ns += other.finish_ns;
  wall_ns += other.wall_ns;
}

absl::StatusOr<ReadResult> ReadFiles(absl::Span<const InputSpec> inputs,
                                     const ReadOptions& options,
                                     const ReadLimits& limits,
                                     RecordSink* sink) {
  KVITT_CHECK(limits.block_bytes > 0 && limits.block_bytes % kDigestPiece == 0);
  const std::string& format = options.settings.input_format;
  const absl::Span<const Format> formats = limits.formats.empty() ? Formats() : limits.formats;
  if (!format.empty() && std::none_of(formats.begin(), formats.end(),
                                      [&](const Format& known) { return known.name == format; })) {
    return absl::InvalidArgumentError(Concat("no format is named '", format, "'"));
  }
  const auto begin = std::chrono::steady_clock::now();
  Schedule schedule(inputs, options, limits, sink);
  RunWorkers(limits.threads, [&](int) { schedule.Work(); });
  if (limits.stop != nullptr && *limits.stop) return absl::CancelledError("reading was stopped");
  ReadResult result = schedule.TakeResult();
  result.timings.wall_ns = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
          .count());
  return result;
}

absl::StatusOr<bool> SameContent(const InputSpec& one,
                                 const InputSpec& other,
                                 const ReadOptions& options) {
  const ExpansionLimits limits = LimitsOf(options.settings);
  absl::StatusOr<FileBytes> first = OpenInput(one, limits, 0);
  if (!first.ok()) return first.status();
  absl::StatusOr<FileBytes> second = OpenInput(other, limits, 0);
  if (!second.ok()) return second.status();
  if (first->archive != nullptr || second->archive != nullptr) {
    return absl::InvalidArgumentError("an archive is compared member by member");
  }
  return SameBytes(*std::move(first), *std::move(second));
}

}  // namespace kvitt
