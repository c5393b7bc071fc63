// What must hold for every payment of an accepted file: written by the same format, each in a
// section of its own, it reads again as the same money, references and text. A payment that the
// writer declines is left out; what it writes must be a file that is accepted.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats/format_writer.h"
#include "kvitt/check.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {

// What of a payment every writer keeps, as text.
inline std::string Essence(const PaymentBatch& batch, const Payment& payment) {
  std::string line(payment.creditor_account);
  line += "|" + FormatAmount({payment.amount_minor, payment.currency});
  line += payment.direction == Direction::kDebit ? "|debit" : "|credit";
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const PaymentReference& reference = batch.references[payment.reference_first + i];
    line += "|" + std::string(reference.value);
    if (reference.has_amount) line += "=" + std::to_string(reference.amount_minor);
  }
  return line;
}

// Writes each payment again and notes its essence.
class RewritingSink : public RecordSink {
 public:
  explicit RewritingSink(FormatWriter* writer) : writer_(writer) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Rewriter>(this);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, Date, Date) override {}

  const std::string& bytes() const { return bytes_; }

  std::string* mutable_bytes() { return &bytes_; }

  const std::vector<std::string>& essences() const { return essences_; }

 private:
  class Rewriter : public BlockSink {
   public:
    explicit Rewriter(RewritingSink* sink) : sink_(sink) {}

    void Items(const OpenItemBatch&) override {}

    void Customers(const CustomerBatch&) override {}

    void Problem(const RecordProblem&) override {}

    void Payments(const PaymentBatch& batch) override {
      for (const Payment& payment : batch.payments) sink_->Rewrite(batch, payment);
    }

   private:
    RewritingSink* sink_;
  };

  void Rewrite(const PaymentBatch& batch, const Payment& payment) {
    essences_.push_back(Essence(batch, payment));
    if (writer_ == nullptr) return;
    // A debit alone would be a section of less than nothing: a credit of as much goes before it.
    const Date date =
        payment.booking_date.has_value() ? payment.booking_date : Date::FromCivil(2026, 1, 5);
    writer_->BeginSection(payment.creditor_account, payment.currency, date, &bytes_);
    std::string first;
    Payment credit;
    credit.creditor_account = payment.creditor_account;
    credit.amount_minor = payment.amount_minor;
    credit.currency = payment.currency;
    credit.booking_date = date;
    const bool balance = payment.direction == Direction::kDebit;
    const bool balanced = balance && writer_->Write({}, credit, &bytes_);
    const bool written = (!balance || balanced) && writer_->Write(batch, payment, &bytes_);
    writer_->EndSection(&bytes_);
    if (!written) essences_.pop_back();
    if (balanced) {
      essences_.insert(essences_.end() - (written ? 1 : 0), Essence({}, credit));
    }
  }

  FormatWriter* writer_;
  std::string bytes_;
  std::vector<std::string> essences_;
};

inline void CheckRoundTrip(std::string_view format_name, const uint8_t* data, size_t size) {
  const Format* format = FindFormat(format_name);
  const std::string bytes(data, data + size);
  if (ReadBytes(*format, bytes, {}, 1 << 20, 0, nullptr).set_aside) return;
  const std::unique_ptr<FormatWriter> writer = format->make_writer();
  RewritingSink first(writer.get());
  WriterHeader header;
  header.created = Date::FromCivil(2026, 1, 5);
  writer->Begin(header, first.mutable_bytes());
  ReadBytes(*format, bytes, {}, 1 << 20, 0, &first);
  writer->End(first.mutable_bytes());
  if (first.essences().empty()) return;
  RewritingSink second(nullptr);
  const FileReport report = ReadBytes(*format, first.bytes(), {}, 1 << 20, 0, &second);
  KVITT_CHECK(!report.set_aside);
  KVITT_CHECK(first.essences() == second.essences());
}

}  // namespace kvitt
