// The grammar of text cases: what is read, and that mistakes are found at their line.

#include <gtest/gtest.h>

#include "tests/cases/case.h"

namespace kvitt::cases {
namespace {

std::string ErrorOf(std::string_view text) {
  return ParseCases("a.case", text).error;
}

TEST(CaseParser, ReadsRecordsAndResults) {
  constexpr std::string_view kText =
      "# a comment\n"
      "case short\n"
      "customer  C7  name \"Fjord AS\" status insolvent\n"
      "invoice   I1  customer C7  EUR 1000.00  open 900.00  reference 111 reference 222  due "
      "2026-03-01\n"
      "payment   P1  EUR 890.00  reference I1 for 890.00  booked 2026-02-27  text \"a b\"\n"
      "---\n"
      "allocate  P1 I1 EUR 890.00 by reference_exact\n"
      "residual  I1 EUR 10.00\n"
      "deviation P1 amount_short EUR 10.00\n"
      "suggest   P1 second I1 - by payer_oldest\n";
  const ParsedCases parsed = ParseCases("a.case", kText);
  ASSERT_EQ(parsed.error, "");
  ASSERT_EQ(parsed.cases.size(), 1U);
  const Case& test = parsed.cases[0];
  EXPECT_EQ(test.title, "short");
  EXPECT_EQ(test.place, "a.case:2");
  ASSERT_EQ(test.items.items.size(), 1U);
  EXPECT_EQ(test.items.items[0].amount_minor, 100000);
  EXPECT_EQ(test.items.items[0].open_amount_minor, 90000);
  EXPECT_EQ(test.items.references, (std::vector<std::string_view>{"111", "222"}));
  EXPECT_EQ(test.customers.customers[0].name, "Fjord AS");
  EXPECT_EQ(test.customers.customers[0].status, CustomerStatus::kInsolvent);
  ASSERT_EQ(test.files.size(), 1U);
  const Payment& payment = test.files[0].batch.payments[0];
  EXPECT_EQ(payment.amount_minor, 89000);
  EXPECT_EQ(FormatDate(payment.booking_date), "2026-02-27");
  EXPECT_EQ(test.files[0].batch.references[0].amount_minor, 89000);
  EXPECT_EQ(test.files[0].batch.text[0], "a b");
  ASSERT_EQ(test.expected.size(), 4U);
  EXPECT_EQ(test.expected[0].text, "allocate P1 I1 EUR 890.00 as payment by reference_exact");
  EXPECT_EQ(test.expected[1].text, "residual I1 EUR 10.00");
  EXPECT_EQ(test.expected[2].text, "deviation P1 amount_short EUR 10.00");
  EXPECT_EQ(test.expected[3].text, "suggest P1 second I1 - by payer_oldest");
}

TEST(CaseParser, CasesAreSeparate) {
  const ParsedCases parsed =
      ParseCases("a.case",
                 "case one\ninvoice I1 customer C EUR 1.00\n---\nclosed I1\n"
                 "case two\ninvoice I1 customer C JPY 1\n---\nresidual I1 JPY 1\n");
  ASSERT_EQ(parsed.error, "");
  ASSERT_EQ(parsed.cases.size(), 2U);
  EXPECT_EQ(parsed.cases[0].items.items.size(), 1U);
  EXPECT_EQ(parsed.cases[1].items.items.size(), 1U);
}

TEST(CaseParser, FilesAndStatements) {
  const ParsedCases parsed = ParseCases(
      "a.case",
      "case one\nfile a\npayment P1 EUR 1.00\nstatement\npayment P2 EUR 1.00\npayment P3 EUR 1.00\n"
      "file b digest x\npayment P4 EUR 1.00 unnamed\n---\noutcome P1 unmatched\n");
  ASSERT_EQ(parsed.error, "");
  const std::vector<PaymentFile>& files = parsed.cases[0].files;
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].batch.payments[0].statement, 1U);
  EXPECT_EQ(files[0].batch.payments[1].statement, 2U);
  EXPECT_EQ(files[0].batch.payments[2].statement, 2U);
  EXPECT_EQ(files[1].digest, "x");
  EXPECT_EQ(files[1].batch.payments[0].payment_id, "");
  EXPECT_EQ(files[1].batch.payments[0].statement, 1U);
}

TEST(CaseParser, MistakesAreFoundAtTheirLine) {
  EXPECT_EQ(ErrorOf("invoice I1\n"), "a.case:1: expected `case` and a title first");
  EXPECT_EQ(ErrorOf("case a\ninvoice I1 EUR 1.00\n---\n"),
            "a.case:2: an item needs `customer` and an id");
  EXPECT_EQ(
      ErrorOf("case a\ninvoice I1 customer C EUR 1.005\n"),
      "a.case:2: expected an amount of EUR, found \"1.005\": more decimals than the currency has");
  EXPECT_EQ(ErrorOf("case a\nbill I1\n"), "a.case:2: \"bill\" is no record that a case can hold");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00 colour red\n"),
            "a.case:2: a payment has no \"colour\"");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00 text \"x\n"),
            "a.case:2: a quotation mark is not closed");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00\n---\noutcome P2 partial\n"),
            "a.case:4: no payment is called \"P2\"");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00\n---\noutcome P1 fine\n"),
            "a.case:4: there is no outcome \"fine\"");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00\n---\ndeviation P1 amount_odd\n"),
            "a.case:4: there is no code \"amount_odd\"");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00\n---\noutcome P1 partial twice\n"),
            "a.case:4: did not expect \"twice\"");
  EXPECT_EQ(ErrorOf("case a\npayment P1 EUR 1.00\n"),
            "a.case:2: the case before says nothing of its results");
  EXPECT_EQ(ErrorOf("case a\n---\n"), "a.case:2: the case before says nothing of its results");
}

}  // namespace
}  // namespace kvitt::cases
