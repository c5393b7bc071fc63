// Inputs that are large in one way: beyond 4 GiB, one endless line, very many files. Memory and
// descriptors stay bounded.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "io/bytes/input_file.h"
#include "io/bytes/read_files.h"
#include "tests/io/bytes/line_format.h"
#include "tests/io/bytes/packing.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;

uint64_t PeakKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss);
}

class LargeInputTest : public ::testing::Test {
 protected:
  LargeInputTest() {
    limits.formats = LineFormats();
    limits.threads = 2;
  }

  FileReport Read(const std::string& path) {
    const InputSpec input{path, FileKind::kUnknown, true};
    absl::StatusOr<ReadResult> result = ReadFiles({input}, options, limits, nullptr);
    EXPECT_TRUE(result.ok());
    return result->reports.at(0);
  }

  ScratchFolder folder;
  ReadOptions options;
  ReadLimits limits;
};

TEST_F(LargeInputTest, OffsetsBeyondFourGibibytes) {
  // Frames follow each other: the same lines 68 times, then one that is none.
  std::string lines;
  while (lines.size() < size_t{64} << 20) lines += "S " + std::string(1021, 'a') + "\n";
  const std::string frame = Zstd(lines);
  std::string packed = Zstd("LINES\n");
  constexpr uint64_t kFrames = 68;
  for (uint64_t i = 0; i < kFrames; ++i) packed += frame;
  packed += Zstd("P ref 100\nnonsense\nT 100\n");
  options.settings.max_expansion = 1'000'000;
  const uint64_t before = PeakKilobytes();
  const FileReport report = Read(folder.Write("large.zst", packed));
  EXPECT_LT(PeakKilobytes() - before, 64U << 10);
  ASSERT_EQ(report.problems.size(), 1U);
  const uint64_t offset = 6 + kFrames * lines.size() + 10;
  ASSERT_GT(offset, uint64_t{1} << 32);
  EXPECT_EQ(report.problems[0].byte_offset, offset);
  EXPECT_EQ(report.problems[0].record, 1 + kFrames * (lines.size() / 1024) + 2);
  EXPECT_EQ(report.bytes, offset + 15);
  EXPECT_EQ(report.entries, 1U);
}

TEST_F(LargeInputTest, EndlessLineIsRefusedWithMemoryFlat) {
  const std::string path = folder.Write("sparse", "LINES\nS ");
  ASSERT_EQ(truncate(path.c_str(), off_t{2} << 30), 0);
  const uint64_t before = PeakKilobytes();
  const FileReport report = Read(path);
  EXPECT_LT(PeakKilobytes() - before, 64U << 10);
  EXPECT_TRUE(report.set_aside);
  EXPECT_EQ(report.problems.at(0).byte_offset, 6U);
  EXPECT_EQ(report.problems[0].record, 2U);
  EXPECT_THAT(report.problems[0].text, HasSubstr("expected records of at most 1048576 bytes"));
}

// A stream knows where its next record begins, as long as the line ends.
TEST_F(LargeInputTest, LongLinesOfStreamsAreSetAsideAlone) {
  const std::string json =
      R"({"payment_id":"P","creditor_account":"A","amount":"1","currency":"SEK","text":")";
  const std::string header = "payment_id,creditor_account,amount,currency,text\n";
  const auto jsonl = [&](size_t size) {
    return json + "\"}\n" + json + std::string(size, 'x') + "\"}\n" + json + "\"}\n";
  };
  const auto csv = [&](size_t size) {
    return header + "P,A,1,SEK,\nP,A,1,SEK," + std::string(size, 'x') + "\nP,A,1,SEK,\n";
  };
  limits.formats = Formats();
  for (const size_t block : {size_t{64} << 10, size_t{1} << 20, size_t{64} << 20}) {
    limits.block_bytes = block;
    for (const size_t size : {size_t{1500} << 10, size_t{17} << 20}) {
      const bool ends_in_time = size < size_t{16} << 20;
      for (const bool is_json : {true, false}) {
        const std::string path = folder.Write("long", is_json ? jsonl(size) : csv(size));
        const uint64_t before = PeakKilobytes();
        const FileReport report = Read(path);
        if (block <= size_t{1} << 20) {
          EXPECT_LT(PeakKilobytes() - before, 96U << 10);
        }
        EXPECT_EQ(report.set_aside, !ends_in_time);
        EXPECT_EQ(report.transactions, ends_in_time ? 2U : report.transactions);
        EXPECT_EQ(report.bad_records, ends_in_time ? 1U : 0U);
        ASSERT_EQ(report.problems.size(), 1U) << block << " " << size << " " << is_json;
        EXPECT_EQ(report.problems[0].record, is_json ? 2U : 3U);
        EXPECT_EQ(report.problems[0].byte_offset, is_json ? json.size() + 3 : header.size() + 11);
        EXPECT_THAT(report.problems[0].text,
                    HasSubstr(ends_in_time ? "of at most 1048576 bytes, found"
                                           : "of at most 16777216 bytes, found a longer one"));
      }
    }
  }
}

TEST_F(LargeInputTest, ManyFilesNeedFewDescriptors) {
  constexpr size_t kFiles = 5'000;
  std::vector<InputSpec> inputs;
  for (size_t i = 0; i < kFiles; ++i) {
    const std::string name = "f" + std::to_string(i);
    inputs.push_back({folder.Write(name, LinesFile(20, 5)), FileKind::kUnknown, true});
  }
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const rlimit few{40, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  limits.threads = 8;
  const absl::StatusOr<ReadResult> result = ReadFiles(inputs, options, limits, nullptr);
  setrlimit(RLIMIT_NOFILE, &old);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->reports.size(), kFiles);
  for (size_t i = 0; i < kFiles; ++i) {
    ASSERT_EQ(result->reports[i].file, inputs[i].path);
    ASSERT_EQ(result->reports[i].entries, 20U);
    ASSERT_FALSE(result->reports[i].set_aside);
  }
}

TEST_F(LargeInputTest, ReadErrorNamesTheByte) {
  const absl::StatusOr<std::unique_ptr<InputFile>> file =
      InputFile::Open({folder.Write("f", LinesFile(20, 5)), FileKind::kUnknown, true});
  ASSERT_TRUE(file.ok());
  // A directory in the place of the file: every read fails.
  const int directory = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_GE(dup2(directory, (*file)->descriptor()), 0);
  close(directory);
  std::string bytes(10, '\0');
  EXPECT_THAT(std::string((*file)->ReadAt(3, bytes.data(), bytes.size()).message()),
              HasSubstr("cannot be read at byte 3"));
}

TEST_F(LargeInputTest, ShortReadsOfAPipeAreJoined) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string bytes = LinesFile(300, 7);
  const pid_t writer = fork();
  if (writer == 0) {
    for (size_t i = 0; i < bytes.size(); i += 7) {
      if (write(ends[1], bytes.data() + i, std::min<size_t>(7, bytes.size() - i)) < 0) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  const int old_stdin = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  const FileReport report = Read("-");
  dup2(old_stdin, STDIN_FILENO);
  close(old_stdin);
  EXPECT_FALSE(report.set_aside);
  EXPECT_EQ(report.entries, 300U);
  EXPECT_EQ(report.file, "-");
}

}  // namespace
}  // namespace kvitt
