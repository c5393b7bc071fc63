// The main job on one screen: RunJob() at the end; its stages above it in their order.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/parallel.h"
#include "engine/value/concat.h"
#include "io/bytes/input_list.h"
#include "io/bytes/read_files.h"
#include "io/run/fail_on.h"
#include "io/run/summary.h"
#include "io/sinks/output_folder.h"
#include "io/sinks/sink.h"
#include "io/sinks/write_pages.h"
#include "kvitt/run.h"

namespace kvitt {
namespace {

int64_t MonotonicNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Numbers the files of one group of inputs on from the groups before, and counts for the progress.
class GroupSink : public RecordSink {
 public:
  GroupSink(Reconciliation* run, uint32_t first_file, RunProgress* progress)
      : run_(run), first_file_(first_file), progress_(progress) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) override {
    std::unique_ptr<BlockSink> inner = run_->OpenBlock(first_file_ + file, block);
    if (progress_ == nullptr) return inner;
    return std::make_unique<CountingBlock>(std::move(inner), progress_);
  }

  void SetDates(uint32_t file,
                uint32_t block,
                uint32_t first,
                uint32_t last,
                Date booking_date,
                Date value_date) override {
    run_->SetDates(first_file_ + file, block, first, last, booking_date, value_date);
  }

  void SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) override {
    run_->SetStatementsBefore(first_file_ + file, block, statements);
  }

 private:
  class CountingBlock : public BlockSink {
   public:
    CountingBlock(std::unique_ptr<BlockSink> inner, RunProgress* progress)
        : inner_(std::move(inner)), progress_(progress) {}

    void Items(const OpenItemBatch& batch) override {
      inner_->Items(batch);
      progress_->records.fetch_add(batch.items.size(), std::memory_order_relaxed);
    }

    void Payments(const PaymentBatch& batch) override {
      inner_->Payments(batch);
      progress_->records.fetch_add(batch.payments.size(), std::memory_order_relaxed);
    }

    void Customers(const CustomerBatch& batch) override { inner_->Customers(batch); }

    void Problem(const RecordProblem& problem) override { inner_->Problem(problem); }

   private:
    std::unique_ptr<BlockSink> inner_;
    RunProgress* progress_;
  };

  Reconciliation* run_;
  uint32_t first_file_;
  RunProgress* progress_;
};

class Job {
 public:
  explicit Job(const RunRequest& request)
      : request_(request),
        threads_(request.config.threads > 0 ? request.config.threads : AvailableThreads()),
        begin_(MonotonicNanoseconds()),
        run_({.threads = threads_,
              .as_of = request.config.as_of,
              .policy = request.config.policy,
              .nanoseconds = MonotonicNanoseconds}) {}

  absl::StatusOr<RunResult> Run() {
    absl::StatusOr<FailOn> fail_on = FailOn::Parse(request_.fail_on);
    if (!fail_on.ok()) return fail_on.status();
    if (absl::Status status = CheckPolicy(request_.config.policy); !status.ok()) return status;
    if (absl::Status status = FindSinks(); !status.ok()) return status;
    if (absl::Status status = CheckTimings(); !status.ok()) return status;
    if (absl::Status status = ReadAll(); !status.ok()) return status;
    Stage("deciding");
    if (absl::Status status = run_.Run(); !status.ok()) return status;
    result_.totals = run_.totals();
    Judge(*fail_on);
    if (!request_.dry_run && result_.exit_code != 4 && result_.exit_code != 7) {
      if (absl::Status status = WriteAll(); !status.ok()) return status;
    }
    return std::move(result_);
  }

 private:
  void Stage(const char* name) const {
    if (request_.progress != nullptr) request_.progress->stage.store(name);
  }

  bool stopped() const { return request_.stop != nullptr && request_.stop->load(); }

  absl::Status FindSinks() {
    for (const std::string& name : request_.config.emit) {
      const Sink* sink = FindSink(name);
      if (sink == nullptr) {
        return absl::InvalidArgumentError("--emit: there is no output '" + name +
                                          "'; there are payments, allocations, exceptions and "
                                          "open_items.");
      }
      if (std::find(sinks_.begin(), sinks_.end(), sink) == sinks_.end()) sinks_.push_back(sink);
    }
    // Written in the order of the table, whatever the order of the names.
    std::sort(sinks_.begin(), sinks_.end());
    format_ =
        request_.config.output_format == "csv" ? OutputFormat::kCsv : OutputFormat::kJsonLines;
    return absl::OkStatus();
  }

  // The folder of results is replaced as a whole, and only while nothing else lies in it.
  absl::Status CheckTimings() const {
    if (request_.timings.empty()) return absl::OkStatus();
    namespace fs = std::filesystem;
    std::error_code error;
    const auto whole = [&error](const fs::path& path) {
      const fs::path canonical = fs::weakly_canonical(fs::absolute(path, error), error);
      return canonical.has_filename() ? canonical : canonical.parent_path();
    };
    const fs::path folder = whole(request_.out);
    if (whole(request_.timings).parent_path() != folder || error) return absl::OkStatus();
    return absl::InvalidArgumentError(
        Concat("--timings ", request_.timings, " lies in the folder of results ", request_.out,
               ", which is replaced as a whole. Name a file beside it."));
  }

  absl::Status ReadAll() {
    struct Group {
      const char* stage;
      const std::vector<std::string>& paths;
      FileKind kind;
    };

    // Items and customers come before the first payment.
    const Group groups[] = {
        {"reading customers", request_.customers, FileKind::kCustomers},
        {"reading invoices", request_.invoices, FileKind::kItems},
        {"reading payments", request_.payments, FileKind::kPayments},
    };
    size_t from_stdin = 0;
    for (const Group& group : groups) {
      from_stdin += static_cast<size_t>(std::count(group.paths.begin(), group.paths.end(), "-"));
    }
    if (from_stdin > 1) {
      return absl::InvalidArgumentError("Stdin (-) can be read once; it was named " +
                                        std::to_string(from_stdin) + " times.");
    }
    std::vector<std::vector<InputSpec>> inputs;
    for (const Group& group : groups) {
      absl::StatusOr<std::vector<InputSpec>> expanded = ExpandInputs(group.paths, group.kind);
      if (!expanded.ok()) {
        const bool is_told =
            absl::IsNotFound(expanded.status()) || absl::IsResourceExhausted(expanded.status());
        // A folder that may not be listed is wrong usage: nothing was read.
        return is_told ? expanded.status()
                       : absl::InvalidArgumentError(expanded.status().message());
      }
      inputs.push_back(*std::move(expanded));
    }
    // The place to write to is looked at before hours may be spent on reading.
    if (!request_.dry_run) {
      absl::StatusOr<OutputFolder> folder = OutputFolder::Create(request_.out);
      if (!folder.ok()) {
        return absl::IsResourceExhausted(folder.status())
                   ? folder.status()
                   : absl::InvalidArgumentError(folder.status().message());
      }
      folder_ = std::make_unique<OutputFolder>(*std::move(folder));
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      Stage(groups[i].stage);
      if (absl::Status status = ReadGroup(groups[i].stage, inputs[i]); !status.ok()) return status;
    }
    for (const std::string& name : request_.accept_mismatch) {
      if (std::none_of(result_.files.begin(), result_.files.end(),
                       [&](const FileReport& report) { return report.file == name; })) {
        return absl::InvalidArgumentError("--accept-mismatch " + name +
                                          ": no input has that name. Nothing was committed.");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadGroup(const char* stage, const std::vector<InputSpec>& inputs) {
    if (inputs.empty()) return absl::OkStatus();
    const uint32_t first_file = static_cast<uint32_t>(result_.files.size());
    GroupSink sink(&run_, first_file, request_.progress);
    ReadOptions options;
    options.settings = request_.config.formats;
    ReadLimits limits;
    limits.threads = threads_;
    limits.block_bytes = request_.block_bytes;
    limits.stop = request_.stop;
    const int64_t begin = MonotonicNanoseconds();
    absl::StatusOr<ReadResult> read = ReadFiles(inputs, options, limits, &sink);
    if (!read.ok()) return read.status();
    uint64_t records = 0;
    for (FileReport& report : read->reports) {
      records += report.transactions;
      result_.bytes_read += report.bytes;
      TellEngine(static_cast<uint32_t>(result_.files.size()), &report);
      result_.files.push_back(std::move(report));
    }
    result_.stages.push_back({stage, MonotonicNanoseconds() - begin, records});
    return absl::OkStatus();
  }

  void TellEngine(uint32_t file, FileReport* report) {
    const auto accepted =
        std::find(request_.accept_mismatch.begin(), request_.accept_mismatch.end(), report->file);
    if (report->set_aside && report->only_controls_failed &&
        accepted != request_.accept_mismatch.end()) {
      report->set_aside = false;
      for (RecordProblem& problem : report->problems) {
        problem.text += ". The file was posted all the same, as --accept-mismatch said";
      }
      result_.accepted_mismatch.push_back(report->file);
    }
    FileFact fact;
    fact.file = file;
    fact.name = report->file;
    fact.digest = report->digest;
    fact.set_aside = report->set_aside;
    fact.problems = report->problems;
    fact.has_record_problems = report->bad_records > 0;
    const uint64_t told = static_cast<uint64_t>(
        std::count_if(fact.problems.begin(), fact.problems.end(),
                      [](const RecordProblem& problem) { return problem.record != 0; }));
    if (report->bad_records > told) {
      RecordProblem rest;
      rest.text = std::to_string(report->bad_records - told) +
                  " more records of this file could not be read and are not listed one by one.";
      fact.problems.push_back(std::move(rest));
    }
    run_.SetFile(std::move(fact));
  }

  void Judge(const FailOn& fail_on) {
    result_.out = request_.out;
    for (const StageTime& stage : run_.stage_times()) result_.stages.push_back(stage);
    const auto set_aside = [](const FileReport& report) {
      return report.set_aside || report.bad_records > 0;
    };
    if (std::any_of(result_.files.begin(), result_.files.end(),
                    [](const FileReport& report) { return report.over_limit; })) {
      result_.exit_code = 7;
      result_.exit_reason = "A file passed a limit of size or expansion; nothing was committed.";
    } else if (std::any_of(result_.files.begin(), result_.files.end(), set_aside)) {
      result_.exit_code = request_.config.strict ? 4 : 3;
      result_.exit_reason = request_.config.strict
                                ? "Some input was set aside, and --strict allows none; nothing was "
                                  "committed."
                                : "Some input was set aside; what and why is in exceptions.";
    }
    if (result_.exit_code == 0 || result_.exit_code == 3) {
      if (std::string passed = fail_on.Passed(result_.totals); !passed.empty()) {
        result_.exit_code = 5;
        result_.exit_reason = std::move(passed);
      }
    }
  }

  absl::Status WriteAll() {
    Stage("writing");
    for (const Sink* sink : sinks_) {
      if (stopped()) return absl::CancelledError("interrupted");
      const int64_t begin = MonotonicNanoseconds();
      if (sink->name == "open_items") run_.PrepareOpenItems();
      OutputFile output;
      output.name = std::string(sink->name) + std::string(Extension(format_));
      if (absl::Status status =
              WritePages(run_, *sink, format_, threads_, folder_->PathOf(output.name),
                         request_.stop, &output.bytes);
          !status.ok()) {
        return status;
      }
      result_.bytes_written += output.bytes;
      result_.stages.push_back(
          {"write " + std::string(sink->name), MonotonicNanoseconds() - begin, 0});
      result_.outputs.push_back(std::move(output));
    }
    // The summary holds nothing that differs between two runs of the same input.
    if (absl::Status status = WriteTextFile(folder_->PathOf("summary.json"), SummaryJson(result_));
        !status.ok()) {
      return status;
    }
    if (stopped()) return absl::CancelledError("interrupted");
    const int64_t begin = MonotonicNanoseconds();
    bool is_in_place = false;
    if (absl::Status status = folder_->Commit(&is_in_place); !status.ok()) {
      if (!is_in_place) return status;
      result_.exit_code = 8;
      result_.exit_reason =
          "The results are in " + request_.out +
          ", but the system did not confirm that they would outlast a power cut; run again.";
    }
    result_.stages.push_back({"commit", MonotonicNanoseconds() - begin, 0});
    result_.committed = true;
    return absl::OkStatus();
  }

 public:
  void Finish(RunResult* result) const {
    result->wall_nanoseconds = MonotonicNanoseconds() - begin_;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    result->resident_bytes_peak = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
  }

 private:
  const RunRequest& request_;
  int threads_;
  int64_t begin_;
  Reconciliation run_;
  RunResult result_;
  std::vector<const Sink*> sinks_;
  OutputFormat format_ = OutputFormat::kJsonLines;
  std::unique_ptr<OutputFolder> folder_;
};

}  // namespace

absl::StatusOr<RunResult> RunJob(const RunRequest& request) {
  Job job(request);
  absl::StatusOr<RunResult> result = job.Run();
  if (!result.ok()) return result;
  job.Finish(&*result);
  if (!request.timings.empty()) {
    if (absl::Status status = WriteTextFile(request.timings, TimingsJson(*result)); !status.ok()) {
      result->exit_code = result->committed ? 8 : result->exit_code;
      result->exit_reason = "The timings could not be written to " + request.timings +
                            "; the results are not touched by that.";
    }
  }
  return result;
}

}  // namespace kvitt
