// The camt reader against another one: the same records from samples, from files whose entries change
// their shape all the time, and from damaged ones; nothing accepted that another parser refuses.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kvitt/amount.h"
#include "tests/io/formats/sample_records.h"
#include "tests/oracle/camt_expat.h"
#include "tests/oracle/camt_shapes.h"

namespace kvitt {
namespace {

std::string_view KindName(PaymentKind kind) {
  switch (kind) {
    case PaymentKind::kPayment:
      return "payment";
    case PaymentKind::kDirectDebit:
      return "direct_debit";
    case PaymentKind::kReversal:
      return "reversal";
    case PaymentKind::kDirectDebitReturn:
      return "direct_debit_return";
    case PaymentKind::kFee:
      return "fee";
    case PaymentKind::kInterest:
      return "interest";
    case PaymentKind::kTransfer:
      return "transfer";
  }
  return "";
}

std::string_view SchemeName(ReferenceScheme scheme) {
  if (scheme == ReferenceScheme::kInvoice) return "invoice";
  if (scheme == ReferenceScheme::kFik) return "fik";
  if (scheme == ReferenceScheme::kOcr) return "ocr";
  return "";
}

std::string CanonicalLine(const PaymentBatch& batch, const Payment& p) {
  const int decimals = p.currency.decimals();
  std::string references;
  for (uint32_t i = 0; i < p.reference_count; ++i) {
    const PaymentReference& r = batch.references[p.reference_first + i];
    references.append(r.value).append(",").append(SchemeName(r.scheme)).append(",");
    if (r.has_amount) references.append(FormatAmount(r.amount_minor, decimals));
    references.append(";");
  }
  std::string text;
  for (uint32_t i = 0; i < p.text_count; ++i) text.append(batch.text[p.text_first + i]).append(";");
  std::string line;
  for (const std::string& part :
       {std::string(p.creditor_account),
        std::string(p.statement_account),
        std::string(p.direction == Direction::kCredit ? "CRDT" : "DBIT"),
        std::string(KindName(p.kind)),
        FormatAmount(p.amount_minor, decimals),
        std::string(p.currency.code()),
        FormatDate(p.booking_date),
        FormatDate(p.value_date),
        references,
        text,
        std::string(p.payer_name),
        std::string(p.payer_account),
        std::string(p.payer_org_no),
        std::string(p.bank_reference),
        std::string(p.end_to_end_id),
        std::string(p.reverses),
        std::string(p.entry_reference),
        p.entry_amount_minor == 0 ? "" : FormatAmount(p.entry_amount_minor, decimals),
        p.charges_minor == 0 ? "" : FormatAmount(p.charges_minor, decimals),
        std::to_string(p.entry_transactions),
        std::string(p.details_missing ? "missing" : ""),
        std::string(p.is_copy ? "copy" : ""),
        std::string(p.is_pending ? "pending" : "")}) {
    line.append(part).append("|");
  }
  return line;
}

class Lines : public RecordSink {
 public:
  std::unique_ptr<BlockSink> OpenBlock(uint32_t, uint32_t) override {
    return std::make_unique<Block>(this);
  }

  void SetDates(uint32_t, uint32_t, uint32_t, uint32_t, Date, Date) override {}

  std::vector<std::string> lines;

 private:
  class Block : public BlockSink {
   public:
    explicit Block(Lines* all) : all_(all) {}

    void Items(const OpenItemBatch&) override {}

    void Payments(const PaymentBatch& batch) override {
      for (const Payment& payment : batch.payments)
        all_->lines.push_back(CanonicalLine(batch, payment));
    }

    void Customers(const CustomerBatch&) override {}

    void Problem(const RecordProblem&) override {}

   private:
    Lines* all_;
  };
};

struct Ours {
  FileReport report;
  std::vector<std::string> payments;
  bool is_damaged = false;  // set aside for more than a total
};

Ours ReadOurs(std::string_view bytes, size_t block_bytes = 1 << 20) {
  Ours ours;
  const Format* format = SniffFormat(bytes.substr(0, 64 << 10));
  if (format == nullptr || format->name.substr(0, 5) != "camt.") {
    ours.is_damaged = true;
    return ours;
  }
  Lines sink;
  ReadOptions options;
  options.settings.allow_empty = true;
  ours.report = ReadBytes(*format, bytes, options, block_bytes, 0, &sink);
  ours.is_damaged = ours.report.set_aside && !ours.report.only_controls_failed;
  ours.payments = std::move(sink.lines);
  return ours;
}

std::string Why(const FileReport& report) {
  return report.problems.empty() ? "" : report.problems[0].text;
}

void ExpectAgree(std::string_view bytes, size_t block_bytes = 1 << 20) {
  const CamtOracle oracle = ReadCamtByOracle(bytes, CamtOracleParser::kExpat);
  const Ours ours = ReadOurs(bytes, block_bytes);
  ASSERT_TRUE(oracle.is_well_formed) << oracle.reason;
  ASSERT_TRUE(oracle.is_readable) << oracle.reason;
  ASSERT_FALSE(ours.is_damaged) << Why(ours.report);
  ASSERT_EQ(ours.payments.size(), oracle.payments.size());
  for (size_t i = 0; i < ours.payments.size(); ++i)
    ASSERT_EQ(ours.payments[i], oracle.payments[i]) << i;
  EXPECT_EQ(ours.report.entries, oracle.entries);
  EXPECT_EQ(ours.report.transactions, oracle.transactions);
}

TEST(CamtOracle, SamplesReadAlike) {
  for (const char* format : {"camt.052", "camt.053", "camt.054"}) {
    for (const Sample& sample : Samples(format)) {
      SCOPED_TRACE(sample.path);
      const Ours ours = ReadOurs(sample.bytes);
      if (ours.is_damaged) continue;
      ExpectAgree(sample.bytes);
    }
  }
}

TEST(CamtOracle, ShapesReadAlike) {
  int serial = 0;
  for (const int kind : {2, 3, 4}) {
    for (const int version : {2, 3, 4, 6, 8, 13}) {
      for (const bool changes : {false, true}) {
        CamtShapes shapes;
        shapes.kind = kind;
        shapes.version = version;
        shapes.seed = static_cast<uint64_t>(++serial);
        shapes.entries = 60;
        shapes.statements = 3;
        shapes.changes_shape = changes;
        shapes.transactions_max = serial % 3 == 0 ? 4 : 1;
        shapes.is_odd = serial % 2 == 0;
        shapes.is_indented = serial % 4 < 2;
        shapes.prefix = serial % 5 == 0 ? "n0:" : "";
        shapes.line_end = serial % 7 == 0 ? "\r\n" : "\n";
        SCOPED_TRACE(serial);
        const std::string bytes = MakeCamtShapes(shapes);
        ExpectAgree(bytes);
        ExpectAgree(bytes, 3000);
        const Ours ours = ReadOurs(bytes);
        EXPECT_FALSE(ours.report.set_aside) << Why(ours.report);
        const CamtOracle second = ReadCamtByOracle(bytes, CamtOracleParser::kPugixml);
        EXPECT_EQ(ours.payments, second.payments);
        if (HasFatalFailure()) return;
      }
    }
  }
}

uint64_t Next(uint64_t* state) {
  *state = *state * 6364136223846793005 + 1442695040888963407;
  return *state >> 33;
}

// One byte, or a few, are not what they were.
std::string Mutated(std::string bytes, uint64_t* state) {
  static constexpr std::string_view kBytes = "<>/&;\"'= !?-[]x0.AZ:\n\r\t\x01\xC3\xA5\xFF";
  const size_t changes = 1 + Next(state) % 3;
  for (size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const size_t at = Next(state) % bytes.size();
    switch (Next(state) % 4) {
      case 0:
        bytes[at] = kBytes[Next(state) % kBytes.size()];
        break;
      case 1:
        bytes.erase(at, 1 + Next(state) % 5);
        break;
      case 2:
        bytes.insert(at, 1, kBytes[Next(state) % kBytes.size()]);
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << Next(state) % 8));
        break;
    }
  }
  return bytes;
}

TEST(CamtOracle, NothingIsAcceptedThatAnotherParserRefuses) {
  uint64_t state = 7;
  size_t accepted = 0;
  size_t refused = 0;
  for (int round = 0; round < 1500; ++round) {
    CamtShapes shapes;
    shapes.kind = 2 + round % 3;
    shapes.version = round % 2 == 0 ? 8 : 2;
    shapes.seed = static_cast<uint64_t>(round % 50);
    shapes.entries = 6;
    shapes.changes_shape = round % 4 == 0;
    shapes.is_odd = round % 8 < 3;
    shapes.transactions_max = 1 + static_cast<size_t>(round % 3);
    const std::string bytes = Mutated(MakeCamtShapes(shapes), &state);
    const Ours ours = ReadOurs(bytes);
    const Ours cut = ReadOurs(bytes, 700);
    EXPECT_EQ(ours.is_damaged, cut.is_damaged)
        << round << Why(ours.report) << "/" << Why(cut.report);
    EXPECT_EQ(Why(ours.report), Why(cut.report)) << round;
    if (ours.is_damaged) {
      ++refused;
      continue;
    }
    ++accepted;
    const CamtOracle oracle = ReadCamtByOracle(bytes, CamtOracleParser::kExpat);
    EXPECT_TRUE(oracle.is_well_formed) << round << " " << oracle.reason;
    EXPECT_TRUE(oracle.is_readable) << round << " " << oracle.reason;
    EXPECT_EQ(ours.payments, oracle.payments) << round;
    EXPECT_EQ(ours.payments, cut.payments) << round;
    if (HasFailure()) {
      FAIL() << bytes;
    }
  }
  // Both happen often, or this test would show nothing.
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 500U);
}

}  // namespace
}  // namespace kvitt
