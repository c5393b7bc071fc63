// OFX: nesting that must close, what is refused, what is tolerated.

#include <gtest/gtest.h>

#include "tests/io/formats/sample_records.h"

namespace kvitt {
namespace {

constexpr size_t kSgml = 0;
constexpr size_t kXml = 1;

ReadOutcome Read(size_t sample, std::string_view from = "", std::string_view to = "") {
  std::string text = Samples("ofx").at(sample).bytes;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return ReadAll(*FindFormat("ofx"), text.replace(at, from.size(), to));
}

std::string_view Fault(const ReadOutcome& outcome) {
  EXPECT_EQ(outcome.report.problems.size(), 1U) << InspectLine(outcome.report, "");
  return outcome.report.problems.empty() ? "" : Name(outcome.report.problems[0].code);
}

TEST(OfxTest, NothingButTheWholeFileIsRead) {
  for (const size_t sample : {kSgml, kXml}) {
    const std::string text = Samples("ofx").at(sample).bytes;
    const size_t end = text.find("</OFX>");
    for (size_t cut = 0; cut < end + 6; ++cut) {
      const ReadOutcome outcome = ReadAll(*FindFormat("ofx"), text.substr(0, cut));
      ASSERT_TRUE(outcome.report.set_aside) << cut;
    }
    EXPECT_FALSE(ReadAll(*FindFormat("ofx"), text.substr(0, end + 6)).report.set_aside);
  }
}

TEST(OfxTest, AggregatesNest) {
  EXPECT_EQ(Fault(Read(kSgml, "</STMTTRN>\n<STMTTRN>", "\n<STMTTRN>")), "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "</BANKTRANLIST>", "")), "record_malformed");
  EXPECT_EQ(Fault(Read(kXml, "</TRNAMT>", "</TRNAMX>")), "record_malformed");
  EXPECT_EQ(
      Fault(Read(kXml, "<TRNAMT>99.00</TRNAMT>", "<TRNAMT>99.00</TRNAMT><TRNAMT>9.00</TRNAMT>")),
      "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "</OFX>", "</OFX><STMTTRN>")), "record_malformed");
}

// A tag that lost its first letter takes nothing with it unsaid.
TEST(OfxTest, TextBetweenElementsIsRefused) {
  const std::string text = Samples("ofx").at(kSgml).bytes;
  for (const std::string tail : {"0", "\nx", "\n<", "\nSTMTTRN>"}) {
    EXPECT_EQ(Fault(ReadAll(*FindFormat("ofx"), text + tail)), "record_malformed") << tail;
  }
  EXPECT_EQ(Fault(Read(kSgml, "</STMTTRN>\n<STMTTRN>", "</STMTTRN>\nSTMTTRN>")),
            "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "<BANKTRANLIST>", "<BANKTRANLIST>x")), "record_malformed");
  EXPECT_FALSE(ReadAll(*FindFormat("ofx"), text + "\r\n \x1A").report.set_aside);
}

TEST(OfxTest, HostileTextIsRefused) {
  EXPECT_EQ(Fault(Read(kXml, "<OFX>", "<!DOCTYPE OFX [<!ENTITY a \"b\">]><OFX>")),
            "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "<OFX>", "<!DOCTYPE OFX><OFX>")), "record_malformed");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<BAL>";
  EXPECT_EQ(Fault(Read(kSgml, "<SIGNONMSGSRSV1>", deep + "<SIGNONMSGSRSV1>")), "record_malformed");
}

TEST(OfxTest, ValuesAreExact) {
  EXPECT_EQ(Fault(Read(kSgml, "<TRNAMT>1250.50", "<TRNAMT>1250.505")), "precision_lost");
  EXPECT_EQ(Fault(Read(kSgml, "<TRNAMT>1250.50", "<TRNAMT>1.250,50")), "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "<DTPOSTED>20260115120000", "<DTPOSTED>20260230120000")),
            "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "<CURDEF>EUR", "<CURDEF>EUX")), "record_malformed");
  EXPECT_EQ(Fault(Read(kSgml, "<CURDEF>EUR", "")), "record_malformed");
}

TEST(OfxTest, WhatAPersonMustDecideIsRefused) {
  EXPECT_EQ(Fault(Read(kSgml, "<FITID>F1", "<FITID>F1<CORRECTFITID>F0<CORRECTACTION>DELETE")),
            "record_malformed");
  EXPECT_EQ(
      Fault(Read(kSgml, "<FITID>F1", "<FITID>F1<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>")),
      "record_malformed");
  EXPECT_FALSE(
      Read(kSgml, "<FITID>F1", "<FITID>F1<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD</ORIGCURRENCY>")
          .report.set_aside);
}

TEST(OfxTest, OdditiesAreTold) {
  EXPECT_EQ(Read(kSgml).report.warnings.size(), 1U);  // a decimal comma
  EXPECT_EQ(Read(kSgml, "<FITID>F3", "<FITID>F1").report.warnings.size(), 2U);
  EXPECT_FALSE(Read(kSgml, "<TRNTYPE>CREDIT", "<trntype>CREDIT").report.set_aside);
}

}  // namespace
}  // namespace kvitt
