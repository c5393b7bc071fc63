// SWIFT statements and reports: each control broken by itself, the marks, the writer.

#include <gtest/gtest.h>

#include <algorithm>

#include "io/formats/format_writer.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

constexpr std::string_view kTwoPages =
    ":20:A\n:25:DE89370400440532013000\n:28C:5/1\n:60F:C260101EUR100,00\n"
    ":61:2601020102C50,00NTRFNONREF//B1\n:86:Invoice 1\n:62M:C260102EUR150,00\n-\n"
    ":20:B\n:25:DE89370400440532013000\n:28C:5/2\n:60M:C260102EUR150,00\n"
    ":61:2601020102D20,00NCHGNONREF//B2\n:62F:C260102EUR130,00\n-\n"
    ":20:C\n:25:DE89370400440532013000\n:28C:6/1\n:60F:C260102EUR130,00\n"
    ":61:2601030103C1,00NTRFNONREF//B3\n:62F:C260103EUR131,00\n-\n";

constexpr std::string_view kReport =
    ":20:R\n:25:DE89370400440532013000\n:28C:7/1\n:34F:EUR0,\n"
    ":61:2601150115C100,00NTRFNONREF//B1\n:61:260116EC50,00NTRFNONREF//B2\n"
    ":61:2601150115D10,00NCHGNONREF//B3\n:90D:1EUR10,00\n:90C:2EUR150,00\n-\n";

ReadOutcome Read(std::string_view format,
                 std::string text,
                 std::string_view from = "",
                 std::string_view to = "") {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return ReadAll(*FindFormat(format), text);
}

ReadOutcome Statement(std::string_view from = "", std::string_view to = "") {
  return Read("mt940", std::string(kTwoPages), from, to);
}

// The code of the only problem.
std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(Mt940Test, WholeStatementsAreVerified) {
  const ReadOutcome outcome = Statement();
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified);
  EXPECT_EQ(outcome.report.statements, 2U);
  EXPECT_EQ(outcome.amounts, (std::vector<int64_t>{5000, -2000, 100}));
}

TEST(Mt940Test, EachBalanceIsChecked) {
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {":61:2601020102C50,00", ":61:2601020102C51,00"},    // an entry
           {":62F:C260103EUR131,00", ":62F:C260103EUR131,01"},  // a closing balance
           {":60F:C260101EUR100,00", ":60F:D260101EUR100,00"},  // a sign
           {"D20,00NCHG", "C20,00NCHG"},                        // a mark
       }) {
    const ReadOutcome outcome = Statement(from, to);
    EXPECT_EQ(Fault(outcome), "balance_mismatch");
    EXPECT_TRUE(outcome.report.set_aside && outcome.report.only_controls_failed);
    EXPECT_EQ(outcome.report.control_totals, ControlState::kMismatch);
  }
}

// Nothing that stands in a file is lost without a word.
TEST(Mt940Test, LinesOfNoFieldAreTold) {
  const std::string file(kTwoPages);
  EXPECT_TRUE(Read("mt940", file).report.warnings.empty());
  for (const std::string& told : {"Dear customer\n" + file, file + "0", file + "\nx\n",
                                  file.substr(0, file.size() - 2) + "x\n"}) {
    const ReadOutcome outcome = Read("mt940", told);
    EXPECT_FALSE(outcome.report.set_aside);
    EXPECT_EQ(outcome.report.warnings.size(), 1U) << told;
  }
  for (const std::string_view tail : {":", ":6", ":61", ":20", ":6X:"}) {
    EXPECT_EQ(Fault(Read("mt940", file + std::string(tail))), "record_malformed") << tail;
  }
  // Frames, blank lines and the end mark of old systems are no text.
  EXPECT_TRUE(Read("mt940", "{1:F01}{4:\n" + file + "-}\n\n  \n\x1A").report.warnings.empty());
}

TEST(Mt940Test, APageThatNothingFollowsIsTold) {
  const std::string file(kTwoPages);
  const ReadOutcome first = Read("mt940", file.substr(0, file.find(":20:B")));
  EXPECT_EQ(Fault(first), "sequence_gap");
  EXPECT_FALSE(first.report.set_aside);
  EXPECT_NE(first.report.problems[0].text.find("statement 5: expected a page behind page 1"),
            std::string::npos);
  const ReadOutcome skipped =
      Read("mt940", file.substr(0, file.find(":20:B")) + file.substr(file.find(":20:C")));
  ASSERT_FALSE(skipped.report.problems.empty());
  EXPECT_EQ(Name(skipped.report.problems[0].code), "sequence_gap");
}

TEST(Mt940Test, AReportThatWasCutIsSetAside) {
  const std::string file(kReport);
  EXPECT_FALSE(Read("mt942", file).report.set_aside);
  // The end mark alone and the totals alone show that it is whole.
  const size_t totals = file.find(":90D:");
  EXPECT_FALSE(Read("mt942", file.substr(0, totals) + "-\n").report.set_aside);
  EXPECT_FALSE(Read("mt942", file.substr(0, file.size() - 2)).report.set_aside);
  for (size_t cut = file.find(":61:"); cut < totals; ++cut) {
    EXPECT_TRUE(Read("mt942", file.substr(0, cut)).report.set_aside) << cut;
  }
  // An entry that lost its tag continues the floor before it.
  EXPECT_EQ(Fault(Read("mt942", file.substr(0, totals) + "-\n", ":61:2601150115C", ";")),
            "record_malformed");
}

TEST(Mt940Test, ExpectedEntriesAreInNoCount) {
  const ReadOutcome outcome = Read("mt942", std::string(kReport));
  EXPECT_EQ(outcome.records.size(), 3U);
  EXPECT_EQ(outcome.report.entries, 2U);
  EXPECT_EQ(outcome.report.credits.at("EUR"), "100.00");
}

TEST(Mt942Test, PostsNothingUnlessToldTo) {
  constexpr std::string_view kPending = R"("status":"pending")";
  const auto pending = [&](const ReadOutcome& outcome) {
    return std::count_if(
        outcome.records.begin(), outcome.records.end(),
        [&](const std::string& record) { return record.find(kPending) != std::string::npos; });
  };
  EXPECT_EQ(pending(Read("mt942", std::string(kReport))), 3);
  // What is expected only is never booked.
  ReadOptions options;
  options.settings.report_is_payments = true;
  const ReadOutcome posting =
      ReadAll(*FindFormat("mt942"), std::string(kReport), size_t{1} << 20, options);
  EXPECT_EQ(pending(posting), 1);
  EXPECT_EQ(posting.report.entries, 2U);
}

TEST(Mt940Test, PagesLeadToEachOther) {
  // The page is balanced in itself, but begins where the one before did not end.
  std::string text(kTwoPages);
  text.replace(text.find(":60M:C260102EUR150,00"), 21, ":60M:C260102EUR160,00");
  text.replace(text.find(":62F:C260102EUR130,00"), 21, ":62F:C260102EUR140,00");
  text.replace(text.find(":60F:C260102EUR130,00"), 21, ":60F:C260102EUR140,00");
  text.replace(text.find(":62F:C260103EUR131,00"), 21, ":62F:C260103EUR141,00");
  EXPECT_EQ(Fault(Read("mt940", text)), "balance_mismatch");
  const ReadOutcome gap = Statement(":28C:5/2", ":28C:5/3");
  EXPECT_EQ(Fault(gap), "sequence_gap");
  EXPECT_TRUE(gap.report.set_aside);
}

TEST(Mt940Test, StatementsFollowEachOther) {
  std::string text(kTwoPages);
  text.replace(text.find(":60F:C260102EUR130,00"), 21, ":60F:C260102EUR140,00");
  text.replace(text.find(":62F:C260103EUR131,00"), 21, ":62F:C260103EUR141,00");
  EXPECT_EQ(Fault(Read("mt940", text)), "balance_mismatch");
  // A statement that is missing is told, and does not condemn those that are there.
  const ReadOutcome gap = Statement(":28C:6/1", ":28C:8/1");
  EXPECT_EQ(Fault(gap), "sequence_gap");
  EXPECT_FALSE(gap.report.set_aside);
  EXPECT_EQ(gap.report.control_totals, ControlState::kVerified);
}

TEST(Mt940Test, AMessageHasItsParts) {
  EXPECT_EQ(Fault(Statement(":62F:C260103EUR131,00\n", "")), "file_truncated");
  EXPECT_EQ(Fault(Statement(":62F:C260103EUR131,00\n",
                            ":62F:C260103EUR131,00\n:61:2601030103C1,00NTRFNONREF\n")),
            "record_malformed");
  EXPECT_TRUE(Statement(":20:A\n", "").report.set_aside);
  EXPECT_TRUE(Statement(":25:DE89370400440532013000\n", "").report.set_aside);
  EXPECT_TRUE(Statement(":60F:C260101EUR100,00\n", "").report.set_aside);
}

TEST(Mt940Test, AnEntryIsReadExactlyOrNotAtAll) {
  for (const std::string_view bad :
       {"26010x0102C50,00NTRF", "2613010102C50,00NTRF", "2601021302C50,00NTRF",
        "2601020102X50,00NTRF", "2601020102C50NTRF", "2601020102C5.0,00NTRF",
        "2601020102C50,00ntrf", "2601020102C,50NTRF", "2601020102CX50,00NTRF"}) {
    EXPECT_EQ(Fault(Statement("2601020102C50,00NTRF", bad)).substr(0, 6), "record") << bad;
  }
  EXPECT_EQ(Fault(Statement("C50,00NTRF", "C50,001NTRF")), "precision_lost");
  EXPECT_FALSE(Statement("C50,00NTRF", "C50,000NTRF").report.set_aside);
  EXPECT_EQ(Statement("C50,00NTRF", "C50.00NTRF").report.warnings.size(), 1U);
}

TEST(Mt940Test, MarksSayWhoseMoneyItIs) {
  const auto line = [](std::string_view mark) {
    std::string text =
        ":20:A\n:25:DE89370400440532013000\n:28C:5/1\n:60F:C260101EUR0,00\n:61:260102";
    text += std::string(mark) + "5,00NTRFNONREF\n:62F:";
    const bool adds = mark[0] == 'C' || mark.substr(0, 2) == "RD";
    text += std::string(adds ? "C" : "D") + "260102EUR5,00\n";
    const ReadOutcome outcome = ReadAll(*FindFormat("mt940"), text);
    EXPECT_FALSE(outcome.report.set_aside) << mark;
    return outcome.records.empty() ? std::string() : outcome.records[0].substr(0, 50);
  };
  EXPECT_NE(line("C").find(R"("kind":"payment","direction":"credit")"), std::string::npos);
  EXPECT_NE(line("CR").find(R"("kind":"payment","direction":"credit")"), std::string::npos);
  EXPECT_NE(line("D").find(R"("kind":"transfer","direction":"debit")"), std::string::npos);
  EXPECT_NE(line("DR").find(R"("kind":"transfer","direction":"debit")"), std::string::npos);
  EXPECT_NE(line("RC").find(R"("kind":"reversal","direction":"debit")"), std::string::npos);
  EXPECT_NE(line("RCR").find(R"("kind":"reversal","direction":"debit")"), std::string::npos);
  EXPECT_NE(line("RD").find(R"("kind":"reversal","direction":"credit")"), std::string::npos);
  EXPECT_NE(line("RDR").find(R"("kind":"reversal","direction":"credit")"), std::string::npos);
}

TEST(Mt940Test, ValueDateDecidesTheYearOfTheEntry) {
  const auto dates = [](std::string_view digits) {
    std::string text = ":20:A\n:25:X1\n:28C:1\n:60F:C260101EUR0,00\n:61:" + std::string(digits) +
                       "C5,00NTRFNONREF\n:62F:C260102EUR5,00\n";
    const std::string record = ReadAll(*FindFormat("mt940"), text).records.at(0);
    const size_t at = record.find("\"booking_date\":\"") + 16;
    return record.substr(at, 10) + " " + record.substr(at + 26, 10);
  };
  EXPECT_EQ(dates("2512310102"), "2026-01-02 2025-12-31");
  EXPECT_EQ(dates("2601021231"), "2025-12-31 2026-01-02");
  EXPECT_EQ(dates("2602300302"), "2026-03-02 2026-02-28");
  EXPECT_EQ(dates("7901010101"), "2079-01-01 2079-01-01");
  EXPECT_EQ(dates("8001010101"), "1980-01-01 1980-01-01");
}

TEST(Mt942Test, TotalsAreChecked) {
  const auto report = [](std::string_view from, std::string_view to) {
    return Read("mt942", std::string(kReport), from, to);
  };
  EXPECT_EQ(report("", "").report.control_totals, ControlState::kVerified);
  EXPECT_FALSE(report(":90C:2EUR150,00", ":90C:1EUR100,00").report.set_aside);  // booked alone
  EXPECT_EQ(Fault(report(":90D:1EUR10,00", ":90D:2EUR10,00")), "control_total_mismatch");
  EXPECT_EQ(Fault(report(":90D:1EUR10,00", ":90D:1EUR10,01")), "control_total_mismatch");
  EXPECT_EQ(Fault(report(":90C:2EUR150,00", ":90C:2EUR151,00")), "control_total_mismatch");
}

TEST(Mt940Test, WhatIsWrittenReadsBackTheSame) {
  const Format& format = *FindFormat("mt940");
  const std::unique_ptr<FormatWriter> writer = format.make_writer();
  const Currency eur = Currency::FromCode("EUR");
  std::string out;
  PaymentBatch batch;
  writer->Begin({}, &out);
  for (int day = 1; day <= 3; ++day) {
    const Date date = Date::FromCivil(2026, 1, day);
    writer->BeginSection("DE89370400440532013000", eur, date, &out);
    for (int kind = 0; kind <= static_cast<int>(PaymentKind::kTransfer); ++kind) {
      batch.Clear();
      Payment& payment = batch.payments.emplace_back();
      payment.kind = static_cast<PaymentKind>(kind);
      const bool debit = payment.kind == PaymentKind::kTransfer ||
                         payment.kind == PaymentKind::kFee ||
                         payment.kind == PaymentKind::kDirectDebitReturn;
      payment.direction = debit ? Direction::kDebit : Direction::kCredit;
      payment.amount_minor = 100 * day + kind;
      payment.currency = eur;
      payment.bank_reference = "BANK-1";
      payment.end_to_end_id = "E2E-77";
      payment.payer_name = "Bj\xC3\xB8rk & S\xC3\xB8nner";
      batch.AddReference(&payment, {"20260010011", ReferenceScheme::kKid});
      batch.AddText(&payment,
                    "a long text that is broken over several subfields \xC3\xA6\xC3\xB8\xC3\xA5");
      ASSERT_TRUE(writer->Write(batch, payment, &out));
    }
    writer->EndSection(&out);
  }
  Payment huge;
  huge.currency = eur;
  huge.amount_minor = 100000000000000;
  EXPECT_FALSE(writer->Write(batch, huge, &out));
  writer->End(&out);
  const ReadOutcome outcome = ReadAll(format, out, 300);
  EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified) << out;
  EXPECT_EQ(outcome.report.transactions, 21U);
  ASSERT_FALSE(outcome.records.empty());
  EXPECT_EQ(
      outcome.records[0],
      R"({"kind":"payment","direction":"credit","creditor_account":"DE89370400440532013000",)"
      R"("amount":"1.00","currency":"EUR","booking_date":"2026-01-01","value_date":"2026-01-01",)"
      R"("references":[{"value":"20260010011","scheme":"text"}],"text":["a long text that is )"
      "broken over several subfields \xC3\xA6\xC3\xB8\xC3\xA5\"],\"payer_name\":\"Bj\xC3\xB8rk & "
      "S\xC3\xB8nner\",\"bank_reference\":\"BANK-1\",\"end_to_end_id\":\"E2E-77\",\"origin\":"
      "\"statement\"}");
  for (const std::string_view kind :
       {"direct_debit", "reversal", "direct_debit_return", "fee", "interest", "transfer"}) {
    const std::string start = "{\"kind\":\"" + std::string(kind) + "\"";
    EXPECT_TRUE(std::any_of(outcome.records.begin(), outcome.records.end(),
                            [&](const std::string& record) { return record.starts_with(start); }))
        << kind;
  }
}

}  // namespace
}  // namespace kvitt
