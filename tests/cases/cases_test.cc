// Every text case of this folder is a test of its own, named after its file and its title.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/cases/case.h"

namespace kvitt::cases {
namespace {

namespace fs = std::filesystem;

class CaseTest : public ::testing::Test {
 public:
  explicit CaseTest(const Case* test) : test_(test) {}

  void TestBody() override {
    std::string text;
    for (const std::string& line : RunCase(*test_)) text += "  " + line + "\n";
    if (!text.empty()) ADD_FAILURE() << test_->place << ": case " << test_->title << "\n" << text;
  }

 private:
  const Case* test_;
};

// A title as the name of a test: letters, digits and underscores.
std::string NameOf(const std::string& title) {
  std::string name;
  for (const char c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  return name;
}

struct LoadedFile {
  std::string text;
  ParsedCases parsed;
};

// Lives until the end of the program: the registered tests point into it.
std::deque<LoadedFile>& LoadedFiles() {
  static auto* files = new std::deque<LoadedFile>();
  return *files;
}

class ParseTest : public ::testing::Test {
 public:
  explicit ParseTest(const LoadedFile* file) : file_(file) {}

  void TestBody() override {
    EXPECT_EQ(file_->parsed.error, "");
    EXPECT_FALSE(file_->parsed.cases.empty());
  }

 private:
  const LoadedFile* file_;
};

void RegisterFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  LoadedFile& file = LoadedFiles().emplace_back();
  file.text.assign((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  file.parsed = ParseCases(path.filename().string(), file.text);
  const std::string suite = NameOf(path.stem().string());
  ::testing::RegisterTest(suite.c_str(), "can_be_read", nullptr, nullptr, __FILE__, __LINE__,
                          [&file]() -> ::testing::Test* { return new ParseTest(&file); });
  for (const Case& test : file.parsed.cases) {
    ::testing::RegisterTest(suite.c_str(), NameOf(test.title).c_str(), nullptr, nullptr, __FILE__,
                            __LINE__,
                            [&test]() -> ::testing::Test* { return new CaseTest(&test); });
  }
}

}  // namespace
}  // namespace kvitt::cases

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(KVITT_SOURCE_DIR) + "/tests/cases")) {
    if (entry.path().extension() == ".case") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) kvitt::cases::RegisterFile(path);
  return RUN_ALL_TESTS();
}
