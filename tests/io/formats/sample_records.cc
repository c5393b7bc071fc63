#include "tests/io/formats/sample_records.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/bytes/json_text.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<FormatWriter> Writer(std::string_view format) {
  std::unique_ptr<FormatWriter> writer = FindFormat(format)->make_writer();
  std::string nothing;
  writer->Begin({}, &nothing);
  return writer;
}

void AddText(std::string_view key, std::string_view value, std::string* line) {
  if (value.empty()) return;
  line->append(",\"").append(key).append("\":");
  AppendJsonString(value, line);
}

// A record without the closing brace and line end, to be followed by more members.
void Reopen(std::string* line) {
  line->resize(line->size() - 2);
}

std::string PaymentLine(FormatWriter* writer, const PaymentBatch& batch, const Payment& payment) {
  std::string line;
  KVITT_CHECK(writer->Write(batch, payment, &line));
  Reopen(&line);
  return line + "}";
}

// Keeps what it gets as lines.
class LineSink : public RecordSink {
 public:
  explicit LineSink(ReadOutcome* outcome)
      : outcome_(outcome),
        items_(Writer("items-jsonl")),
        payments_(Writer("payments-jsonl")),
        customers_(Writer("customers-jsonl")) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t block) override {
    if (blocks_.size() <= block) blocks_.resize(block + 1);
    return std::make_unique<BlockLines>(this, block);
  }

  void SetDates(uint32_t,
                uint32_t block,
                uint32_t first,
                uint32_t last,
                Date booking_date,
                Date value_date) override {
    for (uint32_t i = first; i < last; ++i) {
      Held& held = blocks_[block][i];
      if (booking_date.has_value()) held.late_booking = FormatDate(booking_date);
      if (value_date.has_value()) held.late_value = FormatDate(value_date);
    }
  }

  // REQUIRES: reading is done.
  void Collect() {
    for (const std::vector<Held>& block : blocks_) {
      for (const Held& held : block) {
        std::string line = held.line;
        std::string late;
        AddText("booking_date", held.late_booking, &late);
        AddText("value_date", held.late_value, &late);
        if (!late.empty()) line.insert(line.find(",\"references\""), late);
        outcome_->records.push_back(std::move(line));
        outcome_->amounts.push_back(held.amount);
      }
    }
  }

 private:
  struct Held {
    std::string line;
    int64_t amount = 0;
    std::string late_booking;
    std::string late_value;
  };

  class BlockLines : public BlockSink {
   public:
    BlockLines(LineSink* sink, uint32_t block) : sink_(sink), block_(block) {}

    void Items(const OpenItemBatch& batch) override {
      for (const OpenItem& item : batch.items) {
        std::string line;
        KVITT_CHECK(sink_->items_->Write(batch, item, &line));
        const bool credit_note = item.kind == ItemKind::kCreditNote;
        Keep(std::move(line), credit_note ? -item.amount_minor : item.amount_minor);
      }
    }

    void Payments(const PaymentBatch& batch) override {
      for (const Payment& payment : batch.payments) {
        const bool debit = payment.direction == Direction::kDebit;
        Keep(PaymentLine(sink_->payments_.get(), batch, payment) + "\n",
             debit ? -payment.amount_minor : payment.amount_minor);
      }
    }

    void Customers(const CustomerBatch& batch) override {
      for (const Customer& customer : batch.customers) {
        std::string line;
        KVITT_CHECK(sink_->customers_->Write(batch, customer, &line));
        Keep(std::move(line), 0);
      }
    }

    void Problem(const RecordProblem& problem) override {
      sink_->outcome_->problems.push_back(problem);
    }

   private:
    void Keep(std::string line, int64_t amount) {
      line.pop_back();
      sink_->blocks_[block_].push_back({std::move(line), amount, {}, {}});
    }

    LineSink* sink_;
    uint32_t block_;
  };

  ReadOutcome* outcome_;
  std::unique_ptr<FormatWriter> items_;
  std::unique_ptr<FormatWriter> payments_;
  std::unique_ptr<FormatWriter> customers_;
  std::vector<std::vector<Held>> blocks_;
};

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

ReadOutcome ReadAll(const Format& format,
                    std::string_view bytes,
                    size_t block_bytes,
                    const ReadOptions& options) {
  ReadOutcome outcome;
  LineSink sink(&outcome);
  outcome.report = ReadBytes(format, bytes, options, block_bytes, 0, &sink);
  sink.Collect();
  // Nothing of a damaged file is ever posted: what its sound blocks held is no reading of it.
  if (outcome.report.set_aside && !outcome.report.only_controls_failed &&
      outcome.report.kind == FileKind::kPayments && outcome.report.transactions == 0) {
    outcome.records.clear();
    outcome.amounts.clear();
  }
  return outcome;
}

std::string InspectLine(const FileReport& report, std::string_view file) {
  FileReport named = report;
  named.file = std::string(file);
  return InspectLine(named);
}

std::vector<Sample> Samples(std::string_view format) {
  std::vector<Sample> samples;
  const fs::path root = fs::path(KVITT_SOURCE_DIR) / "datasets" / "samples";
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.ends_with(".expected.jsonl") ||
        name.ends_with(".inspect.json") || name.ends_with(".md")) {
      continue;
    }
    Sample sample;
    sample.format = entry.path().parent_path().filename().string();
    if (!format.empty() && sample.format != format) continue;
    sample.path = entry.path().string();
    sample.name = name;
    sample.bytes = Slurp(entry.path());
    sample.base = (entry.path().parent_path() / name.substr(0, name.find('.'))).string();
    sample.expected = Slurp(sample.base + ".expected.jsonl");
    sample.inspect = Slurp(sample.base + ".inspect.json");
    samples.push_back(std::move(sample));
  }
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.path < b.path; });
  return samples;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

}  // namespace kvitt
