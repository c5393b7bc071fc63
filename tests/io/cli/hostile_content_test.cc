// `kvitt run` and what it was told: sums beyond 64 bits, markup in names, numbers of persons in texts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/cli/program_run.h"

namespace kvitt {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class HostileContentTest : public ::testing::Test {
 protected:
  ProgramRun Run(const std::string& more) {
    return RunProgram("run --no-progress --invoices " + folder.Path("items") + " --payments " +
                      folder.Path("payments") + " --out " + folder.Path("out") + " " + more);
  }

  std::vector<json> Rows(const std::string& name) const {
    std::ifstream in(folder.Path("out/" + name + ".jsonl"));
    std::vector<json> rows;
    for (std::string line; std::getline(in, line);) rows.push_back(json::parse(line));
    return rows;
  }

  ScratchFolder folder;
};

// 3000 of the largest amounts are more than 64 bits hold; the sums are exact all the same.
TEST_F(HostileContentTest, SumsAreWiderThanAmounts) {
  constexpr int kLines = 3000;
  std::string items;
  std::string payments = "payment_id,creditor_account,amount,currency,booking_date,references\n";
  for (int i = 0; i < kLines; ++i) {
    const std::string number = std::to_string(100000 + i);
    items += R"({"item_id":"I)" + number +
             R"(","customer_id":"C1","amount":"9999999999999999.99","currency":"NOK"})"
             "\n";
    payments += "P" + number + ",bban-no:15064512345,9999999999999999.99,NOK,2026-01-20," +
                (i % 2 == 0 ? "I" + number : std::string("X1")) + "\n";
  }
  folder.Write("items", items);
  folder.Write("payments", payments);
  const ProgramRun run = Run("--emit exceptions --threads 2");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::ifstream in(folder.Path("out/summary.json"));
  const std::string summary((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_THAT(summary, HasSubstr("29999999999999999970.00"));  // all that came
  EXPECT_THAT(summary, HasSubstr("14999999999999999985.00"));  // what was settled, and what is open
  const ProgramRun told = RunProgram("inspect --json " + folder.Path("payments"));
  EXPECT_THAT(told.out, HasSubstr(R"("credits":{"NOK":"29999999999999999970.00"})"));
}

TEST_F(HostileContentTest, AnAmountOf64BitsIsRefusedLineByLine) {
  folder.Write("items", R"({"item_id":"I1","customer_id":"C1","amount":"1","currency":"NOK"})"
                        "\n");
  std::string payments = "payment_id,creditor_account,amount,currency\n";
  for (int i = 0; i < 200; ++i) payments += ",X1,9223372036854775807,JPY\n";
  folder.Write("payments", payments + "P1,X1,1,JPY\n");
  EXPECT_EQ(Run("").exit_code, 3);
  size_t refused = 0;
  for (const json& row : Rows("exceptions")) {
    if (row["code"] != "record_malformed" || !row.contains("record")) continue;
    EXPECT_THAT(std::string(row["explanation"]), HasSubstr("at most 18 digits of minor units"));
    ++refused;
  }
  EXPECT_EQ(refused, 100u);  // the others are counted
  EXPECT_THAT(json(Rows("exceptions")).dump(), HasSubstr("100 more records"));
  EXPECT_EQ(Rows("payments").size(), 1u);
}

// Our outputs are data: markup stays text in them, and quotes never end a value.
TEST_F(HostileContentTest, MarkupInNamesIsText) {
  const std::string name = R"(<script>alert("x")</script>"onerror='x' ]]>--> \u2028)";
  folder.Write(
      "items",
      json({{"item_id", "I<b>1"}, {"customer_id", name}, {"amount", "10.00"}, {"currency", "NOK"}})
              .dump() +
          "\n");
  folder.Write("payments", json({{"payment_id", "P\"1"},
                                 {"creditor_account", "X1"},
                                 {"amount", "9.00"},
                                 {"currency", "NOK"},
                                 {"payer_name", name},
                                 {"text", {name}},
                                 {"references", {"I<b>1"}}})
                                   .dump() +
                               "\n");
  ASSERT_EQ(Run("").exit_code, 0);
  ASSERT_EQ(Rows("payments").size(), 1u);
  EXPECT_EQ(Rows("payments")[0]["payer_name"], name);
  EXPECT_EQ(Rows("payments")[0]["text"][0], name);
  EXPECT_EQ(Rows("allocations")[0]["customer_id"], name);
  EXPECT_EQ(Rows("open_items")[0]["item_id"], "I<b>1");
  ASSERT_EQ(Run("--output-format csv").exit_code, 0);
  // The same cells come back from CSV, whatever stands in them.
  const ProgramRun back = RunProgram("explain 'P\"1' " + folder.Path("out") + " --json");
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr(json(name).dump()));
}

TEST_F(HostileContentTest, NumbersOfPersonsAreNotShown) {
  folder.Write("items", R"({"item_id":"I1","customer_id":"C1","amount":"1","currency":"NOK"})"
                        "\n");
  folder.Write("payments",
               R"({"payment_id":"P1","creditor_account":"X1","amount":"9.00","currency":"NOK",)"
               R"("payer_name":"Kari Oppdiktet","text":["for 01019012480, kort 4111111111111111"]})"
               "\n");
  const ProgramRun run = Run("");
  const ProgramRun told = RunProgram("inspect " + folder.Path("payments"));
  const ProgramRun explained = RunProgram("explain P1 " + folder.Path("out"));
  for (const std::string& shown :
       {run.out, run.err, told.out, told.err, explained.out, explained.err}) {
    EXPECT_THAT(shown, Not(HasSubstr("01019012480")));
    EXPECT_THAT(shown, Not(HasSubstr("4111111111111111")));
  }
  EXPECT_THAT(run.out + run.err + told.out + told.err, Not(HasSubstr("Oppdiktet")));
  EXPECT_THAT(explained.out, HasSubstr("for ***********, kort 411111******1111"));
  EXPECT_EQ(Rows("payments")[0]["text"][0], "for 01019012480, kort 4111111111111111");
}

}  // namespace
}  // namespace kvitt
