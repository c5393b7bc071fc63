#include "tests/io/generate/generated_set.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "io/formats/format.h"

namespace kvitt {

GeneratedSet::GeneratedSet(GenerateRequest request, const std::string& name)
    : folder_(std::string(KVITT_BINARY_DIR) + "/generated-" + name) {
  std::filesystem::remove_all(folder_);
  request.out = folder_;
  status_ = Generate(request);
  if (!std::filesystem::exists(folder_)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    files_[std::filesystem::relative(entry.path(), folder_).string()] = std::move(bytes);
  }
}

GeneratedSet::~GeneratedSet() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

namespace {

class CopyingSink : public RecordSink {
 public:
  explicit CopyingSink(ReadFile* file) : file_(file) {}

  class Block : public BlockSink {
   public:
    explicit Block(ReadFile* file) : file_(file) {}

    void Items(const OpenItemBatch& batch) override {
      for (const OpenItem& item : batch.items) {
        ReadItem& copy = file_->items.emplace_back();
        copy.item_id = item.item_id;
        copy.account = item.creditor_account;
        copy.amount_minor = item.amount_minor;
        copy.due_date = item.due_date;
        for (uint32_t at = 0; at < item.reference_count; ++at) {
          copy.references.emplace_back(batch.references[item.reference_first + at]);
        }
      }
    }

    void Payments(const PaymentBatch& batch) override {
      for (const Payment& payment : batch.payments) {
        ReadPayment& copy = file_->payments.emplace_back();
        copy.account = payment.creditor_account;
        copy.payment_id = payment.payment_id;
        copy.amount_minor = payment.amount_minor;
        copy.currency = payment.currency;
        copy.direction = payment.direction;
        copy.booking_date = payment.booking_date;
        for (uint32_t at = 0; at < payment.reference_count; ++at) {
          copy.references.emplace_back(batch.references[payment.reference_first + at].value);
        }
      }
    }

    void Customers(const CustomerBatch& batch) override {
      file_->customers += batch.customers.size();
    }

    void Problem(const RecordProblem&) override { ++file_->bad_lines; }

   private:
    ReadFile* file_;
  };

  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Block>(file_);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, Date, Date) override {}

 private:
  ReadFile* file_;
};

}  // namespace

ReadFile ReadGenerated(const std::string& bytes) {
  ReadFile file;
  const Format* format = SniffFormat(std::string_view(bytes).substr(0, 64 << 10));
  EXPECT_NE(format, nullptr) << bytes.substr(0, 200);
  if (format == nullptr) return file;
  CopyingSink sink(&file);
  file.report = ReadBytes(*format, bytes, {}, 1 << 16, 0, &sink);
  return file;
}

}  // namespace kvitt
