// What a payment's row says of why: nothing when there is nothing to say, else in both forms.

#include "io/sinks/payments.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kvitt {
namespace {

PaymentRow Row() {
  PaymentRow row;
  row.payment.payment_id = "P1";
  row.payment.creditor_account = "bankgiro:50501055";
  row.payment.amount_minor = 12345;
  row.payment.currency = Currency::FromCode("SEK");
  row.file = "a.txt";
  row.record = 1;
  row.outcome = Outcome::kSettled;
  row.rule = Rule::kPayerAmount;
  row.confidence = Confidence::kMedium;
  row.allocated_minor = 12345;
  return row;
}

std::string Json(const PaymentRow& row) {
  RowBuffer out;
  WritePaymentJson(row, &out);
  return std::string(out.view());
}

std::string Csv(const PaymentRow& row) {
  RowBuffer out;
  PaymentCsv csv;
  csv.Write(row, &out);
  return std::string(out.view());
}

TEST(PaymentRowTest, SaysNothingOfWhyWhenThereIsNothingToSay) {
  const std::string json = Json(Row());
  EXPECT_TRUE(json.ends_with(R"("unallocated":"0.00"})"
                             "\n"))
      << json;
  EXPECT_TRUE(Csv(Row()).ends_with(",123.45,0.00,0.00,,,,\n")) << Csv(Row());
}

TEST(PaymentRowTest, SaysWhatWasTriedAndWhatSpeaksForIt) {
  const std::vector<RuleTrial> trials = {
      {Rule::kReferenceRepaired, TrialResult::kNothingFound, 0},
      {Rule::kPayerAmount, TrialResult::kDecided, 1},
  };
  PaymentRow row = Row();
  row.uniqueness = Uniqueness::kAlike;
  row.alternatives = 3;  // a number of `several` alone
  row.evidence = "The account is K-1's \"own\".";
  row.trials = trials;
  EXPECT_TRUE(Json(row).ends_with(
      R"("unallocated":"0.00","uniqueness":"alike","evidence":"The account is K-1's \"own\".",)"
      R"("tried":[{"rule":"reference_repaired","found":"nothing_found","count":0},)"
      R"({"rule":"payer_amount","found":"decided","count":1}]})"
      "\n"))
      << Json(row);
  EXPECT_TRUE(
      Csv(row).ends_with(R"(,0.00,alike,,"The account is K-1's ""own"".",)"
                         R"("[{""rule"":""reference_repaired"",""found"":""nothing_found"",)"
                         R"(""count"":0},{""rule"":""payer_amount"",""found"":""decided"",)"
                         R"(""count"":1}]")"
                         "\n"))
      << Csv(row);
  row.uniqueness = Uniqueness::kSeveral;
  EXPECT_NE(Json(row).find(R"("uniqueness":"several","alternatives":3,)"), std::string::npos);
  EXPECT_NE(Csv(row).find(",0.00,several,3,"), std::string::npos);
}

}  // namespace
}  // namespace kvitt
