// What is told of an id: the same from both forms of a folder, whatever characters stand in it, and as a clerk
// reads it.

#include "kvitt/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "kvitt/decision.h"
#include "kvitt/generate.h"
#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/run_folder/settled_folder.h"

namespace kvitt {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSummary[] = "{\n  \"schema\": 1,\n  \"program\": \"kvitt\"\n}\n";

// The explanation as text; "" and a failed test when there is none.
std::string Text(const std::string& folder, const std::string& id) {
  const absl::StatusOr<Explanation> explanation = Explain({.id = id, .folder = folder});
  EXPECT_TRUE(explanation.ok()) << id << ": " << explanation.status().message();
  return explanation.ok() ? ExplanationText(*explanation) : "";
}

// A folder as a run leaves it, written by hand.
std::string WriteFolder(const ScratchFolder& scratch,
                        const std::string& name,
                        const std::vector<std::pair<std::string, std::string>>& streams) {
  std::filesystem::create_directory(scratch.Path(name));
  scratch.Write(name + "/summary.json", kSummary);
  for (const auto& [file, text] : streams) scratch.Write(name + "/" + file, text);
  return scratch.Path(name);
}

constexpr char kSuggestedPayment[] =
    R"({"payment_id":"P7","creditor_account":"bankgiro:50501055","kind":"payment",)"
    R"("direction":"credit","amount":"1500.00","currency":"SEK","booking_date":"2026-03-02",)"
    R"("value_date":"2026-03-03","references":[{"value":"12345","scheme":"ocr"}],)"
    R"("text":["Faktura 12","tack"],"payer_name":"Fisk \u001b[31m AB","payer_org_no":"556000-0001",)"
    R"("source":{"file":"bg.txt","record":4},"outcome":"suggested","allocated":"0.00",)"
    R"("on_account":"0.00","unallocated":"1500.00","uniqueness":"several","alternatives":2,)"
    R"("evidence":"The organisation number is that of C1.","tried":[)"
    R"({"rule":"reference_repaired","found":"nothing_found","count":0},)"
    R"({"rule":"text_reference","found":"amount_differs","count":1},)"
    R"({"rule":"payer_amount","found":"amount_differs","count":3},)"
    R"({"rule":"balance_exact","found":"not_applicable","count":0},)"
    R"({"rule":"combination","found":"several_answers","count":2},)"
    R"({"rule":"payer_oldest","found":"suggest_only","count":1},)"
    R"({"rule":"amount_unique","found":"not_applicable","count":0}]})"
    "\n";
constexpr char kSuggestedException[] =
    R"({"exception_id":"e1","code":"combination_ambiguous","severity":"review","payment_id":"P7",)"
    R"("item_ids":["I1","I2"],"customer_id":"C1","file":"bg.txt","record":4,"amount":"1500.00",)"
    R"("currency":"SEK","explanation":"More than one set of the customer's items makes the amount.",)"
    R"("suggestions":[{"rule":"combination","confidence":"medium","allocations":[)"
    R"({"item_id":"I1","amount":"1000.00","kind":"payment"},)"
    R"({"item_id":"I2","amount":"500.00","kind":"payment"}],"explanation":"Two items add up."},)"
    R"({"rule":"payer_oldest","confidence":"low","allocations":[)"
    R"({"item_id":"I3","amount":"1400.00","kind":"payment"},{"amount":"100.00",)"
    R"("kind":"on_account"}],"explanation":"Oldest first."}]})"
    "\n";

constexpr char kSuggestedText[] = R"(Payment P7
  booked         2026-03-02, value 2026-03-03
  amount         1500.00 SEK
  account        bankgiro:50501055
  payer          Fisk <0x1B>[31m AB, organisation 556000-0001
  references     12345 (ocr)
  text           Faktura 12
                 tack
  from           bg.txt, record 4

Rules in their order
   1  duplicate           It was not delivered before.
   2  reversal            It takes nothing back.
   3  reference_exact     What is quoted did not decide by itself.
   4  reference_repaired  No open item is one small slip away from what is quoted.
   5  text_reference      The text names 1 item, which the amount does not pay in full.
   6  payer_amount        The payer has 3 items, none with this amount.
   7  balance_exact       There is no balance to compare with: the payer is unknown or has fewer than two items.
   8  combination         2 sets of the payer's items make this amount.
   9  payer_oldest        It found an answer, which it may suggest but not post.
  10  amount_unique       It is tried only when the payer is unknown.
  11  payer_name          Not tried.

Decision: suggested. Nothing was posted. There is a suggestion; a person decides. The organisation
  number is that of C1. There are 2 answers.
Deviations
  combination_ambiguous (review, e1): More than one set of the customer's items makes the amount.
    what to do: docs/deviations.md#combination_ambiguous
Suggested, best first
  1. combination (medium): Two items add up.
     I1  1000.00 SEK
     I2  500.00 SEK
  2. payer_oldest (low): Oldest first.
     I3  1400.00 SEK
     on account  100.00 SEK
)";

TEST(ExplainTest, TellsEveryRuleInItsOrderAndTheSuggestions) {
  const ScratchFolder scratch;
  const std::string folder = WriteFolder(scratch, "out",
                                         {{"payments.jsonl", kSuggestedPayment},
                                          {"allocations.jsonl", ""},
                                          {"exceptions.jsonl", kSuggestedException},
                                          {"open_items.jsonl", ""}});
  EXPECT_EQ(Text(folder, "P7"), kSuggestedText);
  EXPECT_THAT(Text(folder, "e1"), HasSubstr("Deviation e1\n  code           combination_ambig"));
  EXPECT_THAT(Text(folder, "e1"), HasSubstr(kSuggestedText));
  EXPECT_THAT(Text(folder, "I3"), HasSubstr("Suggested for\n  payment P7  1500.00 SEK"));
}

TEST(ExplainTest, MachinesGetTheSame) {
  const ScratchFolder scratch;
  const std::string folder = WriteFolder(
      scratch, "out",
      {{"payments.jsonl", kSuggestedPayment}, {"exceptions.jsonl", kSuggestedException}});
  const absl::StatusOr<Explanation> explanation = Explain({.id = "P7", .folder = folder});
  ASSERT_TRUE(explanation.ok());
  const json told = json::parse(ExplanationJson(*explanation));
  EXPECT_EQ(told["not_emitted"], json({"allocations", "open_items"}));
  const json& payment = told["payments"][0];
  EXPECT_EQ(payment["payment"]["payer_name"], "Fisk \x1b[31m AB");
  EXPECT_EQ(payment["payment"]["alternatives"], 2);
  ASSERT_EQ(payment["rules"].size(), 11U);
  EXPECT_EQ(payment["rules"][2]["found"], "not_said");
  EXPECT_EQ(payment["rules"][2]["inferred"], true);
  EXPECT_EQ(payment["rules"][7]["found"], "several_answers");
  EXPECT_EQ(payment["rules"][7]["count"], 2);
  EXPECT_EQ(payment["rules"][7]["inferred"], false);
  EXPECT_EQ(payment["deviations"][0]["suggestions"].size(), 2U);
}

TEST(ExplainTest, TellsWhatADecisionRestsOn) {
  const ScratchFolder scratch;
  std::string row = kSuggestedPayment;
  const auto replace = [&row](const std::string& from, const std::string& to) {
    row.replace(row.find(from), from.size(), to);
  };
  replace(R"("outcome":"suggested")",
          R"("outcome":"settled","rule":"combination","confidence":"medium")");
  replace(R"("found":"several_answers","count":2)", R"("found":"decided","count":1)");
  replace(R"("uniqueness":"several","alternatives":2)", R"("uniqueness":"alike")");
  row.resize(row.find(R"(,{"rule":"payer_oldest")"));
  row += "]}\n";
  const std::string text = Text(WriteFolder(scratch, "out", {{"payments.jsonl", row}}), "P7");
  EXPECT_THAT(text, HasSubstr(">  8  combination         Exactly one set of the payer's items"));
  EXPECT_THAT(text, HasSubstr("   9  to 11               Not reached: rule 8 decided.\n"));
  EXPECT_THAT(text,
              HasSubstr("Decision: settled by combination, confidence medium. Every item that "
                        "it pays is closed."));
  EXPECT_THAT(text, HasSubstr("Other answers differ only in which of several equal items"));
  EXPECT_THAT(text, HasSubstr("so not told: allocations, exceptions, open_items."));
}

// Rows of a small night. Ids hold what forms of files are made of; one is the end of another.
constexpr char kItems[] =
    R"({"item_id":"1","customer_id":"C1","references":["7001"],"amount":"100.00","currency":"EUR"})"
    "\n"
    R"({"item_id":"11","customer_id":"C1","references":["7011"],"amount":"40.00","currency":"EUR"})"
    "\n"
    R"({"item_id":"a\"b\\c;,d 'e","customer_id":"Ærø, \"A/S\"","references":["7002"],)"
    R"("amount":"50.00","currency":"EUR","customer_name":"A\u001b[2J"})"
    "\n"
    R"({"item_id":"=1+1","customer_id":"C3","references":["7003"],"amount":"60.00","currency":"EUR"})"
    "\n";
constexpr char kPayments[] =
    R"({"payment_id":"X1","creditor_account":"NO9386011117947","amount":"70.00","currency":"EUR",)"
    R"("booking_date":"2026-03-01","references":["7001"]})"
    "\n"
    R"({"payment_id":"X\"2,\\","creditor_account":"NO9386011117947","amount":"20.00","currency":"EUR",)"
    R"("booking_date":"2026-03-02","references":["7002"],"payer_name":"Tab\there \u009b31m \"B\""})"
    "\n"
    R"({"payment_id":"1","creditor_account":"NO9386011117947","amount":"60.00","currency":"EUR",)"
    R"("booking_date":"2026-03-02","references":["7003"],"payer_name":"two\nlines"})"
    "\n";

class SmallNightTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string items = scratch.Write("items.jsonl", kItems);
    const std::string payments = scratch.Write("payments.jsonl", kPayments);
    for (const char* format : {"jsonl", "csv"}) {
      RunRequest request = RequestInto(scratch, format, format);
      request.invoices = {items};
      request.payments = {payments};
      Settle(request);
    }
  }

  ScratchFolder scratch;
};

TEST_F(SmallNightTest, OddIdsAreFoundInBothForms) {
  for (const std::string id : {"1", "11", "a\"b\\c;,d 'e", "=1+1", "X1", "X\"2,\\"}) {
    const std::string text = Text(scratch.Path("jsonl"), id);
    EXPECT_EQ(text, Text(scratch.Path("csv"), id)) << id;
    EXPECT_THAT(text, HasSubstr(id + "\n")) << id;
    for (const char control : {'\x1b', '\t', '\x9b'}) {
      // 0x9b stands in the UTF-8 of no letter here.
      EXPECT_EQ(text.find(control), std::string::npos) << text;
    }
  }
}

TEST_F(SmallNightTest, AnIdMayBeThatOfAPaymentAndOfAnItem) {
  const std::string text = Text(scratch.Path("csv"), "1");
  EXPECT_THAT(text, HasSubstr("Payment 1\n"));
  EXPECT_THAT(text, HasSubstr("two<0x0A>lines"));
  EXPECT_THAT(text, HasSubstr(R"(Item 1
  customer       C1
  references     7001
  amount         100.00 EUR
  open before    100.00 EUR
  open now       30.00 EUR
What changed it
  2026-03-01  payment  70.00 EUR  X1  by reference_exact; payment partial
)"));
  EXPECT_THAT(text, HasSubstr("amount_short (review"));
  EXPECT_THAT(text, Not(HasSubstr("Item 11")));
}

TEST_F(SmallNightTest, AClosedItemIsToldByWhatClosedIt) {
  const std::string text = Text(scratch.Path("jsonl"), "=1+1");
  EXPECT_THAT(text,
              HasSubstr("open before    60.00 EUR\n  open now       nothing: it is closed\n"));
  EXPECT_THAT(Text(scratch.Path("jsonl"), "11"), HasSubstr("No payment of this run changed it."));
}

TEST_F(SmallNightTest, WhatThePolicyHoldsBackIsSaid) {
  RunRequest request = RequestInto(scratch, "held", "jsonl");
  request.config.policy.terms.part_payment = PartPaymentUse::kSuggest;
  request.invoices = {scratch.Path("items.jsonl")};
  request.payments = {scratch.Path("payments.jsonl")};
  Settle(request);
  const std::string text = Text(scratch.Path("held"), "X1");
  EXPECT_THAT(text, HasSubstr("the policy lets it only be suggested."));
  EXPECT_THAT(text, HasSubstr("amount_short (review"));
  EXPECT_THAT(text, HasSubstr("Nothing was posted. There is a suggestion; a person decides."));
}

TEST_F(SmallNightTest, WhatWasNotEmittedIsSaid) {
  std::filesystem::remove(scratch.Path("csv/open_items.csv"));
  const std::string text = Text(scratch.Path("csv"), "=1+1");
  EXPECT_THAT(text, HasSubstr("not known: open_items was not emitted"));
  EXPECT_THAT(text, Not(HasSubstr("open before")));
  std::filesystem::remove(scratch.Path("csv/payments.csv"));
  EXPECT_THAT(Text(scratch.Path("csv"), "X1"), HasSubstr("payments was not emitted"));
  EXPECT_THAT(Text(scratch.Path("csv"), "X1"), HasSubstr("70.00 EUR"));
}

TEST_F(SmallNightTest, WhatIsNoIdIsSaidToStandElsewhere) {
  for (const char* format : {"jsonl", "csv"}) {
    const absl::Status status = Explain({.id = "7001", .folder = scratch.Path(format)}).status();
    EXPECT_TRUE(absl::IsNotFound(status));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("has the id '7001'; it stands in payment X1, item 1; expected the id"));
    // What stands in every row is not kept.
    EXPECT_THAT(
        std::string(Explain({.id = "EUR", .folder = scratch.Path(format)}).status().message()),
        HasSubstr(
            "it stands in payment X1, payment X\"2,\\, payment 1, item 1, item 11 and 1 more"));
  }
}

TEST_F(SmallNightTest, AnUnknownIdAndAForeignFolderAreNotFound) {
  const absl::Status status = Explain({.id = "X", .folder = scratch.Path("csv")}).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has the id 'X'"));
  std::filesystem::remove(scratch.Path("csv/payments.csv"));
  EXPECT_THAT(std::string(Explain({.id = "X", .folder = scratch.Path("csv")}).status().message()),
              HasSubstr("payments was not emitted"));
  EXPECT_TRUE(absl::IsNotFound(Explain({.id = "X", .folder = scratch.path()}).status()));
  EXPECT_TRUE(absl::IsNotFound(Explain({.id = "X", .folder = scratch.Path("no")}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Explain({.id = "", .folder = scratch.path()}).status()));
}

TEST_F(SmallNightTest, ADamagedRowIsSaidWithItsPlace) {
  std::string rows = kSuggestedPayment;
  rows += "{\"payment_id\":\"X9\",\"outcome\n";
  scratch.Write("jsonl/payments.jsonl", rows);
  const absl::Status status = Explain({.id = "X9", .folder = scratch.Path("jsonl")}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status.message();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("payments.jsonl: byte " + std::to_string(sizeof(kSuggestedPayment) - 1)));
}

// Every kind of row that a run writes: of a generated night both forms tell the same of every tenth id.
TEST(ExplainNightTest, BothFormsTellTheSame) {
  const ScratchFolder scratch;
  GenerateRequest generate;
  generate.items = 600;
  generate.payments = 450;
  generate.seed = 11;
  generate.out = scratch.Path("night");
  ASSERT_TRUE(Generate(generate).ok());
  for (const char* format : {"jsonl", "csv"}) {
    RunRequest request = RequestInto(scratch, format, format);
    request.invoices = {scratch.Path("night/items")};
    request.payments = {scratch.Path("night/payments")};
    request.customers = {scratch.Path("night/customers")};
    Settle(request);
  }
  std::set<std::string> outcomes;
  for (const auto& [file, key] :
       std::vector<std::pair<std::string, std::string>>{{"payments", "payment_id"},
                                                        {"allocations", "item_id"},
                                                        {"exceptions", "exception_id"},
                                                        {"open_items", "item_id"}}) {
    std::ifstream in(scratch.Path("jsonl/" + file + ".jsonl"));
    size_t count = 0;
    for (std::string line; std::getline(in, line);) {
      const json row = json::parse(line);
      const bool is_seen = !outcomes.insert(row.value("outcome", file)).second;
      if ((is_seen && count++ % 10 != 0) || !row.contains(key)) continue;
      const std::string id = row[key];
      const std::string text = Text(scratch.Path("jsonl"), id);
      EXPECT_EQ(text, Text(scratch.Path("csv"), id)) << id;
      EXPECT_THAT(text, HasSubstr(id));
    }
  }
  EXPECT_GT(outcomes.size(), 9U) << "the night holds payments of many kinds";
}

}  // namespace
}  // namespace kvitt
