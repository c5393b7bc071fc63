// totalin: Total IN, Nordea's Swedish file of incoming PlusGiro payments. Recognised, looked through, and
// always set aside.
//
//   file    = 00 account* 99
//   account = 10 (20 | 25 | 30 | 40 | 50 | 51 | 52)* 90
//
//   00 start of the file, 10 of an account, 20 payment, 25 deduction, 30 extra references, 40 message,
//   50 name, 51 and 52 address, 90 end of the account, 99 end of the file
//
// Source: one public reader (parseTotalInFile, TypeScript). The record descriptions themselves ("Total IN
// / Total IN Basic, record descriptions", Nordea, 1.10) could not be read and no public file was found:
// where amounts, counts and references stand, whether a deduction is subtracted in 90 and whether 99
// counts itself is UNCONFIRMED. Money is not posted from guesses. The report says what the frame of the
// file shows (accounts, payments, the order of records) and why nothing of it is posted; the same
// payments can be had as camt.054 or BgMax.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/bytes/fixed_width.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "totalin";
constexpr size_t kWidth = 80;

class FileParser {
 public:
  explicit FileParser(const Block& block) : block_(block) {}

  std::unique_ptr<BlockSummary> Run(Framing framing) {
    TextArena arena;
    FixedWidthLines<kWidth> lines(block_.bytes, framing, &arena);
    FixedRecord record;
    while (lines.Next(&record)) Read(record);
    summary_->tally.lines = lines.lines();
    summary_->tally.entries = summary_->tally.transactions;
    summary_->tally.statements_opened = accounts_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    if (place_ != Place::kEnded) {
      AddProblem(summary_.get(), DeviationCode::kFileTruncated, lines.lines(),
                 block_.offset + block_.bytes.size(),
                 "end of the file: expected an end record (99), found none");
    }
    AddProblem(
        summary_.get(), DeviationCode::kFileUnknown, 0, block_.offset,
        "Total IN: expected a layout that a public source confirms, found one that none does; "
        "nothing of the file is posted");
    return std::move(summary_);
  }

 private:
  enum class Place : uint8_t { kOutside, kFile, kAccount, kEnded };

  void Read(const FixedRecord& record) {
    const std::string_view code(record.cells, 2);
    const bool detail =
        code == "30" || code == "40" || code == "50" || code == "51" || code == "52";
    if (code == "00") {
      Step(record, place_ == Place::kOutside, Place::kFile);
    } else if (code == "10") {
      Step(record, place_ == Place::kFile, Place::kAccount);
      ++accounts_;
    } else if (code == "20" || code == "25") {
      Step(record, place_ == Place::kAccount, Place::kAccount);
      ++summary_->tally.transactions;
      has_payment_ = true;
    } else if (detail) {
      Step(record, place_ == Place::kAccount && has_payment_, Place::kAccount);
    } else if (code == "90") {
      Step(record, place_ == Place::kAccount, Place::kFile);
      has_payment_ = false;
    } else if (code == "99") {
      Step(record, place_ == Place::kFile, Place::kEnded);
    } else {
      Step(record, false, place_);
    }
  }

  void Step(const FixedRecord& record, bool in_order, Place next) {
    if (!in_order) {
      AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line,
                 block_.offset + record.offset,
                 ExpectedFound("order of records", Expected(), std::string_view(record.cells, 2)));
    }
    place_ = next;
  }

  std::string_view Expected() const {
    switch (place_) {
      case Place::kOutside:
        return "a start record (00)";
      case Place::kFile:
        return "an account (10) or the end of the file (99)";
      case Place::kAccount:
        return "a payment (20, 25), what belongs to one, or 90";
      case Place::kEnded:
        return "nothing behind the end record (99)";
    }
    return "";
  }

  const Block& block_;
  std::unique_ptr<WholeFileSummary> summary_ = std::make_unique<WholeFileSummary>();
  Place place_ = Place::kOutside;
  uint32_t accounts_ = 0;
  bool has_payment_ = false;
};

class TotalInReader : public FormatReader {
 public:
  explicit TotalInReader(std::string_view head) : framing_(DetectFraming(head, kWidth)) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink*) const override {
    return FileParser(block).Run(framing_);
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    return FinishWholeFile(kName, "", FileKind::kPayments, summaries, /*allow_empty=*/true);
  }

 private:
  Framing framing_;
};

// A start record with digits of a timestamp where one is said to be, and an account behind it. Other
// formats that begin with 00 are surer of theirs.
int Sniff(std::string_view head) {
  const size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos) return 0;
  head.remove_prefix(first);
  if (head.size() < kWidth || head.substr(0, 2) != "00") return 0;
  uint64_t date = 0;
  Date day;
  if (!ReadDigits(head.substr(14, 14), &date) || !ParseDateYYYYMMDD(head.substr(14, 8), &day)) {
    return 0;
  }
  const size_t next = head.find_first_of("\r\n");
  if (next == std::string_view::npos) return 0;
  const size_t second = head.find_first_not_of("\r\n", next);
  return second != std::string_view::npos && head.substr(second, 2) == "10" ? 40 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions&, std::string_view head) {
  return std::make_unique<TotalInReader>(head);
}

}  // namespace

extern const Format kTotalIn;
const Format kTotalIn = {
    kName, FileKind::kPayments, "Nordea Total IN: recognised, never posted (layout unconfirmed)",
    Sniff, MakeReader,          nullptr};

}  // namespace kvitt
