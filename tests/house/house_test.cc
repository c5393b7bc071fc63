// The house is in order: every rule of tests/house, tried on the tracked files.

#include "tests/house/house.h"

#include <gtest/gtest.h>

#include "io/formats/format.h"
#include "kvitt/deviation.h"

namespace kvitt::house {
namespace {

const Tree& TheTree() {
  static const Tree* tree = new Tree(LoadTree(KVITT_SOURCE_DIR));
  return *tree;
}

Facts TheFacts() {
  Facts facts;
  for (const ::kvitt::Format& format : Formats()) facts.formats.emplace_back(format.name);
  for (size_t i = 0; i < static_cast<size_t>(DeviationCode::kCount); ++i) {
    facts.deviation_codes.emplace_back(Name(static_cast<DeviationCode>(i)));
  }
  return facts;
}

void ExpectNone(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) ADD_FAILURE() << Format(finding);
}

TEST(HouseTest, TheTreeWasLoaded) {
  ASSERT_NE(TheTree().Find("CMakeLists.txt"), nullptr);
  EXPECT_GT(TheTree().Under("engine/").size(), 10U);
}

TEST(HouseTest, IncludesRunDownward) {
  ExpectNone(CheckIncludes(TheTree()));
}

TEST(HouseTest, NoWordIsOutOfPlace) {
  ExpectNone(CheckWords(TheTree()));
}

TEST(HouseTest, EachFileIsNamedAndPlacedAndListed) {
  ExpectNone(CheckPlaces(TheTree()));
}

TEST(HouseTest, EachThingIsExplainedAndExemplified) {
  ExpectNone(CheckLists(TheTree(), TheFacts()));
}

}  // namespace
}  // namespace kvitt::house
