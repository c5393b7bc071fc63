// What camt files are refused for, what their controls find, and that what is written is read again.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "io/formats/format_writer.h"
#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

std::string Entry(const std::string& inside) {
  return "<Ntry>" + inside + "</Ntry>";
}

constexpr char kPlain[] =
    "<Amt Ccy=\"NOK\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
    "<BookgDt><Dt>2026-01-15</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>";

std::string File(const std::string& entries,
                 const std::string& header = "",
                 const std::string& version = "08") {
  return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001." + version +
         "\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>S</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id></"
         "Acct>" +
         header + entries + "</Stmt></BkToCstmrStmt></Document>";
}

ReadOutcome Read(const std::string& bytes) {
  return ReadAll(*FindFormat("camt.053"), bytes);
}

std::string Why(const std::string& bytes) {
  const ReadOutcome outcome = Read(bytes);
  if (outcome.report.problems.empty()) return "";
  return outcome.report.problems[0].text;
}

std::string With(const std::string& from, const std::string& to) {
  std::string text = kPlain;
  text.replace(text.find(from), from.size(), to);
  return File(Entry(text));
}

TEST(Camt, RefusesAmountsOutsideTheGrammar) {
  EXPECT_EQ(Why(File(Entry(kPlain))), "");
  for (const char* amount : {"1e5", "1,234.56", "1.234,56", "+5", ".5", "5.", "-5", "-0", "NaN", "",
                             "1234567890123456789", "\xD9\xA1", "1 000"}) {
    const ReadOutcome outcome = Read(With("10.00", amount));
    EXPECT_TRUE(outcome.report.set_aside) << amount;
    EXPECT_TRUE(outcome.records.empty()) << amount;
    ASSERT_FALSE(outcome.report.problems.empty()) << amount;
    EXPECT_EQ(outcome.report.problems[0].record, 1U);
  }
  EXPECT_EQ(Read(With("10.00", "10.001")).report.problems[0].code, DeviationCode::kPrecisionLost);
  for (const char* amount : {" 10.00 ", "10", "0010.0", "10.00000"}) {
    EXPECT_EQ(Read(With("10.00", amount)).report.credits.at("NOK"), "10.00") << amount;
  }
  EXPECT_EQ(Why(With("NOK", "XQX")), "Amt: expected the attribute Ccy with an ISO 4217 currency");
  EXPECT_EQ(Why(With(" Ccy=\"NOK\"", "")),
            "Amt: expected the attribute Ccy with an ISO 4217 currency");
  EXPECT_EQ(Read(With("NOK\">10.00", "JPY\">10")).report.credits.at("JPY"), "10");
}

TEST(Camt, RefusesEntriesWithoutWhatTheyMustHave) {
  EXPECT_EQ(Why(With("<Amt Ccy=\"NOK\">10.00</Amt>", "")), "expected Amt in the entry, found none");
  EXPECT_EQ(Why(With("<CdtDbtInd>CRDT</CdtDbtInd>", "")),
            "CdtDbtInd: expected CRDT or DBIT, found none");
  EXPECT_EQ(Why(With("<Sts><Cd>BOOK</Cd></Sts>", "")), "expected Sts in the entry, found none");
  EXPECT_EQ(Why(With("<CdtDbtInd>", "<Amt Ccy=\"NOK\">1</Amt><CdtDbtInd>")),
            "expected Amt once, found it twice");
  EXPECT_EQ(Why(With("2026-01-15", "2026-02-30")),
            "BookgDt: expected a date YYYY-MM-DD, found 2026-02-30");
  EXPECT_EQ(Why(File(Entry(kPlain), "", "14")).substr(0, 40),
            "expected a version from .02 to .13, foun");
}

TEST(Camt, RefusesUtf16WithAWord) {
  std::string wide = "\xFF\xFE";
  for (const char c : File(Entry(kPlain))) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  EXPECT_EQ(SniffFormat(wide)->name, "camt.053");
  EXPECT_EQ(Why(wide),
            "expected UTF-8 or ISO-8859-1, found UTF-16: have the file converted to UTF-8");
}

TEST(Camt, SaysTheSameOfDamageInWhateverBlocks) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += Entry(kPlain);
  bytes = File(bytes);
  // Behind each entry in turn, where no entry has begun yet in a block that starts there.
  for (size_t at = bytes.find("</Ntry>"); at != std::string::npos;
       at = bytes.find("</Ntry>", at + 1)) {
    std::string damaged = bytes;
    damaged.insert(at + 7, 1, '\0');
    // Every other time something is wrong in front of it, too, which is found first.
    if (at % 2 == 0) damaged.replace(at, 7, "</Btry>");
    const ReadOutcome whole = ReadAll(*FindFormat("camt.053"), damaged);
    EXPECT_TRUE(whole.report.set_aside);
    for (const size_t block : {size_t{200}, size_t{300}, size_t{700}}) {
      const ReadOutcome parts = ReadAll(*FindFormat("camt.053"), damaged, block);
      EXPECT_EQ(InspectLine(parts.report, ""), InspectLine(whole.report, ""))
          << at << ", " << block;
    }
  }
}

TEST(Camt, KeepsAmountsOfALineToItself) {
  const std::string two =
      "<NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs></TxDtls>"
      "<TxDtls><Refs><EndToEndId>B</EndToEndId></Refs></TxDtls></NtryDtls>";
  const ReadOutcome outcome = Read(File(Entry(kPlain + two)));
  EXPECT_FALSE(outcome.report.set_aside);
  EXPECT_EQ(outcome.report.transactions, 2U);
  ASSERT_EQ(outcome.records.size(), 1U);
  EXPECT_NE(outcome.records[0].find("\"details_missing\":true"), std::string::npos);
  // An ordered amount in another currency is never posted.
  const std::string ordered =
      "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt "
      "Ccy=\"EUR\">1.00</Amt></InstdAmt></AmtDtls></TxDtls>"
      "</NtryDtls>";
  EXPECT_EQ(Read(File(Entry(kPlain + ordered))).amounts, std::vector<int64_t>{1000});
}

// What is in another currency than its entry cannot be added up, so nothing that the file declares
// proves it: the totals are absent then, whatever else holds.
TEST(Camt, NeverCallsForeignFiguresVerified) {
  const std::string total =
      "<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>10.00</Sum></TtlNtries></TxsSummry>";
  const auto file = [&](const std::string& details) {
    return File(Entry(std::string(kPlain) + "<NtryDtls>" + details + "</NtryDtls>"), total);
  };
  const auto part = [](const std::string& amount) {
    return "<TxDtls>" + amount + "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>";
  };
  const std::string own = "<Amt Ccy=\"NOK\">10.00</Amt>";
  const std::string euros = "<Amt Ccy=\"EUR\">10.00</Amt>";
  const auto moved = [](const std::string& amount) {
    return "<AmtDtls><TxAmt>" + amount + "</TxAmt></AmtDtls>";
  };
  EXPECT_EQ(Read(file(part(own))).report.control_totals, ControlState::kVerified);
  // The order was in another currency: the amount that moved is there.
  EXPECT_EQ(Read(file(part(euros + moved(own)))).report.control_totals, ControlState::kVerified);
  for (const std::string& details :
       {part(euros), part(moved(euros)), part("<Amt Ccy=\"NOK\">4.00</Amt>") + part(euros),
        "<Btch><TtlAmt Ccy=\"EUR\">10.00</TtlAmt></Btch>" + part(own)}) {
    const FileReport report = Read(file(details)).report;
    EXPECT_FALSE(report.set_aside) << details;
    EXPECT_EQ(report.control_totals, ControlState::kAbsent) << details;
    EXPECT_TRUE(std::any_of(report.warnings.begin(), report.warnings.end(), [](const auto& text) {
      return text.find("another currency than its entry") != std::string::npos;
    })) << details;
  }
}

TEST(Camt, NeverCallsEntriesWithoutABalanceVerified) {
  const auto balance = [](const std::string& code, const std::string& amount) {
    return "<Bal><Tp><CdOrPrtry><Cd>" + code + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"NOK\">" + amount +
           "</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";
  };
  std::string euros = kPlain;
  euros.replace(euros.find("NOK"), 3, "EUR");
  const std::string entries = Entry(kPlain) + Entry(euros);
  EXPECT_EQ(Read(File(Entry(kPlain), balance("OPBD", "5.00") + balance("CLBD", "15.00")))
                .report.control_totals,
            ControlState::kVerified);
  const FileReport report =
      Read(File(entries, balance("OPBD", "5.00") + balance("CLBD", "15.00"))).report;
  EXPECT_FALSE(report.set_aside);
  EXPECT_EQ(report.control_totals, ControlState::kAbsent);
  EXPECT_EQ(report.warnings,
            std::vector<std::string>{"statement S: entries in EUR, of which the statement has no "
                                     "balance (1 time, first at record 1)"});
}

TEST(Camt, SaysWhereNothingCountsTheEntries) {
  const auto is_said = [](const std::string& bytes) {
    const FileReport report = Read(bytes).report;
    EXPECT_FALSE(report.set_aside);
    return std::any_of(report.warnings.begin(), report.warnings.end(), [](const auto& text) {
      return text.find("controls of entries: none") != std::string::npos;
    });
  };
  const std::string balance = "<Amt Ccy=\"NOK\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";
  const std::string summary =
      "<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries></TxsSummry>";
  EXPECT_TRUE(is_said(File(Entry(kPlain))));
  EXPECT_FALSE(is_said(File(Entry(kPlain), summary)));
  // One balance alone leads nowhere.
  const std::string closing = "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>" + balance;
  EXPECT_TRUE(is_said(File(Entry(kPlain), closing)));
  const std::string opening =
      "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"NOK\">0.00</Amt>"
      "<CdtDbtInd>CRDT</CdtDbtInd></Bal>";
  EXPECT_FALSE(is_said(File(Entry(kPlain), opening + closing)));
}

TEST(Camt, ControlsFindWhatIsOff) {
  const auto part = [](const std::string& amount) {
    return "<TxDtls><Amt Ccy=\"NOK\">" + amount + "</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>";
  };
  const auto details = [&](const std::string& batch, const std::string& parts) {
    return File(Entry(std::string(kPlain) + "<NtryDtls>" + batch + parts + "</NtryDtls>"));
  };
  const std::string good = part("4.00") + part("6.00");
  EXPECT_EQ(Read(details("", good)).report.control_totals, ControlState::kVerified);

  const struct {
    std::string bytes;
    std::string text;
  } kCases[] = {
      {details("", part("4.00") + part("6.01")),
       "TxDtls: expected transactions of 10.00 together as the entry, found 10.01"},
      {details("<Btch><NbOfTxs>3</NbOfTxs></Btch>", good),
       "Btch/NbOfTxs: expected 3 transactions as declared, found 2"},
      {details("<Btch><TtlAmt Ccy=\"NOK\">9.00</TtlAmt></Btch>", good),
       "Btch/TtlAmt: expected 9.00 as declared, found 10.00"},
      {File(Entry(kPlain),
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"),
       "statement S: TtlNtries/NbOfNtries: expected 2 as declared, found 1"},
      {File(Entry(kPlain), "<TxsSummry><TtlCdtNtries><Sum>10.01</Sum></TtlCdtNtries></TxsSummry>"),
       "statement S: TtlCdtNtries/Sum: expected 10.01 as declared, found 10.00"},
      {File(Entry(kPlain),
            "<TxsSummry><TtlNtries><TtlNetNtry><Amt>10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></"
            "TtlNetNtry>"
            "</TtlNtries></TxsSummry>"),
       "statement S: TtlNtries/TtlNetNtry: expected -10.00 as declared, found 10.00"},
  };

  for (const auto& test : kCases) {
    const FileReport report = Read(test.bytes).report;
    ASSERT_EQ(report.problems.size(), 1U) << test.text;
    EXPECT_EQ(report.problems[0].text, test.text);
    EXPECT_EQ(report.problems[0].code, DeviationCode::kControlTotalMismatch);
    EXPECT_EQ(report.control_totals, ControlState::kMismatch);
    EXPECT_TRUE(report.set_aside);
    EXPECT_TRUE(report.only_controls_failed);
  }
}

TEST(Camt, IsNeverHalfReadWhenCut) {
  for (const char* format : {"camt.052", "camt.053", "camt.054"}) {
    for (const Sample& sample : Samples(format)) {
      const ReadOutcome whole = ReadAll(*FindFormat(format), sample.bytes);
      const size_t end = sample.bytes.find_last_not_of(" \r\n") + 1;
      for (size_t cut = 0; cut < end; ++cut) {
        const ReadOutcome outcome = ReadAll(*FindFormat(format), sample.bytes.substr(0, cut));
        ASSERT_TRUE(outcome.report.set_aside) << sample.path << " cut at " << cut;
        ASSERT_FALSE(outcome.report.only_controls_failed) << sample.path << " cut at " << cut;
        ASSERT_TRUE(outcome.records.empty());
      }
      EXPECT_EQ(ReadAll(*FindFormat(format), sample.bytes.substr(0, end)).records, whole.records);
    }
  }
}

TEST(Camt, ReadsWhatItWrites) {
  for (const char* version : {"053.02", "053.08", "054.02", "054.04", "054.08"}) {
    SCOPED_TRACE(version);
    const Format* format = FindFormat(std::string("camt.") + std::string(version).substr(0, 3));
    const std::unique_ptr<FormatWriter> writer = format->make_writer();
    std::string bytes;
    WriterHeader header;
    header.version = version;
    writer->Begin(header, &bytes);
    std::vector<int64_t> amounts;
    for (int section = 0; section < 2; ++section) {
      writer->BeginSection(section == 0 ? "NO9386011117947" : "bban-no:15064512345",
                           Currency::FromCode("NOK"), Date::FromCivil(2026, 3, 1), &bytes);
      for (int i = 0; i < 1500; ++i) {
        PaymentBatch batch;
        Payment& payment = batch.payments.emplace_back();
        payment.currency = Currency::FromCode("NOK");
        payment.amount_minor = 100 + i;
        payment.direction = i % 10 == 0 ? Direction::kDebit : Direction::kCredit;
        payment.bank_reference = "REF";
        payment.payer_name = "Ola & <Kari> Nordmann";
        payment.payer_account = "bban-no:86011117947";
        batch.AddReference(&payment, {"20260001019", ReferenceScheme::kUnknown, false, 0});
        batch.AddText(&payment, "Faktura 1");
        ASSERT_TRUE(writer->Write(batch, payment, &bytes));
        amounts.push_back(payment.direction == Direction::kDebit ? -payment.amount_minor
                                                                 : payment.amount_minor);
      }
      writer->EndSection(&bytes);
    }
    writer->End(&bytes);
    const ReadOutcome outcome = ReadAll(*format, bytes, 20000);
    ASSERT_TRUE(outcome.report.problems.empty()) << outcome.report.problems[0].text;
    EXPECT_TRUE(outcome.report.warnings.empty());
    EXPECT_EQ(outcome.report.version, version);
    EXPECT_EQ(outcome.report.control_totals, ControlState::kVerified);
    EXPECT_EQ(outcome.report.statements, 4U);
    EXPECT_EQ(outcome.amounts, amounts);
    EXPECT_NE(outcome.records[1].find("Ola & <Kari> Nordmann"), std::string::npos);
    EXPECT_NE(outcome.records[1].find("\"payer_account\":\"bban-no:86011117947\""),
              std::string::npos);
    EXPECT_NE(outcome.records[2999].find("\"creditor_account\":\"bban-no:15064512345\""),
              std::string::npos);
  }
}

}  // namespace
}  // namespace kvitt
