// Each rule of the house finds a planted violation, at its place, and leaves the innocent alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/house/house.h"

namespace kvitt::house {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Tree Plant(std::vector<SourceFile> files) {
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return Tree{std::move(files)};
}

// "path:line: what" of each finding: the reasons are prose and may change.
std::vector<std::string> Short(const std::vector<Finding>& findings) {
  std::vector<std::string> texts;
  for (const Finding& finding : findings) {
    EXPECT_FALSE(finding.why.empty());
    texts.push_back(finding.path + ":" + std::to_string(finding.line) + ": " + finding.what);
  }
  return texts;
}

std::vector<std::string> IncludeFindings(const std::string& path, const std::string& target) {
  std::vector<SourceFile> files = {{path, "// What it is.\n#include " + target + "\n"}};
  if (path != "engine/match/rules.cc") {
    files.push_back(
        {"engine/match/rules.cc",
         "#include \"engine/match/reversal.h\"\n#include \"engine/match/duplicate.h\"\n"});
  }
  return Short(CheckIncludes(Plant(std::move(files))));
}

TEST(IncludeRules, EngineNeverIncludesIo) {
  EXPECT_THAT(IncludeFindings("engine/store/items.cc", "\"io/bytes/fields.h\""),
              ElementsAre("engine/store/items.cc:2: includes \"io/bytes/fields.h\""));
  EXPECT_THAT(IncludeFindings("engine/store/items.cc", "\"kvitt/io.h\"").size(), 1U);
  EXPECT_THAT(IncludeFindings("io/bytes/files.cc", "\"kvitt/io.h\""), IsEmpty());
}

TEST(IncludeRules, OnlyTheSeamKnowsOneTbb) {
  EXPECT_EQ(IncludeFindings("engine/store/items.cc", "<oneapi/tbb/parallel_for.h>").size(), 1U);
  EXPECT_EQ(IncludeFindings("io/bytes/driver.cc", "<tbb/parallel_for.h>").size(), 1U);
  EXPECT_THAT(IncludeFindings("engine/parallel.cc", "<oneapi/tbb/parallel_for.h>"), IsEmpty());
}

TEST(IncludeRules, ARuleNeverIncludesAnother) {
  EXPECT_EQ(IncludeFindings("engine/match/reversal.cc", "\"engine/match/duplicate.h\"").size(), 1U);
  EXPECT_THAT(IncludeFindings("engine/match/reversal.cc", "\"engine/match/reversal.h\""),
              IsEmpty());
  EXPECT_THAT(IncludeFindings("engine/match/reversal.cc", "\"engine/match/proposal.h\""),
              IsEmpty());
  EXPECT_THAT(IncludeFindings("engine/match/rules.cc", "\"engine/match/duplicate.h\""), IsEmpty());
}

TEST(IncludeRules, RoomsOfTheEngineIncludeDownward) {
  EXPECT_EQ(IncludeFindings("engine/store/items.cc", "\"engine/match/rules.h\"").size(), 1U);
  EXPECT_EQ(IncludeFindings("engine/value/amount.cc", "\"engine/reference/luhn.h\"").size(), 1U);
  EXPECT_THAT(IncludeFindings("engine/match/reversal.cc", "\"engine/store/items.h\""), IsEmpty());
  EXPECT_THAT(IncludeFindings("engine/reconcile.cc", "\"engine/control/sums.h\""), IsEmpty());
}

TEST(IncludeRules, AFormatNeverIncludesAnother) {
  const auto findings = [](const std::string& path, const std::string& target) {
    return Short(CheckIncludes(Plant({{"io/formats/camt.cc", "// Camt.\nconst Format kCamt = {};"},
                                      {path, "// What it is.\n#include " + target + "\n"}})));
  };
  EXPECT_EQ(findings("io/formats/bgmax.cc", "\"io/formats/camt.h\"").size(), 1U);
  EXPECT_EQ(findings("io/sinks/csv.cc", "\"io/formats/camt.h\"").size(), 1U);
  EXPECT_THAT(findings("io/formats/bgmax.cc", "\"io/formats/verdict.h\""), IsEmpty());
  EXPECT_THAT(findings("tests/io/formats/camt_test.cc", "\"io/formats/camt.h\""), IsEmpty());
}

TEST(IncludeRules, TheCommandLineUsesThePublicFace) {
  EXPECT_EQ(IncludeFindings("io/cli/run.cc", "\"io/bytes/fields.h\"").size(), 1U);
  EXPECT_EQ(IncludeFindings("io/cli/run.cc", "\"engine/store/items.h\"").size(), 1U);
  for (const char* target : {"\"kvitt/io.h\"", "<CLI/CLI.hpp>", "<string>", "\"io/cli/table.h\""}) {
    EXPECT_THAT(IncludeFindings("io/cli/run.cc", target), IsEmpty()) << target;
  }
}

TEST(IncludeRules, AnIncludeInACommentIsNone) {
  EXPECT_THAT(CheckIncludes(Plant({{"engine/a.cc", "// Says\n// #include \"io/b.h\"\n"}})),
              IsEmpty());
}

std::vector<std::string> WordFindings(const std::string& path, const std::string& line) {
  return Short(CheckWords(Plant({{path, "// What it is.\n" + line + "\n"}})));
}

TEST(WordRules, NoFloatingPointInTheEngine) {
  EXPECT_THAT(WordFindings("engine/store/items.cc", "double x = 1;"),
              ElementsAre("engine/store/items.cc:2: says \"double\""));
  EXPECT_EQ(WordFindings("engine/store/items.cc", "static_cast<float>(x);").size(), 1U);
  EXPECT_THAT(WordFindings("engine/store/items.cc", "int double_payment = 1;  // a double one"),
              IsEmpty());
  EXPECT_THAT(WordFindings("engine/store/items.cc", "auto s = \"double\";"), IsEmpty());
  EXPECT_THAT(WordFindings("bench/reader_bench.cc", "double x = 1;"), IsEmpty());
}

TEST(WordRules, LibrariesNeitherPrintNorExit) {
  EXPECT_EQ(WordFindings("io/bytes/files.cc", "std::cout << 1;").size(), 1U);
  EXPECT_EQ(WordFindings("engine/store/items.cc", "std::exit (1);").size(), 1U);
  EXPECT_EQ(WordFindings("engine/store/items.cc", "std::fprintf(stderr, \"\");").size(), 1U);
  EXPECT_THAT(WordFindings("io/cli/run.cc", "std::printf(\"%d\", 1);"), IsEmpty());
  EXPECT_THAT(WordFindings("io/bytes/files.cc", "std::snprintf(out, 8, \"\");"), IsEmpty());
  EXPECT_THAT(WordFindings("engine/value/check.cc", "std::fprintf(stderr, \"\"); std::_Exit(70);"),
              IsEmpty());
}

TEST(WordRules, TheEngineReadsNoClockAndStartsNoThread) {
  EXPECT_EQ(WordFindings("engine/a.cc", "std::chrono::system_clock::now();").size(), 1U);
  EXPECT_EQ(WordFindings("engine/a.cc", "auto t = std::time(nullptr);").size(), 1U);
  EXPECT_EQ(WordFindings("engine/a.cc", "std::thread t(f);").size(), 1U);
  EXPECT_THAT(WordFindings("engine/parallel.cc", "std::thread t(f);"), IsEmpty());
}

TEST(WordRules, NothingThrows) {
  EXPECT_EQ(WordFindings("engine/a.cc", "throw 1;").size(), 1U);
}

TEST(WordRules, NoUnfinishedWorkAndNoPathsOfOneMachine) {
  EXPECT_EQ(WordFindings("engine/a.cc", "int a;  // TODO: more").size(), 1U);
  EXPECT_EQ(WordFindings("scripts/demo.cc", "f(\"/home/ann/data\");").size(), 1U);
  EXPECT_EQ(Short(CheckWords(Plant({{"docs/a.md", "see ../shared/x.md\n"}}))).size(), 1U);
  EXPECT_EQ(Short(CheckWords(Plant({{"docs/a.md", "pip from https://pypi-mirror.corp/simple\n"}})))
                .size(),
            1U);
  EXPECT_THAT(CheckWords(Plant({{"docs/a.md", "see https://www.iso20022.org and ./workbench\n"}})),
              IsEmpty());
}

TEST(WordRules, FilesOpenWithWhatTheyAre) {
  EXPECT_THAT(Short(CheckWords(Plant({{"engine/a.h", "#pragma once\n"}}))),
              ElementsAre("engine/a.h:1: does not open with a comment",
                          "engine/a.h:1: lacks #pragma once"));
  EXPECT_THAT(CheckWords(Plant({{"engine/a.h", "// What it is.\n#pragma once\n"}})), IsEmpty());
  EXPECT_EQ(
      CheckWords(Plant({{"io/formats/bgmax.cc", "#include <string>\nconst Format kBgmax = {};\n"}}))
          .size(),
      1U);
  EXPECT_THAT(CheckWords(Plant({{"engine/value/date.cc", "#include \"kvitt/date.h\"\n"}})),
              IsEmpty());
}

TEST(PlaceRules, TheTopLevelIsClosed) {
  EXPECT_THAT(
      Short(CheckPlaces(Plant({{"notes.txt", ""}, {"README.md", ""}, {"src/a.txt", ""}}))),
      ElementsAre("notes.txt:0: stands at the top level", "src/a.txt:0: stands at the top level"));
}

TEST(PlaceRules, NamesSayWhatThingsAre) {
  EXPECT_THAT(
      Short(CheckPlaces(
          Plant({{"docs/string_utils.md", ""}, {"docs/run-v2.md", ""}, {"docs/renewal.md", ""}}))),
      ElementsAre("docs/run-v2.md:0: is named \"v2\"",
                  "docs/string_utils.md:0: is named \"utils\""));
}

TEST(PlaceRules, EachSourceIsListed) {
  const Tree tree =
      Plant({{"engine/CMakeLists.txt", "target_sources(a PRIVATE value/b.cc parallel.cc)"},
             {"engine/value/CMakeLists.txt", "target_sources(a PRIVATE c.cc)"},
             {"engine/value/b.cc", ""},
             {"engine/value/c.cc", ""},
             {"engine/value/d.cc", ""},
             {"engine/parallel.cc", ""},
             {"engine/lel.cc", ""}});
  EXPECT_THAT(Short(CheckPlaces(tree)),
              ElementsAre("engine/lel.cc:0: is listed in no CMakeLists.txt",
                          "engine/value/d.cc:0: is listed in no CMakeLists.txt"));
}

TEST(PlaceRules, ANeighbourMayListASource) {
  const Tree tree =
      Plant({{"tests/io/CMakeLists.txt",
              "kvitt_test(a a.cc ../oracle/b.cc ${PROJECT_SOURCE_DIR}/tests/oracle/c.cc)"},
             {"tests/io/a.cc", ""},
             {"tests/oracle/b.cc", ""},
             {"tests/oracle/c.cc", ""},
             {"tests/other/b.cc", ""}});
  EXPECT_THAT(Short(CheckPlaces(tree)),
              ElementsAre("tests/other/b.cc:0: is listed in no CMakeLists.txt"));
}

TEST(PlaceRules, LargeFilesAreRefused) {
  EXPECT_EQ(CheckPlaces(Plant({{"datasets/a.txt", std::string((1 << 20) + 1, 'x')}})).size(), 1U);
}

TEST(ListRules, EachCodeHasItsSectionAndEachSectionItsCode) {
  const Facts facts{{}, {"amount_short", "amount_over"}};
  EXPECT_THAT(
      Short(CheckLists(
          Plant({{"docs/deviations.md", "# All\n### `amount_short`\n### `amount_odd`\n"}}), facts)),
      ElementsAre("docs/deviations.md:0: has no section `amount_over`",
                  "docs/deviations.md:3: explains `amount_odd`"));
}

TEST(ListRules, EachFormatHasItsSampleAndItsSection) {
  const Facts facts{{"bgmax", "mt940"}, {}};
  const Tree tree = Plant({{"docs/formats.md", "## `bgmax`\n"},
                           {"datasets/samples/bgmax/day.txt", ""},
                           {"datasets/samples/bgmax/day.expected.jsonl", ""},
                           {"datasets/samples/bgmax/day.inspect.json", ""}});
  EXPECT_THAT(Short(CheckLists(tree, facts)),
              ElementsAre("datasets/samples/mt940:0: holds no sample",
                          "docs/formats.md:0: has no section `mt940`"));
}

TEST(ListRules, EachSampleSaysWhatItMustReadAs) {
  const Facts facts{{"bgmax"}, {}};
  const Tree tree = Plant({{"docs/formats.md", "## `bgmax`\n"},
                           {"datasets/samples/bgmax/day.txt.gz", ""},
                           {"datasets/samples/bgmax/day.inspect.json", ""},
                           {"datasets/samples/other/day.txt", ""}});
  EXPECT_THAT(Short(CheckLists(tree, facts)),
              ElementsAre("datasets/samples/bgmax/day.txt.gz:0: has no "
                          "datasets/samples/bgmax/day.expected.jsonl",
                          "datasets/samples/other:0: holds samples of `other`"));
}

TEST(ListRules, EachRuleIsToldByACase) {
  const Tree tree =
      Plant({{"engine/match/rules.cc",
              "#include \"engine/match/rules.h\"\n#include \"engine/match/reversal.h\"\n"
              "#include \"engine/match/combination.h\"\n"},
             {"tests/cases/a.case", "allocate P1 I1 EUR -1.00 as reversal by reversal\n"}});
  EXPECT_THAT(Short(CheckLists(tree, Facts{})),
              ElementsAre("engine/match/combination.cc:0: is in no text case"));
}

TEST(ListRules, LinksLeadSomewhere) {
  const Tree tree =
      Plant({{"README.md", "[a](docs/a.md#part) [b](docs/b.md) [c](https://x.org) [d](#d)\n"},
             {"docs/a.md", "[up](../README.md) [code](../engine)\n[no](../io/x.cc)\n"},
             {"engine/a.cc", "// See docs/a.md and,\n// for more, docs/more.md.\n"}});
  EXPECT_THAT(Short(CheckLists(tree, Facts{})),
              ElementsAre("README.md:1: links to docs/b.md", "docs/a.md:2: links to ../io/x.cc",
                          "engine/a.cc:2: names docs/more.md"));
}

TEST(Source, CommentsAndLiteralsAreBlanked) {
  EXPECT_EQ(WithoutComments("a; // b\nc /* d\n */ e", false), "a;     \nc     \n    e");
  EXPECT_EQ(WithoutComments("f(\"// x\", 'y');", false), "f(\"// x\", 'y');");
  EXPECT_EQ(WithoutComments("f(\"x\\\"y\");", true), "f(      );");
  EXPECT_EQ(WithoutComments("R\"(a\n\"b)\"; // c", true), "    \n    ;     ");
  EXPECT_EQ(WithoutComments("1'000; // c", true), "1'000;     ");
}

TEST(FindingText, SaysWhereWhatAndWhy) {
  EXPECT_THAT(Format(Finding{"a.cc", 3, "says x", "y"}), HasSubstr("a.cc:3: says x - y"));
}

}  // namespace
}  // namespace kvitt::house
