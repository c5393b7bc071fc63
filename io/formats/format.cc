#include "io/formats/format.h"

#include <algorithm>

#include "engine/value/concat.h"
#include "io/formats/format_writer.h"
#include "kvitt/check.h"

namespace kvitt {

std::string_view Name(FileKind kind) {
  switch (kind) {
    case FileKind::kUnknown:
      return "unknown";
    case FileKind::kPayments:
      return "payments";
    case FileKind::kItems:
      return "items";
    case FileKind::kCustomers:
      return "customers";
    case FileKind::kClaims:
      return "claims";
    case FileKind::kAgreements:
      return "agreements";
  }
  return "unknown";
}

std::string_view Name(ControlState state) {
  switch (state) {
    case ControlState::kAbsent:
      return "absent";
    case ControlState::kVerified:
      return "verified";
    case ControlState::kMismatch:
      return "mismatch";
  }
  return "absent";
}

std::string RecordTooLong(size_t bytes_max) {
  return Concat("expected records of at most ", bytes_max, " bytes, found a longer one");
}

size_t FormatReader::CutBlock(std::string_view bytes) const {
  const size_t end = bytes.rfind('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string FormatReader::ExitContext(const Block&) const {
  return {};
}

bool FormatWriter::Write(const PaymentBatch&, const Payment&, std::string*) {
  return false;
}

bool FormatWriter::Write(const OpenItemBatch&, const OpenItem&, std::string*) {
  return false;
}

bool FormatWriter::Write(const CustomerBatch&, const Customer&, std::string*) {
  return false;
}

namespace {

void AddSums(const std::map<Currency, Int128>& sums, std::map<Currency, Int128>* total) {
  for (const auto& [currency, minor] : sums) (*total)[currency] += minor;
}

std::map<std::string, std::string> AsText(const std::map<Currency, Int128>& sums) {
  std::map<std::string, std::string> text;
  for (const auto& [currency, minor] : sums) {
    text[std::string(currency.code())] = FormatSum(minor, currency.decimals());
  }
  return text;
}

}  // namespace

FileReport JoinTallies(std::string_view format,
                       std::string_view version,
                       FileKind kind,
                       absl::Span<const std::unique_ptr<BlockSummary>> summaries) {
  constexpr size_t kAccountsMax = 100;
  FileReport report;
  report.format = std::string(format);
  report.version = std::string(version);
  report.kind = kind;
  std::map<Currency, Int128> credits;
  std::map<Currency, Int128> debits;
  uint64_t lines = 0;
  for (const std::unique_ptr<BlockSummary>& summary : summaries) {
    const BlockTally& tally = summary->tally;
    report.statements += tally.statements_opened;
    report.entries += tally.entries;
    report.transactions += tally.transactions;
    AddSums(tally.credit_minor, &credits);
    AddSums(tally.debit_minor, &debits);
    if (tally.first_date.has_value() &&
        (!report.first_date.has_value() || tally.first_date < report.first_date)) {
      report.first_date = tally.first_date;
    }
    report.last_date = std::max(report.last_date, tally.last_date);
    for (const std::string& account : tally.accounts) {
      if (report.accounts.size() >= kAccountsMax) break;
      if (std::find(report.accounts.begin(), report.accounts.end(), account) ==
          report.accounts.end()) {
        report.accounts.push_back(account);
      }
    }
    for (RecordProblem problem : summary->problems) {
      problem.record += lines + 1;
      report.problems.push_back(std::move(problem));
    }
    if (summary->endless.has_value()) {
      report.problems.push_back(*summary->endless);
      report.problems.back().record += lines + 1;
      report.set_aside = true;
    }
    lines += tally.lines;
  }
  report.credits = AsText(credits);
  report.debits = AsText(debits);
  return report;
}

void TellStatements(uint32_t file,
                    absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                    RecordSink* sink) {
  uint32_t opened = 0;
  for (uint32_t block = 0; block < summaries.size(); ++block) {
    if (opened > 0) sink->SetStatementsBefore(file, block, opened);
    opened += summaries[block]->tally.statements_opened;
  }
}

namespace {

// Takes records and keeps nothing.
class NullBlockSink : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Payments(const PaymentBatch&) override {}

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}
};

}  // namespace

FileReport ReadBytes(const Format& format,
                     std::string_view bytes,
                     const ReadOptions& options,
                     size_t block_bytes,
                     uint32_t file,
                     RecordSink* sink) {
  KVITT_CHECK(block_bytes > 0);
  // A copy gives each block the padding that it is promised.
  std::string padded(bytes);
  padded.append(kBlockPadding, '\0');
  const std::string_view all(padded.data(), bytes.size());
  const std::unique_ptr<FormatReader> reader =
      format.make_reader(options, all.substr(0, std::min<size_t>(all.size(), 64 << 10)));

  std::vector<std::unique_ptr<BlockSummary>> summaries;
  std::string context;
  size_t begin = 0;
  do {
    size_t length = all.size() - begin;
    if (reader->parallel() && length > block_bytes) {
      size_t window = block_bytes;
      size_t cut = 0;
      while ((cut = reader->CutBlock(all.substr(begin, window))) == 0 &&
             begin + window < all.size()) {
        window = std::min(window * 2, all.size() - begin);
      }
      if (cut != 0) length = cut;
    }
    Block block;
    block.bytes = all.substr(begin, length);
    block.offset = begin;
    block.file = file;
    block.index = static_cast<uint32_t>(summaries.size());
    block.is_last = begin + length == all.size();
    NullBlockSink null_sink;
    std::unique_ptr<BlockSink> block_sink;
    if (sink != nullptr) block_sink = sink->OpenBlock(file, block.index);
    summaries.push_back(
        reader->ParseBlock(block, context, sink != nullptr ? block_sink.get() : &null_sink));
    std::string exit = reader->parallel() ? reader->ExitContext(block) : std::string();
    if (!exit.empty()) context = std::move(exit);
    begin += length;
  } while (begin < all.size());

  FinishResult result = reader->Finish(summaries);
  if (sink != nullptr) {
    for (const LateDates& late : result.late_dates) {
      sink->SetDates(file, late.block, late.first, late.last, late.booking_date, late.value_date);
    }
    TellStatements(file, summaries, sink);
  }
  result.report.bytes = bytes.size();
  return result.report;
}

}  // namespace kvitt
