// Any bytes as items, payments and customers in CSV: never a crash, the same answer in one block
// and in many and for both kernels of the separator index, and what was accepted survives being
// written and read again.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/bytes/separator_index.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/io/formats/sample_records.h"

namespace {

// Writes what it is given, as CSV again.
class Rewriting : public kvitt::RecordSink {
 public:
  explicit Rewriting(const kvitt::Format& format) : writer_(format.make_writer()) {
    writer_->Begin({}, &out_);
  }

  std::unique_ptr<kvitt::BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Block>(this);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, kvitt::Date, kvitt::Date) override {}

  const std::string& out() const { return out_; }

 private:
  class Block : public kvitt::BlockSink {
   public:
    explicit Block(Rewriting* owner) : owner_(owner) {}

    void Items(const kvitt::OpenItemBatch& batch) override { Write(batch, batch.items); }

    void Payments(const kvitt::PaymentBatch& batch) override { Write(batch, batch.payments); }

    void Customers(const kvitt::CustomerBatch& batch) override { Write(batch, batch.customers); }

    void Problem(const kvitt::RecordProblem&) override {}

   private:
    template <typename Batch, typename Records>
    void Write(const Batch& batch, const Records& records) {
      for (const auto& record : records) {
        KVITT_CHECK(owner_->writer_->Write(batch, record, &owner_->out_));
      }
    }

    Rewriting* owner_;
  };

  std::unique_ptr<kvitt::FormatWriter> writer_;
  std::string out_;
};

void CheckKernels(std::string_view bytes) {
  const std::string padded = std::string(bytes) + std::string(64, '\0');
  kvitt::SeparatorIndex one(';', kvitt::SeparatorKernel::kPortable);
  kvitt::SeparatorIndex other(';', kvitt::BestSeparatorKernel());
  one.Reset(std::string_view(padded).substr(0, bytes.size()));
  other.Reset(std::string_view(padded).substr(0, bytes.size()));
  while (one.Extend()) {
    KVITT_CHECK(other.Extend());
    KVITT_CHECK(one.row_count() == other.row_count());
    const size_t cells = one.row_count() == 0 ? 0 : one.row_last(one.row_count() - 1) + 1;
    for (size_t i = 0; i < cells; ++i) KVITT_CHECK(one.cell_ends()[i] == other.cell_ends()[i]);
  }
  KVITT_CHECK(!other.Extend());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(data, data + size);
  CheckKernels(bytes);
  for (const std::string_view name : {"items-csv", "payments-csv", "customers-csv"}) {
    const kvitt::Format* format = kvitt::FindFormat(name);
    format->sniff(bytes);
    const kvitt::ReadOutcome whole = kvitt::ReadAll(*format, bytes);
    const kvitt::ReadOutcome parts = kvitt::ReadAll(*format, bytes, 64);
    KVITT_CHECK(whole.records == parts.records);
    KVITT_CHECK(whole.problems.size() == parts.problems.size());
    KVITT_CHECK(whole.report.bad_records == whole.problems.size());
    KVITT_CHECK(whole.report.problems.size() >= 100 ||
                kvitt::InspectLine(whole.report, "f") == kvitt::InspectLine(parts.report, "f"));
    // An export read by a mapping can say what our own columns cannot (that a row is not booked yet).
    if (whole.records.empty() || !whole.report.version.empty()) continue;
    Rewriting rewriting(*format);
    kvitt::ReadBytes(*format, bytes, {}, size_t{1} << 20, 0, &rewriting);
    const kvitt::ReadOutcome again = kvitt::ReadAll(*format, rewriting.out());
    KVITT_CHECK(again.problems.empty());
    KVITT_CHECK(again.records == whole.records);
    KVITT_CHECK(again.report.credits == whole.report.credits);
  }
  return 0;
}
