// `kvitt run` on a system that fails under it: whatever call fails, the results are those of a run without the
// fault, or none, and the folder of the run before is as it was.

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/io/bytes/scratch_folder.h"
#include "tests/io/cli/program_run.h"

namespace kvitt {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

using Files = std::map<std::string, std::string>;

constexpr char kItem[] =
    R"({"item_id":"I1","customer_id":"C1","amount":"10.00","currency":"SEK","references":["12345682"]})"
    "\n";

std::string PaymentLine(int number) {
  return R"({"payment_id":"P)" + std::to_string(number) +
         R"(","creditor_account":"bankgiro:50501055","amount":"10.00","currency":"SEK",)"
         R"("booking_date":"2026-01-20","references":["12345682"]})"
         "\n";
}

class SystemFaultsTest : public ::testing::Test {
 protected:
  SystemFaultsTest() {
    folder.Write("items", kItem);
    std::string payments;
    for (int i = 1; i <= 900; ++i) payments += PaymentLine(i);
    folder.Write("payments", payments);
    folder.Write("one", PaymentLine(1));
    run = "$KVITT run --no-progress --block-bytes 65536 --invoices " + folder.Path("items") +
          " --out " + folder.Path("out") + " --payments " + folder.Path("payments");
    EXPECT_EQ(RunShell(run).exit_code, 0);
    whole = Results();
    Before();
    old = Results();
    EXPECT_FALSE(whole == old);
  }

  // The folder as an earlier run left it.
  void Before() {
    std::filesystem::remove_all(folder.Path("out"));
    EXPECT_EQ(RunShell("$KVITT run -q --invoices " + folder.Path("items") + " --out " +
                       folder.Path("out") + " --payments " + folder.Path("one"))
                  .exit_code,
              0);
  }

  Files Results() const {
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.Path("out"))) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename().string()] =
          std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    }
    return files;
  }

  // Runs while one call fails. False when there is no such call any more.
  bool Strike(const std::string& call, int at, int error) {
    Before();
    const std::string mark = folder.Path("mark");
    std::filesystem::remove(mark);
    outcome = RunShell("FAULT_CALL=" + call + " FAULT_AT=" + std::to_string(at) +
                       " FAULT_ERROR=" + std::to_string(error) + " FAULT_MARK=" + mark +
                       " LD_PRELOAD=" KVITT_FAILING_CALLS " " + run + " --threads 2");
    return std::filesystem::exists(mark);
  }

  void ExpectNothingElseIsLeft() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      EXPECT_THAT(entry.path().filename().string(),
                  AnyOf("items", "payments", "one", "out", "mark"));
    }
  }

  ScratchFolder folder;
  std::string run;
  Files whole;
  Files old;
  ProgramRun outcome;
};

TEST_F(SystemFaultsTest, ShortAndInterruptedCallsAreGoneOnWith) {
  for (const std::string call : {"read", "write"}) {
    for (const int error : {0, EINTR}) {
      int at = 1;
      for (; Strike(call, at, error); ++at) {
        EXPECT_EQ(outcome.exit_code, 0) << call << " " << at << " " << outcome.err;
        EXPECT_TRUE(Results() == whole) << call << " " << at;
      }
      EXPECT_GT(at, 3) << "the fault never struck";
    }
  }
}

TEST_F(SystemFaultsTest, AReadThatFailsCostsTheFileAlone) {
  int at = 1;
  for (; Strike("read", at, EIO); ++at) {
    EXPECT_EQ(outcome.exit_code, 3) << at << " " << outcome.err;
    EXPECT_THAT(Results().at("exceptions.jsonl"), HasSubstr("cannot be read at byte"));
    EXPECT_THAT(Results().at("exceptions.jsonl"), HasSubstr("Input/output error"));
  }
  EXPECT_GT(at, 3);
}

TEST_F(SystemFaultsTest, AWriteThatFailsLeavesTheOldResults) {
  const std::map<std::string, std::vector<int>> faults = {{"write", {EIO, ENOSPC}},
                                                          {"sync", {EIO, ENOSPC}},
                                                          {"rename", {EIO, EXDEV}},
                                                          {"mkdir", {ENOSPC, EDQUOT, EIO}}};
  for (const auto& [call, errors] : faults) {
    for (const int error : errors) {
      int at = 1;
      for (; Strike(call, at, error); ++at) {
        SCOPED_TRACE(call + " " + std::to_string(at) + " " + std::to_string(error));
        // The folder is in its place, and only that it stays there after a power cut is not sure.
        if (outcome.exit_code == 8) {
          EXPECT_EQ(call, "sync");
          EXPECT_TRUE(Results() == whole);
        } else {
          EXPECT_THAT(outcome.exit_code, AnyOf(2, 7));
          EXPECT_THAT(outcome.err, HasSubstr(folder.path()));
          EXPECT_THAT(outcome.err, HasSubstr("Nothing was committed"));
          EXPECT_TRUE(Results() == old);
        }
        ExpectNothingElseIsLeft();
      }
      EXPECT_GT(at, 1) << call;
    }
  }
}

// Which allocation fails does not matter: it ends the run, or the run does without.
TEST_F(SystemFaultsTest, WithoutMemoryNothingIsCommitted) {
  int failed = 0;
  for (int at = 1; Strike("memory", at, ENOMEM); at += 1 + at / 4) {
    SCOPED_TRACE(at);
    ASSERT_THAT(outcome.exit_code, AnyOf(0, 3, 7)) << outcome.err;
    EXPECT_TRUE(outcome.exit_code != 7 || Results() == old);
    failed += outcome.exit_code == 7;
  }
  EXPECT_GT(failed, 5);
  Before();
  failed = 0;
  for (const int kilobytes : {30'000, 40'000, 60'000, 80'000, 120'000}) {
    Before();
    const ProgramRun small =
        RunShell("ulimit -v " + std::to_string(kilobytes) + "; " + run + " --threads 2");
    // With less than its libraries take it does not even start.
    EXPECT_THAT(small.exit_code, AnyOf(0, 7, 127)) << kilobytes << " " << small.err;
    if (small.exit_code != 7) continue;
    EXPECT_THAT(small.err, HasSubstr("memory"));
    EXPECT_TRUE(Results() == old);
    ++failed;
  }
  EXPECT_GT(failed, 0);
}

TEST_F(SystemFaultsTest, WithoutThreadsTheBytesAreTheSame) {
  ASSERT_TRUE(Strike("thread", 0, EAGAIN));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(Results() == whole);
  Before();
  EXPECT_EQ(RunShell("taskset -c 0 " + run).exit_code, 0);
  EXPECT_TRUE(Results() == whole);
}

TEST_F(SystemFaultsTest, FewDescriptorsAreEnoughAndTooFewAreSaid) {
  for (int descriptors = 4; descriptors < 12; ++descriptors) {
    Before();
    const ProgramRun tight = RunShell("ulimit -n " + std::to_string(descriptors) + "; " + run);
    SCOPED_TRACE(std::to_string(descriptors) + " " + tight.err);
    ASSERT_THAT(tight.exit_code, AnyOf(0, 2, 3, 7, 8, 127));
    if (tight.exit_code == 0) {
      EXPECT_TRUE(Results() == whole);
    }
    if (tight.exit_code == 2 || tight.exit_code == 7) {
      EXPECT_TRUE(Results() == old);
    }
  }
}

}  // namespace
}  // namespace kvitt
