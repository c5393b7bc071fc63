// One file of a generated set: a format's writer over an output file, with the counts that the
// truth needs.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/generate/streamed_file.h"
#include "kvitt/amount.h"

namespace kvitt {

// Used by one thread. Calls come in the order of FormatWriter.
class RecordFile {
 public:
  // `path` is absolute or relative to the working folder; `name` is what the truth calls the file.
  // REQUIRES: the format can be written.
  static absl::StatusOr<RecordFile> Create(const Format& format,
                                           const std::string& path,
                                           std::string name,
                                           const WriterHeader& header);

  absl::Status BeginSection(std::string_view account, Currency currency, Date date);
  absl::Status Write(const PaymentBatch& batch, const Payment& payment);
  absl::Status Write(const OpenItemBatch& batch, const OpenItem& item);
  absl::Status Write(const CustomerBatch& batch, const Customer& customer);
  // Writes the item if the format can say it.
  absl::Status Offer(const OpenItemBatch& batch, const OpenItem& item);
  // Bytes that no writer would write: a damaged line.
  absl::Status WriteRaw(std::string_view bytes);
  absl::Status EndSection();
  absl::Status Close();

  const std::string& name() const { return name_; }

  std::string_view format_name() const { return format_->name; }

  uint64_t records() const { return records_; }

  uint64_t bytes() const { return file_.bytes(); }

  const std::map<Currency, Int128>& credits() const { return credits_; }

  const std::map<Currency, Int128>& debits() const { return debits_; }

  // The bytes not yet flushed; the last record written is at their end. For tests of damage: what
  // is changed here goes to the file.
  std::string* buffer() { return file_.buffer(); }

 private:
  RecordFile(const Format* format, StreamedFile file, std::string name);
  absl::Status Count(bool written);
  void AddSum(const OpenItem& item);

  const Format* format_;
  StreamedFile file_;
  std::string name_;
  std::unique_ptr<FormatWriter> writer_;

  struct {
    std::string account;
    Currency currency;
    Date date;
  } section_;  // that is open

  uint64_t records_ = 0;
  std::map<Currency, Int128> credits_;
  std::map<Currency, Int128> debits_;
};

}  // namespace kvitt
