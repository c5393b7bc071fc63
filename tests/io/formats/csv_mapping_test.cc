// CSV exports of banks and wallets by column mapping: each control broken by itself, marks and dates,
// character sets, and mappings that the settings add or change.

#include "io/formats/csv_mapping.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/io/formats/damage.h"

namespace kvitt {
namespace {

const Format& Csv() {
  return *FindFormat("payments-csv");
}

std::string Bytes(std::string_view format, std::string_view name) {
  for (const Sample& sample : Samples(format)) {
    if (sample.name == name) return sample.bytes;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(MappedCsv, RefusesABalanceThatDoesNotFollow) {
  const std::string bank = Bytes("payments-csv", "laan_spar.csv");
  ExpectProblem(Csv(), Replaced(bank, "500,00;1.500,00", "500,00;1.500,01"),
                DeviationCode::kBalanceMismatch,
                "balance: expected 1500.00 after 1000.00 and 500.00, found 1500.01");
  ExpectProblem(Csv(), Replaced(bank, "-1.000,00;", "-1.000,10;"), DeviationCode::kBalanceMismatch,
                "balance");
  const ReadOutcome outcome = ReadAll(Csv(), Replaced(bank, "500,00;1.500,00", "500,00;1.500,01"));
  EXPECT_TRUE(outcome.report.only_controls_failed);
}

TEST(MappedCsv, ReadsRowsInEitherOrder) {
  const std::string newest_first = Bytes("payments-csv", "laan_spar.csv");
  const std::vector<std::string> lines = LinesOf(newest_first);
  ASSERT_EQ(lines.size(), 4u);
  const ReadOutcome turned = ReadAll(Csv(), lines[0] + lines[3] + lines[2] + lines[1]);
  EXPECT_EQ(turned.report.control_totals, ControlState::kVerified);
  EXPECT_EQ(turned.report.credits, ReadAll(Csv(), newest_first).report.credits);
}

TEST(MappedCsv, KeepsPendingRowsOutOfSumsAndBalances) {
  const ReadOutcome outcome = ReadAll(Csv(), Bytes("payments-csv", "danske.csv"));
  EXPECT_EQ(outcome.report.entries, 4u);
  EXPECT_EQ(outcome.report.transactions, 5u);
  EXPECT_NE(outcome.records[0].find("\"status\":\"pending\""), std::string::npos);
  EXPECT_EQ(outcome.records[1].find("\"status\""), std::string::npos);
}

TEST(MappedCsv, RefusesANetThatAmountAndFeeDoNotMake) {
  ExpectProblem(Csv(), Replaced(Bytes("payments-csv", "stripe_payout.csv"), "98.25", "98.26"),
                DeviationCode::kControlTotalMismatch, "net amount");
  ExpectProblem(Csv(),
                Replaced(Bytes("payments-csv", "vipps_mobilepay_report.csv"), "1228.12", "1228.11"),
                DeviationCode::kControlTotalMismatch, "net amount");
}

TEST(MappedCsv, RefusesACountThatTheTrailerDenies) {
  const std::string report = Bytes("payments-csv", "paypal_settlement.csv");
  ExpectProblem(Csv(), Replaced(report, "\"SC\",\"4\"", "\"SC\",\"5\""),
                DeviationCode::kControlTotalMismatch, "section count");
  ExpectProblem(Csv(), Replaced(report, "\"DR\",\"4550\",\"SEK\"", "\"DR\",\"4550\",\"EUR\""),
                DeviationCode::kRecordMalformed, "expected a fee in SEK");
  ExpectProblem(Csv(), Replaced(report, "\"CR\",\"125000\"", "\"XX\",\"125000\""),
                DeviationCode::kRecordMalformed, "expected CR or DR");
}

// Without the column of the sides every refund would be a payment.
TEST(MappedCsv, RefusesAReportWithoutAColumnThatItsAmountsDependOn) {
  const std::string report = Bytes("payments-csv", "paypal_settlement.csv");
  ExpectProblem(Csv(), Replaced(report, "Transaction  Debit or Credit", "Transaction side"),
                DeviationCode::kRecordMalformed,
                "header: expected a column `Transaction  Debit or Credit|Transaction…`, which the "
                "amounts depend on, found none");
  ExpectProblem(Csv(), Replaced(report, "Fee Debit or Credit", "Fee side"),
                DeviationCode::kRecordMalformed, "header: expected a column");
  ExpectProblem(Csv(),
                Replaced(Bytes("payments-csv", "adyen_settlement.csv"), "Markup (NC)", "Markup"),
                DeviationCode::kRecordMalformed, "header: expected a column `Markup (NC)`");
}

TEST(MappedCsv, RefusesASectionThatWasCut) {
  const std::string report = Bytes("payments-csv", "paypal_settlement.csv");
  const size_t end = report.find("\"SC\"");
  for (size_t cut = report.find("\"SB\""); cut < end; ++cut) {
    EXPECT_TRUE(ReadAll(Csv(), report.substr(0, cut)).report.set_aside) << cut;
  }
  ExpectProblem(Csv(), report.substr(0, end), DeviationCode::kFileTruncated,
                "expected the count of the section (SC) behind its 4 rows");
  const FileReport report_with_more = ReadAll(Csv(), report + "\n\"XX\",\"1\"\n").report;
  EXPECT_EQ(report_with_more.warnings.size(), ReadAll(Csv(), report).report.warnings.size() + 1);
}

TEST(MappedCsv, PassesOverRowsOfBlanks) {
  const std::string bank = Bytes("payments-csv", "laan_spar.csv");
  EXPECT_EQ(ReadAll(Csv(), bank + "   \n\n").records, ReadAll(Csv(), bank).records);
}

TEST(MappedCsv, TiesPayoutsToTheirRows) {
  for (const char* name : {"stripe_payout.csv", "paypal_settlement.csv", "adyen_settlement.csv",
                           "vipps_mobilepay_report.csv"}) {
    const FileReport report = ReadAll(Csv(), Bytes("payments-csv", name)).report;
    EXPECT_EQ(report.credits, report.debits) << name;
  }
  const ReadOutcome carried = ReadAll(
      Csv(), Replaced(Bytes("payments-csv", "adyen_settlement.csv"), "EUR,68.00", "EUR,60.00"));
  ASSERT_EQ(carried.report.warnings.size(), 1u);
  EXPECT_NE(carried.report.warnings[0].find("batch 12 carries over 8.00 EUR"), std::string::npos);
}

TEST(MappedCsv, TakesNoBlankOrForeignCurrencyInsideAnAmount) {
  const std::string bank = Bytes("payments-csv", "swedbank.csv");
  for (const char* amount : {"3 0.00", "30 0.00", "300. 00", "300.00 EUR"}) {
    ExpectProblem(Csv(), Replaced(bank, "300.00,", std::string(amount) + ","),
                  DeviationCode::kRecordMalformed, "column Belopp: expected an amount of SEK");
  }
  EXPECT_FALSE(ReadAll(Csv(), Replaced(bank, ",300.00,", ",300.00 SEK,")).report.set_aside);
}

TEST(MappedCsv, SetsAWholeFileAsideForOneBadRow) {
  const std::string bank = Bytes("payments-csv", "seb.csv");
  ExpectProblem(Csv(), Replaced(bank, "2026-02-02;2026-02-02", "2026-02-30;2026-02-02"),
                DeviationCode::kRecordMalformed, "booking date: expected YYYY-MM-DD");
  ExpectProblem(Csv(), Replaced(bank, ";Faktura 4001", ""), DeviationCode::kRecordMalformed,
                "expected 6 cells, as in the header, found 5");
  ExpectProblem(Csv(), Replaced(Bytes("payments-csv", "swedbank.csv"), "300.00", "300.005"),
                DeviationCode::kPrecisionLost, "column Belopp");
}

TEST(MappedCsv, FindsOutTheDecimalMarkOrRefuses) {
  const std::string header = "Bokföringsdatum;Valutadatum;Verifikationsnummer;Text;Belopp;Saldo\n";
  const auto credit = [&](const std::string& amount) {
    const ReadOutcome outcome =
        ReadAll(Csv(), header + "2026-01-02;2026-01-02;1;x;" + amount + ";\n");
    return outcome.report.set_aside ? "refused" : outcome.report.credits.at("SEK");
  };
  EXPECT_EQ(credit("1250,50"), "1250.50");
  EXPECT_EQ(credit("1250.50"), "1250.50");
  EXPECT_EQ(credit("1.250,50"), "1250.50");
  EXPECT_EQ(credit("1,250.50"), "1250.50");
  EXPECT_EQ(credit("1250"), "1250.00");
  EXPECT_EQ(credit("1.250"), "refused");
  EXPECT_EQ(credit("12.50.00"), "refused");
}

TEST(MappedCsv, ReadsWindows1252AndTextEncodedTwice) {
  const ReadOutcome danske = ReadAll(Csv(), Bytes("payments-csv", "danske.csv"));
  EXPECT_NE(danske.records[1].find("Bjørn Ø"), std::string::npos);
  EXPECT_EQ(csv::EncodedOnce("BelÃ¸b"), "Beløb");
  EXPECT_EQ(csv::EncodedOnce("Beløb"), "");
  EXPECT_EQ(csv::EncodedOnce("plain"), "");
}

TEST(MappedCsv, TakesItsAccountFromTheSettings) {
  ReadOptions options;
  FormatSettings::ColumnMapping change;
  change.name = "danske-csv";
  change.constants = {{"creditor_account", "DK5000400440116243"}};
  options.settings.mappings.push_back(change);
  const ReadOutcome outcome =
      ReadAll(Csv(), Bytes("payments-csv", "danske.csv"), size_t{1} << 20, options);
  EXPECT_EQ(outcome.report.accounts, (std::vector<std::string>{"DK5000400440116243"}));
  const ReadOutcome without = ReadAll(Csv(), Bytes("payments-csv", "danske.csv"));
  EXPECT_EQ(without.report.accounts, (std::vector<std::string>{"csv:danske-csv"}));
  EXPECT_GT(without.report.warnings.size(), outcome.report.warnings.size());
}

TEST(MappedCsv, LearnsAnExportFromTheSettings) {
  ReadOptions options;
  FormatSettings::ColumnMapping mapping;
  mapping.name = "cash-desk";
  mapping.header = {"Day", "In", "Out"};
  mapping.columns = {
      {"booking_date", "Day"}, {"credit_amount", "In"}, {"debit_amount", "Out"}, {"type", "What"}};
  mapping.constants = {{"currency", "NOK"}, {"creditor_account", "desk:1"}};
  mapping.kinds = {{"Tip", "ignore"}};
  mapping.date_pattern = "DD/MM/YYYY";
  options.settings.mappings.push_back(mapping);
  const std::string bytes =
      "Cash "
      "desk\n\nDay,In,Out,What\n02/01/2026,10.00,,Sale\n03/01/2026,,4.00,Sale\n04/01/"
      "2026,1.00,,Tip\n";
  EXPECT_GT(Csv().sniff_by_settings(options.settings, bytes), 90);
  EXPECT_EQ(Csv().sniff(bytes), 0);
  const ReadOutcome outcome = ReadAll(Csv(), bytes, size_t{1} << 20, options);
  EXPECT_EQ(outcome.report.version, "cash-desk");
  EXPECT_EQ(outcome.report.credits.at("NOK"), "10.00");
  EXPECT_EQ(outcome.report.debits.at("NOK"), "4.00");
}

TEST(PlainAmount, TakesOutMarksAndSigns) {
  EXPECT_EQ(csv::PlainAmount("42.199,55", ',', '.'), "42199.55");
  EXPECT_EQ(csv::PlainAmount("1.234.567,00-", ',', '.'), "-1234567.00");
  EXPECT_EQ(csv::PlainAmount("1 250,50 kr", ',', '.'), "1250.50");
  EXPECT_EQ(csv::PlainAmount("\xe2\x88\x92"
                             "1\xc2\xa0"
                             "250,50",
                             ',', '.'),
            "-1250.50");
  EXPECT_EQ(csv::PlainAmount("-0,00", ',', '.'), "0.00");
  EXPECT_EQ(csv::PlainAmount(" - 1 234 567,00 ", ',', '.'), "-1234567.00");
  for (const char* text : {"1.25,00", ".250,00", "1234.567,00", "1.2345,00", "3 0,00", "12 50",
                           "1 2345,00", "1.250 000,00", "1  250,00"}) {
    EXPECT_EQ(csv::PlainAmount(text, ',', '.'), "") << text;
  }
}

TEST(VippsCsv, IsNeverHalfRead) {
  ExpectNeverHalfRead(*FindFormat("vipps-csv"), Bytes("vipps-csv", "settlement.csv"));
}

TEST(VippsCsv, RefusesFiguresThatDoNotAgree) {
  const Format& format = *FindFormat("vipps-csv");
  const std::string report = Bytes("vipps-csv", "settlement.csv");
  ExpectProblem(format, Replaced(report, "-0.99,0.00,98.01", "-0.99,0.00,98.02"),
                DeviationCode::kControlTotalMismatch, "net: expected gross, fee and refund");
  // A transaction of another amount upsets gross and net.
  const ReadOutcome other =
      ReadAll(format, Replaced(report, "99.00,NOK,-0.99,0.00,98.01", "98.00,NOK,-0.99,0.00,97.01"));
  EXPECT_TRUE(other.report.set_aside);
  ASSERT_EQ(other.report.problems.size(), 2u);
  EXPECT_EQ(other.report.problems[0].text,
            "settlement 2000077, gross: expected 1349.00 as declared, found 1348.00");
  ExpectProblem(format, Replaced(report, "21.01.2026,Butikken", "31.02.2026,Butikken"),
                DeviationCode::kRecordMalformed, "column SalesDate: expected DD.MM.YYYY");
}

}  // namespace
}  // namespace kvitt
