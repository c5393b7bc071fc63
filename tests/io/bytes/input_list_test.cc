#include "io/bytes/input_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using ::testing::ElementsAre;

class InputListTest : public ::testing::Test {
 protected:
  // Names in the scratch folder; the status of a refusal is its code.
  std::vector<std::string> Expand(const std::vector<std::string>& arguments) {
    absl::StatusOr<std::vector<InputSpec>> inputs = ExpandInputs(arguments);
    if (!inputs.ok()) return {absl::StatusCodeToString(inputs.status().code())};
    std::vector<std::string> names;
    for (const InputSpec& input : *inputs) {
      const bool inside = input.path.starts_with(folder.path() + "/");
      names.push_back(inside ? input.path.substr(folder.path().size() + 1) : input.path);
    }
    return names;
  }

  ScratchFolder folder;
};

TEST_F(InputListTest, DirectoryIsItsRegularFilesInBytewiseOrder) {
  for (const char* name : {"b", "B", "a10", "a9", "\xc3\xa5", ".hidden"}) folder.Write(name, "x");
  std::filesystem::create_directory(folder.Path("sub"));
  folder.Write("sub/deep", "x");
  ASSERT_EQ(mkfifo(folder.Path("fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("b", folder.Path("link").c_str()), 0);
  EXPECT_THAT(Expand({folder.path()}), ElementsAre("B", "a10", "a9", "b", "\xc3\xa5"));
  EXPECT_THAT(Expand({folder.path() + "/"}), ElementsAre("B", "a10", "a9", "b", "\xc3\xa5"));
  EXPECT_FALSE(ExpandInputs({folder.path()})->front().follow_link);
}

TEST_F(InputListTest, DirectoryWithoutFilesStandsForItself) {
  for (const char* name : {"empty", "hidden", "folders/one"}) {
    std::filesystem::create_directories(folder.Path(name));
  }
  folder.Write("hidden/.half-written", "x");
  for (const char* name : {"empty", "hidden", "folders"}) {
    const auto inputs = ExpandInputs({folder.Path(name)});
    ASSERT_TRUE(inputs.ok());
    ASSERT_EQ(inputs->size(), 1U) << name;
    EXPECT_EQ(inputs->front().path, folder.Path(name));
    EXPECT_TRUE(inputs->front().is_empty_directory);
  }
  EXPECT_FALSE(
      ExpandInputs({folder.Path("folders"), folder.Write("a", "x")})->back().is_empty_directory);
}

TEST_F(InputListTest, PatternsExpandInBytewiseOrder) {
  for (const char* name : {"n2.txt", "N1.txt", "n1.txt", "other"}) folder.Write(name, "x");
  EXPECT_THAT(Expand({folder.Path("*.txt")}), ElementsAre("N1.txt", "n1.txt", "n2.txt"));
  EXPECT_THAT(Expand({folder.Path("n[12].tx?")}), ElementsAre("n1.txt", "n2.txt"));
  EXPECT_THAT(Expand({folder.Path("z*")}), ElementsAre("NOT_FOUND"));
}

TEST_F(InputListTest, NameThatLooksLikeAPatternIsItself) {
  folder.Write("a[1].txt", "x");
  folder.Write("a1.txt", "x");
  EXPECT_THAT(Expand({folder.Path("a[1].txt")}), ElementsAre("a[1].txt"));
}

TEST_F(InputListTest, ArgumentsKeepTheirOrder) {
  folder.Write("a", "x");
  folder.Write("b", "x");
  EXPECT_THAT(Expand({folder.Path("b"), "-", folder.Path("a")}), ElementsAre("b", "-", "a"));
  EXPECT_THAT(Expand({"-", "-"}), ElementsAre("INVALID_ARGUMENT"));
  EXPECT_THAT(Expand({""}), ElementsAre("INVALID_ARGUMENT"));
  EXPECT_THAT(Expand({folder.Path("gone")}), ElementsAre("NOT_FOUND"));
}

TEST_F(InputListTest, LinkThatIsNamedIsFollowed) {
  folder.Write("a", "x");
  ASSERT_EQ(symlink("a", folder.Path("link").c_str()), 0);
  EXPECT_TRUE(ExpandInputs({folder.Path("link")})->front().follow_link);
}

}  // namespace
}  // namespace kvitt
