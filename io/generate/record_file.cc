#include "io/generate/record_file.h"

#include <utility>

#include "engine/value/concat.h"
#include "kvitt/check.h"

namespace kvitt {

RecordFile::RecordFile(const Format* format, StreamedFile file, std::string name)
    : format_(format),
      file_(std::move(file)),
      name_(std::move(name)),
      writer_(format->make_writer()) {}

absl::StatusOr<RecordFile> RecordFile::Create(const Format& format,
                                              const std::string& path,
                                              std::string name,
                                              const WriterHeader& header) {
  KVITT_CHECK(format.make_writer != nullptr);
  absl::StatusOr<StreamedFile> file = StreamedFile::Create(path);
  if (!file.ok()) return file.status();
  RecordFile records(&format, *std::move(file), std::move(name));
  records.writer_->Begin(header, records.file_.buffer());
  return records;
}

absl::Status RecordFile::BeginSection(std::string_view account, Currency currency, Date date) {
  section_ = {std::string(account), currency, date};
  writer_->BeginSection(account, currency, date, file_.buffer());
  return file_.FlushIfLarge();
}

absl::Status RecordFile::Count(bool written) {
  if (!written) {
    return absl::InternalError(
        Concat("the format ", format_->name, " cannot say record ", records_ + 1, " of ", name_));
  }
  ++records_;
  return file_.FlushIfLarge();
}

absl::Status RecordFile::Write(const PaymentBatch& batch, const Payment& payment) {
  std::map<Currency, Int128>& sums = payment.direction == Direction::kCredit ? credits_ : debits_;
  sums[payment.currency] += payment.amount_minor;
  bool written = writer_->Write(batch, payment, file_.buffer());
  if (!written) {
    // The totals of a section have so many digits: what does not fit goes into another one.
    writer_->EndSection(file_.buffer());
    writer_->BeginSection(section_.account, section_.currency, section_.date, file_.buffer());
    written = writer_->Write(batch, payment, file_.buffer());
  }
  return Count(written);
}

void RecordFile::AddSum(const OpenItem& item) {
  std::map<Currency, Int128>& sums = item.kind == ItemKind::kCreditNote ? debits_ : credits_;
  sums[item.currency] += item.amount_minor;
}

absl::Status RecordFile::Offer(const OpenItemBatch& batch, const OpenItem& item) {
  if (!writer_->Write(batch, item, file_.buffer())) return absl::OkStatus();
  AddSum(item);
  return Count(true);
}

absl::Status RecordFile::Write(const OpenItemBatch& batch, const OpenItem& item) {
  AddSum(item);
  return Count(writer_->Write(batch, item, file_.buffer()));
}

absl::Status RecordFile::Write(const CustomerBatch& batch, const Customer& customer) {
  return Count(writer_->Write(batch, customer, file_.buffer()));
}

absl::Status RecordFile::WriteRaw(std::string_view bytes) {
  file_.buffer()->append(bytes);
  return file_.FlushIfLarge();
}

absl::Status RecordFile::EndSection() {
  writer_->EndSection(file_.buffer());
  return file_.FlushIfLarge();
}

absl::Status RecordFile::Close() {
  writer_->End(file_.buffer());
  return file_.Close();
}

}  // namespace kvitt
