// The program as a user meets it: what goes where, and what it ends with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "tests/io/bytes/packing.h"
#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/cli/program_run.h"

namespace kvitt {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPayment[] =
    R"({"creditor_account":"NO9386011117947","amount":"99.00","currency":"NOK","booking_date":"2026-01-20"})"
    "\n";
constexpr char kItem[] = R"({"item_id":"I1","customer_id":"C1","amount":"10.00","currency":"SEK"})"
                         "\n";

class ProgramTest : public ::testing::Test {
 protected:
  ScratchFolder folder;
};

TEST_F(ProgramTest, HelpGoesToStdout) {
  const ProgramRun run = RunProgram("--help");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  for (const char* command :
       {"explain", "diff", "inspect", "convert", "formats", "generate", "ref", "config"}) {
    EXPECT_THAT(run.out, HasSubstr(command));
    const ProgramRun help = RunProgram(std::string(command) + " --help");
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage: kvitt " + std::string(command)));
  }
  EXPECT_THAT(RunProgram("inspect --help").out, HasSubstr("[250]")) << "a default";
  EXPECT_THAT(RunProgram("--version").out, StartsWith("kvitt "));
}

TEST_F(ProgramTest, WrongUsageIsTwo) {
  for (const char* arguments :
       {"", "settle", "inspect", "inspect --jsn x", "convert x", "convert x --to xml",
        "inspect /no/such/file", "inspect x --threads many", "inspect - -", "explain",
        "explain x /no/such/folder", "diff x", "diff /no/such/folder /no/such/folder",
        "generate --items -1 --out g", "generate --seed 99999999999999999999999 --out g",
        "generate --payments 1e3 --out g",
        "run --invoices /dev/null --payments /dev/null --out o/ --timings o/t",
        "run --invoices /dev/null --payments /dev/null --out o --timings ./x/../o/t"}) {
    const ProgramRun run = RunProgram(arguments);
    EXPECT_EQ(run.exit_code, 2) << arguments;
    EXPECT_THAT(run.out, IsEmpty()) << arguments;
    EXPECT_THAT(run.err, StartsWith("kvitt")) << arguments;
  }
}

TEST_F(ProgramTest, AFolderThatMayNotBeListedIsWrongUsage) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  RunShell("mkdir " + folder.Path("locked") + " && chmod 0 " + folder.Path("locked"));
  const ProgramRun run = RunShell("setpriv --reuid 65534 --clear-groups $KVITT run --invoices " +
                                  folder.Path("locked") + " --payments x --out o");
  // Where even the program may not be run by others nothing can be told.
  if (run.exit_code == 126 || run.exit_code == 127) GTEST_SKIP() << run.err;
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("Permission denied"));
}

TEST_F(ProgramTest, WhatIsUnknownIsNamedWithTheNearest) {
  for (const auto& [arguments, words] : std::vector<std::pair<std::string, std::string>>{
           {"inspect --jsn x", "unknown option '--jsn'; the nearest known one is '--json'"},
           {"run --invoices x --payments x --tolerence 1",
            "unknown option '--tolerence'; the nearest known one is '--tolerance'"},
           {"run --invoices x --payments x --tolerence=1",
            "unknown option '--tolerence'; the nearest known one is '--tolerance'"},
           {"inspct x", "unknown command 'inspct'; the nearest known one is 'inspect'"},
           {"diff a b c", "unknown argument 'c'"}}) {
    const ProgramRun run = RunProgram(arguments);
    EXPECT_EQ(run.exit_code, 2) << arguments;
    EXPECT_THAT(run.err, HasSubstr("kvitt: " + words + "\n")) << arguments;
  }
}

TEST_F(ProgramTest, AnotherCurrencyAmongSeveralHasNoDifference) {
  const auto item = [](const std::string& id, const std::string& currency) {
    return R"({"item_id":")" + id + R"(","customer_id":"C","amount":"50.00","currency":")" +
           currency + "\"}\n";
  };
  const std::string items = folder.Write("items", item("INV-1", "SEK") + item("INV-2", "EUR"));
  const std::string payments = folder.Write(
      "payments", R"({"creditor_account":"bankgiro:50501055","amount":"100.00","currency":"SEK",)"
                  R"("references":["INV-1","INV-2"]})"
                  "\n");
  const std::string out = folder.Path("out");
  EXPECT_EQ(
      RunProgram("run --invoices " + items + " --payments " + payments + " --out " + out).exit_code,
      0);
  const std::string told = RunShell("cat " + out + "/exceptions.jsonl").out;
  EXPECT_THAT(told, HasSubstr("currency_mismatch"));
  EXPECT_THAT(told, Not(HasSubstr("Difference")));
}

TEST_F(ProgramTest, InspectSaysOneJsonLineAFile) {
  const std::string good = folder.Write("good", kPayment);
  const ProgramRun run = RunProgram("inspect --json " + good);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_EQ(run.out,
            R"({"file":")" + good +
                R"(","format":"payments-jsonl","version":"","kind":"payments","statements":0,)"
                R"("entries":1,"transactions":1,"credits":{"NOK":"99.00"},"debits":{},)"
                R"("control_totals":"absent","problems":[]})"
                "\n");
}

TEST_F(ProgramTest, InspectOfWhatIsDamagedIsThree) {
  const std::string good = folder.Write("good", kPayment);
  const std::string bad = folder.Write("bad", "a letter\n");
  const std::string cut = folder.Write("cut", Gzip(kPayment).substr(0, 60));
  const ProgramRun run = RunProgram("inspect --json " + bad + " " + good + " " + cut);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, StartsWith(R"({"file":")" + bad + R"(","format":"unknown")"));
  EXPECT_THAT(run.out, HasSubstr(R"({"record":0,"code":"file_unknown")"));
  EXPECT_THAT(run.out, HasSubstr(R"({"record":0,"code":"file_truncated")"));
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 3);
  EXPECT_EQ(RunProgram("inspect " + folder.Write("none", "")).exit_code, 3);
  EXPECT_EQ(RunProgram("inspect --allow-empty " + folder.Path("none")).exit_code, 0);
}

TEST_F(ProgramTest, InspectTableIsForPeopleAndSafe) {
  const std::string file = folder.Write(
      "a\x1b[31m\xe2\x80\xae"
      "b",
      kPayment);
  const ProgramRun run = RunProgram("inspect " + folder.path());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("a<0x1B>[31m<U+202E>b"));
  EXPECT_THAT(run.out, HasSubstr("NOK 99.00"));
  EXPECT_THAT(run.out, HasSubstr("NO9386011117947"));
  EXPECT_THAT(run.out, HasSubstr("2026-01-20"));
  EXPECT_THAT(run.out, HasSubstr("1 file\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
}

TEST_F(ProgramTest, StdinIsReadAsItIs) {
  const std::string packed = folder.Write("x", Gzip(kPayment));
  EXPECT_THAT(RunProgram("inspect --json - < " + packed).out,
              StartsWith(R"({"file":"-","format":"payments-jsonl")"));
  const std::string zip = folder.Write("z", Zip({{"m", kPayment}}));
  EXPECT_THAT(RunProgram("inspect --json - < " + zip).out,
              StartsWith(R"({"file":"-!m","format":"payments-jsonl")"));
  EXPECT_THAT(RunShell("cat " + packed + " | $KVITT convert --to jsonl -").out,
              HasSubstr("\"99.00\""));
}

TEST_F(ProgramTest, ConvertWritesRecordsInOrder) {
  const std::string one = folder.Write("1", kItem);
  const std::string two = folder.Write("2.zip", Zip({{"a", kPayment}, {"b", kItem}}));
  const ProgramRun run = RunProgram("convert --to jsonl " + one + " " + two);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  const size_t payment = run.out.find("NO9386011117947");
  ASSERT_NE(payment, std::string::npos);
  EXPECT_LT(run.out.find("\"I1\""), payment);
  EXPECT_GT(run.out.rfind("\"I1\""), payment);
  const ProgramRun csv = RunProgram("convert --to csv " + one);
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_THAT(csv.out, StartsWith("item_id,"));
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 2);
  const ProgramRun mixed = RunProgram("convert --to csv " + one + " " + two);
  EXPECT_EQ(mixed.exit_code, 2);
  EXPECT_THAT(mixed.err, HasSubstr("csv holds one kind of record"));
}

TEST_F(ProgramTest, ConvertOfADamagedFileGivesNothingOfIt) {
  const std::string good = folder.Write("good", kItem);
  std::string records;
  for (int i = 0; i < 50'000; ++i) records += kPayment;
  const std::string cut = Gzip(records);
  const std::string bad = folder.Write("bad", cut.substr(0, cut.size() - 4));
  const ProgramRun run = RunProgram("convert --to jsonl " + bad + " " + good);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1);
  EXPECT_THAT(run.err, HasSubstr("file_truncated"));
  const ProgramRun quiet = RunProgram("--quiet convert --to jsonl " + bad);
  EXPECT_EQ(quiet.exit_code, 3);
  EXPECT_THAT(quiet.err, IsEmpty());
}

TEST_F(ProgramTest, ReaderThatGoesAwayEndsItQuietly) {
  std::string records;
  for (int i = 0; i < 20'000; ++i) records += kPayment;
  const std::string file = folder.Write("many", records);
  const ProgramRun run =
      RunShell("$KVITT convert --to jsonl " + file + " | head -n 1; exit ${PIPESTATUS[0]}");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1);
}

TEST_F(ProgramTest, OutputThatCannotBeWrittenIsEight) {
  const std::string file = folder.Write("x", kPayment);
  for (const std::string command : {"inspect ", "inspect --json ", "convert --to jsonl "}) {
    const ProgramRun run = RunProgram(command + file + " > /dev/full");
    EXPECT_EQ(run.exit_code, 8) << command;
    EXPECT_THAT(run.err, HasSubstr("cannot write to stdout: No space left")) << command;
  }
}

TEST_F(ProgramTest, ExplainTellsOfAnIdOfAnOutputFolder) {
  const std::string payments = folder.Write("p", kPayment);
  const std::string items = folder.Write("i", kItem);
  const std::string out = folder.Path("out");
  ASSERT_EQ(
      RunProgram("run --quiet --invoices " + items + " --payments " + payments + " --out " + out)
          .exit_code,
      0);
  const ProgramRun item = RunProgram("explain I1 " + out);
  EXPECT_EQ(item.exit_code, 0);
  EXPECT_THAT(item.out, StartsWith("Item I1\n"));
  EXPECT_THAT(item.err, IsEmpty());
  EXPECT_EQ(RunProgram("explain I1 --out " + out).out, item.out);
  EXPECT_THAT(RunProgram("explain --json I1 " + out).out, StartsWith("{\n  \"schema\": 1,"));
  const ProgramRun unknown = RunProgram("explain I2 " + out);
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.out, IsEmpty());
  EXPECT_THAT(unknown.err, HasSubstr("has the id 'I2'"));
  EXPECT_EQ(RunProgram("explain I1 " + out + " > /dev/full").exit_code, 8);
}

TEST_F(ProgramTest, DiffSaysWhetherRunsDifferWhenAsked) {
  const std::string payments = folder.Write("p", kPayment);
  const std::string items = folder.Write("i", kItem);
  for (const std::string name : {"a", "b"}) {
    const std::string given =
        name == "a" ? payments : folder.Write("q", std::string(kPayment) + kPayment);
    ASSERT_EQ(RunProgram("run --quiet --invoices " + items + " --payments " + given + " --out " +
                         folder.Path(name))
                  .exit_code,
              0);
  }
  const std::string both = folder.Path("a") + " " + folder.Path("b");
  const ProgramRun run = RunProgram("diff " + both);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("in B only"));
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_EQ(RunProgram("diff --exit-code " + both).exit_code, 1);
  const ProgramRun same =
      RunProgram("diff --exit-code " + folder.Path("a") + " " + folder.Path("a"));
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_THAT(same.out, HasSubstr("No difference in payments (1)"));
  EXPECT_THAT(RunProgram("diff --json " + both).out, StartsWith("{\n  \"schema\": 1,"));
  EXPECT_EQ(RunProgram("diff --limit -1 " + both).exit_code, 2);
}

TEST_F(ProgramTest, FormatsAreListed) {
  const ProgramRun run = RunProgram("formats");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out,
              ContainsRegex("payments-jsonl +payments +read.write +payments as JSON Lines"));
}

TEST_F(ProgramTest, SettingsComeFromFlagThenEnvironmentThenFile) {
  const std::string file =
      folder.Write("kvitt.toml", "threads = 2\nmax_expansion = 30\nallow_empty = true\n");
  const ProgramRun run =
      RunProgram("config show --origin --config " + file, "KVITT_THREADS=3 KVITT_MAX_BYTES=1000");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("threads = 3                               # KVITT_THREADS\n"));
  EXPECT_THAT(run.out, HasSubstr("max_bytes = 1000                          # KVITT_MAX_BYTES\n"));
  EXPECT_THAT(run.out, HasSubstr("max_expansion = 30                        # " + file + ":2\n"));
  EXPECT_THAT(run.out, HasSubstr("strict = false                            # default\n"));
  // A small file passes, one above the limit of the environment does not, a flag is stronger.
  std::string records;
  for (int i = 0; i < 20; ++i) records += kPayment;
  const std::string large = folder.Write("large", records);
  EXPECT_EQ(RunProgram("inspect " + large, "KVITT_MAX_BYTES=1000").exit_code, 3);
  EXPECT_EQ(RunProgram("inspect --max-bytes 100000 " + large, "KVITT_MAX_BYTES=1000").exit_code, 0);
}

TEST_F(ProgramTest, WrongSettingIsTwoAndNothingIsRead) {
  const std::string file = folder.Write("kvitt.toml", "# settings\ntreads = 2\n");
  const ProgramRun run = RunProgram("inspect --config " + file + " " + file);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(
      run.err,
      HasSubstr("kvitt.toml:2:1: unknown key 'treads'; the nearest known one is 'threads'"));
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_EQ(RunProgram("inspect --config /no/such.toml " + file).exit_code, 2);
}

TEST_F(ProgramTest, FileInTheWorkingFolderIsFound) {
  const ProgramRun run =
      RunShell("echo 'threads = 7' > kvitt.toml; unset ${!KVITT_*} ; '" KVITT_PROGRAM
               "' config show --origin");
  EXPECT_THAT(run.out, HasSubstr("threads = 7                               # kvitt.toml:1\n"));
}

}  // namespace
}  // namespace kvitt
