// The main program of a fuzz target where libFuzzer is absent (g++): replays the corpus, then a
// fixed number of seeded mutations of each input. The same inputs in every run, so that a failure
// repeats.
//
//   camt_fuzz FILE_OR_FOLDER...
//
// scripts/fuzz builds the same targets with clang and libFuzzer, which searches instead of
// replaying.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace {

namespace fs = std::filesystem;

constexpr size_t kMutationsPerInput = 200;
constexpr size_t kMutationsLeast = 20;
constexpr size_t kMutationsInAll = 6000;                   // shared where there are many inputs
constexpr size_t kMutatedBytesPerInput = size_t{8} << 20;  // keeps large inputs from taking minutes

// A xorshift generator: small, and the same on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed | 1) {}

  size_t Below(size_t end) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<size_t>(state_ % end);
  }

 private:
  uint64_t state_;
};

int Run(const std::string& input) {
  // A copy of exactly this size, so that the address sanitizer sees a read past the end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  return LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// One to four edits: a byte changed, a run removed, a run doubled, the end cut off, two runs
// swapped.
std::string Mutate(std::string input, Dice* dice) {
  const size_t edits = 1 + dice->Below(4);
  for (size_t i = 0; i < edits && !input.empty(); ++i) {
    const size_t at = dice->Below(input.size());
    const size_t length = 1 + dice->Below(std::min<size_t>(input.size() - at, 40));
    switch (dice->Below(5)) {
      case 0:
        input[at] = static_cast<char>(dice->Below(256));
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      case 3:
        input.resize(at);
        break;
      default:
        std::rotate(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(at), input.end());
    }
  }
  return input;
}

std::vector<fs::path> FilesOf(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    if (fs::is_directory(argv[i], error)) {
      for (const auto& entry : fs::recursive_directory_iterator(argv[i])) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else if (fs::exists(argv[i], error)) {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<fs::path> files = FilesOf(argc, argv);
  const size_t share = std::clamp(kMutationsInAll / std::max<size_t>(files.size(), 1),
                                  kMutationsLeast, kMutationsPerInput);
  size_t runs = 1;
  Run("");
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string input((std::istreambuf_iterator<char>(stream)),
                            std::istreambuf_iterator<char>());
    Run(input);
    Dice dice(0x9e3779b97f4a7c15U ^ input.size());
    const size_t affordable = kMutatedBytesPerInput / std::max<size_t>(input.size(), 1);
    const size_t mutations = std::min(share, affordable);
    for (size_t i = 0; i < mutations; ++i) Run(Mutate(input, &dice));
    runs += 1 + mutations;
  }
  std::printf("replayed %zu inputs from %zu files\n", runs, files.size());
  return 0;
}
