#include "tests/io/bytes/line_format.h"

#include <charconv>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace kvitt {
namespace {

struct LinesSummary : BlockSummary {
  struct Close {
    uint32_t payments_before = 0;  // in this block
    Date date;
  };

  std::vector<Close> closes;
  uint32_t payments = 0;
  int64_t sum = 0;
  int64_t total = -1;
};

class LinesReader : public FormatReader {
 public:
  explicit LinesReader(bool is_parallel) : is_parallel_(is_parallel) {}

  bool parallel() const override { return is_parallel_; }

  std::string ExitContext(const Block& block) const override {
    size_t at = block.bytes.size();
    while (at > 0) {
      const size_t begin = at < 2 ? std::string_view::npos : block.bytes.rfind('\n', at - 2);
      const size_t line = begin == std::string_view::npos ? 0 : begin + 1;
      if (block.bytes.substr(line).starts_with("S ")) {
        return std::string(block.bytes.substr(line + 2, at - line - 3));
      }
      at = line;
    }
    return {};
  }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view context,
                                           BlockSink* sink) const override {
    auto summary = std::make_unique<LinesSummary>();
    PaymentBatch batch;
    std::string_view account = context;
    for (size_t begin = 0; begin < block.bytes.size();) {
      const size_t end = std::min(block.bytes.find('\n', begin), block.bytes.size());
      const std::string_view line = block.bytes.substr(begin, end - begin);
      if (!Line(line, &account, &batch, summary.get())) {
        RecordProblem problem;
        problem.record = summary->tally.lines;
        problem.byte_offset = block.offset + begin;
        problem.text = "expected a line of this format";
        summary->problems.push_back(problem);
      }
      ++summary->tally.lines;
      begin = end + 1;
    }
    summary->tally.entries = summary->tally.transactions = summary->payments;
    sink->Payments(batch);
    return summary;
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report =
        JoinTallies(is_parallel_ ? "lines" : "lines-whole", "", FileKind::kPayments, summaries);
    int64_t sum = 0;
    int64_t total = -1;
    std::vector<LateDates> open;
    for (uint32_t block = 0; block < summaries.size(); ++block) {
      const auto& summary = static_cast<const LinesSummary&>(*summaries[block]);
      sum += summary.sum;
      if (summary.total >= 0) total = summary.total;
      uint32_t first = 0;
      for (const LinesSummary::Close& close : summary.closes) {
        open.push_back({block, first, close.payments_before, Date(), Date()});
        for (LateDates& late : open) {
          late.booking_date = late.value_date = close.date;
          result.late_dates.push_back(late);
        }
        open.clear();
        first = close.payments_before;
      }
      open.push_back({block, first, summary.payments, Date(), Date()});
    }
    result.report.control_totals = total == sum ? ControlState::kVerified : ControlState::kMismatch;
    return result;
  }

 private:
  static bool Line(std::string_view line,
                   std::string_view* account,
                   PaymentBatch* batch,
                   LinesSummary* summary) {
    if (line.starts_with("LINES")) return true;
    if (line.size() < 3 || line[1] != ' ') return false;
    const std::string_view rest = line.substr(2);
    if (line[0] == 'S') {
      *account = rest;
      return true;
    }
    if (line[0] == 'E') {
      LinesSummary::Close close;
      close.payments_before = summary->payments;
      summary->closes.push_back(close);
      return ParseDate(rest, &summary->closes.back().date);
    }
    if (line[0] == 'T') {
      return std::from_chars(rest.data(), rest.data() + rest.size(), summary->total).ec ==
             std::errc();
    }
    if (line[0] != 'P') return false;
    const size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return false;
    Payment& payment = batch->payments.emplace_back();
    payment.creditor_account = *account;
    payment.bank_reference = rest.substr(0, blank);
    std::from_chars(rest.data() + blank + 1, rest.data() + rest.size(), payment.amount_minor);
    payment.record = summary->payments++;
    summary->sum += payment.amount_minor;
    return true;
  }

  bool is_parallel_;
};

int SniffLines(std::string_view head) {
  return head.starts_with("LINES\n") ? 90 : 0;
}

int SniffWhole(std::string_view head) {
  return head.starts_with("LINES-WHOLE\n") ? 90 : 0;
}

std::unique_ptr<FormatReader> MakeLines(const ReadOptions&, std::string_view) {
  return std::make_unique<LinesReader>(true);
}

std::unique_ptr<FormatReader> MakeWhole(const ReadOptions&, std::string_view) {
  return std::make_unique<LinesReader>(false);
}

}  // namespace

const std::vector<Format>& LineFormats() {
  static const std::vector<Format>* formats = new std::vector<Format>{
      {"lines", FileKind::kPayments, "test", SniffLines, MakeLines, nullptr},
      {"lines-whole", FileKind::kPayments, "test", SniffWhole, MakeWhole, nullptr},
  };
  return *formats;
}

std::string LinesFile(int payments, int section, std::string_view first_line) {
  std::string out(first_line);
  out += '\n';
  int64_t sum = 0;
  for (int i = 0; i < payments; ++i) {
    if (i % section == 0) absl::StrAppend(&out, "S account-", i / section, "\n");
    // Lines of many lengths, so that block ends fall everywhere.
    absl::StrAppend(&out, "P ", std::string(static_cast<size_t>(i * 7 % 60), 'x'), i, " ",
                    i * 31 % 1000 + 1, "\n");
    sum += i * 31 % 1000 + 1;
    if (i % section == section - 1 || i == payments - 1) {
      absl::StrAppend(&out, "E 2026-01-", i / section % 20 + 10, "\n");
    }
  }
  absl::StrAppend(&out, "T ", sum, "\n");
  return out;
}

class RecordText::Block : public BlockSink {
 public:
  Block(RecordText* all, uint32_t file, uint32_t block) : all_(all), file_(file), block_(block) {}

  ~Block() override {
    const std::lock_guard<std::mutex> lock(all_->mutex_);
    all_->blocks_[{file_, block_}] = std::move(kept_);
  }

  void Items(const OpenItemBatch&) override {}

  void Payments(const PaymentBatch& batch) override {
    for (const Payment& payment : batch.payments) {
      Kept& kept = kept_.emplace_back();
      kept.text = absl::StrCat(std::string(payment.creditor_account), " ",
                               std::string(payment.bank_reference), " ", payment.amount_minor);
    }
  }

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}

 private:
  RecordText* all_;
  uint32_t file_;
  uint32_t block_;
  std::vector<Kept> kept_;
};

std::unique_ptr<BlockSink> RecordText::OpenBlock(uint32_t file, uint32_t block) {
  return std::make_unique<Block>(this, file, block);
}

void RecordText::SetDates(
    uint32_t file, uint32_t block, uint32_t first, uint32_t last, Date booking_date, Date) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Kept>& kept = blocks_.at({file, block});
  for (uint32_t i = first; i < last; ++i) kept.at(i).date = booking_date;
}

std::vector<std::string> RecordText::Payments(uint32_t file) const {
  std::vector<std::string> payments;
  for (const auto& [key, kept] : blocks_) {
    if (key.first != file) continue;
    for (const Kept& payment : kept)
      payments.push_back(payment.text + " " + FormatDate(payment.date));
  }
  return payments;
}

}  // namespace kvitt
