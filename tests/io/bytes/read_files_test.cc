// The driver: the same records and reports for any threads, any block size and any container, and a
// clear verdict for every file that cannot be read.

#include "io/bytes/read_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "io/bytes/digest.h"
#include "io/bytes/input_list.h"
#include "tests/io/bytes/line_format.h"
#include "tests/io/bytes/packing.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using ::testing::HasSubstr;

class ReadFilesTest : public ::testing::Test {
 protected:
  ReadFilesTest() {
    limits.formats = LineFormats();
    limits.threads = 2;
    limits.block_bytes = size_t{64} << 10;
  }

  std::vector<FileReport> Read(const std::vector<std::string>& paths, RecordSink* sink = nullptr) {
    std::vector<InputSpec> inputs;
    for (const std::string& path : paths) inputs.push_back({path, FileKind::kUnknown, true});
    absl::StatusOr<ReadResult> result = ReadFiles(inputs, options, limits, sink);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) return {};
    timings = result->timings;
    return std::move(result->reports);
  }

  FileReport ReadOne(const std::string& path) {
    std::vector<FileReport> reports = Read({path});
    EXPECT_EQ(reports.size(), 1U);
    return reports.empty() ? FileReport() : reports[0];
  }

  // The one problem of a file that is set aside: "code: text".
  std::string Refusal(std::string_view bytes) {
    const FileReport report = ReadOne(folder.Write("refused", bytes));
    EXPECT_TRUE(report.set_aside);
    EXPECT_EQ(report.problems.size(), 1U);
    if (report.problems.empty()) return {};
    return std::string(Name(report.problems[0].code)) + ": " + report.problems[0].text;
  }

  ScratchFolder folder;
  ReadOptions options;
  ReadLimits limits;
  ReadTimings timings;
};

std::vector<std::string> PaymentsOf(std::string_view bytes) {
  RecordText sink;
  ReadBytes(LineFormats()[0], bytes, ReadOptions(), bytes.size() + 1, 0, &sink);
  return sink.Payments(0);
}

TEST_F(ReadFilesTest, AnswerDoesNotDependOnThreadsBlocksOrContainer) {
  const std::string bytes = LinesFile(30'000, 700);
  const std::vector<std::string> expected = PaymentsOf(bytes);
  ASSERT_EQ(expected.size(), 30'000U);
  ASSERT_THAT(expected[29'999], HasSubstr("account-42 "));
  const std::vector<std::string> paths = {
      folder.Write("plain", bytes), folder.Write("gz", Gzip(bytes)),
      folder.Write("zst", Zstd(bytes)), folder.Write("zip", Zip({{"m.txt", bytes}}))};
  for (const int threads : {1, 2, 3, 8}) {
    for (const size_t block :
         {size_t{64} << 10, size_t{192} << 10, size_t{1} << 20, size_t{4} << 20}) {
      limits.threads = threads;
      limits.block_bytes = block;
      RecordText sink;
      const std::vector<FileReport> reports = Read(paths, &sink);
      ASSERT_EQ(reports.size(), 4U);
      for (uint32_t file = 0; file < 4; ++file) {
        const FileReport& report = reports[file];
        ASSERT_FALSE(report.set_aside) << report.file << " " << report.problems[0].text;
        EXPECT_EQ(report.transactions, 30'000U);
        EXPECT_EQ(report.control_totals, ControlState::kVerified);
        EXPECT_EQ(report.digest, DigestBytes(bytes));
        EXPECT_EQ(report.bytes, bytes.size());
        EXPECT_EQ(sink.Payments(file), expected) << report.file << " " << threads << " " << block;
      }
      EXPECT_EQ(reports[3].file, folder.Path("zip!m.txt"));
    }
  }
  EXPECT_EQ(timings.files, 4U);
  EXPECT_EQ(timings.bytes, 4 * bytes.size());
  EXPECT_GT(timings.parse_ns, 0U);
}

TEST_F(ReadFilesTest, WholeFileFormats) {
  const std::string bytes = LinesFile(30'000, 700, "LINES-WHOLE");
  RecordText sink;
  const std::vector<FileReport> reports =
      Read({folder.Write("plain", bytes), folder.Write("gz", Gzip(bytes))}, &sink);
  for (uint32_t file = 0; file < 2; ++file) {
    EXPECT_FALSE(reports[file].set_aside);
    EXPECT_EQ(reports[file].format, "lines-whole");
    EXPECT_EQ(reports[file].digest, DigestBytes(bytes));
    EXPECT_EQ(sink.Payments(file), PaymentsOf(bytes));
  }
  limits.whole_file_bytes_max = bytes.size() - 1;
  for (const char* name : {"plain", "gz"}) {
    const FileReport report = ReadOne(folder.Path(name));
    EXPECT_TRUE(report.set_aside) << name;
    EXPECT_TRUE(report.over_limit) << name;
  }
}

TEST_F(ReadFilesTest, ByteOrderMarkIsNoContentButCountsInTheDigest) {
  const std::string bytes = "\xef\xbb\xbf" + LinesFile(5'000, 10);
  RecordText sink;
  const std::vector<FileReport> reports = Read({folder.Write("bom", bytes)}, &sink);
  EXPECT_FALSE(reports[0].set_aside);
  EXPECT_EQ(sink.Payments(0).size(), 5'000U);
  EXPECT_EQ(reports[0].digest, DigestBytes(bytes));
}

TEST_F(ReadFilesTest, ProblemsNameRecordAndByteInTheDecompressedFile) {
  std::string bytes = LinesFile(20'000, 100);
  const size_t at = bytes.find("P ", bytes.size() * 3 / 4);
  bytes[at] = '?';
  const auto line = static_cast<uint64_t>(std::count(
                        bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                    1;
  for (const std::string& path : {folder.Write("plain", bytes), folder.Write("gz", Gzip(bytes))}) {
    const FileReport report = ReadOne(path);
    EXPECT_TRUE(report.set_aside);
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_EQ(report.problems[0].record, line);
    EXPECT_EQ(report.problems[0].byte_offset, at);
  }
}

TEST_F(ReadFilesTest, ManySmallFilesKeepTheirOrder) {
  std::vector<std::string> paths;
  for (int i = 0; i < 300; ++i) {
    const std::string bytes = LinesFile(i % 5 + 1, 2);
    const std::string name = "f" + std::to_string(i);
    if (i % 7 == 3) {
      paths.push_back(
          folder.Write(name, Zip({{"a", bytes}, {"b/", ""}, {"b/c", LinesFile(9, 3)}})));
    } else {
      paths.push_back(folder.Write(name, i % 7 == 5 ? Gzip(bytes) : bytes));
    }
  }
  limits.threads = 1;
  RecordText expected_sink;
  const std::vector<FileReport> expected = Read(paths, &expected_sink);
  limits.threads = 4;
  RecordText sink;
  const std::vector<FileReport> reports = Read(paths, &sink);
  ASSERT_EQ(reports.size(), expected.size());
  ASSERT_EQ(reports.size(), 300U + 43U);
  for (uint32_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].file, expected[i].file);
    EXPECT_EQ(reports[i].copy_of, expected[i].copy_of);
    EXPECT_FALSE(reports[i].set_aside);
    EXPECT_EQ(sink.Payments(i), expected_sink.Payments(i));
  }
  EXPECT_EQ(reports[3].file, paths[3] + "!a");
  EXPECT_EQ(reports[4].file, paths[3] + "!b/c");
}

TEST_F(ReadFilesTest, EmptyAndBlankFiles) {
  EXPECT_THAT(Refusal(""), HasSubstr("file_empty: expected records, found an empty file"));
  EXPECT_THAT(Refusal(" \r\n\t\n\x1a"),
              HasSubstr("file_empty: expected records, found only blanks"));
  EXPECT_THAT(Refusal("\xef\xbb\xbf"), HasSubstr("file_empty"));
  EXPECT_THAT(Refusal(Gzip("")), HasSubstr("file_empty"));
  EXPECT_THAT(Refusal(Zstd("")), HasSubstr("file_empty"));
  EXPECT_THAT(
      Refusal("LINES\nT 0\n"),
      HasSubstr("file_empty: expected records, found a well-formed lines file without any"));
  options.settings.allow_empty = true;
  EXPECT_FALSE(ReadOne(folder.Write("none", "")).set_aside);
  EXPECT_FALSE(ReadOne(folder.Write("none", "LINES\nT 0\n")).set_aside);
}

TEST_F(ReadFilesTest, WhatNoFormatReads) {
  EXPECT_THAT(Refusal("some letter to a bank\n"), HasSubstr("file_unknown: no format"));
  std::string utf16 = "\xff\xfe";
  for (const char c : LinesFile(3, 3)) utf16 += std::string{c, '\0'};
  EXPECT_THAT(Refusal(utf16),
              HasSubstr("file_unknown: expected a payment or invoice file, found text in UTF-16"));
  EXPECT_THAT(Refusal(utf16.substr(2)), HasSubstr("UTF-16"));
  EXPECT_THAT(Refusal(std::string("\xff\xfe\0\0L\0\0\0", 8)), HasSubstr("UTF-32"));
  EXPECT_THAT(Refusal(std::string(80, '\xf1')), HasSubstr("EBCDIC"));
  EXPECT_THAT(Refusal("%PDF-1.7\n"), HasSubstr("a PDF document"));
  EXPECT_THAT(Refusal(Gzip(Gzip(LinesFile(3, 3)))), HasSubstr("packed twice"));
}

TEST_F(ReadFilesTest, TruncatedAtEveryByte) {
  const std::string bytes = LinesFile(40, 7);
  for (const std::string& packed : {bytes, Gzip(bytes), Zstd(bytes)}) {
    for (size_t length = 0; length + 1 < packed.size(); ++length) {
      const FileReport report = ReadOne(folder.Write("cut", packed.substr(0, length)));
      ASSERT_TRUE(report.set_aside) << length << " of " << packed.size();
      ASSERT_FALSE(report.problems.empty() && report.control_totals != ControlState::kMismatch);
    }
  }
}

TEST_F(ReadFilesTest, DamagedContainers) {
  const std::string bytes = LinesFile(2'000, 7);
  const std::string gzip = Gzip(bytes);
  const std::string zstd = Zstd(bytes);
  EXPECT_THAT(Refusal(gzip.substr(0, gzip.size() - 9)),
              HasSubstr("file_truncated: gzip data ends too early"));
  EXPECT_THAT(Refusal(zstd.substr(0, zstd.size() - 1)),
              HasSubstr("file_truncated: zstd data ends too early"));
  std::string wrong = gzip;
  wrong[wrong.size() - 6] = static_cast<char>(wrong[wrong.size() - 6] ^ 1);
  EXPECT_THAT(Refusal(wrong), HasSubstr("record_malformed: gzip data is damaged"));
  wrong = zstd;
  wrong[wrong.size() - 1] = static_cast<char>(wrong[wrong.size() - 1] ^ 1);
  EXPECT_THAT(Refusal(wrong), HasSubstr("record_malformed: zstd data is damaged"));
  EXPECT_THAT(Refusal(gzip + "garbage"), HasSubstr("no gzip member after the end of member 1"));
  EXPECT_THAT(Refusal(zstd + "garbage"), HasSubstr("zstd data is damaged"));
}

TEST_F(ReadFilesTest, EveryMemberAndFrameIsRead) {
  const std::string bytes = LinesFile(2'000, 7);
  const std::string one = bytes.substr(0, 1'000);
  const std::string two = bytes.substr(1'000);
  for (const std::string& packed :
       {Gzip(one) + Gzip(two), Zstd(one) + Zstd(two), Gzip("") + Gzip(bytes)}) {
    const FileReport report = ReadOne(folder.Write("two", packed));
    EXPECT_FALSE(report.set_aside);
    EXPECT_EQ(report.digest, DigestBytes(bytes));
  }
}

TEST_F(ReadFilesTest, BombsAreRefused) {
  std::string bomb(size_t{80} << 20, 'x');
  bomb.replace(0, 6, "LINES\n");
  for (size_t i = 100; i < bomb.size(); i += 100) bomb[i] = '\n';
  const std::string zstd = Zstd(bomb);
  EXPECT_THAT(Refusal(zstd), HasSubstr("expands to more than 250 times its size"));
  EXPECT_TRUE(ReadOne(folder.Write("bomb", zstd)).over_limit);
  EXPECT_THAT(Refusal(Zip({{"m", bomb}})), HasSubstr("expands to more than 250 times"));
  options.settings.max_bytes = 50'000;
  EXPECT_THAT(Refusal(Gzip(LinesFile(5'000, 7))), HasSubstr("max_bytes"));
  EXPECT_THAT(Refusal(LinesFile(5'000, 7)), HasSubstr("max_bytes"));
}

TEST_F(ReadFilesTest, RecordWithoutEndIsRefusedWhereItBegins) {
  std::string bytes = LinesFile(1'000, 10);
  const uint64_t begin = bytes.size();
  bytes += std::string(size_t{3} << 20, 'x');
  bytes += "\nT 0\n";
  for (const size_t block : {size_t{64} << 10, size_t{1} << 20}) {
    limits.block_bytes = block;
    const FileReport report = ReadOne(folder.Write("long", bytes));
    EXPECT_TRUE(report.set_aside);
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_EQ(report.problems[0].byte_offset, begin);
    EXPECT_THAT(report.problems[0].text, HasSubstr("expected records of at most 1048576 bytes"));
  }
}

TEST_F(ReadFilesTest, ArchivesThatAreRefused) {
  const std::string bytes = LinesFile(5, 5);
  EXPECT_THAT(Refusal(Zip({{"../x", bytes}})), HasSubstr("a name that climbs out of the archive"));
  EXPECT_THAT(Refusal(Zip({{"a/..\\x", bytes}})), HasSubstr("climbs out"));
  EXPECT_THAT(Refusal(Zip({{"/etc/x", bytes}})), HasSubstr("an absolute name"));
  EXPECT_THAT(Refusal(Zip({{"C:x", bytes}})), HasSubstr("drive letter"));
  EXPECT_THAT(Refusal(Zip({{"folder/", ""}})),
              HasSubstr("expected files in the zip archive, found none"));
  EXPECT_THAT(Refusal(Zip({{"in.zip", Zip({{"m", bytes}})}})), HasSubstr("packed twice"));
  EXPECT_THAT(
      Refusal(Zip({{"[Content_Types].xml", "x"}, {"xl/workbook.xml", "x"}})),
      HasSubstr("file_unknown: expected files of a bank in the zip archive, found an Excel"));
  const std::string good = Zip({{"aaaa", bytes}, {"bbbb", bytes + " "}});
  std::string twins = good;
  for (size_t at = 0; (at = twins.find("bbbb", at)) != std::string::npos;)
    twins.replace(at, 4, "aaaa");
  EXPECT_THAT(Refusal(twins), HasSubstr("two members have the same name"));
  // Bit 0 of the flags, in the local header and in the directory.
  std::string encrypted = good;
  encrypted[6] = static_cast<char>(encrypted[6] | 1);
  const size_t entry = encrypted.find("PK\x01\x02");
  encrypted[entry + 8] = static_cast<char>(encrypted[entry + 8] | 1);
  EXPECT_THAT(Refusal(encrypted), HasSubstr("member 'aaaa' is encrypted"));
  // The second entry of the directory points at the first member.
  std::string overlapping = good;
  const size_t second = overlapping.find("PK\x01\x02", entry + 4);
  overlapping.replace(second + 42, 4, std::string(4, '\0'));
  EXPECT_THAT(Refusal(overlapping), HasSubstr("zip"));
  EXPECT_THAT(Refusal(good.substr(0, good.size() - 5)), HasSubstr("zip archive is damaged"));
}

TEST_F(ReadFilesTest, DamagedMemberLeavesTheOthers) {
  const std::string bytes = LinesFile(500, 5);
  std::string packed = Zip({{"a", bytes}, {"b", bytes}});
  packed[60] = static_cast<char>(packed[60] ^ 0x20);
  const std::vector<FileReport> reports = Read({folder.Write("zip", packed)});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].set_aside);
  EXPECT_THAT(reports[0].problems[0].text, HasSubstr("zip member is damaged"));
  EXPECT_FALSE(reports[1].set_aside);
}

TEST_F(ReadFilesTest, WhatIsNoRegularFile) {
  ASSERT_EQ(mkfifo(folder.Path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(ReadOne(folder.Path("fifo")).problems[0].text,
              HasSubstr("expected a regular file, found a named pipe"));
  EXPECT_THAT(ReadOne("/dev/zero").problems[0].text, HasSubstr("found a device"));
  EXPECT_THAT(ReadOne(folder.path()).problems[0].text, HasSubstr("found a directory"));
  EXPECT_THAT(ReadOne(folder.Path("gone")).problems[0].text, HasSubstr("cannot be opened"));
  ASSERT_EQ(symlink("loop", folder.Path("loop").c_str()), 0);
  EXPECT_TRUE(ReadOne(folder.Path("loop")).set_aside);
}

TEST_F(ReadFilesTest, LinksAreFollowedOnlyWhenNamed) {
  folder.Write("file", LinesFile(5, 5));
  ASSERT_EQ(symlink("file", folder.Path("link").c_str()), 0);
  EXPECT_FALSE(ReadOne(folder.Path("link")).set_aside);
  const InputSpec found{folder.Path("link"), FileKind::kUnknown, false};
  const absl::StatusOr<ReadResult> result = ReadFiles({found}, options, limits, nullptr);
  EXPECT_TRUE(result->reports[0].set_aside);
}

// Changes the file while it is read.
class Meddler : public RecordText {
 public:
  explicit Meddler(std::string path, bool shrink) : path_(std::move(path)), shrink_(shrink) {}

  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) override {
    if (block == 0) {
      if (shrink_) {
        EXPECT_EQ(truncate(path_.c_str(), 100'000), 0);
      } else {
        std::ofstream(path_, std::ios::app) << "more";
      }
    }
    return RecordText::OpenBlock(file, block);
  }

 private:
  std::string path_;
  bool shrink_;
};

TEST_F(ReadFilesTest, FileThatChangesWhileItIsRead) {
  limits.threads = 1;
  for (const bool shrink : {false, true}) {
    const std::string path = folder.Write("live", LinesFile(20'000, 7));
    Meddler sink(path, shrink);
    const std::vector<FileReport> reports = Read({path}, &sink);
    EXPECT_TRUE(reports[0].set_aside);
    ASSERT_EQ(reports[0].problems.size(), 1U);
    EXPECT_EQ(reports[0].problems[0].code, DeviationCode::kFileTruncated);
    EXPECT_THAT(reports[0].problems[0].text, HasSubstr("file changed while it was read"));
    EXPECT_EQ(reports[0].digest, "");
  }
}

TEST_F(ReadFilesTest, OtherFilesGoOn) {
  const std::vector<FileReport> reports =
      Read({folder.Write("a", "garbage"), folder.Write("b", LinesFile(5, 5)), folder.Path("gone"),
            folder.Write("d", LinesFile(6, 5))});
  EXPECT_TRUE(reports[0].set_aside);
  EXPECT_FALSE(reports[1].set_aside);
  EXPECT_TRUE(reports[2].set_aside);
  EXPECT_FALSE(reports[3].set_aside);
  EXPECT_EQ(reports[2].file, folder.Path("gone"));
}

TEST_F(ReadFilesTest, CopiesAreNamedWhateverTheyArePackedIn) {
  const std::string bytes = LinesFile(500, 5);
  const std::vector<std::string> paths = {
      folder.Write("c", bytes), folder.Write("a.gz", Gzip(bytes)), folder.Write("b", bytes + " "),
      folder.Write("d.zip", Zip({{"m", bytes}}))};
  const std::vector<FileReport> reports = Read(paths);
  EXPECT_EQ(reports[0].copy_of, paths[1]);
  EXPECT_EQ(reports[1].copy_of, "");
  EXPECT_EQ(reports[2].copy_of, "");
  EXPECT_EQ(reports[3].copy_of, paths[1]);
}

TEST_F(ReadFilesTest, FormatCanBeNamedAndMustExist) {
  options.settings.input_format = "lines-whole";
  EXPECT_EQ(ReadOne(folder.Write("f", LinesFile(5, 5))).format, "lines-whole");
  options.settings.input_format = "no-such";
  const InputSpec input{folder.Path("f"), FileKind::kUnknown, true};
  EXPECT_EQ(ReadFiles({input}, options, limits, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ReadFilesTest, PaymentsWhereInvoicesWereNamedAreSetAside) {
  const InputSpec input{folder.Write("f", LinesFile(5, 5)), FileKind::kItems, true};
  const absl::StatusOr<ReadResult> result = ReadFiles({input}, options, limits, nullptr);
  EXPECT_TRUE(result->reports[0].set_aside);
  EXPECT_THAT(result->reports[0].problems[0].text,
              HasSubstr("expected a file of items, found lines, which holds payments"));
}

TEST_F(ReadFilesTest, StopsWhenToldTo) {
  const std::atomic<bool> stop = true;
  limits.stop = &stop;
  const InputSpec input{folder.Write("f", LinesFile(5, 5)), FileKind::kUnknown, true};
  EXPECT_EQ(ReadFiles({input}, options, limits, nullptr).status().code(),
            absl::StatusCode::kCancelled);
}

TEST_F(ReadFilesTest, NoInputsNoReports) {
  EXPECT_TRUE(Read({}).empty());
}

}  // namespace
}  // namespace kvitt
