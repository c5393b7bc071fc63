// What a run finds where it is to write: the working folders of runs that were killed go, and nothing
// else does.

#include "io/sinks/output_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

namespace fs = std::filesystem;

// The number of a process that is gone.
std::string DeadProcess() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return std::to_string(child);
}

void MakeFolder(const fs::path& path, const std::string& file) {
  fs::create_directories(path);
  std::ofstream(path / file) << "x";
}

TEST(OutputFolder, RemovesWhatAKilledRunLeft) {
  const ScratchFolder scratch;
  const fs::path root = scratch.path();
  const std::string dead = DeadProcess();
  const fs::path killed = root / ("out.partial-" + dead);
  MakeFolder(killed, "payments.jsonl");
  const fs::path stays[] = {
      root / ("other.partial-" + dead),                     // another folder's
      root / ("out.partial-" + std::to_string(getppid())),  // its process runs
      root / ("out.partial-0" + dead),                      // no name of ours
      root / ("out.partial-" + dead + "-old"),              // may be the only copy of a result
      root / ("out.partial-" + dead + "x"),
  };
  for (const fs::path& each : stays) MakeFolder(each, "payments.jsonl");
  const absl::StatusOr<OutputFolder> folder = OutputFolder::Create((root / "out").string());
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_FALSE(fs::exists(killed));
  for (const fs::path& each : stays) EXPECT_TRUE(fs::exists(each / "payments.jsonl")) << each;
}

TEST(OutputFolder, LeavesWhatNoRunWrote) {
  const ScratchFolder scratch;
  const fs::path root = scratch.path();
  const fs::path partial = root / ("out.partial-" + DeadProcess());
  MakeFolder(partial, "thesis.txt");
  ASSERT_TRUE(OutputFolder::Create((root / "out").string()).ok());
  EXPECT_TRUE(fs::exists(partial / "thesis.txt"));
  fs::remove(partial / "thesis.txt");
  fs::create_directory(partial / "payments.jsonl");
  ASSERT_TRUE(OutputFolder::Create((root / "out").string()).ok());
  EXPECT_TRUE(fs::exists(partial));
  fs::remove_all(partial);
  // A link is never followed, wherever it leads.
  MakeFolder(root / "elsewhere", "payments.jsonl");
  fs::create_directory_symlink(root / "elsewhere", partial);
  ASSERT_TRUE(OutputFolder::Create((root / "out").string()).ok());
  EXPECT_TRUE(fs::exists(root / "elsewhere" / "payments.jsonl"));
  EXPECT_TRUE(fs::is_symlink(partial));
}

}  // namespace
}  // namespace kvitt
