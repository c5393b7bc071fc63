#include "io/cli/ref_command.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "CLI/CLI.hpp"

namespace kvitt {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome RunRef(std::vector<std::string> arguments) {
  CLI::App app("kvitt");
  Outcome outcome;
  AddRefCommand(&app, &outcome.exit_code);
  std::reverse(arguments.begin(), arguments.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const CLI::Error&) {
    outcome.exit_code = 2;
  }
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(RefCommandTest, ChecksEveryValueOnItsLine) {
  const Outcome good = RunRef({"ref", "check", "viite", "20260011"});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.out, "20260011\tok\t202 60011\n");
  const Outcome mixed = RunRef({"ref", "check", "viite", "20260012", "20260011"});
  EXPECT_EQ(mixed.exit_code, 3);
  EXPECT_EQ(mixed.out, "20260012\twrong\tcheck digit is 2, expected 1\n20260011\tok\t202 60011\n");
}

TEST(RefCommandTest, MakesAndRepairs) {
  EXPECT_EQ(RunRef({"ref", "make", "rf", "20260011"}).out, "20260011\tok\tRF5220260011\n");
  const Outcome none = RunRef({"ref", "make", "viite", "1"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_EQ(none.out, "1\twrong\tit has 1 digits, expected 3 to 19\n");
  EXPECT_EQ(RunRef({"ref", "make", "kid11", "1009"}).out, "1009\tok\t1009-\n");
  const Outcome repaired = RunRef({"ref", "repair", "kid10", "2O26OOO1O19"});
  EXPECT_EQ(repaired.exit_code, 0);
  EXPECT_EQ(repaired.out, "2O26OOO1O19\tok\t20260001019\n");
  EXPECT_EQ(RunRef({"ref", "repair", "qrr", "1"}).exit_code, 3);
}

TEST(RefCommandTest, WritesJson) {
  EXPECT_EQ(RunRef({"ref", "check", "--json", "viite", "20260011"}).out,
            "{\"scheme\":\"viite\",\"value\":\"20260011\",\"ok\":true,\"normal\":\"20260011\","
            "\"printed\":\"202 60011\"}\n");
  EXPECT_EQ(RunRef({"ref", "check", "viite", "a\"\x1b", "--json"}).out,
            "{\"scheme\":\"viite\",\"value\":\"a\\\"\\u001b\",\"ok\":false,"
            "\"reason\":\"character 1 is not a digit, expected digits alone\"}\n");
  EXPECT_EQ(RunRef({"ref", "make", "--json", "viite", "2026001"}).out,
            "{\"scheme\":\"viite\",\"value\":\"2026001\",\"ok\":true,\"number\":\"20260011\"}\n");
  EXPECT_EQ(RunRef({"ref", "repair", "--json", "qrr", "1"}).out,
            "{\"scheme\":\"qrr\",\"value\":\"1\",\"ok\":false,\"repairs\":[]}\n");
}

TEST(RefCommandTest, WrongUsageIsSaid) {
  const Outcome unknown = RunRef({"ref", "check", "kid12", "1"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_NE(unknown.err.find("no scheme kid12"), std::string::npos);
  EXPECT_NE(unknown.err.find("kid11"), std::string::npos);
  EXPECT_EQ(RunRef({"ref", "check", "viite"}).exit_code, 2);
  EXPECT_EQ(RunRef({"ref"}).exit_code, 2);
}

}  // namespace
}  // namespace kvitt
