// `kvitt convert`: files of any format as record streams.
//
// Each file is read twice. The first reading gives its verdict and the dates that stand behind the
// payments they belong to; the second writes the records, block by block, so that a file of any
// size needs no memory to speak of and a damaged one gives no records at all.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/parallel.h"
#include "engine/value/concat.h"
#include "io/bytes/input_file.h"
#include "io/bytes/input_list.h"
#include "io/bytes/read_files.h"
#include "io/convert/ordered_output.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

// What a block of payments needs to know of the rest of its file, found in the first reading: dates
// that stand behind it, and the statements opened in front of it.
class BlockFacts : public RecordSink {
 public:
  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Unused>();
  }

  void SetDates(uint32_t file,
                uint32_t block,
                uint32_t first,
                uint32_t last,
                Date booking_date,
                Date value_date) override {
    dates_[{file, block}].push_back({block, first, last, booking_date, value_date});
  }

  void SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) override {
    statements_[{file, block}] = statements;
  }

  // In the order in which the format gave them: a later one overrides.
  absl::Span<const LateDates> DatesOf(uint32_t file, uint32_t block) const {
    const auto found = dates_.find({file, block});
    return found == dates_.end() ? absl::Span<const LateDates>() : found->second;
  }

  uint32_t StatementsBefore(uint32_t file, uint32_t block) const {
    const auto found = statements_.find({file, block});
    return found == statements_.end() ? 0 : found->second;
  }

 private:
  class Unused : public BlockSink {
   public:
    void Items(const OpenItemBatch&) override {}

    void Payments(const PaymentBatch&) override {}

    void Customers(const CustomerBatch&) override {}

    void Problem(const RecordProblem&) override {}
  };

  std::map<std::pair<uint32_t, uint32_t>, std::vector<LateDates>> dates_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> statements_;
};

// The name that the statements of a file begin with in a converted stream: the digest of its content, so
// that streams can be joined; what is given twice is named anew, for it is the same money.
std::string StatementPrefix(absl::Span<const FileReport> reports, uint32_t file) {
  constexpr size_t kDigits = 16;
  const std::string& digest = reports[file].digest;
  std::string prefix = digest.substr(0, kDigits);
  const auto same = [&digest](const FileReport& report) { return report.digest == digest; };
  const auto before = std::count_if(reports.begin(), reports.begin() + file, same);
  if (before > 0) prefix.append("-").append(std::to_string(before + 1));
  return prefix.append(".");
}

// The formats that the records of each kind are written in: `items-jsonl` and so on.
struct StreamFormats {
  const Format* items = nullptr;
  const Format* payments = nullptr;
  const Format* customers = nullptr;
};

absl::StatusOr<StreamFormats> FindStreams(std::string_view to) {
  if (to != "jsonl" && to != "csv") {
    return absl::InvalidArgumentError(Concat("expected jsonl or csv to convert to, found ", to));
  }
  StreamFormats formats;
  formats.items = FindFormat(Concat("items-", to));
  formats.payments = FindFormat(Concat("payments-", to));
  formats.customers = FindFormat(Concat("customers-", to));
  for (const Format* format : {formats.items, formats.payments, formats.customers}) {
    if (format == nullptr || format->make_writer == nullptr) {
      return absl::UnimplementedError(Concat("no writer for ", to));
    }
  }
  return formats;
}

std::unique_ptr<FormatWriter> BeginWriter(const Format& format, std::string* beginning) {
  std::unique_ptr<FormatWriter> writer = format.make_writer();
  writer->Begin(WriterHeader(), beginning);
  return writer;
}

// Writes the records of one block.
class ConvertedBlock : public BlockSink {
 public:
  ConvertedBlock(const StreamFormats& formats,
                 absl::Span<const LateDates> dates,
                 std::string statement_prefix,
                 uint32_t statements_before,
                 uint32_t block,
                 OrderedOutput* output)
      : formats_(formats),
        dates_(dates),
        statement_prefix_(std::move(statement_prefix)),
        statements_before_(statements_before),
        block_(block),
        output_(output) {}

  ~ConvertedBlock() override { output_->Give(block_, text_); }

  void Items(const OpenItemBatch& batch) override {
    FormatWriter* writer = Writer(formats_.items, &items_);
    for (const OpenItem& item : batch.items) writer->Write(batch, item, &text_);
  }

  void Payments(const PaymentBatch& batch) override {
    FormatWriter* writer = Writer(formats_.payments, &payments_);
    for (const Payment& payment : batch.payments) {
      Payment dated = payment;
      for (const LateDates& late : dates_) {
        if (ordinal_ < late.first || ordinal_ >= late.last) continue;
        dated.booking_date = late.booking_date;
        dated.value_date = late.value_date;
      }
      ++ordinal_;
      dated.statement_id = StatementName(payment);
      writer->Write(batch, dated, &text_);
    }
  }

  void Customers(const CustomerBatch& batch) override {
    FormatWriter* writer = Writer(formats_.customers, &customers_);
    for (const Customer& customer : batch.customers) writer->Write(batch, customer, &text_);
  }

  void Problem(const RecordProblem&) override {}

 private:
  // Of the file and its statement, by number or, in a stream that has them, by name.
  std::string_view StatementName(const Payment& payment) {
    if (!payment.statement_id.empty()) {
      statement_name_ = Concat(statement_prefix_, payment.statement_id);
      statement_ = UINT32_MAX;
      return statement_name_;
    }
    const uint32_t number = statements_before_ + payment.statement;
    if (statement_name_.empty() || number != statement_) {
      statement_ = number;
      statement_name_ = statement_prefix_ + std::to_string(number);
    }
    return statement_name_;
  }

  FormatWriter* Writer(const Format* format, std::unique_ptr<FormatWriter>* writer) {
    // The header of a stream is written once, before the first block.
    std::string beginning;
    if (*writer == nullptr) *writer = BeginWriter(*format, &beginning);
    return writer->get();
  }

  const StreamFormats& formats_;
  absl::Span<const LateDates> dates_;
  const std::string statement_prefix_;
  const uint32_t statements_before_;
  uint32_t statement_ = 0;
  std::string statement_name_;
  uint32_t block_;
  OrderedOutput* output_;
  uint32_t ordinal_ = 0;
  std::string text_;
  std::unique_ptr<FormatWriter> items_;
  std::unique_ptr<FormatWriter> payments_;
  std::unique_ptr<FormatWriter> customers_;
};

// The second reading of one input, whose files are numbered from `first_file` in the first reading.
class ConvertingSink : public RecordSink {
 public:
  ConvertingSink(const StreamFormats& formats,
                 const BlockFacts& facts,
                 absl::Span<const FileReport> reports,
                 uint32_t first_file,
                 OrderedOutput* output)
      : formats_(formats),
        facts_(facts),
        reports_(reports),
        first_file_(first_file),
        output_(output) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) override {
    const uint32_t number = first_file_ + file;
    if (number >= reports_.size() || reports_[number].set_aside) {
      return std::make_unique<NoRecords>();
    }
    // Members of an archive follow each other on one thread.
    if (block == 0 && file > 0) output_->BeginFile();
    return std::make_unique<ConvertedBlock>(formats_, facts_.DatesOf(number, block),
                                            StatementPrefix(reports_, number),
                                            facts_.StatementsBefore(number, block), block, output_);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, Date, Date) override {}

 private:
  class NoRecords : public BlockSink {
   public:
    void Items(const OpenItemBatch&) override {}

    void Payments(const PaymentBatch&) override {}

    void Customers(const CustomerBatch&) override {}

    void Problem(const RecordProblem&) override {}
  };

  const StreamFormats& formats_;
  const BlockFacts& facts_;
  const absl::Span<const FileReport> reports_;
  const uint32_t first_file_;
  OrderedOutput* output_;
};

// Stdin cannot be read twice: its bytes are laid into a file without a name.
class SpooledStdin {
 public:
  ~SpooledStdin() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  absl::Status Fill() {
    const char* const folder = std::getenv("TMPDIR");
    std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/kvitt-XXXXXX";
    descriptor_ = mkstemp(path.data());
    if (descriptor_ < 0)
      return absl::ErrnoToStatus(errno, "cannot keep stdin for a second reading");
    unlink(path.c_str());
    const std::unique_ptr<ByteStream> stream = StreamDescriptor(STDIN_FILENO);
    std::string bytes(size_t{256} << 10, '\0');
    for (;;) {
      absl::StatusOr<size_t> count = stream->Read(bytes.data(), bytes.size());
      if (!count.ok()) return count.status();
      if (*count == 0) return absl::OkStatus();
      for (size_t done = 0; done < *count;) {
        const ssize_t written = write(descriptor_, bytes.data() + done, *count - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
          return absl::ErrnoToStatus(errno, "cannot keep stdin for a second reading");
        done += static_cast<size_t>(written);
      }
    }
  }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_ = -1;
};

// The header of a CSV stream, which only one kind of record can have.
absl::StatusOr<std::string> Beginning(const StreamFormats& formats,
                                      std::string_view to,
                                      absl::Span<const FileReport> reports) {
  std::string beginning;
  if (to != "csv") return beginning;
  FileKind kind = FileKind::kUnknown;
  for (const FileReport& report : reports) {
    if (report.set_aside) continue;
    if (kind != FileKind::kUnknown && kind != report.kind) {
      return absl::InvalidArgumentError(Concat("csv holds one kind of record, but the files hold ",
                                               Name(kind), " and ", Name(report.kind),
                                               ": convert them one kind at a time, or to jsonl"));
    }
    kind = report.kind;
  }
  if (kind == FileKind::kItems) BeginWriter(*formats.items, &beginning);
  if (kind == FileKind::kPayments) BeginWriter(*formats.payments, &beginning);
  if (kind == FileKind::kCustomers) BeginWriter(*formats.customers, &beginning);
  return beginning;
}

// Reads one input again and writes its records. `reports` are all, `first_file` its first.
absl::StatusOr<uint32_t> ConvertInput(const InputSpec& input,
                                      const ReadOptions& options,
                                      ReadLimits limits,
                                      RecordSink* sink,
                                      absl::Span<const FileReport> reports,
                                      uint32_t first_file) {
  // The members of an archive follow each other, which one thread does by itself.
  const bool is_archive = first_file < reports.size() && reports[first_file].file != input.path;
  if (is_archive) limits.threads = 1;
  absl::StatusOr<ReadResult> read = ReadFiles({input}, options, limits, sink);
  if (!read.ok()) return read.status();
  for (size_t i = 0; i < read->reports.size(); ++i) {
    const bool is_known = first_file + i < reports.size();
    if (!is_known || read->reports[i].digest != reports[first_file + i].digest) {
      return absl::AbortedError(Concat(input.path, " changed between its two readings"));
    }
  }
  return static_cast<uint32_t>(read->reports.size());
}

absl::Status WriteRecords(absl::Span<const InputSpec> inputs,
                          const ReadOptions& options,
                          const ReadLimits& limits,
                          const StreamFormats& formats,
                          const BlockFacts& facts,
                          absl::Span<const FileReport> reports,
                          OrderedOutput* output) {
  uint32_t first_file = 0;
  for (const InputSpec& input : inputs) {
    output->BeginFile();
    ConvertingSink sink(formats, facts, reports, first_file, output);
    absl::StatusOr<uint32_t> files =
        ConvertInput(input, options, limits, &sink, reports, first_file);
    if (!files.ok()) return files.status();
    if (absl::Status status = output->status(); !status.ok()) return status;
    first_file += *files;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<FileReport>> ConvertFiles(absl::Span<const std::string> paths,
                                                     std::string_view to,
                                                     const InspectOptions& options,
                                                     const ByteConsumer& consumer) {
  absl::StatusOr<StreamFormats> formats = FindStreams(to);
  if (!formats.ok()) return formats.status();
  absl::StatusOr<std::vector<InputSpec>> inputs = ExpandInputs(paths);
  if (!inputs.ok()) return inputs.status();
  SpooledStdin spooled;
  for (InputSpec& input : *inputs) {
    if (input.path != "-") continue;
    if (absl::Status status = spooled.Fill(); !status.ok()) return status;
    input.path = spooled.path();
  }
  ReadOptions read_options;
  read_options.settings = options.settings;
  ReadLimits limits;
  limits.threads = options.threads > 0 ? options.threads : AvailableThreads();
  BlockFacts facts;
  absl::StatusOr<ReadResult> read = ReadFiles(*inputs, read_options, limits, &facts);
  if (!read.ok()) return read.status();
  absl::StatusOr<std::string> beginning = Beginning(*formats, to, read->reports);
  if (!beginning.ok()) return beginning.status();
  OrderedOutput output(&consumer);
  output.Give(0, *beginning);
  if (absl::Status status =
          WriteRecords(*inputs, read_options, limits, *formats, facts, read->reports, &output);
      !status.ok()) {
    return status;
  }
  for (FileReport& report : read->reports) {
    if (report.file.starts_with(spooled.path())) report.file.replace(0, spooled.path().size(), "-");
  }
  return std::move(read->reports);
}

}  // namespace kvitt
